#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rules of the house that a script can measure, on all that git tracks.

Usage: tree.py SOURCE
"""
import os
import re
import subprocess
import sys

from tap import Tap

# Files that cannot say it: prose, licence texts, and files that other programs want empty or exact.
NO_LICENCE_LINE = re.compile(r"^LICENSES/|\.(md|svg|png|json|patch|typed)$|(^|/)\.gitignore$|"
                             r"(^|/)(series|control|format)$|"
                             r"^debian/(changelog|copyright|not-installed|[\w.-]+\.[a-z-]+)$")
# Tables and documentation, and tests, may be as long as what they list.
NO_SIZE_LIMIT = re.compile(r"^tests/|^bindings/[^/]+/tests/|ipe-enlighten\.h$|reason\.c$|^docs/|"
                           r"^interpreters/.*\.toml$|"
                           r"\.(md|def)$|^LICENSES/")
FILE_LIMIT, FUNCTION_LIMIT, PARAMETER_LIMIT = 350, 40, 6

# Who may include what of ours, from the bottom up; the first that matches counts.
LAYERS = [
    (r"kernel/core/", r"kernel/core/"),
    (r"kernel/lsm/", r"kernel/lsm/|kernel/core/policy\.h$"),
    (r"libipe-enlighten/", r"libipe-enlighten/"),
    (r"tools/policy/", r"tools/|kernel/core/policy\.h$|libipe-enlighten/ipe-enlighten\.h$"),
    (r"tools/run/", r"tools/(run/)?[^/]+$|libipe-enlighten/ipe-enlighten\.h$|"
                    r"shim/(handshake|names|rules|sources|words)\.h$"),
    (r"tools/scan/", r"tools/(scan/)?[^/]+$|tools/enlighten/needs_shim\.h$|shim/(handshake|known|own-calls|rules)\.h$"),
    (r"tools/enlighten/", r"tools/(enlighten/)?[^/]+$|shim/handshake\.h$"),
    (r"tools/", r"tools/([^/]+|run/run\.h|enlighten/enlighten\.h|scan/(scan|identify)\.h)$|libipe-enlighten/(ipe-enlighten|setting)\.h$"),
    (r"shim/", r"shim/|libipe-enlighten/(ipe-enlighten|raw)\.h$"),
    (r"bindings/python/ext/policy\.c$", r"bindings/|kernel/core/policy\.h$"),
    (r"bindings/", r"bindings/|libipe-enlighten/ipe-enlighten\.h$"),
    (r"patches/", r"libipe-enlighten/ipe-enlighten\.h$"),
    (r"examples/", r"libipe-enlighten/ipe-enlighten\.h$"),
]
INCLUDE_DIRECTORIES = ["kernel", "kernel/core", "libipe-enlighten", "tools"]
MACHINE_PATHS = re.compile(r"(?<![\w$}])/(?:root/\.|home/[a-z])")


def tracked(source):
    done = subprocess.run(["git", "-C", source, "ls-files", "-z"], capture_output=True, check=False)
    if done.returncode != 0:
        return None
    names = done.stdout.decode().split("\0")
    # What a fuzzer found is its own, to the byte.
    return [name for name in names if os.path.isfile(os.path.join(source, name)) and
            not name.startswith("tests/fuzz/corpus/")]


def read(source, name):
    with open(os.path.join(source, name), encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def without_licence(source, names):
    for name in names:
        if not NO_LICENCE_LINE.search(name):
            head = read(source, name).split("\n", 3)[:3]
            if not any("SPDX-License-Identifier: " in line for line in head):
                yield f"{name} does not name its licence in its first lines"


def includes(source, name, headers):
    """Those of our headers that a file includes: in quotation marks, or the public one."""
    found = re.findall(r'^\s*#\s*include\s+(?:"([^"]+)"|<(ipe-enlighten\.h)>)', read(source, name),
                       re.MULTILINE)
    for quoted, public in found:
        for directory in [os.path.dirname(name), *INCLUDE_DIRECTORIES]:
            path = os.path.normpath(os.path.join(directory, quoted or public))
            if path in headers:
                yield path
                break


def layer_breaks(source, names):
    code = [name for name in names if name.endswith((".c", ".h", ".cc", ".cpp", ".hpp"))]
    headers = {name for name in code if name.endswith((".h", ".hpp"))}
    for name in code:
        allowed = next((may for who, may in LAYERS if re.match(who, name)), "")
        for header in includes(source, name, headers):
            if not re.match(allowed, header):
                yield f"{name} includes {header}; it may see {allowed} alone"


def functions(text):
    """Name, number of parameters and number of lines of each function in house style."""
    text = re.sub(r"__attribute__\(\((?:[^()]|\([^()]*\))*\)\)\s*", "", text)
    pattern = re.compile(r"^(?!\s|#|struct \w+ \{|enum|union|typedef)[^;{}=]*?\b(\w+)\(([^;{}]*)\)"
                         r"[^;{}()]*\n\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
    for match in pattern.finditer(text):
        yield match.group(1), match.group(2).count(",") + 1, match.group(3).count("\n") + 2


def over_budget(source, names):
    for name in names:
        if NO_SIZE_LIMIT.search(name):
            continue
        text = read(source, name)
        if text.count("\n") > FILE_LIMIT:
            yield f"{name} has {text.count(chr(10))} lines, more than {FILE_LIMIT}"
        if not name.endswith(".c"):
            continue
        for function, parameters, lines in functions(text):
            if lines > FUNCTION_LIMIT:
                yield f"{name}: {function}() has {lines} lines, more than {FUNCTION_LIMIT}"
            if parameters > PARAMETER_LIMIT:
                yield f"{name}: {function}() has {parameters} parameters, more than {PARAMETER_LIMIT}"


def untidy(source, names):
    for name in names:
        if name.startswith("LICENSES/"):
            continue
        for number, line in enumerate(read(source, name).split("\n"), 1):
            if line != line.rstrip():
                yield f"{name}:{number}: blanks at the end of the line"
            if re.search(r"^\s*(?:#|//|/?\*).*\b(TODO|FIXME|XXX)\b", line):
                yield f"{name}:{number}: something is left to be done"
            if MACHINE_PATHS.search(line):
                yield f"{name}:{number}: a path of one machine"


def main():
    source = sys.argv[1]
    names = tracked(source)
    if names is None:
        print("1..0 # SKIP this is no git checkout, so what belongs to the project is not known")
        return 0
    c_files = [name for name in names if name.endswith((".c", ".h"))]
    tap = Tap()
    tap.check("every file names its licence", without_licence(source, names))
    tap.check("no file includes one from a layer above", layer_breaks(source, names))
    tap.check("files, functions and parameter lists keep to their budgets",
              over_budget(source, names))
    tap.check("nothing is left over", untidy(source, names))
    tap.run("every C file is formatted by .clang-format",
            ["clang-format-14", "--dry-run", "-Werror", *c_files], cwd=source)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
