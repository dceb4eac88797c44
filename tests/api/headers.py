#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The header and the ABI for every language and word size that a consumer may have.

Usage: headers.py SOURCE
"""
import itertools
import os
import subprocess
import sys

from tap import Tap

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Wshadow",
            "-Wundef", "-Werror", "-fsyntax-only"]
C_WARNINGS = ["-Wstrict-prototypes", "-Wmissing-prototypes", "-Wold-style-definition"]
CXX_WARNINGS = ["-Wold-style-cast", "-Wzero-as-null-pointer-constant"]
C_STANDARDS = ["c99", "c11", "c17", "c2x", "gnu11"]
CXX_STANDARDS = ["c++11", "c++14", "c++17", "c++20"]


def compiles(compiler, flags):
    done = subprocess.run([compiler, *flags, "-fsyntax-only", "-x", "c", "-"], text=True,
                          input="#include <stdint.h>\n#include <gnu/stubs.h>\n",
                          capture_output=True, check=False)
    return done.returncode == 0


def main():
    source = sys.argv[1]
    here = os.path.dirname(os.path.abspath(__file__))
    include = os.path.join(source, "libipe-enlighten")
    header = os.path.join(include, "ipe-enlighten.h")
    tap = Tap()
    languages = [("c", standard, C_WARNINGS) for standard in C_STANDARDS]
    languages += [("c++", standard, CXX_WARNINGS) for standard in CXX_STANDARDS]
    compilers = {"c": ["gcc", "clang"], "c++": ["g++", "clang++"]}
    for language, standard, warnings in languages:
        for compiler in compilers[language]:
            tap.run(f"the header alone compiles as {standard} with {compiler}",
                    [compiler, "-x", language, f"-std={standard}", *WARNINGS, *warnings,
                     "-include", header, os.devnull])
    for (language, standard), bits in itertools.product([("c", "c11"), ("c++", "c++11")],
                                                        ["64", "32"]):
        name = f"the ABI is the one of the table in {standard} with {bits} bits"
        compiler = compilers[language][0]
        if not compiles("gcc", [f"-m{bits}"]):
            tap.skip(name, f"this compiler has no -m{bits}")
            continue
        tap.run(name, [compiler, "-x", language, f"-std={standard}", f"-m{bits}", "-fsyntax-only",
                       "-I", include, os.path.join(here, "abi.c")])
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
