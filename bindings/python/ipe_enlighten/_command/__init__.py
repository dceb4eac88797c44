# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command ``python3 -m ipe-check``."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Callable, NoReturn, Optional

from .. import check
from .report import Report, Status

DESCRIPTION = """\
Say for each FILE whether the kernel's execution policy lets it be interpreted, and if not, why.
"""

USAGE = """\
%(prog)s [--json] [--imports] FILE...
       %(prog)s [--json] --freeze DIR
       %(prog)s --run [--strict] SCRIPT [ARGUMENT...]"""

EPILOG = """\
Exit status: 0 all are allowed, 1 one is refused, 2 usage, 3 one could not be judged, which outranks
a refusal; with --run, the script's own once it was allowed. See ipe-check(1).
"""


def _cut_at_run(arguments: list[str]) -> tuple[list[str], Optional[list[str]]]:
    """Cut off the script and what is the script's: argparse would look for its own in there."""
    if "--run" not in arguments or "--" in arguments[: arguments.index("--run")]:
        return arguments, None
    at = arguments.index("--run")
    return arguments[:at], arguments[at + 1 :]


def _refuse_prompt(fail: Callable[[str], NoReturn]) -> NoReturn:
    try:
        fail("--strict gives no prompt: leave out -i and PYTHONINSPECT")
    finally:
        # Python gives it to whatever else ends us.
        sys.stderr.flush()
        os._exit(Status.USAGE)


def _check_run(
    options: argparse.Namespace, own: list[str], fail: Callable[[str], NoReturn]
) -> None:
    if options.run[:1] == ["--strict"]:
        options.strict, options.run = True, options.run[1:]
    if own not in ([], ["--strict"]):
        fail("--run goes with no option but --strict, and SCRIPT comes right after them")
    if not options.run:
        fail("--run needs the name of a script")
    if options.strict and sys.flags.inspect:
        _refuse_prompt(fail)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="ipe-check",
        usage=USAGE,
        description=DESCRIPTION,
        epilog=EPILOG,
        allow_abbrev=False,
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="a script or module")
    parser.add_argument(
        "--freeze", metavar="DIR", help="print a policy that lets the program in DIR run"
    )
    parser.add_argument(
        "--imports", action="store_true", help="also judge every file that its imports would read"
    )
    parser.add_argument(
        "--json", action="store_true", help="print a JSON array with an object for each file"
    )
    parser.add_argument(
        "--run",
        nargs=argparse.REMAINDER,
        metavar=("SCRIPT", "ARGUMENT"),
        help="if SCRIPT is allowed, run it as python3 would, its imports judged as well",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="with --run, also refuse code that no judged file holds",
    )
    own, script = _cut_at_run(arguments)
    options = parser.parse_args(own)
    options.run = script
    if options.run is not None:
        _check_run(options, own, parser.error)
    elif options.strict:
        parser.error("--strict goes with --run")
    elif options.freeze is not None:
        if options.files or options.imports:
            parser.error("--freeze takes one directory and goes with --json alone")
    elif not options.files:
        parser.error("name at least one file")
    return options


def _judge(report: Report, path: str) -> None:
    try:
        report.verdict(path, check(path))
    except (OSError, ValueError) as error:
        report.undecided(path, error)


def main(arguments: list[str]) -> int:
    """Run the command; return its exit status."""
    options = _parse(arguments)
    if options.run is not None:
        from .run import run_script

        return run_script(options.run[0], options.run[1:], strict=options.strict)
    report = Report(options.json)
    if options.freeze is not None:
        from .freeze import freeze

        freeze(report, options.freeze)
    elif options.imports:
        from .imports import judge_imports

        judge_imports(report, options.files)
    else:
        for path in options.files:
            _judge(report, path)
    return int(report.close())


__all__ = ["Status", "main"]
