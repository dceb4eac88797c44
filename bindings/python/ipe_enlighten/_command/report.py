# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the command prints: the lines and the JSON of ipectl check."""

from __future__ import annotations

import enum
import errno
import os
import sys
from typing import TYPE_CHECKING, Any

from .. import Check, Reason, Verdict, check

if TYPE_CHECKING:
    from .inventory import Needed

_ADVICE = {
    errno.ENOENT: "correct the name",
    errno.ENOTDIR: "correct the name",
    errno.EACCES: "run ipe-check as a user who may read it",
    errno.EPERM: "run ipe-check as a user who may read it",
    errno.ELOOP: "correct the symbolic links, which lead in a circle",
    errno.ENAMETOOLONG: "name it from a directory nearer to it",
    errno.ENOMEM: "raise the limits on memory and open files and try again",
    errno.EMFILE: "raise the limits on memory and open files and try again",
    errno.ENFILE: "raise the limits on memory and open files and try again",
    errno.EIO: "look for errors of the volume in the kernel log",
}
_OTHER_ADVICE = "see errno(3) and the manual page of openat(2)"


class Status(enum.IntEnum):
    """The exit status; of several files the largest counts."""

    ALLOWED = 0
    REFUSED = 1
    USAGE = 2
    UNDECIDED = 3


def _escape_character(character: str, encoding: str) -> str:
    if character == "\\":
        return "\\\\"
    if character in "\n\t":
        return repr(character)[1:-1]
    try:
        if character.isprintable() and character.encode(encoding):
            return character
    except UnicodeEncodeError:
        pass
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(character))


def escape(text: str, encoding: str = "utf-8") -> str:
    """Escape what a terminal would not show as it is.

    A file name can then neither command a terminal nor look like another line.

    >>> print(escape("a\\nallow  b\\x1b[2J"))
    a\\nallow  b\\x1b[2J
    """
    return "".join(_escape_character(character, encoding) for character in text)


def complain(message: str) -> None:
    """Print a message on standard error; it must be escaped already."""
    print(f"ipe-check: {message}", file=sys.stderr)


def refusal(path: str, check: Check, encoding: str) -> str:
    """Return the line that tells of a refusal."""
    return f"deny   {escape(path, encoding)}: {check.reason.label}: {check.advice}"


def warn_refused(path: str, check: Check) -> None:
    """Tell of a refusal on standard error."""
    complain(refusal(path, check, sys.stderr.encoding))


def warn_undecided(path: str, error: Exception) -> None:
    """Tell on standard error why there is no verdict on a file."""
    why, advice = str(error), "correct the name"
    if isinstance(error, OSError) and error.errno is not None:
        why, advice = os.strerror(error.errno), _ADVICE.get(error.errno, _OTHER_ADVICE)
    complain(f"cannot judge '{escape(path, sys.stderr.encoding)}': {why}; {advice}")


def _answer_name(answer: int) -> str:
    if answer > 0:
        return "passed"
    return "not-asked" if answer == 0 else errno.errorcode.get(-answer, "unknown errno")


def _path_fields(path: str) -> dict[str, str]:
    raw = os.fsencode(path)
    try:
        return {"path": raw.decode("utf-8")}
    except UnicodeDecodeError:
        return {"path": raw.decode("ascii", "replace"), "path_hex": raw.hex()}


class Report:
    """Prints results as they are made and keeps the exit status."""

    def __init__(self, json: bool) -> None:
        self.json = json
        if json:
            # Now: a later import would meet the gate that judges imports.
            from json import JSONEncoder

            self._encode = JSONEncoder(separators=(",", ":")).encode
        self._rows = 0
        self._status = Status.ALLOWED
        self._failure: OSError | None = None

    def verdict(self, path: str, check: Check) -> None:
        """Print a verdict on a file."""
        if not check:
            self._note(Status.REFUSED)
        if self.json:
            self._print_row(self._file_row(path, check, None))
        elif check:
            self._print(f"allow  {escape(path, self.encoding())}\n")
        else:
            self._print(refusal(path, check, self.encoding()) + "\n")

    def undecided(self, path: str, error: Exception) -> None:
        """Print that a file could not be judged."""
        self._note(Status.UNDECIDED)
        if self.json:
            number = error.errno if isinstance(error, OSError) else errno.EINVAL
            self._print_row(self._file_row(path, None, number))
        else:
            warn_undecided(path, error)

    def missing(self, module: str, importers: list[str]) -> None:
        """Print that no module of this name is found, which is no verdict."""
        if self.json:
            self._print_row({"module": module, "missing": True, "imported_by": importers})
        else:
            name = escape(module, self.encoding())
            self._print(f"missing  {name}: imported by {', '.join(importers)}\n")

    def close(self) -> Status:
        """Finish the output; return the exit status."""
        if self.json:
            self._print("\n]\n" if self._rows else "[\n]\n")
        if sys.stdout is None:
            self._failure = OSError(errno.EBADF, os.strerror(errno.EBADF))
        if self._failure:
            complain(
                f"cannot write to standard output: {self._failure.strerror}; "
                "the results above are incomplete: write them elsewhere and try again"
            )
            return Status.UNDECIDED
        return self._status

    def needed(self, file: Needed) -> None:
        """Print as JSON what a program needs, and what the kernel says of it now."""
        row = {
            "kind": file.kind,
            "why": file.why,
            "fsverity_digest": str(file.digest),
            "rule": file.rule,
        }
        self._print_row({**self._file_row(file.path, check(file.path), None), **row})

    def text(self, text: str) -> None:
        """Print a text as it is."""
        self._print(text)

    def _note(self, status: Status) -> None:
        self._status = max(self._status, status)

    @staticmethod
    def encoding() -> str:
        """Return the encoding of standard output."""
        return sys.stdout.encoding if sys.stdout else "utf-8"

    @staticmethod
    def _file_row(path: str, check: Check | None, error: int | None) -> dict[str, Any]:
        if check is None:
            check = Check(Verdict.DENY, Reason.UNDECIDED, 0, 0, 0)
        return {
            **_path_fields(path),
            "verdict": check.verdict.name.lower(),
            "reason": check.reason.label,
            "advice": check.advice,
            "mmap_probe": _answer_name(check.mmap_probe),
            "exec_probe": _answer_name(check.exec_probe),
            "size": check.size,
            "error": None if error is None else errno.errorcode.get(error, "unknown errno"),
        }

    def _print_row(self, row: dict[str, Any]) -> None:
        text = self._encode(row)
        self._print((",\n" if self._rows else "[\n") + text)
        self._rows += 1

    def _print(self, text: str) -> None:
        """Print at once: whoever reads a pipe gets each verdict when it is made."""
        if self._failure:
            return
        try:
            print(text, end="", flush=True)
        except OSError as error:
            self._failure = error
            # What is left in the buffer cannot be written at exit either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
