# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipe-check --freeze: what a program needs in a policy. Of the program nothing is run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.machinery import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from importlib.util import source_from_cache
from modulefinder import Module
from typing import Iterator

from .imports import RECURSION_LIMIT, UNLOADABLE, JudgedFinder
from .inventory import Inventory, kind_of, read_regular
from .libraries import ELF_MAGIC
from .policy_text import print_policy
from .report import Report, complain, escape

_SUFFIXES = tuple([*SOURCE_SUFFIXES, *EXTENSION_SUFFIXES, ".pth", ".pyw", ".pyz"])

# Run by another Python with our flags: the files of all that a start imports, and the folders in
# which site looks for .pth files.
_START = """
import sys
site = sys.modules.get("site")
names = set()
for module in list(sys.modules.values()):
    spec = getattr(module, "__spec__", None)
    if spec is not None and spec.has_location:
        names.update((spec.origin, spec.cached))
folders = []
if site is not None:
    folders = site.getsitepackages() + [site.getusersitepackages()] * bool(site.ENABLE_USER_SITE)
for kind, found in ("file", names), ("folder", folders):
    for name in found:
        if name:
            sys.stdout.buffer.write(f"{kind} {name}\\0".encode("utf-8", "surrogateescape"))
"""


def _add_start(inventory: Inventory) -> None:
    """Add the interpreter, its libraries, and what it reads before it reads the program."""
    python = sys.executable
    inventory.add(python, "the interpreter")
    given = {"-I": sys.flags.isolated, "-S": sys.flags.no_site}
    flags = [flag for flag in given if given[flag]]
    done = subprocess.run(
        [python, *flags, "-c", _START], cwd="/", stdin=subprocess.DEVNULL, capture_output=True
    )
    if done.returncode != 0:
        why = escape(done.stderr.decode(errors="replace").strip())
        inventory.fail(python, ValueError(f"it does not start: {why}"))
    for entry in filter(None, done.stdout.split(b"\0")):
        kind, _, name = os.fsdecode(entry).partition(" ")
        paths = [name] if kind == "file" else _path_files(name)
        for path in paths:
            if os.path.exists(path):
                inventory.add(path, "start of Python")


def _path_files(folder: str) -> list[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names if name.endswith(".pth")]


def _is_for_us(path: str) -> bool:
    """Whether byte code is without a source, or in the cache of this version of Python."""
    if os.path.basename(os.path.dirname(path)) != "__pycache__":
        return True
    try:
        source = source_from_cache(path)
    except ValueError:
        return False
    tag = sys.implementation.cache_tag or ""
    return f".{tag}." in os.path.basename(path) and os.path.exists(source)


def _is_code(path: str) -> bool:
    """Whether Python, the loader or the kernel may take a file for code."""
    if path.endswith(tuple(BYTECODE_SUFFIXES)):
        return _is_for_us(path)
    if path.endswith(_SUFFIXES):
        return True
    if not os.path.isfile(path):
        return False
    start = read_regular(path, 4)
    if start.startswith((ELF_MAGIC, b"#!")) or os.stat(path).st_mode & 0o111:
        return True
    return start.startswith(b"PK") and kind_of(path, read_regular(path)) == "archive"


def _code_below(top: str, inventory: Inventory) -> Iterator[str]:
    """Go through the files with code in a directory. Links to directories are not followed."""

    def fail(error: OSError) -> None:
        inventory.fail(str(error.filename), error)

    for directory, folders, names in os.walk(top, onerror=fail):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(directory, name)
            try:
                if _is_code(path):
                    yield path
            except (OSError, ValueError) as error:
                inventory.fail(path, error)


class _Finder(JudgedFinder):
    """Notes for each file the module that needs it."""

    def __init__(self, path: list[str], inventory: Inventory) -> None:
        super().__init__(path, inventory)
        self._inventory = inventory

    def load_module(self, fqname: str, fp: object, pathname: str, file_info: object) -> Module:
        """Note the name, and go on."""
        self._inventory.why = f"module {fqname}"
        return super().load_module(fqname, fp, pathname, file_info)


def _place_of(path: str, top: str) -> tuple[str, str]:
    """Return the folder where a source's imports are looked for first, and its name as a module."""
    folder, name = os.path.split(path)
    parts = [] if name == "__init__.py" else [os.path.splitext(name)[0]]
    while folder != top and os.path.exists(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        parts.insert(0, package)
    return folder, ".".join(parts)


def _follow(finder: _Finder, path: str, name: str, content: bytes) -> None:
    try:
        code = compile(content, path, "exec", dont_inherit=True)
    except UNLOADABLE as error:
        where = escape(path, sys.stderr.encoding)
        complain(f"'{where}' is not Python source, so it has no imports to follow: {error}")
        return
    module = Module(name)
    setattr(module, "__file__", path)
    if os.path.basename(path) == "__init__.py":
        setattr(module, "__path__", [os.path.dirname(path)])
    finder.scan_code(code, module)


def _add_interpreter(inventory: Inventory, path: str, content: bytes) -> None:
    """Add what a script's first line names, which the kernel executes."""
    line = re.match(rb"#![ \t]*(/[^\s\0]*)", content)
    if line is None:
        return
    name = os.fsdecode(line[1])
    if os.path.exists(name):
        inventory.add(name, f"first line of {path}")
    else:
        inventory.lack(name, [path])


def _is_python(path: str, content: bytes) -> bool:
    if kind_of(path, content) != "source":
        return False
    first = content.split(b"\n", 1)[0]
    by_line = first.startswith(b"#!") and b"python" in first
    return by_line or path.endswith((*SOURCE_SUFFIXES, ".pyw"))


def freeze(report: Report, top: str) -> None:
    """Print what the program in a directory needs in a policy."""
    inventory = Inventory(report)
    top = os.path.realpath(top)
    _add_start(inventory)
    sources = []
    for path in _code_below(top, inventory):
        content = inventory.add(path, "in the directory")
        if content is None:
            continue
        _add_interpreter(inventory, path, content)
        if _is_python(path, content):
            sources.append((path, *_place_of(path, top), content))
    # What lies in the directory is needed in any case, so that what lies elsewhere goes first.
    folders = dict.fromkeys([top, *(folder for _, folder, _, _ in sources)])
    sys.setrecursionlimit(RECURSION_LIMIT)
    finder = _Finder([*sys.path, *folders], inventory)
    for path, _, name, content in sources:
        _follow(finder, path, name, content)
    for module, importers in finder.missing():
        inventory.lack(module, importers)
    print_policy(report, inventory, top)
