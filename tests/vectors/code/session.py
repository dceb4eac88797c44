# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tries the vectors of a plan and says in TAP what came out."""

import json
from pathlib import Path
from typing import Any, Dict, List

import coverage
import programs
import workers
from judge import Finding, worst
from tap import Tap
from vectors import Vector

SOURCE = Path(__file__).resolve().parent.parent.parent.parent
DOCS = SOURCE / 'docs'
RESULT = 'result '  # before what a program reads


def report(tap: Tap, place: str, record: coverage.Record, vector: Vector,
           findings: workers.Findings, compare: bool = True) -> None:
    """A test point for each route: fails if it is worse than the record."""
    for route, found in findings.items():
        complaints = coverage.worse(record, place, vector, route, found) if compare else []
        tap.point(f'{vector.title} on {route}: {worst(list(found.values())).state}', complaints)


def tell(vector: Vector, findings: workers.Findings) -> None:
    """What was found, for the program that started the virtual machine."""
    raw = {route: {setting: [finding.state, finding.why] for setting, finding in settings.items()}
           for route, settings in findings.items()}
    print(f'# {RESULT}{json.dumps({vector.title: raw})}')


def heard(line: str) -> Dict[str, Any]:
    """The other end of tell()."""
    text = line.lstrip('# ')
    if not text.startswith(RESULT):
        return {}
    raw: Dict[str, Any] = json.loads(text[len(RESULT):])
    return {title: {route: {setting: Finding(*pair) for setting, pair in settings.items()}
                    for route, settings in routes.items()}
            for title, routes in raw.items()}


def installed(tap: Tap, vectors: List[Vector], directory: Path) -> List[Vector]:
    """The vectors of the interpreters that are here."""
    why = {vector.interpreter.name: programs.missing(vector.interpreter, directory)
           for vector in vectors}
    for name, reason in why.items():
        if reason:
            tap.skip(f'vectors of {name}', reason)
    return [vector for vector in vectors if not why[vector.interpreter.name]]
