#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether harm to a use is seen in every form, and whether a use that shows nothing is no pass."""

import dataclasses
import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import coverage  # noqa: E402
import system  # noqa: E402
import use_measure  # noqa: E402
import use_page  # noqa: E402
import use_record  # noqa: E402
import uses  # noqa: E402
import workers  # noqa: E402
from judge import Finding  # noqa: E402
from routes import Route  # noqa: E402
from session import DOCS  # noqa: E402
from tap import Tap  # noqa: E402
from vectors import DataError, load as load_interpreters  # noqa: E402

FEWEST = 200
FAKES = {
    'unharmed': ('ok', ''),
    'leaves_a_file': ('ok', ''),
    'ignored': ('ok', ''),
    'other_output': ('differs', 'its output'),
    'other_error': ('differs', 'its error output'),
    'other_status': ('differs', 'ended with status 1'),
    'other_file': ('differs', 'another out'),
    'other_mode': ('differs', 'another out'),
    'no_file': ('differs', 'another out'),
    'more_files': ('differs', 'another out'),
    'changes_input': ('differs', 'another tool'),
    'removes_input': ('differs', 'another tool'),
    'says_refused': ('refused', 'ended with status 1'),
    'dies': ('differs', 'signal 9'),
    'hangs': ('differs', 'time limit'),
    'floods': ('differs', 'printed too much'),
    'refused_and_hangs': ('differs', 'time limit'),
    'draws_lots': ('broken', 'two runs without a gate differ'),
    'draws_files': ('broken', 'two runs without a gate differ'),
    'reads_nothing': ('broken', 'nothing depends'),
    'only_opens': ('broken', 'nothing depends'),
    'keeps_input': ('broken', 'nothing depends'),
    'runs_it': ('broken', 'it runs the script'),
    'runs_it_into_a_file': ('broken', 'it runs the script'),
    'hangs_always': ('broken', 'time limit'),
    'never_works': ('broken', 'could not be tried'),
    'no_command': ('broken', 'not found'),
}
USE: Dict[str, Any] = {'name': 'u', 'what': 'a use', 'command': 'cat tool'}


def test_fakes(tap: Tap) -> None:
    fakes = uses.load(HERE / 'selftest/uses')
    gate = Route('run', 'a gate that harms', env={'GATE': '1'})
    with tempfile.TemporaryDirectory() as scratch:
        plan = use_measure.UsePlan(fakes, [gate], None, 4, 2, scratch)
        found = {use.name: findings.get('run', findings['stock'])['default']
                 for use, findings in workers.run(plan, use_measure.measure)}
    for use in fakes:
        finding = found.get(use.name, Finding('not tried'))
        state, why = FAKES[use.name]
        good = finding.state == state and why in finding.why
        tap.point(f'a use that {use.what} is found {state}', [] if good else [repr(finding)])
    tap.point('every fake is in the table', sorted(set(FAKES) ^ set(found)))


def read(directory: Path, raw: Dict[str, Any], **changes: Any) -> List[uses.Use]:
    use = {name: value for name, value in {**USE, **changes}.items() if value is not None}
    (directory / 'g.json').write_text(json.dumps({'about': 'x', 'needs': ['/bin/cat'],
                                                  'uses': [use], **raw}))
    return uses.load(directory)


def test_data_errors(tap: Tap, directory: Path) -> None:
    (directory / 'files.json').write_text('{"tool": "@A@ @B@"}')
    cases: List[Dict[str, Any]] = [
        {'name': 'With Blanks'}, {'colour': 'red'}, {'command': None}, {'argv': ['/bin/cat']},
        {'argv': 'text', 'command': None}, {'what': None}, {'setting': 'magic'},
        {'command': 'echo @A@'}, {'env': {'X': '@B@'}}, {'safe': {'x': '@A@'}}, {'needs': []},
        {'needs': ['cat']}, {'files': {'x': '@A@@B@'}}, {'stdin': {'pipe': '@A@'}},
    ]
    wrong = []
    for case in cases:
        try:
            read(directory, {}, **case)
            wrong.append(f'{case} is taken')
        except DataError:
            pass
    groups: List[Dict[str, Any]] = [{'uses': [USE, USE]}, {'colour': 'red'}]
    for raw in groups:
        try:
            read(directory, raw)
            wrong.append(f'{raw} is taken')
        except DataError:
            pass
    (directory / 'files.json').write_text('{"tool": "nothing"}')
    try:
        read(directory, {})
        wrong.append('files without a marker are taken')
    except DataError:
        pass
    tap.point('a use that could not be judged is not read', wrong)


def test_record(tap: Tap) -> None:
    use = uses.load()[0]
    record: use_record.Uses = {}
    wrong = []
    for before in uses.STATES[1:]:
        use_record.note(record, use, {'run': Finding(before)})
        for now in uses.STATES:
            worse = use_record.worse(record, use, {'run': Finding(now, 'why')})['run']
            if bool(worse) != (uses.STATES.index(now) < uses.STATES.index(before)):
                wrong.append(f'{before} before, {now} now: {worse}')
    tap.point('worse than recorded fails, the same or better does not', wrong)
    fresh = use_record.worse({}, use, {'run': Finding('ok'), 'stock': Finding('broken', 'x')})
    tap.point('what is not in the record is no success', [] if fresh['run'] else ['it passed'])
    tap.point('a use that does not work fails', [] if fresh['stock'] else ['it passed'])
    use_record.note(record, use, {'run': Finding('refused'), 'needed': Finding('ok')})
    tap.point('what is harmed needs a reason',
              [] if any(use.title in line for line in use_record.unexplained(record)) or
              use_record.reason_of(use, 'run') else ['it passed'])
    use_record.note(record, use, {'stock': Finding('broken'), 'run': Finding('ok')})
    tap.point('what does not work is not recorded',
              [] if use_record.states(record, use.title)['run'] == 'refused' else ['it is'])
    changed = dataclasses.replace(use, ignore=['other'])
    tap.point('a use that was changed is another', [] if changed.digest() != use.digest() else
              ['the digest is the same'])
    record[use.title][use_record.PROVED] = changed.digest()
    said = [line for line in use_record.complaints(record) if line.startswith(f'{use.title} ')]
    tap.point('a use that was changed since it was recorded is noticed',
              [] if any('not recorded as it is' in line for line in said) else ['it passed'])


def test_page(tap: Tap) -> None:
    interpreters = load_interpreters(HERE / 'data')
    record = coverage.read(Path(__file__) / 'none')
    all_uses = uses.load()
    for use in all_uses:
        use_record.note(record['uses'], use, {'run': Finding('ok')})
    good = use_page.render(record, interpreters)
    use_record.note(record['uses'], all_uses[0], {'run': Finding('refused')})
    bad = use_page.render(record, interpreters)
    tap.point('the page shows a use that is harmed',
              [] if good['counts'] != bad['counts'] and good['list'] != bad['list'] else ['not'])
    number = len(all_uses)
    tap.point('the page counts them', [] if f'**1 of {number}** harmed' in bad['counts'] else
              [bad['counts'][-200:]])


def test_real_data(tap: Tap) -> None:
    real = uses.load()
    tap.point(f'there are at least {FEWEST} uses', [] if len(real) >= FEWEST else [str(len(real))])
    names = {item.name for item in load_interpreters(HERE / 'data')}
    tap.point('the interpreters of uses are known',
              [f'{use.title}: {name}' for use in real for name in use.interpreters
               if name not in names])
    given = {reason for use in real for reason in use.harmed.values()}
    tap.point('every reason is given and used', sorted(given ^ set(uses.reasons())))
    recorded = coverage.read(DOCS / 'coverage.json')['uses']
    tap.point('every use is recorded as it is, and what is harmed has its reason',
              use_record.complaints(recorded))


def main() -> int:
    tap = Tap()
    with tempfile.TemporaryDirectory() as scratch:
        test_data_errors(tap, Path(scratch))
    test_record(tap)
    test_page(tap)
    test_real_data(tap)
    if system.namespaces_possible():
        test_fakes(tap)
    else:
        tap.skip('fake uses', 'private namespaces cannot be made here')
    return tap.finish()


if __name__ == '__main__':
    sys.exit(main())
