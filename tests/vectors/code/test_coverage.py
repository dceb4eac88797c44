#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether the record keeps what was found, tells what got worse, and whether the data are sound."""

import copy
import json
import shutil
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any, Callable, Dict, List

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import coverage  # noqa: E402
import programs  # noqa: E402
from judge import Finding  # noqa: E402
from tap import Tap  # noqa: E402
from vectors import DataError, Interpreter, load, program_of, versions  # noqa: E402

NAMES = {'R', 'bash', 'bc', 'bun', 'busybox', 'busybox-static', 'dash', 'dc', 'deno', 'ed',
         'emacs', 'expect', 'gawk', 'gdb', 'gnuplot', 'groff', 'guile', 'jq', 'klibc', 'ksh93',
         'lua5.4', 'luajit', 'm4', 'make', 'mawk', 'micropython', 'mksh', 'node', 'perl', 'php',
         'python3', 'quickjs', 'ruby', 'sed', 'sqlite3', 'tclsh', 'tclsh9', 'vim', 'yash', 'zsh'}
FEWEST = 900
VECTOR: Dict[str, Any] = {'name': 'v', 'way': 'a way', 'kind': 'file', 'test': {'x': '@PRINT@'},
                          'arguments': ['@T@/x']}


def data(directory: Path, **changes: Any) -> List[Interpreter]:
    """An interpreter with one vector, read from a file."""
    vector = {name: value for name, value in {**VECTOR, **changes}.items() if value is not None}
    raw = {'name': 'i', 'program': '/bin/sh', 'package': 'dash', 'print': 'echo @A@\\n@B@',
           'vectors': [vector]}
    (directory / 'i.json').write_text(json.dumps(raw))
    return load(directory)


def refused(directory: Path, **changes: Any) -> List[str]:
    try:
        data(directory, **changes)
    except DataError:
        return []
    return [f'{changes} is taken']


def test_data_errors(tap: Tap, directory: Path) -> None:
    cases: List[Dict[str, Any]] = [
        {'name': 'With Blanks'}, {'kind': 'magic'}, {'colour': 'red'}, {'arguments': 'text'},
        {'test': {'x': 'prints nothing'}}, {'test': None}, {'kind': 'inline'},
        {'test': {'x': 'echo @A@@B@'}}, {'stdin': {'tape': 'x'}}, {'way': None},
        {'stdin': {'pipe': 'x', 'file': 'y'}}, {'through_inline': 'yes'},
    ]
    tap.point('a vector that could not be judged is not read',
              [line for case in cases for line in refused(directory, **case)])
    (directory / 'j.json').write_text(json.dumps({'same_as': 'i', 'without': []}))
    tap.point('two vectors of one name are not read', refused(directory))
    (directory / 'j.json').unlink()


def found(state: str, why: str = '') -> Dict[str, Dict[str, Finding]]:
    return {'preload': {'default': Finding(state, why)}}


def test_record(tap: Tap, directory: Path) -> None:
    interpreters = data(directory, open={'stock preload': 'no_open'})
    vector = interpreters[0].vectors[0]
    record = coverage.read(directory / 'none.json')
    fresh = coverage.worse(record, 'machine', vector, 'preload', found('closed')['preload'])
    tap.point('what is not in the record is no success', [] if fresh else ['it passed'])
    coverage.note(record, 'machine', vector, found('closed'))
    there = coverage.worse(record, 'vm', vector, 'preload', found('open')['preload'])
    tap.point('what was never recorded in the virtual machine is compared with the machine',
              [] if there else ['it passed'])
    order = ('open', 'broken', 'not-applicable', 'closed')
    wrong = []
    for before in order:
        coverage.note(record, 'machine', vector, found(before, 'reason'))
        for now in order:
            worse = coverage.worse(record, 'machine', vector, 'preload', found(now)['preload'])
            if bool(worse) != (order.index(now) < order.index(before)):
                wrong.append(f'{before} before, {now} now: {worse}')
    tap.point('worse than recorded fails, the same or better does not', wrong)
    coverage.note(record, 'machine', vector, found('open'))
    tap.point('an open vector has the reason of the data',
              coverage.unexplained(record))
    coverage.note(record, 'machine', vector, found('broken'))
    tap.point('a vector that is not closed needs a reason',
              [] if coverage.unexplained(record) else ['it passed'])


def spoil(directory: Path, change: Callable[[Dict[str, Any]], Any],
          interpreters: List[Interpreter]) -> List[str]:
    """What is said of the record after it was changed by hand, and page and picture with it."""
    good = coverage.read(directory / 'coverage.json')
    record = copy.deepcopy(good)
    change(record)
    coverage.write(directory, record, interpreters)
    complaints = coverage.complaints(directory, interpreters)
    coverage.write(directory, good, interpreters)
    return [] if complaints else ['it passed']


def test_files(tap: Tap, directory: Path) -> None:
    interpreters = data(directory, open={'stock preload': 'no_open'})
    vector = interpreters[0].vectors[0]
    record = coverage.read(directory / 'none.json')
    coverage.note(record, 'machine', vector, found('open'))
    record['machine']['versions'] = {'i': '1'}
    coverage.write(directory, record, interpreters)
    again = copy.deepcopy(record)
    tap.point('what the runner writes is what it checks',
              coverage.complaints(directory, interpreters))
    coverage.note(again, 'machine', vector, found('open'))
    tap.point('the same findings make the same files', [] if again == record else ['they differ'])
    for name in ('coverage.md', 'coverage.svg'):
        good = (directory / name).read_text()
        (directory / name).write_text(good + ' ')
        tap.point(f'a changed {name} is noticed',
                  [] if coverage.complaints(directory, interpreters) else ['it passed'])
        (directory / name).write_text(good)
    title = vector.title
    entry: Callable[[Dict[str, Any]], Any] = lambda raw: raw['machine']['vectors'][title]['preload']
    tap.point('a vector that was made closed by hand is noticed',
              spoil(directory, lambda raw: entry(raw).update(state='closed', reason=''),
                    interpreters))
    tap.point('a reason that is not the data\'s is noticed',
              spoil(directory, lambda raw: entry(raw).update(reason='because'), interpreters))
    settings = {'default': 'closed'}
    shows_nothing = {'stock': {'state': 'closed', 'settings': settings}}
    tap.point('a vector that is closed on route stock is noticed',
              spoil(directory, lambda raw: raw['machine']['vectors'][title].update(shows_nothing),
                    interpreters))
    tap.point('a vector that is not recorded is noticed',
              spoil(directory, lambda raw: raw['machine']['vectors'].clear(), interpreters))
    tap.point('a vector of the record that the data do not have is noticed',
              spoil(directory, lambda raw: raw['machine']['vectors'].update(x={}), interpreters))


def has_loader(program: Path) -> bool:
    """Whether an ELF file of 64 bits has a PT_INTERP segment, other than klibc's."""
    image = program.read_bytes()
    start, = struct.unpack_from('<Q', image, 32)
    size, number = struct.unpack_from('<HH', image, 54)
    headers = [struct.unpack_from('<IIQ', image, start + index * size) for index in range(number)]
    return any(kind == 3 and not image.startswith(b'/lib/klibc-', offset)
               for kind, _, offset in headers)


def test_real_data(tap: Tap) -> None:
    interpreters = load(HERE / 'data')
    names = {item.name for item in interpreters}
    tap.point('every interpreter has its vectors', sorted(names ^ NAMES))
    number = sum(len(item.vectors) for item in interpreters)
    tap.point(f'there are at least {FEWEST} vectors', [] if number >= FEWEST else [str(number)])
    given = [reasons for item in interpreters for reasons in (item.open, item.broken)]
    given += [reasons for item in interpreters for vector in item.vectors
              for reasons in (vector.open, vector.broken)]
    used = {reason for reasons in given for reason in reasons.values()}
    tap.point('every reason that a vector names is there, and is used',
              sorted(used ^ set(coverage.REASONS)))
    claims = [(item, Path(program_of(item))) for item in interpreters]
    wrong = [f'{item.name} is said to be {"static" if item.static else "dynamic"}'
             for item, path in claims if path.exists() and has_loader(path) == item.static]
    tap.point('what is called static has no dynamic loader, and the others do', wrong)


def test_missing_source(tap: Tap, directory: Path) -> None:
    """What scripts/patched could not fetch takes its own interpreter out, and no other."""
    built = directory / programs.BUILT
    built.mkdir()
    programs.unfetched(built, 'guile-3.0').write_text('first line\nthe mirror lacks it\n')
    found = {item.name for item in load(HERE / 'data')
             if programs.missing(item, directory / 'programs') == 'the mirror lacks it'}
    tap.point('an interpreter whose source is missing is left out alone', sorted(found ^ {'guile'}))


def test_release(tap: Tap) -> None:
    other = Interpreter('i', '/none/i', 'package-i', 'echo', release='13')
    said = programs.missing(other, Path('/none/programs'))
    tap.point('what another release has is left out, and who tries it is said',
              [] if 'Debian 13: tests/shim/trixie' in said else [said])
    tap.point('its version is not looked for here', sorted(versions([other])))


def main() -> int:
    tap = Tap()
    scratch = Path(tempfile.mkdtemp())
    try:
        test_data_errors(tap, scratch)
        test_record(tap, scratch)
        test_files(tap, scratch)
        test_missing_source(tap, scratch)
    finally:
        shutil.rmtree(scratch)
    test_release(tap)
    test_real_data(tap)
    return tap.finish()


if __name__ == '__main__':
    sys.exit(main())
