# SPDX-License-Identifier: LGPL-2.1-or-later
"""The files of ipe-check --freeze: each is read once, and its digest is of what was read."""

from __future__ import annotations

import errno
import io
import os
import stat
from importlib.machinery import BYTECODE_SUFFIXES
from importlib.util import MAGIC_NUMBER
from typing import NamedTuple, Optional
from zipfile import is_zipfile

from ..policy import Digest
from .digest import fsverity_digest
from .libraries import ELF_MAGIC, Libraries
from .report import Report


class Needed(NamedTuple):
    """A file that a program needs permission to execute, and why."""

    path: str
    kind: str
    why: str
    size: int
    digest: Digest

    @property
    def rule(self) -> str:
        """The rule of IPE that gives the permission."""
        return f"op=EXECUTE fsverity_digest={self.digest} action=ALLOW"


def read_regular(path: str, limit: int = -1) -> bytes:
    """Read a file, but wait for no pipe and open no device.

    Raises ValueError for what is no regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is no regular file, and no policy can allow it")
        return file.read(limit)


def kind_of(path: str, content: bytes) -> str:
    """Tell what a file is to Python."""
    if content.startswith(ELF_MAGIC):
        return "native"
    if path.endswith(".pth"):
        return "path-file"
    if content.startswith(MAGIC_NUMBER) or path.endswith(tuple(BYTECODE_SUFFIXES)):
        return "byte-code"
    return "archive" if is_zipfile(io.BytesIO(content)) else "source"


class Inventory:
    """What was found to be needed; in the place of the ledger that --imports judges with."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._content: dict[str, Optional[bytes]] = {}
        self._libraries = Libraries()
        self.files: dict[str, Needed] = {}
        self.missing: dict[str, list[str]] = {}
        self.complete = True
        self.why = ""

    def add(self, path: str, why: str) -> Optional[bytes]:
        """Add a file and what is loaded with it; return its content, None if it cannot be read."""
        real = os.path.realpath(path)
        if real not in self._content:
            self._content[real] = content = self._read(path, real)
            if content is not None:
                needed = Needed(
                    real, kind_of(real, content), why, len(content), fsverity_digest(content)
                )
                self.files[real] = needed
                if needed.kind == "native":
                    self._content[real] = b""
                    self._add_libraries(real)
        return self._content[real]

    def check(self, path: str) -> bool:
        """As the ledger's."""
        return self.load(path)

    def load(self, path: str) -> bool:
        """As the ledger's."""
        return self.add(path, self.why) is not None

    def read(self, path: str) -> bytes:
        """As the ledger's."""
        content = self._content.get(os.path.realpath(path))
        if content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return content

    def lack(self, what: str, who: list[str]) -> None:
        """Note what was not found."""
        self.missing.setdefault(what, []).extend(who)

    def fail(self, path: str, error: Exception) -> None:
        """Note that a file could not be read, without which there is no policy."""
        self.complete = False
        self._report.undecided(path, error)

    def _read(self, path: str, real: str) -> Optional[bytes]:
        try:
            return read_regular(real)
        except (OSError, ValueError) as error:
            self.fail(path, error)
            return None

    def _add_libraries(self, path: str) -> None:
        for name, found in self._libraries.of(path):
            if found:
                self.add(name, f"library of {path}")
            else:
                self.lack(name, [path])
