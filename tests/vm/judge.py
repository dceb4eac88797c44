# SPDX-License-Identifier: LGPL-2.1-or-later
"""Decides whether a guest's run passed: only on positive evidence that the guest wrote last."""

import re
from dataclasses import dataclass, field
from typing import List

PASSED, FAILED = (42 << 1) | 1, (43 << 1) | 1
TIMED_OUT = (124, 137)

TROUBLE = re.compile(r'Kernel panic|Oops|\bBUG\b|WARNING:|general protection|Call Trace:'
                     r'|rcu.*detected stall|blocked for more than|Out of memory')
RESULT = re.compile(r'(not )?ok (\d+)\b\s*-?\s*(.*)')
PLAN = re.compile(r'1\.\.(\d+)')


@dataclass
class Point:
    """One line of TAP: a test that the guest ran, and the diagnostics behind it."""
    ok: bool
    description: str
    diagnostics: List[str] = field(default_factory=list)

    @property
    def skipped(self) -> bool:
        return '# SKIP' in self.description.upper()


@dataclass
class Run:
    points: List[Point]
    anomalies: List[str]


def status_anomaly(status: int) -> List[str]:
    if status in (PASSED, FAILED):
        return []
    if status in TIMED_OUT:
        return ['the guest hung: it was ended by the time limit']
    return [f'the guest did not end itself: QEMU\'s exit status is {status}']


def body(results: str, nonce: str) -> List[str]:
    """The lines from the guest's first one; the firmware writes to the port before it."""
    lines = [line.rstrip('\r') for line in results.split('\n')]
    begin = f'# begin {nonce}'
    if begin not in lines:
        return []
    lines = lines[lines.index(begin) + 1:]
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def end_anomalies(lines: List[str], nonce: str, points: List[Point], status: int) -> List[str]:
    failed = sum(not point.ok for point in points)
    expected = rf'# end {nonce} tests {len(points)} failed {failed} status (\S+)'
    match = re.fullmatch(expected, lines[-1]) if lines else None
    if not match:
        return ['the last line is not the guest\'s own with nonce and counts']
    if match[1] != '0':
        return [f'the suite ended with status {match[1]}']
    if status != (FAILED if failed else PASSED):
        return [f'QEMU\'s exit status {status} contradicts the results']
    return []


def parse(lines: List[str], points: List[Point]) -> List[str]:
    """Appends the test points to points; returns what is wrong with plan and numbering."""
    anomalies, plans = [], []
    for line in lines:
        result, plan = RESULT.match(line), PLAN.fullmatch(line)
        if result:
            if int(result[2]) != len(points) + 1:
                anomalies.append(f'numbering is broken at: {line}')
            points.append(Point(not result[1], result[3]))
        elif plan:
            plans.append(int(plan[1]))
        elif line.startswith('#') and points and not line.startswith(('# status', '# end')):
            points[-1].diagnostics.append(line)
    if len(plans) != 1:
        anomalies.append(f'{len(plans)} plans instead of one')
    elif plans[0] != len(points):
        anomalies.append(f'the plan says {plans[0]} tests, there are {len(points)} results')
    if not any(point.ok and not point.skipped for point in points):
        anomalies.append('no test passed')
    return anomalies


def judge(status: int, results: str, console: str, nonce: str) -> Run:
    lines = body(results, nonce)
    points: List[Point] = []
    anomalies = status_anomaly(status) + parse(lines, points)
    anomalies += end_anomalies(lines, nonce, points, status)
    anomalies += [f'on the console: {line.strip()}' for line in console.split('\n')
                  if TROUBLE.search(line)][:3]
    return Run(points, anomalies)
