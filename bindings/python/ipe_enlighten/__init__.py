# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ask the kernel whether code that is about to be interpreted may run.

Python reads a script as text, so the kernel's execution policy (IPE, a noexec mount, the securebits
of Linux 6.14) never sees it. These functions show the file to the kernel as if it were to be
executed and hand back the answer:

    import ipe_enlighten

    try:
        with ipe_enlighten.open_code(path) as code:
            interpret(code.read())
    except ipe_enlighten.Refused as error:
        print(error.filename, error.reason.label, error.advice)

The system calls are made without the GIL; every function may be called from any thread.
"""

from ._gate import (
    DEFAULT_LIMIT,
    Check,
    InlineSetting,
    Refused,
    Restrictions,
    Verdict,
    check,
    check_inline,
    check_stdin,
    load,
    open_code,
    restrictions,
)
from ._hook import install
from ._reason import Reason

__all__ = [
    "DEFAULT_LIMIT",
    "Check",
    "InlineSetting",
    "Reason",
    "Refused",
    "Restrictions",
    "Verdict",
    "check",
    "check_inline",
    "check_stdin",
    "install",
    "load",
    "open_code",
    "restrictions",
]
