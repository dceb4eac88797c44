# SPDX-License-Identifier: LGPL-2.1-or-later
"""The gate for Python: the library's functions, typed."""

from __future__ import annotations

import enum
import errno
import io
import os
import sys
from typing import Any, NamedTuple, Optional, Union

from . import _ipe_enlighten
from ._reason import Reason

Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]

DEFAULT_LIMIT = 64 * 1024 * 1024


class Verdict(enum.IntEnum):
    """Whether code may be interpreted."""

    DENY = 0
    ALLOW = 1


class Check(NamedTuple):
    """A verdict, its reason and what it rests on.

    A probe's answer is 1 (passed), 0 (not asked) or a negative errno (refused). In a condition a
    check is its verdict:

    >>> if check("/usr/bin/true"):
    ...     print("may be interpreted")
    may be interpreted
    """

    verdict: Verdict
    reason: Reason
    mmap_probe: int
    exec_probe: int
    size: int

    @property
    def allowed(self) -> bool:
        """True if the verdict is to allow."""
        return self.verdict is Verdict.ALLOW

    @property
    def advice(self) -> str:
        """One sentence that tells an administrator what to do about the reason."""
        return self.reason.advice

    def __bool__(self) -> bool:
        return self.allowed


class InlineSetting(enum.IntEnum):
    """When code that is not in a file is refused: see ipe-enlighten.conf(5)."""

    SECUREBITS = 0
    ANONYMOUS = 1
    DENY = 2


class Restrictions(NamedTuple):
    """What this process and its kernel ask of an interpreter. For showing to a person."""

    restrict_file: bool
    deny_interactive: bool
    exec_check_known: bool
    anonymous_allowed: bool
    inline_setting: InlineSetting
    bad_configuration: bool


class Refused(PermissionError):
    """Code may not be interpreted. ``errno`` is EACCES.

    >>> try:
    ...     open_code("/")
    ... except Refused as error:
    ...     print(error.filename, error.reason.label)
    / not-regular
    """

    check: Check

    def __init__(self, check: Check, filename: Optional[Any] = None) -> None:
        message = f"refused ({check.reason.label}): {check.advice}"
        super().__init__(errno.EACCES, message, filename)
        self.check = check

    def __reduce__(self) -> tuple[type[Refused], tuple[Check, Optional[Any]]]:
        return type(self), (self.check, self.filename)

    @property
    def reason(self) -> Reason:
        """Why: ``check.reason``."""
        return self.check.reason

    @property
    def advice(self) -> str:
        """What to do about it: ``check.advice``."""
        return self.check.advice


def _check_of(facts: tuple[int, int, int, int, int]) -> Check:
    verdict, reason, *rest = facts
    return Check(Verdict(verdict), Reason(reason), *rest)


def check(path_or_fd: Union[Path, int], *, dir_fd: Optional[int] = None) -> Check:
    """Judge a file that is to be interpreted.

    A verdict on a path is out of date as soon as it is made: to interpret the file, use
    open_code() or load(). A descriptor is borrowed; a pipe, terminal or device is judged as code
    that is not in a file.

    Raises OSError if the file cannot be opened or the descriptor cannot be read (EBADF), and
    ValueError for a path with a NUL. A refusal is no error:

    >>> check("/").allowed
    False
    >>> check("/").reason.label
    'not-regular'
    """
    if not isinstance(path_or_fd, int):
        return _check_of(_ipe_enlighten.check_path(path_or_fd, dir_fd))
    if dir_fd is not None:
        raise ValueError("dir_fd goes with a path, not with a descriptor")
    return _check_of(_ipe_enlighten.check_fd(path_or_fd))


def open_code(path: Path, *, dir_fd: Optional[int] = None) -> io.BufferedReader:
    """Open a script, module or library and judge what was opened.

    The stream reads from the very descriptor that was judged. Only a regular file is accepted.

    Raises Refused if it may not be interpreted, another OSError if it cannot be opened, ValueError
    for a path with a NUL.

    >>> with open_code(os.__file__) as code:
    ...     source = code.read()
    """
    path = os.fspath(path)
    sys.audit("open", path, "rb", os.O_RDONLY)
    raw, facts = _ipe_enlighten.open_code(path, dir_fd)
    if raw is None:
        raise Refused(_check_of(facts), path)
    raw.name = path
    return io.BufferedReader(raw)


def judge_and_load(
    path_or_fd: Union[Path, int], limit: int = DEFAULT_LIMIT
) -> tuple[Optional[bytes], Check]:
    """As load(), but a refusal is None and the check that says why."""
    if isinstance(path_or_fd, int):
        content, facts = _ipe_enlighten.load_fd(path_or_fd, limit)
        return content, _check_of(facts)
    try:
        code = open_code(path_or_fd)
    except Refused as error:
        return None, error.check
    with code:
        return judge_and_load(code.fileno(), limit)


def load(path_or_fd: Union[Path, int], limit: int = DEFAULT_LIMIT) -> bytes:
    """Judge a script and read all of it.

    What is returned was read once, after the verdict, and is the whole file: interpret it and not
    the file. A file that is seen to change while it is read, that cannot be read to its end or
    that is larger than limit bytes is refused. A descriptor is borrowed and its offset not used.

    Raises Refused if it may not be interpreted, another OSError if it cannot be opened or the
    descriptor cannot be read, ValueError for a negative limit or a path with a NUL.

    >>> code = compile(load(os.__file__), os.__file__, "exec")
    """
    content, verdict = judge_and_load(path_or_fd, limit)
    if content is None:
        raise Refused(verdict, None if isinstance(path_or_fd, int) else os.fspath(path_or_fd))
    return content


def check_stdin(fd: int = 0) -> Check:
    """Judge standard input that is about to be interpreted.

    As check(fd), but by SECBIT_EXEC_DENY_INTERACTIVE where that goes by SECBIT_EXEC_RESTRICT_FILE.

    Raises OSError (EBADF) if the descriptor cannot be read.

    >>> with open(os.__file__) as script:
    ...     check_stdin(script.fileno()).allowed
    True
    """
    return _check_of(_ipe_enlighten.check_stdin(fd))


def check_inline() -> Check:
    """Judge code that is not in a file: the argument of -c, a prompt, a variable.

    >>> check_inline().allowed
    True
    """
    return _check_of(_ipe_enlighten.check_inline())


def restrictions() -> Restrictions:
    """Tell what this process and its kernel ask of an interpreter. Decide by the checks instead.

    >>> restrictions().inline_setting.name
    'SECUREBITS'
    """
    *bits, inline_setting, bad_configuration = _ipe_enlighten.restrictions()
    restrict_file, deny_interactive, exec_check_known, anonymous_allowed = bits
    return Restrictions(
        bool(restrict_file),
        bool(deny_interactive),
        bool(exec_check_known),
        bool(anonymous_allowed),
        InlineSetting(inline_setting),
        bool(bad_configuration),
    )
