# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/coverage.md: the record as tables that a person reads."""

from typing import Any, Dict, List

import use_page
from routes import ROUTES
from vectors import KINDS, Interpreter, Vector

Record = Dict[str, Any]
PLACE_NAMES = {
    'machine': 'On a machine, with a noexec mount as the gate',
    'vm': 'In a virtual machine, with a signed IPE policy on Debian\'s kernel, what was tried '
          'there',
}
HEAD = '''# Coverage

How code gets into an interpreter, and which of these ways are closed. This page, `coverage.json`
and the picture are written by `tests/vectors/code/run --update` and `run-uses --update`; what is
measured worse than it stands here fails the tests.

![Vectors by interpreter and route](coverage.svg)

Each vector is tried with a trusted and an untrusted copy of the same code, which prints a marker
that only its execution can print.

* **closed**: the untrusted copy prints nothing of its marker, the trusted one still works. Code
  that is in no file runs by default and is refused under `SECBIT_EXEC_DENY_INTERACTIVE`.
* **open**: something of the marker appears although it must not.
* **broken**: what must run does not, or a refusal is no orderly end.
* **n/a**: the route cannot be used there.

The routes: *stock*, nothing; *preload*, the shim by `LD_PRELOAD`, as `ipectl run` sets it; *needed*, an
interpreter that `ipectl enlighten` changed; *supervised*, `ipectl run --supervise`; *ipe-python3* and
*ipe-lua*, the launchers; *patched*, an interpreter with a patch of ours; *run*, in the tables of uses,
`ipectl run`.

The interpreters are Debian 12's. What only Debian 13 has is marked so: `tests/shim/trixie` tries it, in
a tree of Debian 13's packages.
'''


def routes_of(record: Record, place: str) -> List[str]:
    seen = {route for entry in record[place]['vectors'].values() for route in entry}
    return [route.name for route in ROUTES if route.name in seen]


def table(head: List[str], rows: List[List[str]]) -> str:
    lines = [head, ['---'] * len(head), *rows]
    return ''.join(f'| {" | ".join(line)} |\n' for line in lines)


def count(record: Record, place: str, vectors: List[Vector], route: str) -> Dict[str, int]:
    counts: Dict[str, int] = {}
    for vector in vectors:
        entry = record[place]['vectors'].get(vector.title, {}).get(route)
        if entry:
            counts[entry['state']] = counts.get(entry['state'], 0) + 1
    return counts


def say_counts(counts: Dict[str, int]) -> str:
    applicable = sum(number for state, number in counts.items() if state != 'not-applicable')
    if not applicable:
        return 'n/a' if counts else ''
    rest = ', '.join(f'{counts[state]} {state}' for state in ('open', 'broken') if state in counts)
    return f'**{counts.get("closed", 0)}** of {applicable}' + (f', {rest}' if rest else '')


def count_rows(record: Record, place: str, interpreters: List[Interpreter]) -> List[List[str]]:
    routes = routes_of(record, place)
    groups = [(title_of(item, record[place]['versions'].get(item.name, '')),
               bounded(item.vectors)) for item in interpreters]
    groups.append(('**all**', [vector for _, vectors in groups for vector in vectors]))
    return [[name, *(say_counts(count(record, place, vectors, route)) for route in routes)]
            for name, vectors in groups if tried(record, place, vectors)]


def title_of(interpreter: Interpreter, version: str) -> str:
    """With the release that has it, if Debian 12 does not."""
    release = f'(Debian {interpreter.release})' if interpreter.release else ''
    return ' '.join(filter(None, (interpreter.name, version, release)))


def tried(record: Record, place: str, vectors: List[Vector]) -> bool:
    return any(vector.title in record[place]['vectors'] for vector in vectors)


def bounded(vectors: List[Vector]) -> List[Vector]:
    """What the gate is for; a trusted program that runs its input is not."""
    return [vector for vector in vectors if vector.kind != 'data']


def counts(record: Record, interpreters: List[Interpreter]) -> str:
    text = '\n## Counts: vectors closed\n'
    for place, name in PLACE_NAMES.items():
        if record[place]['vectors']:
            text += f'\n{name}:\n\n'
            text += table(['interpreter', *routes_of(record, place)],
                          count_rows(record, place, interpreters))
    return text


def cell(record: Record, vector: Vector, route: str) -> str:
    """The state on the machine, and in the virtual machine where it is another."""
    entries = [record[place]['vectors'].get(vector.title, {}).get(route, {})
               for place in ('machine', 'vm')]
    here, there = (str(entry.get('state', '')) for entry in entries)
    shown = [state.replace('not-applicable', 'n/a').replace('open', '**open**')
             for state in (here, there)]
    return shown[0] if here == there or not there else f'{shown[0]}; vm: {shown[1]}'


def vector_tables(record: Record, interpreters: List[Interpreter]) -> str:
    routes = routes_of(record, 'machine')
    text = '\n## Vectors\n\nKinds of code: ' + '; '.join(
        f'*{kind}*, {meaning}' for kind, meaning in KINDS.items()) + '.\n'
    for interpreter in interpreters:
        text += f'\n### {title_of(interpreter, "")}\n\n'
        rows = [[vector.name, vector.way, vector.kind,
                 *(cell(record, vector, route) for route in routes)]
                for vector in interpreter.vectors]
        text += table(['vector', 'way in', 'kind', *routes], rows)
    return text


def reasons_of(record: Record, place: str, route: str) -> Dict[str, List[str]]:
    reasons: Dict[str, List[str]] = {}
    for title, entry in record[place]['vectors'].items():
        found = entry.get(route, {})
        if found.get('reason') and found['state'] != 'not-applicable':
            key = f'{found["state"]}: {found["reason"]}'
            reasons.setdefault(key, []).append(title)
    return reasons


def reasons(record: Record) -> str:
    text = '\n## Why not closed\n'
    for place, name in PLACE_NAMES.items():
        for route in routes_of(record, place):
            found = reasons_of(record, place, route)
            if found and route != 'stock':
                text += f'\n{name}, route {route}:\n\n'
                text += ''.join(f'* {reason} ({", ".join(titles)})\n'
                                for reason, titles in found.items())
    return text + ('\nOn the route *stock* nothing asks the kernel, so everything is open that the '
                   'kernel does not see by itself.\n')


def setting_rows(record: Record, place: str) -> List[List[str]]:
    rows = []
    for setting in ('default', 'restrict-file', 'deny-interactive', 'anonymous'):
        row = []
        for route in routes_of(record, place):
            states = [entry[route]['settings'].get(setting)
                      for entry in record[place]['vectors'].values() if route in entry]
            found = {state: states.count(state) for state in states if state}
            row.append(say_counts(found))
        rows.append([setting, *row])
    return rows


def settings(record: Record) -> str:
    text = '''
## Settings

How many vectors, of all kinds, did what each setting demands: *default*; *restrict-file*, where
`SECBIT_EXEC_RESTRICT_FILE` wants execute permission too; *deny-interactive*,
`SECBIT_EXEC_DENY_INTERACTIVE`, or `inline = deny` on kernels before 6.14; *anonymous*,
`inline = anonymous`, where the kernel's policy answers for code without a file.
'''
    for place, name in PLACE_NAMES.items():
        if record[place]['vectors']:
            text += f'\n{name}:\n\n'
            text += table(['setting', *routes_of(record, place)], setting_rows(record, place))
    return text


def outside(interpreters: List[Interpreter]) -> str:
    titles = [vector.title for item in interpreters for vector in item.vectors
              if vector.kind == 'data']
    if not titles:
        return ''
    return (f'\nNot counted above, but measured and listed below: {len(titles)} vectors of the '
            'kind *data*. There the trusted\nprogram itself takes text for data and then decides to run '
            'it; its author is trusted for that, see the\n[threat model](threat-model.md).\n')


def render(record: Record, interpreters: List[Interpreter]) -> str:
    uses = use_page.render(record, interpreters)
    return (HEAD + counts(record, interpreters) + outside(interpreters) + uses['counts'] +
            reasons(record) + settings(record) + vector_tables(record, interpreters) +
            uses['list'])
