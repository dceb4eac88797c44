#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How scripts/quickstart reads the scripts that it is given, and shows their names."""

import os
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
import scripts_given as given  # noqa: E402

# file name, its text, the interpreter
INTERPRETERS = [
    (b"x", b"#!/usr/bin/python3\n", "python3"),
    (b"x", b"#!/usr/bin/python3.11 -u\n", "python3"),
    (b"x", b"#! /usr/bin/env python3\n", "python3"),
    (b"x", b"#!/usr/bin/env -S A=b python3 -u\n", "python3"),
    (b"x", b"#!/usr/bin/lua5.4", "lua5.4"),
    (b"x", b"#!/usr/bin/perl -w\n", "perl"),
    (b"x", b"#!/bin/bash\n", "bash"),
    (b"x", b"#!/bin/sh -e\n", "dash"),
    (b"x.py", b"#!/bin/sh\n", "dash"),
    (b"x.py", b"print(1)\n", "python3"),
    (b"x.LUA", b"print(1)\n", "lua5.4"),
    (b"x.pl", b"print 1", "perl"),
    (b"x.sh", b"echo\n", "dash"),
    (b"x.bash", b"echo\n", "bash"),
    (b"a b\n\xff.sh", b"\xff\x00", "dash"),
    (b"x", b"echo\n", None),
    (b"x.rb", b"puts\n", None),
    (b"x.py", b"#!/usr/bin/ruby\n", None),
    (b"x.py", b"#!\n", None),
    (b"x.py", b"#!/usr/bin/env\n", None),
    (b"x.py", b"#!/usr/bin/python2\n", None),
    (b"x.sh", b"#!/bin/zsh\n", None),
]


def refused(path):
    try:
        given.read_script(path)
    except given.BadScript as error:
        return str(error)
    return None


def facts(directory):
    """Pairs of a sentence and whether it is true."""
    for base, text, interpreter in INTERPRETERS:
        yield (f"{base!r} with {text!r} belongs to {interpreter}",
               given.interpreter_of(base, text) == interpreter)
    odd = os.path.join(os.fsencode(directory), b"a b\n\xff\x1b[31m")
    Path(os.fsdecode(odd)).write_bytes(b"#!/bin/sh\n\xff")
    script = given.read_script(os.fsdecode(odd))
    yield "a file name of any bytes is kept", script.base == os.path.basename(odd)
    yield "the text is kept byte by byte", script.text == b"#!/bin/sh\n\xff"
    yield "a name is valid UTF-8 when shown", "\\xff" in script.name and script.name.encode()
    yield ("a name on a terminal is one line without escape sequences",
           given.escaped(script.name).isprintable())
    yield "a missing file is refused", "No such file" in (refused(f"{directory}/missing") or "")
    yield "a directory is refused", "directory" in (refused(directory) or "")
    os.mkfifo(f"{directory}/fifo")
    yield ("a FIFO is refused without blocking",
           "not a regular file" in (refused(f"{directory}/fifo") or ""))
    Path(directory, "empty.sh").touch()
    yield "an empty file is refused", "is empty" in (refused(f"{directory}/empty.sh") or "")
    os.truncate(os.path.join(directory, "empty.sh"), given.SIZE_LIMIT + 1)
    yield "a huge file is refused", "larger than" in (refused(f"{directory}/empty.sh") or "")
    Path(directory, "x.rb").write_text("puts 1")
    yield "a script of an unknown language is refused", "#!" in (refused(f"{directory}/x.rb") or "")
    demo = Path(__file__).resolve().parents[2] / "scripts" / "demo"
    yield ("every demonstration script belongs to an interpreter of its own",
           len({one.interpreter for one in given.read_demonstration(str(demo))}) == 5)


def main():
    failed = count = 0
    with tempfile.TemporaryDirectory() as directory:
        for count, (sentence, true) in enumerate(facts(directory), 1):
            failed += not true
            print(f"{'ok' if true else 'not ok'} {count} - {sentence!r}")
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
