# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/coverage.svg: a bar for each interpreter and route, on the machine and in the virtual one."""

from typing import Any, Dict, List, Tuple

import page
from vectors import Interpreter, Vector

ROW, BAR, LEFT, GAP, TOP, BETWEEN = 24, 150, 120, 14, 66, 40
NAMES = {'machine': 'machine', 'vm': 'virtual machine'}
# Each state has a colour, a pattern and a letter: none of them is needed to read the others.
LOOKS = {'closed': ('#1a7f5a', ''), 'open': ('#d1495b', 'stripes'), 'broken': ('#edae49', 'dots'),
         'not-applicable': ('#d8dee4', '')}
HEAD = '''<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" \
height="{height}" font-family="sans-serif" font-size="12" role="img">
<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->
<title>Vectors closed, open and broken, by interpreter and route</title>
<defs>
<pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse" \
patternTransform="rotate(45)"><rect width="2" height="6" fill="#fff" fill-opacity="0.55"/></pattern>
<pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse">\
<circle cx="2" cy="2" r="1.2" fill="#333" fill-opacity="0.6"/></pattern>
</defs>
<rect width="{width}" height="{height}" fill="#fff"/>
'''


def text(x: float, y: float, words: str, extra: str = '') -> str:
    return f'<text x="{x:g}" y="{y:g}" fill="#1f2328"{extra}>{words}</text>\n'


def box(x: float, y: float, width: float, state: str) -> str:
    colour, pattern = LOOKS[state]
    shape = f'x="{x:.1f}" y="{y:g}" width="{width:.1f}" height="16"'
    drawn = f'<rect {shape} fill="{colour}"/>\n'
    return drawn + (f'<rect {shape} fill="url(#{pattern})"/>\n' if pattern else '')


def bar(x: float, y: float, counts: Dict[str, int]) -> str:
    total = sum(counts.values())
    drawn, left = '', x
    for state in LOOKS:
        if counts.get(state):
            width = BAR * counts[state] / total
            drawn += box(left, y, width, state)
            left += width
    return drawn


def caption(counts: Dict[str, int]) -> str:
    applicable = sum(counts.values()) - counts.get('not-applicable', 0)
    return f'{counts.get("closed", 0)}/{applicable}' if applicable else 'n/a'


def legend(y: float) -> str:
    drawn, x = '', float(LEFT)
    for state in LOOKS:
        drawn += box(x, y, 16, state) + text(x + 21, y + 12, state.replace('-', ' '))
        x += 105
    return drawn


def panel(record: Dict[str, Any], place: str, interpreters: List[Interpreter], top: float) -> str:
    """The bars of a place: a column for each route of the machine, a row for each interpreter."""
    drawn = text(LEFT - 8, top - 10, NAMES[place], ' font-weight="bold" text-anchor="end"')
    rows = rows_of(record, place, interpreters)
    for column, route in enumerate(page.routes_of(record, 'machine')):
        x = LEFT + column * (BAR + 46 + GAP)
        drawn += text(x, top - 10, route, ' font-weight="bold"')
        for number, (_, vectors) in enumerate(rows):
            counts = page.count(record, place, vectors, route)
            if counts:
                y = top + number * ROW
                drawn += bar(x, y, counts) + text(x + BAR + 5, y + 13, caption(counts))
    for number, (name, _) in enumerate(rows):
        drawn += text(LEFT - 8, top + number * ROW + 13, name, ' text-anchor="end"')
    return drawn


def rows_of(record: Dict[str, Any], place: str,
            interpreters: List[Interpreter]) -> List[Tuple[str, List[Vector]]]:
    """What was tried there."""
    rows = [(item.name, page.bounded(item.vectors)) for item in interpreters
            if page.tried(record, place, item.vectors)]
    return [*rows, ('all', [vector for _, vectors in rows for vector in vectors])]


def render(record: Dict[str, Any], interpreters: List[Interpreter]) -> str:
    routes = page.routes_of(record, 'machine')
    width = LEFT + len(routes) * (BAR + 46 + GAP)
    height, drawn = TOP, ''
    for place in NAMES:
        if record[place]['vectors']:
            drawn += panel(record, place, interpreters, height)
            height += ROW * len(rows_of(record, place, interpreters)) + BETWEEN
    head = HEAD.format(width=max(width, 560), height=height - BETWEEN + 8)
    return head + legend(10) + drawn + '</svg>\n'
