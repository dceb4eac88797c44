# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipe-check --imports: judge every file that a script's imports would read, running nothing."""

from __future__ import annotations

import errno
import os
import pkgutil
import sys
from importlib.machinery import (
    BuiltinImporter,
    ExtensionFileLoader,
    FrozenImporter,
    ModuleSpec,
    SourceFileLoader,
    SourcelessFileLoader,
)
from importlib.util import resolve_name, spec_from_loader
from modulefinder import Module, ModuleFinder
from types import CodeType
from typing import Any, Callable, Iterable, Iterator, Optional, Protocol
from zipimport import zipimporter

from .. import Check, check
from .._gate import judge_and_load
from .._hook import install_hooks
from .report import Report, complain, escape, warn_refused

RECURSION_LIMIT = 20_000

# What compile(), marshal and importlib raise for a file that Python cannot load.
UNLOADABLE = (ImportError, EOFError, OSError, SyntaxError, TypeError, ValueError)


class Ledger(Protocol):
    """Where a finder asks for files before it follows what they hold."""

    def check(self, path: str) -> bool:
        """Take a file that this process will not read: an extension module, an archive."""

    def load(self, path: str) -> bool:
        """Take a file and keep its content."""

    def read(self, path: str) -> bytes:
        """Return the content of a file that was loaded; raises FileNotFoundError."""


class _JudgingLedger:
    """Judges each file once and keeps what was judged."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._content: dict[str, Optional[bytes]] = {}
        self._allowed: dict[str, bool] = {}

    def check(self, path: str) -> bool:
        """Judge a file that this process will not read: an extension module, an archive."""
        return self._judge(path, lambda: check(path))

    def load(self, path: str) -> bool:
        """Judge a file and keep its content."""

        def load() -> Check:
            self._content[path], verdict = judge_and_load(path)
            return verdict

        return self._judge(path, load)

    def read(self, path: str) -> bytes:
        """Return the content of a file that was loaded and allowed."""
        content = self._content.get(path)
        if content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return content

    def _judge(self, path: str, judge: Callable[[], Check]) -> bool:
        if path not in self._allowed:
            try:
                verdict = judge()
                self._report.verdict(path, verdict)
                self._allowed[path] = verdict.allowed
            except (OSError, ValueError) as error:
                self._report.undecided(path, error)
                self._allowed[path] = False
        return self._allowed[path]


class _JudgedSourceLoader(SourceFileLoader):
    """Takes from byte code and source what Python would, out of what was judged."""

    def __init__(self, spec: ModuleSpec, ledger: Ledger) -> None:
        super().__init__(spec.name, str(spec.origin))
        self._ledger = ledger

    def get_data(self, path: str) -> bytes:
        return self._ledger.read(path)

    def set_data(self, path: str, data: Any, *, _mode: int = 0) -> None:
        """Leave no byte code behind."""


class _JudgedBytecodeLoader(SourcelessFileLoader):
    def __init__(self, spec: ModuleSpec, ledger: Ledger) -> None:
        super().__init__(spec.name, str(spec.origin))
        self._ledger = ledger

    def get_data(self, path: str) -> bytes:
        return self._ledger.read(path)


def _spec_by(finder: Any, name: str) -> Optional[ModuleSpec]:
    if hasattr(finder, "find_spec"):
        spec: Optional[ModuleSpec] = finder.find_spec(name)
        return spec
    # An archive's before 3.10.
    loader = finder.find_module(name)
    return spec_from_loader(name, loader) if loader else None


def _find_on_path(name: str, path: Iterable[str]) -> Optional[ModuleSpec]:
    """As PathFinder.find_spec(), which wants the parent of a namespace package imported."""
    portions: list[str] = []
    for entry in path:
        finder: Any = pkgutil.get_importer(entry)
        spec = _spec_by(finder, name) if finder else None
        if spec is None:
            continue
        if spec.loader is not None:
            return spec
        portions.extend(spec.submodule_search_locations or ())
    if not portions:
        return None
    namespace = ModuleSpec(name, None, is_package=True)
    namespace.submodule_search_locations = portions
    return namespace


def _package_of(module: Any) -> str:
    name = str(module.__name__)
    return name if module.__path__ is not None else name.rpartition(".")[0]


class JudgedFinder(ModuleFinder):
    """A ModuleFinder that judges each file and follows only what is allowed."""

    def __init__(self, path: list[str], ledger: Ledger) -> None:
        super().__init__(path)
        self._ledger = ledger
        self._specs: dict[str, ModuleSpec] = {}
        self._package = ""
        self._missing: set[str] = set()
        self._told: set[str] = set()

    def follow(self, code: CodeType, script: str) -> None:
        """Follow the imports of a script; modules that another one has imported are known."""
        self.modules.pop("__main__", None)
        for importers in self.badmodules.values():
            importers.pop("__main__", None)
        main: Any = self.add_module("__main__")
        main.__file__ = script
        self.scan_code(code, main)

    def scan_code(self, co: CodeType, m: Any) -> None:
        """Follow the imports of a module's code."""
        outer, self._package = self._package, _package_of(m)
        try:
            super().scan_code(co, m)
        finally:
            self._package = outer

    def scan_opcodes(self, co: CodeType) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """Resolve relative imports: ModuleFinder takes one that fails for its absolute namesake."""
        for what, arguments in super().scan_opcodes(co):
            if what == "relative_import":
                level, names, relative = arguments
                try:
                    name = resolve_name("." * level + relative, self._package)
                except ImportError:
                    continue
                what, arguments = "absolute_import", (names, name)
            yield what, arguments

    def import_hook(
        self, name: str, caller: Any = None, fromlist: Any = None, level: int = -1
    ) -> Optional[Module]:
        """Note what is missing for certain: a name after ``from m import`` may be a variable."""
        try:
            return super().import_hook(name, caller, fromlist, level)
        except ImportError:
            if not fromlist:
                self._missing.add(name)
            raise

    def find_module(
        self, name: str, path: Any, parent: Any = None
    ) -> tuple[None, Optional[str], tuple[str, str, int]]:
        """Find what Python would import; ModuleFinder's own does not know of zip and frozen."""
        if parent:
            name = f"{parent.__name__}.{name}"
        spec = (
            (BuiltinImporter.find_spec(name) if path is None else None)
            or FrozenImporter.find_spec(name, path)
            or _find_on_path(name, self.path if path is None else path)
        )
        if spec is None:
            raise ImportError(f"No module named {name!r}", name=name)
        self._specs[name] = spec
        return None, spec.origin, ("", "", 0)

    def load_module(self, fqname: str, fp: Any, pathname: str, file_info: Any) -> Module:
        """Judge the files of a module that find_module() has found, and follow its imports."""
        spec = self._specs[fqname]
        module: Any = self.add_module(fqname)
        module.__file__ = pathname
        if not self._judge(spec):
            return module  # type: ignore[no-any-return]
        if spec.submodule_search_locations is not None:
            module.__path__ = list(spec.submodule_search_locations)
        code = self._code_of(spec)
        if code is not None:
            self.scan_code(code, module)
        return module  # type: ignore[no-any-return]

    def missing(self) -> Iterator[tuple[str, list[str]]]:
        """Tell the modules that are not found, each with those that import it.

        After another script only what is new, and what that script imports itself.
        """
        known, self._told = self._told, set(self._missing)
        for name in sorted(self._missing):
            if name in known and "__main__" not in self.badmodules[name]:
                continue
            parts = name.split(".")
            parents = [".".join(parts[:length]) for length in range(1, len(parts))]
            if not any(self._is_no_package(parent) for parent in parents):
                yield name, sorted(self.badmodules[name])

    def _is_no_package(self, name: str) -> bool:
        """True of a module that makes others itself, as os does os.path, and of what is refused."""
        module: Any = self.modules.get(name)
        return module is not None and module.__path__ is None

    def _judge(self, spec: ModuleSpec) -> bool:
        """Judge every file that an import may read; True if it can have the module."""
        loader, path = spec.loader, str(spec.origin)
        if isinstance(loader, zipimporter):
            return self._ledger.check(loader.archive)
        if isinstance(loader, ExtensionFileLoader):
            return self._ledger.check(path)
        if isinstance(loader, SourcelessFileLoader):
            return self._ledger.load(path)
        if not isinstance(loader, SourceFileLoader):
            return True
        allowed = self._ledger.load(path)
        if spec.cached and os.path.exists(spec.cached):
            return self._ledger.load(spec.cached) or allowed
        return allowed

    def _code_of(self, spec: ModuleSpec) -> Optional[CodeType]:
        loader: Any = spec.loader
        if isinstance(loader, SourceFileLoader):
            loader = _JudgedSourceLoader(spec, self._ledger)
        elif isinstance(loader, SourcelessFileLoader):
            loader = _JudgedBytecodeLoader(spec, self._ledger)
        try:
            code: Optional[CodeType] = loader.get_code(spec.name) if loader else None
        except UNLOADABLE:
            # The import fails, and so reads nothing more.
            return None
        return code


def _search_path(script: str, ledger: Ledger) -> list[str]:
    """Where the script's imports are looked for; Python reads every archive on the way."""
    path = [os.path.dirname(os.path.realpath(script)), *sys.path]
    return [entry for entry in path if not os.path.isfile(entry) or ledger.check(entry)]


def _follow(
    report: Report, script: str, ledger: Ledger, finders: dict[tuple[str, ...], JudgedFinder]
) -> None:
    try:
        code = compile(ledger.read(script), script, "exec", dont_inherit=True)
    except UNLOADABLE as error:
        name = escape(script, sys.stderr.encoding)
        complain(f"'{name}' is not Python source, so it has no imports to follow: {error}")
        return
    path = _search_path(script, ledger)
    finder = finders.setdefault(tuple(path), JudgedFinder(path, ledger))
    finder.follow(code, script)
    for module, importers in finder.missing():
        report.missing(module, importers)


def judge_imports(report: Report, scripts: list[str]) -> None:
    """Judge the scripts and the files that their imports would read.

    Scripts that look for their modules in the same places share what was found there.
    """
    install_hooks(warn_refused)
    # ModuleFinder descends a dozen frames for each import; 3.11's need no C stack.
    sys.setrecursionlimit(RECURSION_LIMIT)
    ledger = _JudgingLedger(report)
    finders: dict[tuple[str, ...], JudgedFinder] = {}
    for script in scripts:
        if ledger.load(script):
            _follow(report, script, ledger, finders)
