# SPDX-License-Identifier: LGPL-2.1-or-later
"""The record of what was measured: docs/coverage.json, and the page and picture made of it."""

import json
from pathlib import Path
from typing import Any, Dict, List

import page
import picture
import use_record
from judge import STATES, Finding, decisive, worst
from routes import named
from tap import Tap
from vectors import SETTINGS, Interpreter, Vector
from workers import Findings

Record = Dict[str, Any]
PLACES = ('machine', 'vm')
REASONS: Dict[str, str] = json.loads((Path(__file__).parent / 'reasons.json').read_text())
DATA = 'the trusted program takes the text for data, and it is that program which runs it'


def state_of(vector: Vector, settings: Dict[str, Any]) -> str:
    """A vector's state on a route: the worst of the settings that decide."""
    return worst([Finding(settings[name]) for name in decisive(vector) if name in settings]).state


def reason_of(vector: Vector, route: str, state: str, why: str) -> str:
    """Why a vector is not closed, as the data says; empty if they do not say."""
    if state == 'closed':
        return ''
    if state == 'not-applicable':
        return why
    for source in (vector, vector.interpreter):
        for routes, reason in getattr(source, state).items():
            if route in routes.split():
                return REASONS[reason]
    if state == 'open' and vector.kind == 'data':
        return named(route).open or DATA
    return named(route).open if state == 'open' else ''


def read(path: Path) -> Record:
    record: Record = json.loads(path.read_text()) if path.exists() else {}
    for place in PLACES:
        record.setdefault(place, {'versions': {}, 'vectors': {}})
    record.setdefault('uses', {})
    return record


def note(record: Record, place: str, vector: Vector, findings: Findings) -> None:
    """Puts what was found into the record, in place of what stood there."""
    entry = record[place]['vectors'].setdefault(vector.title, {})
    for route, found in findings.items():
        settings = entry.setdefault(route, {}).get('settings', {})
        settings.update({name: finding.state for name, finding in found.items()})
        settings = {name: settings[name] for name in SETTINGS if name in settings}
        state = state_of(vector, settings)
        why = next((finding.why for finding in found.values() if finding.state == state), '')
        entry[route] = {'state': state, 'reason': reason_of(vector, route, state, why),
                        'settings': settings}
        if not entry[route]['reason']:
            del entry[route]['reason']


def tidy(record: Record, interpreters: List[Interpreter]) -> Record:
    """The order of the data, and nothing that the data do not have any more."""
    vectors = [vector for interpreter in interpreters for vector in interpreter.vectors]
    names = [interpreter.name for interpreter in interpreters]
    tidied = {place: {'versions': {name: record[place]['versions'][name] for name in names
                                   if name in record[place]['versions']},
                      'vectors': {vector.title: record[place]['vectors'][vector.title]
                                  for vector in vectors
                                  if vector.title in record[place]['vectors']}}
              for place in PLACES}
    return {**tidied, 'uses': use_record.tidy(record['uses'])}


def worse(record: Record, place: str, vector: Vector, route: str,
          found: Dict[str, Finding]) -> List[str]:
    """What is worse than the record, or not in it. What was never recorded in the virtual machine
    has to be there what it is on the machine."""
    entries = [record[where]['vectors'].get(vector.title, {}).get(route)
               for where in (place, 'machine')]
    entry = entries[0] or entries[1]
    if not entry:
        return ['not in docs/coverage.json: record it with --update']
    complaints = []
    for setting, finding in found.items():
        recorded = entry['settings'].get(setting)
        if recorded and STATES.index(finding.state) < STATES.index(recorded):
            complaints.append(f'{recorded} before, now {finding.state} under {setting}: '
                              f'{finding.why}')
    return complaints


def render(record: Record, interpreters: List[Interpreter]) -> Dict[str, str]:
    return {'coverage.json': json.dumps(record, indent=1) + '\n',
            'coverage.md': page.render(record, interpreters),
            'coverage.svg': picture.render(record, interpreters)}


def write(directory: Path, record: Record, interpreters: List[Interpreter]) -> None:
    for name, text in render(record, interpreters).items():
        (directory / name).write_text(text)


def update(tap: Tap, directory: Path, record: Record, interpreters: List[Interpreter]) -> None:
    record = tidy(record, interpreters)
    write(directory, record, interpreters)
    tap.point('everything that is not closed has its reason', unexplained(record))
    tap.point('every use that is harmed has its reason', use_record.unexplained(record['uses']))


def unexplained(record: Record) -> List[str]:
    return [f'{title} on {route} is {entry["state"]} {place}, and the data do not say why'
            for place in PLACES
            for title, routes in record[place]['vectors'].items()
            for route, entry in routes.items()
            if entry['state'] != 'closed' and not entry.get('reason')]


def complaints(directory: Path, interpreters: List[Interpreter]) -> List[str]:
    """Where the files are not what the runner makes of the record and the data."""
    record = read(directory / 'coverage.json')
    found = unexplained(record)
    if record['uses']:
        found += use_record.complaints(record['uses'])
    for interpreter in interpreters:
        for vector in interpreter.vectors:
            entries = [item for place in PLACES
                       for item in record[place]['vectors'].get(vector.title, {}).items()]
            for route, entry in entries:
                wanted = reason_of(vector, route, entry['state'], entry.get('reason', ''))
                if entry['state'] != state_of(vector, entry['settings']):
                    found.append(f'{vector.title}: the settings give {route} another state')
                if entry.get('reason', '') != wanted:
                    found.append(f'{vector.title}: the data give another reason for {route}')
            stock = record['machine']['vectors'].get(vector.title, {}).get('stock', {})
            if vector.kind != 'native' and stock.get('state') == 'closed':
                found.append(f'{vector.title} is closed where nothing asks: it shows nothing')
            if vector.title not in record['machine']['vectors']:
                found.append(f'{vector.title} is not recorded')
    for name, text in render(tidy(record, interpreters), interpreters).items():
        if not (directory / name).exists() or (directory / name).read_text() != text:
            found.append(f'docs/{name} is not what tests/vectors/code/run writes')
    return found
