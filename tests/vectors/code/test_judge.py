#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether misbehaving interpreters are seen through, and whether judgement is worst first."""

import sys
import tempfile
from pathlib import Path
from typing import Dict, List, Optional

sys.path.insert(0, str(Path(__file__).resolve().parent))
import judge  # noqa: E402
import system  # noqa: E402
import workers  # noqa: E402
from routes import named  # noqa: E402
from tap import Tap  # noqa: E402
from vectors import Interpreter, Marker, Vector, load  # noqa: E402

FAKES = {
    'obeys': ('closed', ''),
    'quotes_the_source': ('closed', ''),
    'ignores_the_refusal': ('open', 'untrusted copy printed all'),
    'prints_half': ('open', 'untrusted copy printed part'),
    'hangs': ('broken', 'untrusted copy had to be ended by the time limit'),
    'hangs_having_run': ('open', 'untrusted copy printed all'),
    'prints_late': ('open', 'untrusted copy printed all'),
    'daemon_prints_late': ('open', 'untrusted copy printed all'),
    'leaves_a_hanging_child': ('broken', 'untrusted copy had to be ended by the time limit'),
    'closes_standard_output': ('open', 'untrusted copy printed all'),
    'closes_all_output': ('broken', 'untrusted copy had to be ended by the time limit'),
    'dies_by_a_signal': ('broken', 'untrusted copy was ended by signal 11'),
    'dies_having_run': ('broken', 'the vector itself does not work'),
    'never_works': ('broken', 'the vector itself does not work'),
    'kills_its_parents': ('closed', ''),
    'floods': ('broken', 'it printed too much'),
}
MARKER = Marker('abcdef', 'ghijkl')
FILE = Vector(Interpreter('x', '', '', ''), 'y', '', 'file')
INLINE = Vector(Interpreter('x', '', '', ''), 'y', '', 'inline')
STREAM = Vector(Interpreter('x', '', '', ''), 'y', '', 'stream')
THROUGH_INLINE = Vector(Interpreter('x', '', '', ''), 'y', '', 'file', through_inline=True)
STDIN = Vector(Interpreter('x', '', '', ''), 'y', '', 'stdin')


def attempt(out: bytes = b'', err: bytes = b'', status: Optional[int] = 0, hung: bool = False,
            failure: str = '') -> judge.Attempt:
    return judge.Attempt(out, err, status, hung, failure)


RAN, SILENT = attempt(b'abcdefghijkl\n'), attempt(status=1)


def equal(got: object, wanted: object) -> List[str]:
    return [] if got == wanted else [f'got {got!r}, wanted {wanted!r}']


def test_fakes(tap: Tap) -> None:
    vectors = load(Path(__file__).resolve().parent / 'selftest')[0].vectors
    with tempfile.TemporaryDirectory() as scratch:
        plan = workers.Plan(vectors, [named('stock')], None, 5, 2, scratch)
        found = {vector.name: findings['stock']['default']
                 for vector, findings in workers.run(plan)}
    for vector in vectors:
        state, why = FAKES[vector.name]
        finding = found.get(vector.name, judge.Finding('not tried'))
        tap.point(f'an interpreter that {vector.way} is found {state}',
                  equal((finding.state, why in finding.why), (state, True)) and [repr(finding)])
    tap.point('every fake is in the table', equal(sorted(found), sorted(FAKES)))


def test_marker(tap: Tap) -> None:
    cases: Dict[bytes, str] = {
        b'': 'nothing', b'abcdef': 'nothing', b'ghijkl abcdef': 'nothing',
        b'print "abcdef", "ghijkl"': 'nothing', b'abcdefg': 'part', b'fghijkl': 'part',
        b'xxabcdefghijklxx': 'all', b'abcdefghijk': 'part', b'\xff\x00abcdefghijkl': 'all',
    }
    wrong = [f'{output!r}: {judge.printed(attempt(output), MARKER)}'
             for output, wanted in cases.items()
             if judge.printed(attempt(output), MARKER) != wanted]
    tap.point('a marker is seen whole, in part, and not where the source is quoted', wrong)
    tap.point('a marker on standard error counts',
              equal(judge.printed(attempt(err=b'abcdefghijkl'), MARKER), 'all'))
    tap.point('two halves on two streams are no marker',
              equal(judge.printed(attempt(b'abcdef', b'ghijkl'), MARKER), 'nothing'))


def state(must_run: bool, done: judge.Attempt, stock: judge.Attempt = RAN) -> str:
    return judge.judge_copy('untrusted', must_run, done, MARKER, stock).state


def test_copies(tap: Tap) -> None:
    refused = [(SILENT, 'closed'), (RAN, 'open'), (attempt(b'abcdefg'), 'open'),
               (attempt(status=-11), 'broken'), (attempt(status=None, hung=True), 'broken'),
               (attempt(b'abcdefghijkl', status=-9, hung=True), 'open'),
               (attempt(failure='no such file', status=127), 'broken'),
               (attempt(status=None), 'broken')]
    tap.point('what must be refused is closed only by silence and an orderly end',
              [repr(done) for done, wanted in refused if state(False, done) != wanted])
    runs = [(RAN, 'closed'), (SILENT, 'broken'), (attempt(b'abcdefg'), 'broken'),
            (attempt(b'abcdefghijkl', status=-6), 'broken'),
            (attempt(b'abcdefghijkl', status=3), 'broken'),
            (attempt(b'abcdefghijkl', status=0, hung=True), 'broken')]
    tap.point('what must run prints the whole marker and ends as it does on route stock',
              [repr(done) for done, wanted in runs if state(True, done) != wanted])


def test_expectations(tap: Tap) -> None:
    both = {'trusted': True, 'untrusted': False}
    table = [
        (FILE, 'default', False, both),
        (FILE, 'restrict-file', False, {**both, 'plain': False}),
        (FILE, 'deny-interactive', False, both),
        (FILE, 'anonymous', True, both),
        (THROUGH_INLINE, 'default', True, both),
        (THROUGH_INLINE, 'deny-interactive', False, {**both, 'trusted': False}),
        (THROUGH_INLINE, 'anonymous', False, both),
        (THROUGH_INLINE, 'anonymous', True, {**both, 'trusted': False}),
        (STDIN, 'deny-interactive', False, {**both, 'plain': False}),
        (STDIN, 'restrict-file', False, both),
        (INLINE, 'default', True, {'trusted': True}),
        (INLINE, 'restrict-file', True, {'trusted': True}),
        (INLINE, 'deny-interactive', False, {'trusted': False}),
        (INLINE, 'anonymous', False, {'trusted': True}),
        (INLINE, 'anonymous', True, {'trusted': False}),
        (STREAM, 'default', True, {'trusted': True}),
        (STREAM, 'restrict-file', False, {'trusted': False}),
        (STREAM, 'deny-interactive', False, {'trusted': False}),
    ]
    tap.point('each kind of code must run or be refused as each setting says',
              [f'{vector.kind} {setting} {anonymous}'
               for vector, setting, anonymous, wanted in table
               if judge.expected(vector, setting, anonymous) != wanted])
    findings = [judge.Finding(name) for name in ('closed', 'broken', 'open', 'not-applicable')]
    tap.point('the worst finding counts', equal(judge.worst(findings).state, 'open'))
    tap.point('nothing tried is not closed', equal(judge.worst([]).state, 'broken'))
    tap.point('a vector that does not work on route stock is broken',
              equal(judge.judge_stock(SILENT, MARKER).state, 'broken'))


def main() -> int:
    tap = Tap()
    test_marker(tap)
    test_copies(tap)
    test_expectations(tap)
    if system.namespaces_possible():
        test_fakes(tap)
    else:
        tap.skip('fake interpreters', 'private namespaces cannot be made here')
    return tap.finish()


if __name__ == '__main__':
    sys.exit(main())
