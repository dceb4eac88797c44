#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The shim exports what calls.def lists, and each of it does what the C library does.

Usage: test_calls.py SHIM CALLS.DEF CALLS TRAINER
"""
import difflib
import re
import subprocess
import sys
from pathlib import Path

from shimtest import CLEAN, SHIM, equal, run_tests, scratch

LIST, PROGRAM, TRAINER = (Path(argument).resolve() for argument in sys.argv[2:])


def listed():
    return re.findall(r"^IPE_[A-Z0-9_]+\((\w+)\)$", LIST.read_text(), re.MULTILINE)


def exported(library):
    done = subprocess.run(["nm", "-D", "--defined-only", str(library)], capture_output=True,
                          text=True, check=True)
    return [line.split()[2] for line in done.stdout.splitlines() if line.split()[1] != "A"]


def test_exports():
    """the shim exports what is listed and nothing else"""
    equal(sorted(exported(SHIM)), sorted(listed()))


def test_no_call_twice():
    """no function is listed twice"""
    equal(len(listed()), len(set(listed())))


def test_everything_known_is_listed():
    """every function of this C library that opens a file for reading by name is listed"""
    libc = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True,
                          env={"PATH": "/sbin:/usr/sbin"}).stdout
    path = re.search(r"libc\.so\.6 \(libc6,x86-64.*=> (\S+)", libc)
    names = {name.split("@")[0] for name in exported(path.group(1))} if path else set()
    opens = {name for name in names
             if re.fullmatch(r"_*open(at)?2?(64)?(_2)?|(_IO_)?f(re)?open(64)?|open_by_handle_at|"
                             r"syscall|dlopen|exec[vl]p?e?|execveat|fexecve|posix_spawnp?|system|wordexp|"
                             r"(_IO_)?popen", name)}
    equal(sorted(opens - set(listed())), [])


def transcript(preload):
    with scratch() as folder:
        done = subprocess.run([str(PROGRAM)], cwd=folder, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True,
                              env={"LD_PRELOAD": preload, **CLEAN} if preload else CLEAN,
                              timeout=120)
        return done.stdout.decode("utf-8", "backslashreplace").replace(str(folder), "FOLDER")


def differences(preload):
    stock, shimmed = transcript(None), transcript(preload)
    assert stock.count("\n") > 4000, "the program did not try what it should"
    return list(difflib.unified_diff(stock.splitlines(), shimmed.splitlines(), "stock", "shim",
                                     lineterm="", n=0))


def test_differential():
    """every call in every form does what it does without the shim"""
    equal(differences(SHIM), [])


def test_differential_trainer():
    """and without the trainer"""
    equal(differences(str(TRAINER)), [])


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules[__name__]))
