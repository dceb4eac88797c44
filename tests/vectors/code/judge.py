# SPDX-License-Identifier: LGPL-2.1-or-later
"""From what attempts printed to whether a vector is closed."""

from dataclasses import dataclass
from typing import Dict, List, Optional

from vectors import Marker, Vector

# From the worst to the best; what is found on any copy under any setting counts.
STATES = ('open', 'broken', 'not-applicable', 'closed')


@dataclass(frozen=True)
class Attempt:
    """What one run of an interpreter left."""
    out: bytes
    err: bytes
    status: Optional[int]  # as waitpid() in Python tells it: negative for a signal
    hung: bool = False
    failure: str = ''  # why it could not be tried

    def ending(self) -> str:
        if self.failure:
            return f'could not be tried: {self.failure}'
        if self.hung:
            return 'had to be ended by the time limit'
        if self.status is None or self.status < 0:
            return f'was ended by signal {-(self.status or 0)}'
        return f'ended with status {self.status}'


def printed(attempt: Attempt, marker: Marker) -> str:
    """"all", "part" or "nothing" of the marker."""
    outputs = (attempt.out, attempt.err)
    if any(marker.whole(output) for output in outputs):
        return 'all'
    return 'part' if any(marker.partly(output) for output in outputs) else 'nothing'


def orderly(attempt: Attempt) -> bool:
    return not (attempt.failure or attempt.hung or attempt.status is None or attempt.status < 0)


def expected(vector: Vector, setting: str, anonymous_refused: bool) -> Dict[str, bool]:
    """Which copies are tried under a setting, and whether each must run.

    "plain" is the trusted copy without execute permission."""
    refusing = {'deny-interactive'} | ({'anonymous'} if anonymous_refused else set())
    if vector.kind in ('inline', 'stream'):
        if vector.kind == 'stream':
            refusing.add('restrict-file')
        return {'trusted': setting not in refusing}
    copies = {'trusted': not (vector.through_inline and setting in refusing), 'untrusted': False}
    if (vector.kind, setting) in (('file', 'restrict-file'), ('stdin', 'deny-interactive')):
        copies['plain'] = False
    return copies


def decisive(vector: Vector) -> List[str]:
    """The settings by which a vector's state in the table is decided."""
    return ['default', 'deny-interactive'] if vector.kind in ('inline', 'stream') else ['default']


@dataclass(frozen=True)
class Finding:
    state: str
    why: str = ''


def judge_copy(copy: str, must_run: bool, attempt: Attempt, marker: Marker,
               stock: Attempt) -> Finding:
    seen = printed(attempt, marker)
    if not must_run:
        if seen != 'nothing':
            return Finding('open', f'the {copy} copy printed {seen} of its marker')
        if not orderly(attempt):
            return Finding('broken', f'the {copy} copy {attempt.ending()}')
        return Finding('closed')
    if seen != 'all':
        return Finding('broken', f'the {copy} copy printed {seen} of its marker '
                       f'and {attempt.ending()}')
    if not orderly(attempt) or attempt.status != stock.status:
        return Finding('broken', f'the {copy} copy {attempt.ending()}, on route stock it '
                       f'{stock.ending()}')
    return Finding('closed')


def worst(findings: List[Finding]) -> Finding:
    if not findings:
        return Finding('broken', 'nothing was tried')
    return min(findings, key=lambda finding: STATES.index(finding.state))


def judge_stock(stock: Attempt, marker: Marker) -> Finding:
    """Whether the vector itself works: only then do silent attempts mean anything."""
    if printed(stock, marker) != 'all' or not orderly(stock):
        return Finding('broken', f'the vector itself does not work: the trusted copy on route '
                       f'stock printed {printed(stock, marker)} of its marker and '
                       f'{stock.ending()}')
    return Finding('closed')
