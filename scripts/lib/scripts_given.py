# SPDX-License-Identifier: LGPL-2.1-or-later
"""The scripts that quickstart was given: read once, judged by nothing but their first line and
their name."""

import os
import re
import stat
from typing import List, NamedTuple, Optional

SIZE_LIMIT = 16 << 20
PROGRAMS = [
    (re.compile(rb"python(3(\.\d+)?)?$"), "python3"),
    (re.compile(rb"lua(5\.4)?$"), "lua5.4"),
    (re.compile(rb"perl$"), "perl"),
    (re.compile(rb"bash$"), "bash"),
    (re.compile(rb"(da)?sh$"), "dash"),
]
SUFFIXES = {b".py": "python3", b".lua": "lua5.4", b".pl": "perl", b".bash": "bash",
            b".sh": "dash", b".dash": "dash"}


class BadScript(Exception):
    """Says which file, what is wrong with it and what to do."""


class Given(NamedTuple):
    name: str
    base: bytes
    text: bytes
    interpreter: str
    demo: bool


def printable(name: bytes) -> str:
    """A name as it can be shown and put into JSON: bytes that are not UTF-8 as \\xNN."""
    return name.decode(errors="backslashreplace")


def escaped(text: str) -> str:
    """For a terminal: nothing in a name may command it or start a new line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def program_of_line(line: bytes) -> bytes:
    """The program that a #! line names, seen through env(1)."""
    words = line[2:].split()
    if words and os.path.basename(words[0]) == b"env":
        words = [word for word in words[1:] if not word.startswith(b"-") and b"=" not in word]
    return os.path.basename(words[0]) if words else b""


def interpreter_of(base: bytes, text: bytes) -> Optional[str]:
    if text.startswith(b"#!"):
        program = program_of_line(text.split(b"\n", 1)[0])
        return next((name for pattern, name in PROGRAMS if pattern.match(program)), None)
    return SUFFIXES.get(os.path.splitext(base)[1].lower())


def read_regular(path: bytes) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise BadScript("is not a regular file: name a script")
        text = file.read(SIZE_LIMIT + 1)
    if not text:
        raise BadScript("is empty: there is nothing to run")
    if len(text) > SIZE_LIMIT:
        raise BadScript(f"is larger than {SIZE_LIMIT >> 20} MiB: name a script")
    return text


def read_script(path: str, demo: bool = False) -> Given:
    raw = os.fsencode(path)
    shown = escaped(printable(raw))
    try:
        text = read_regular(raw)
    except OSError as error:
        raise BadScript(f"{shown}: cannot be read: {error.strerror}") from error
    except BadScript as error:
        raise BadScript(f"{shown}: {error}") from error
    base = os.path.basename(raw)
    interpreter = interpreter_of(base, text)
    if interpreter is None:
        known = ", ".join(sorted(set(SUFFIXES.values())))
        raise BadScript(f"{shown}: whose script is this? Give it a #! line or a suffix of one of: "
                        f"{known}")
    return Given(base.decode(errors="backslashreplace") if demo else printable(raw), base, text,
                 interpreter, demo)


def read_demonstration(directory: str) -> List[Given]:
    names = ["hello.py", "hello.lua", "hello.pl", "hello.bash", "hello.dash"]
    return [read_script(os.path.join(directory, name), demo=True) for name in names]
