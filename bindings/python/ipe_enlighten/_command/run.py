# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipe-check --run: a script through the gate, otherwise as python3 runs it."""

from __future__ import annotations

import builtins
import os
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER
from types import ModuleType, TracebackType
from typing import NoReturn, Optional, Type

from .. import Check, Reason, Refused, Verdict, _strict, load
from .._hook import install_hooks
from .report import Status, complain, escape, warn_refused, warn_undecided

_ZIP_END_MAGIC = b"PK\x05\x06"
_ZIP_END_MAX = 22 + 0xFFFF


def _unsupported(script: str, content: bytes) -> Optional[str]:
    """Tell why an operand that python3 takes is not run here; None if it is."""
    if script.endswith(".pyc") or content.startswith(MAGIC_NUMBER):
        return "it is byte code: name its source"
    if _ZIP_END_MAGIC in content[-_ZIP_END_MAX:]:
        return "it is a zip archive: unpack it and name its __main__.py"
    return None


def _set_up(script: str, arguments: list[str]) -> ModuleType:
    """Make the process look as it does to the operand of python3; return the new __main__."""
    # -I is for the start of this command; of a script's own imports every one is judged.
    if sys.flags.isolated or not getattr(sys.flags, "safe_path", False):
        sys.path.insert(0, os.path.dirname(os.path.realpath(script)))
    sys.argv[:] = [script, *arguments]
    path = script if os.path.isabs(script) else f"{os.getcwd()}/{script}"
    main = ModuleType("__main__")
    if sys.version_info < (3, 14):
        main.__annotations__ = {}
    vars(main).update(
        __builtins__=builtins,
        __cached__=None,
        __file__=path,
        __loader__=SourceFileLoader("__main__", path),
    )
    sys.modules["__main__"] = main
    return main


def _hide_own_frames(error: BaseException) -> None:
    """Let Python report an error as if it had reached the script's outermost frame only."""
    report = sys.excepthook
    outermost = error.__traceback__.tb_next if error.__traceback__ else None

    def report_script(
        kind: Type[BaseException], value: BaseException, traceback: Optional[TracebackType]
    ) -> None:
        if value is error:
            traceback = outermost
        report(kind, value.with_traceback(traceback), traceback)

    sys.excepthook = report_script


def _interpret(content: bytes, main: ModuleType) -> None:
    try:
        exec(compile(content, str(main.__file__), "exec", dont_inherit=True), vars(main))
    except SystemExit:
        raise
    except BaseException as error:
        _hide_own_frames(error)
        raise


def _refuse_inline() -> NoReturn:
    raise Refused(Check(Verdict.DENY, Reason.INLINE, 0, 0, 0))


def _load_and_note(path: str) -> bytes:
    content = load(path)
    _strict.note(content, path)
    return content


def _install(strict: bool, script: str, content: bytes) -> None:
    if not strict:
        install_hooks(warn_refused)
        return
    install_hooks(warn_refused, _load_and_note)
    _strict.note(content, script)
    library = os.fsencode(os.path.dirname(os.__file__))
    sys.addaudithook(_strict.hook(library, _refuse_inline))


def run_script(script: str, arguments: list[str], *, strict: bool = False) -> int:
    """Run a script if it is allowed; return the exit status unless it raises."""
    try:
        content = load(script)
    except Refused as error:
        warn_refused(script, error.check)
        return Status.REFUSED
    except (OSError, ValueError) as error:
        warn_undecided(script, error)
        return Status.UNDECIDED
    problem = _unsupported(script, content)
    if problem:
        complain(f"cannot run '{escape(script, sys.stderr.encoding)}': {problem}")
        return Status.USAGE
    main = _set_up(script, arguments)
    _install(strict, script, content)
    _interpret(content, main)
    return Status.ALLOWED
