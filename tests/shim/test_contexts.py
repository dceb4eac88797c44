#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Wherever a program opens code, what the kernel does not trust is refused and the rest is not.

Usage: test_contexts.py SHIM CONTEXTS EARLY
"""
import os
import re
import sys
from pathlib import Path

from shimtest import SHIM, equal, main, places, under_shim

PROGRAM, EARLY = (os.path.abspath(argument) for argument in sys.argv[2:])


def make_scripts():
    places().both("script.sh", "#!/bin/sh\n")
    return str(places().trusted.parent)


def run(name):
    done = under_shim(PROGRAM, make_scripts(), name)
    equal((done.returncode, re.sub(r"^ipe-shim: .*\n", "", done.stderr, flags=re.MULTILINE)),
          (0, ""))
    return done


def test_early():
    """in a constructor that runs before the shim's own, by name and by first bytes"""
    for name, text in (("early.sh", ":\n"), ("early", "#!/bin/sh\n")):
        places().both(name, text)
        done = under_shim("/bin/true", env={
            "LD_PRELOAD": f"{SHIM} {EARLY}", "EARLY_TRUSTED": str(places().trusted / name),
            "EARLY_UNTRUSTED": str(places().untrusted / name)})
        equal((name, done.returncode), (name, 64))


def add_tests():
    """One for each entry of the table in contexts.c."""
    source = Path(__file__).with_name("contexts.c").read_text()
    for name in re.findall(r"^\tTEST\((\w+)\)", source, re.MULTILINE):
        def test(name=name):
            run(name)
        test.__doc__ = name.replace("_", " ")
        globals()["test_" + name] = test


add_tests()

if __name__ == "__main__":
    main(sys.modules[__name__])
