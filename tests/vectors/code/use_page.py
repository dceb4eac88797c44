# SPDX-License-Identifier: LGPL-2.1-or-later
"""The part of docs/coverage.md on uses of script files as data."""

from typing import Any, Dict, List

import use_record
from routes import ROUTES
from uses import Use, load
from vectors import Interpreter

Record = Dict[str, Any]
OTHERS = 'other programs'
HEAD = '''
## Holes and false refusals

Beside each way in stands what must not break: ordinary uses of script files as data, by version
control, editors, compilers, archivers and interpreters. The files lie on an untrusted mount. A use
is **unharmed** if output, error output, exit status and the files that it leaves are those without
a gate; it is *refused* if it says so, and *differs* if it does not. On a machine, counted by the
interpreter that reads; holes are the vectors that are open, those of the kind *data* included:
'''
UNHARMED = '\n## Uses harmed\n'
LIST = '''
## Uses

'''


def routes() -> List[str]:
    return [route.name for route in ROUTES if route.name != 'stock']


def shared(record: Record, names: List[str]) -> List[str]:
    """The routes that anything was measured on."""
    used = {route for title in record['uses'] for route in use_record.states(record['uses'], title)}
    return [name for name in names if name in used]


def holes(record: Record, interpreter: str, route: str) -> str:
    entries = [entry[route] for title, entry in record['machine']['vectors'].items()
               if title.rsplit('.', 1)[0] == interpreter and route in entry]
    tried = [entry for entry in entries if entry['state'] != 'not-applicable']
    return f'{sum(entry["state"] == "open" for entry in tried)} of {len(tried)}' if tried else '-'


def refusals(record: Record, uses: List[Use], route: str) -> str:
    found = [use_record.states(record['uses'], use.title).get(route) for use in uses]
    tried = [state for state in found if state not in (None, 'not-applicable')]
    return f'{sum(state != "ok" for state in tried)} of {len(tried)}' if tried else '-'


def cell(record: Record, interpreter: str, uses: List[Use], route: str) -> str:
    pair = (holes(record, interpreter, route), refusals(record, uses, route))
    return ' / '.join(pair) if pair != ('-', '-') else ''


def side_by_side(record: Record, uses: List[Use], interpreters: List[Interpreter]) -> str:
    names = shared(record, routes())
    rows = [['interpreter', *names], ['---'] * (len(names) + 1)]
    for interpreter in interpreters:
        own = [use for use in uses if interpreter.name in use.interpreters]
        rows.append([interpreter.name, *(cell(record, interpreter.name, own, name)
                                         for name in names)])
    rest = [use for use in uses if not use.interpreters]
    rows.append([OTHERS, *(cell(record, '', rest, name) for name in names)])
    rows.append(['**uses in all**', *(f'**{refusals(record, uses, name)}** harmed'
                                      for name in names)])
    return HEAD + '\nholes / uses harmed\n\n' + ''.join(f'| {" | ".join(row)} |\n' for row in rows)


def why_harmed(record: Record, uses: List[Use]) -> str:
    found: Dict[str, Dict[str, List[str]]] = {}
    for use in uses:
        for route, state in use_record.harmed(record['uses'], use.title).items():
            reason = f'{state}: {use_record.reason_of(use, route)}'
            found.setdefault(route, {}).setdefault(reason, []).append(use.title)
    text = UNHARMED
    for route in routes():
        if route in found:
            text += f'\nRoute {route}:\n\n' + ''.join(
                f'* {reason} ({", ".join(titles)})\n' for reason, titles in found[route].items())
    return text + ('\nNone on any other route.\n' if found else '\nNone.\n')


def every_use(record: Record, uses: List[Use]) -> str:
    lines = ['| use | what | harmed on |', '| --- | --- | --- |']
    for use in uses:
        harmed = use_record.harmed(record['uses'], use.title)
        lines.append(f'| {use.title} | {use.what.replace("|", chr(92) + "|")} | '
                     f'{" ".join(sorted(harmed))} |')
    return LIST + '\n'.join(lines) + '\n'


def render(record: Record, interpreters: List[Interpreter]) -> Dict[str, str]:
    """The parts of the page: "counts" and "list"."""
    if not record.get('uses'):
        return {'counts': '', 'list': ''}
    uses = [use for use in load() if use.title in record['uses']]
    return {'counts': side_by_side(record, uses, interpreters),
            'list': why_harmed(record, uses) + every_use(record, uses)}
