#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""interpreters/*.toml: what is written is understood, and no place is forgotten.

Usage: interpreters.py SOURCE
"""
import functools
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from tap import Tap

SOURCE = Path(sys.argv[1]).resolve()
FOLDER = SOURCE / "interpreters"
sys.dont_write_bytecode = True
sys.path.insert(0, str(FOLDER))

from reader import read_all, read_words  # noqa: E402

# How a program lists its own options, by the interpreter's file.
LISTS = {
    "bash": ["bash", "--help"], "zsh": ["zsh", "--help"], "make": ["make", "--help"],
    "sed": ["sed", "--help"], "gawk": ["gawk", "--help"], "m4": ["m4", "--help"],
    "bc": ["bc", "--help"], "dc": ["dc", "--help"], "gdb": ["gdb", "--help"],
    "guile": ["guile", "--help"], "lua": ["lua5.4", "--"], "luajit": ["luajit", "-h"],
    "node": ["node", "--help"], "perl": ["perl", "-h"], "php": ["php", "-h"],
    "python": ["/usr/bin/python3", "--help"], "ruby": ["ruby", "--help"], "yash": ["yash", "--help"],
    "ed": ["ed", "--help"], "emacs": ["emacs-nox", "--help"], "gnuplot": ["gnuplot-nox", "--help"],
    "jq": ["jq", "--help"], "r": ["Rscript", "--help"], "sqlite3": ["sqlite3", "--help"],
    "vim": ["vim.nox", "--help"],
}
NODE = ("-p", "[...process.allowedNodeEnvironmentFlags].join('\\n')")
# A file, what replaces what, and what the generator has to say.
FAULTS = [
    ("bash", 'names = "bash', 'name = "bash', ["bash.toml: top", "'name'", "'names'"]),
    ("bash", "flag = ", "flags = ", ["bash.toml: [options]", "'flags'", "'flag'"]),
    ("bash", "expanded = ", "expandet = ", ["bash.toml: [variables]", "'expandet'", "'expanded'"]),
    ("bash", '"reads stdin"', '"reads stdim"', ["bash.toml: traits", "'reads stdim'", "'reads stdin'"]),
    ("bash", 'operands = "script"', 'operands = "scripts"', ["bash.toml", "'scripts'", "'script'"]),
    ("bash", '"call sites"', '"call site"', ["bash.toml: told_by", "'call site'", "'call sites'"]),
    ("bash", '"call sites"', '"adapter"', ["bash.toml", "'adapter'"]),
    ("bash", '"bash rbash"', '""', ["bash.toml", "'names'"]),
    ("bash", '"bash rbash"', '"bash zsh"', ["zsh.toml", "'zsh'", "bash.toml"]),
    ("bash", '"bash rbash"', '"bash cat"', ["'cat'", "common.toml"]),
    ("common", '"GNU tar", ', "", ["common.toml: [interprets_nothing.tar]", "'strings'", "two"]),
    ("common", '"GNU tar"', '"bug-tar@"', ["[interprets_nothing.tar]", "neither"]),
    ("common", 'names = "tar"', "names = []", ["[interprets_nothing.tar]", "'names' is missing"]),
    ("common", 'names = "tar"', 'name = "tar"', ["[interprets_nothing.tar]", "'name'", "'names'"]),
    ("busybox", 'strings = ["busybox [function [arguments]...]", ', 'strings = [', ["busybox.toml", "two"]),
    ("ed", "strings = ", "string = ", ["ed.toml: top", "'string'", "'strings'"]),
    ("bash", "packages = ", 'strings = ["one of these", "another one"]\npackages = ', ["bash.toml", "'strings'"]),
    ("bash", '"bash rbash"', "3", ["bash.toml", "'names'", "list"]),
    ("bash", '"-o -O"', '"-o -o"', ["bash.toml", "'-o' twice"]),
    ("bash", '"-o -O"', '"-c -O"', ["bash.toml: [options]", "'-c'", "'first is code'"]),
    ("bash", '"-o -O"', '"-o O"', ["bash.toml: [options]", "'O' is no option"]),
    ("dash", '"-i -s"', '"-i -stdin"', ["dash.toml: [options]", "'-stdin'", "'one dash'"]),
    ("bash", '".sh .bash', '"sh .bash', ["bash.toml", "'sh' has no dot"]),
    ("bash", "names = ", "names = [", ["bash.toml"]),
    ("python", "suffixes = \".pth\"", "opened = 1", ["python.toml: [supervisor]", "'opened'"]),
    ("ruby", '"code with nonblock"', '"code with nonblok"', ["ruby.toml: opens", "'code with nonblock'"]),
    ("busybox", 'sh = "ash"', 'sh = "asch"', ["busybox.toml: [applets] sh", "'asch'", "'ash'"]),
    ("bash", "strings = [", "words = [", ["bash.toml: [scan]", "'words'"]),
    ("yash", 'same_as = "dash"', 'same_as = "dahs"', ["yash.toml: [lesson] same_as", "'dahs'", "'dash'"]),
    ("yash", '".profile code_env"', '".profile code_emv"', ["yash.toml: [lesson] without", "'code_emv'", "'code_env'"]),
    ("common", "[unknown]", "[unknwon]", ["common.toml: top", "'unknwon'", "'unknown'"]),
]


def generate(folder, out):
    return subprocess.run(["/usr/bin/python3", "-B", FOLDER / "generate", SOURCE / "shim/rules.h", out,
                           *sorted(folder.glob("*.toml"))], capture_output=True, text=True, check=False)


def wrong_faults(scratch):
    for name, before, after, wanted in FAULTS:
        folder = scratch / "faulty"
        shutil.copytree(FOLDER, folder)
        file = folder / f"{name}.toml"
        text = file.read_text()
        if before not in text:
            yield f"{name}.toml has no {before}"
        file.write_text(text.replace(before, after, 1))
        done = generate(folder, scratch)
        if done.returncode != 1 or "Traceback" in done.stderr:
            yield f"{name}.toml with {after}: exit status {done.returncode}: {done.stderr}"
        for part in wanted:
            if part not in done.stderr:
                yield f"{name}.toml with {after}: {part} is not in: {done.stderr}"
        shutil.rmtree(folder)


def not_built():
    listed = set(re.findall(r"'([\w-]+\.toml)'", (FOLDER / "meson.build").read_text()))
    for name in sorted(listed ^ {path.name for path in FOLDER.glob("*.toml")}):
        yield f"{name} is not both in interpreters/ and in its meson.build"


def without_adapter(found):
    hosts = set(re.findall(r"^IPE_HOST\((\w+)\)", (SOURCE / "shim/hosts.def").read_text(), re.MULTILINE))
    for host in sorted(hosts ^ {item.adapter for item in found if item.adapter}):
        yield f"the adapter {host} is not both in shim/hosts.def and in a file of interpreters/"


def find(found, program):
    """The interpreter that is called so, with or without a version."""
    for item in found:
        if any(re.fullmatch(re.escape(name) + r"([0-9. -].*)?", program) for name in item.names):
            return item
    return None


def vectors_without_file(found):
    for path in sorted((SOURCE / "tests/vectors/code/data").glob("*.json")):
        program = os.path.basename(json.loads(path.read_text())["program"])
        if not find(found, program):
            yield f"{path.name}: no file in interpreters/ has the name '{program}'"


def lessons_without_use(found):
    for item in found:
        if item.lesson and item.told_by not in ("call sites", "adapter", "names"):
            yield f"{item.key}.toml has a lesson, and nothing is learnt from it"
        if item.told_by == "call sites" and not item.lesson and not item.key.startswith("busybox") \
                and item.key != "ash":
            yield f"{item.key}.toml is told by call sites, and has no lesson"


def not_explained():
    text = (FOLDER / "README.md").read_text()
    reader = (FOLDER / "reader.py").read_text()
    keys = re.search(r'check_keys\(table, "top", \((.*?)\)\)', reader, re.DOTALL)
    for key in re.findall(r'"(\w+)"', keys.group(1)):
        if f"`{key}`" not in text and f"`[{key}]`" not in text:
            yield f"interpreters/README.md does not explain {key}"


@functools.lru_cache(maxsize=1)
def read_only(path):
    """What a program has mapped for reading alone, as the shim sees it."""
    content = path.read_bytes()
    if content[:5] != b"\x7fELF\2":
        return b""
    headers, (size, count) = *struct.unpack_from("<Q", content, 32), struct.unpack_from("<HH", content, 54)
    segments = [struct.unpack_from("<IIQQQQ", content, headers + size * i) for i in range(count)]
    return b"\0".join(content[at:at + length] for kind, flags, at, _, _, length in segments
                      if kind == 1 and flags & 2 == 0)


def holds(path, family):
    text = read_only(path)
    return all(string.encode() in text for string in family.strings)


def installed(name):
    path = shutil.which(name)
    return Path(os.path.realpath(path)) if path else None


def not_shown(common):
    """Names of which this machine's programs do not hold what makes them believed."""
    for family in common.interprets_nothing:
        for name in family.names:
            path = installed(name)
            if path and read_only(path) and not holds(path, family):
                yield f"{path} does not hold what common.toml says of {family.key}"


def shown_by_interpreters(common):
    for path in sorted((SOURCE / "tests/vectors/code/data").glob("*.json")):
        program = installed(json.loads(path.read_text())["program"])
        for family in common.interprets_nothing if program else []:
            if holds(program, family):
                yield f"{program} interprets, and holds what common.toml says of {family.key}"


def has_option(item, option):
    """As the reader of arguments looks it up."""
    if option in item.options:
        return True
    if "negates" in item.traits and re.match(r"--no-?", option):
        return re.sub(r"^--no-?", "--", option) in item.options
    if not option.startswith("--"):
        return option[:2] in item.options or "-" + option in item.options
    return "underscores" in item.traits and option.replace("_", "-") in item.options


def listed_options(key, text):
    """What stands in front of the explanation in each line of a program's own list."""
    for line in text.split("\n"):
        match = re.match(r"\s+(?:\d+ )?(-.*?)(?:   |\t\t| : |$)", line)
        if key == "python":
            match = re.match(r"(-.*?)(?: +: |$)", line)
        if match:
            yield from re.findall(r"(?:(?<=[\s,|\[])|^)(--?[A-Za-z0-9?][\w.-]*)", match.group(1))


def not_listed(item, command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    options = {option.rstrip(".") for option in listed_options(item.key, done.stdout + done.stderr)}
    if not options and item.key != "lua":
        yield f"{' '.join(command)} lists nothing"
    for option in sorted(options):
        if not has_option(item, option):
            yield f"{item.key}.toml does not have {option}, which {' '.join(command)} lists"


def old_page():
    made = subprocess.run([FOLDER / "page", SOURCE / "shim/rules.h", *sorted(FOLDER.glob("*.toml"))],
                          capture_output=True, text=True, check=False)
    if made.returncode != 0:
        yield made.stderr
    elif made.stdout != (SOURCE / "docs/interpreters.md").read_text():
        yield "run interpreters/page shim/rules.h interpreters/*.toml > docs/interpreters.md"


def check_lists(tap, found):
    for key, command in LISTS.items():
        item = next(item for item in found if item.key == key)
        name = f"{key}.toml has all options that {command[0]} lists"
        if not shutil.which(command[0]):
            tap.skip(name, f"{command[0]} is not installed")
            continue
        tap.check(name, not_listed(item, command))
        if key == "node":
            done = subprocess.run([*command[:1], *NODE], capture_output=True, text=True, check=True)
            tap.check("node.toml has all options that NODE_OPTIONS may have",
                      (f"node.toml does not have {option}" for option in done.stdout.split()
                       if not has_option(item, option)))


def main():
    words = read_words(SOURCE / "shim/rules.h")
    common, found = read_all(sorted(FOLDER.glob("*.toml")), words)
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        done = generate(FOLDER, scratch)
        tap.check("the tables are made without a word", [done.stdout + done.stderr])
        tap.check("faults are told with file, key and near miss", wrong_faults(scratch))
    tap.check("every file is built in", not_built())
    tap.check("every adapter has its interpreter", without_adapter(found))
    tap.check("every interpreter with vectors has its file", vectors_without_file(found))
    tap.check("lessons are there where something is learnt", lessons_without_use(found))
    tap.check("README.md explains every key", not_explained())
    tap.check("docs/interpreters.md says what the files say", old_page())
    tap.check("programs that interpret nothing hold what they are known by", not_shown(common))
    tap.check("interpreters do not", shown_by_interpreters(common))
    check_lists(tap, found)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
