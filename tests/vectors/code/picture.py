# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/coverage.svg: a bar for each interpreter and route."""

from typing import Any, Dict, List

import page
from vectors import Interpreter

ROW, BAR, LEFT, GAP, TOP = 24, 150, 120, 14, 66
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


def render(record: Dict[str, Any], interpreters: List[Interpreter]) -> str:
    routes = page.routes_of(record, 'machine')
    width = LEFT + len(routes) * (BAR + 46 + GAP)
    height = TOP + ROW * (len(interpreters) + 1) + 8
    drawn = HEAD.format(width=max(width, 560), height=height) + legend(10)
    for column, route in enumerate(routes):
        drawn += text(LEFT + column * (BAR + 46 + GAP), TOP - 10, route, ' font-weight="bold"')
    rows = [(item.name, page.bounded(item.vectors)) for item in interpreters]
    rows.append(('all', [vector for _, vectors in rows for vector in vectors]))
    for number, (name, vectors) in enumerate(rows):
        y = TOP + number * ROW
        drawn += text(LEFT - 8, y + 13, name, ' text-anchor="end"')
        for column, route in enumerate(routes):
            x = LEFT + column * (BAR + 46 + GAP)
            counts = page.count(record, 'machine', vectors, route)
            if counts:
                drawn += bar(x, y, counts) + text(x + BAR + 5, y + 13, caption(counts))
    return drawn + '</svg>\n'
