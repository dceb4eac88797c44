#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the built library exports, needs and weighs, against header, version script and manual.

Usage: symbols.py SOURCE LIBRARY
"""
import os
import re
import subprocess
import sys
from glob import glob

from tap import Tap

VERSION = "IPE_ENLIGHTEN_0.1"
TEXT_LIMIT = 16 * 1024

# No heap, no stdio, no environment, no locks, and no call that a preloaded library could take over:
# nothing but copies of memory. __x_chk is what _FORTIFY_SOURCE makes of a name.
ALLOWED = {"__stack_chk_fail", "memchr", "memcmp", "memcpy", "memset", "strlen"}
STARTUP = {"__cxa_finalize", "__gmon_start__", "_ITM_deregisterTMCloneTable",
           "_ITM_registerTMCloneTable"}


def nm(library, *options):
    done = subprocess.run(["nm", "-D", *options, library], capture_output=True, text=True,
                          check=True)
    return [line.split() for line in done.stdout.splitlines()]


def bare(symbol):
    name = symbol.split("@")[0]
    name = re.sub(r"^__(\w+)_chk$", r"\1", name)
    return re.sub(r"(?:64)?(?:_2)?$", "", name) if not name.startswith("_") else name


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return file.read()


def documented(source):
    """The functions under NAME and in the SYNOPSIS of a manual page of section 3."""
    names, synopses = set(), set()
    for path in glob(os.path.join(source, "docs", "man", "*.3")):
        page = read(path)
        head = page.split(".Sh NAME", 1)[1].split(".Sh DESCRIPTION", 1)[0]
        names |= set(re.findall(r"^\.Nm (ipe_\w+)", head, re.MULTILINE))
        synopses |= set(re.findall(r"^\.F[no] (?:\"[^\"]*\" )?(ipe_\w+)", head, re.MULTILINE))
    return names, synopses


def undocumented(header, functions):
    for function in sorted(functions):
        comment = re.search(rf"/\*\*\n \* {function}\(\) - .*?\*/", header, re.DOTALL)
        if not comment:
            yield f"{function} has no kernel-doc comment"
        elif "Since: " not in comment.group(0):
            yield f"{function} does not say since when it exists"


def differences(name, functions, other_name, others):
    yield from (f"{function} is in {name} but not in {other_name}"
                for function in sorted(functions - others))
    yield from (f"{function} is in {other_name} but not in {name}"
                for function in sorted(others - functions))


def text_size(library):
    done = subprocess.run(["size", "-A", library], capture_output=True, text=True, check=True)
    return int(re.search(r"^\.text\s+(\d+)", done.stdout, re.MULTILINE).group(1))


def main():
    source, library = sys.argv[1:]
    header = read(source, "libipe-enlighten", "ipe-enlighten.h")
    code = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
    declared = set(re.findall(r"\b(ipe_\w+)\(", code))
    script = read(source, "libipe-enlighten", "libipe-enlighten.sym")
    listed = set(re.findall(r"^\t(ipe_\w+);", script, re.MULTILINE))
    exported = {line[2] for line in nm(library, "--defined-only") if line[1] != "A"}
    needed = {line[-1] for line in nm(library, "--undefined-only")}
    names, synopses = documented(source)
    tap = Tap()
    tap.check("the version script lists what the header declares",
              differences("the header", declared, "the version script", listed))
    tap.check("the library exports what the header declares, with its version",
              differences("the header", {f"{name}@@{VERSION}" for name in declared},
                          "the library", exported))
    tap.check("the manual names what the header declares",
              differences("the header", declared, "the manual's NAME sections", names))
    tap.check("the manual shows how each is declared",
              differences("the header", declared, "the manual's SYNOPSIS sections", synopses))
    tap.check("the header documents every function and since when it exists",
              undocumented(header, declared))
    tap.check("the library needs nothing but bare calls and copies of memory",
              [f"needs {name}" for name in sorted(needed)
               if name.split("@")[0] not in STARTUP and bare(name) not in ALLOWED])
    size = text_size(library)
    tap.check("the library's code is smaller than 16 KiB",
              [f".text is {size} bytes"] if size >= TEXT_LIMIT else [])
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
