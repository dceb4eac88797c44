# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command ``python3 -m ipe-check``."""

from __future__ import annotations

import argparse
from typing import Optional

from .. import check
from .report import Report, Status

DESCRIPTION = """\
Say for each FILE whether the kernel's execution policy lets it be interpreted, and if not, why.
"""

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


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="ipe-check",
        usage="%(prog)s [--json] [--imports] FILE...\n       %(prog)s --run SCRIPT [ARGUMENT...]",
        description=DESCRIPTION,
        epilog=EPILOG,
        allow_abbrev=False,
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="a script or module")
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
    own, script = _cut_at_run(arguments)
    options = parser.parse_args(own)
    options.run = script
    if options.run is None:
        if not options.files:
            parser.error("name at least one file")
    elif own:
        parser.error("--run goes with no other option, and SCRIPT comes right after it")
    elif not options.run:
        parser.error("--run needs the name of a script")
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

        return run_script(options.run[0], options.run[1:])
    report = Report(options.json)
    if options.imports:
        from .imports import judge_imports

        judge_imports(report, options.files)
    else:
        for path in options.files:
            _judge(report, path)
    return int(report.close())


__all__ = ["Status", "main"]
