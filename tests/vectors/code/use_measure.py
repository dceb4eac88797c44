# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tries uses: what a gate may not change is output, exit status and the files that are left."""

import fnmatch
import os
import shutil
import stat
from dataclasses import dataclass, field
from typing import Dict, List, Tuple

import sandbox
import system
import workers
from judge import Attempt, Finding
from routes import Route
from sandbox import STORE, Job, Place
from uses import Use
from vectors import Marker

LONG_AGO = 1_600_000_000  # when all files were written, so that archives are the same
OURS = (b'ipe-shim: ', b'ipectl: ', b'Permission denied', b'EACCES')
Tree = Dict[str, Tuple[int, bytes]]


@dataclass(frozen=True)
class Left:
    """What an attempt left behind."""
    attempt: Attempt
    changed: Tree = field(default_factory=dict)

    def everything(self) -> bytes:
        return b'\n'.join([self.attempt.out, self.attempt.err,
                           *(data for _, data in self.changed.values())])


def own(path: str) -> None:
    """Gives a file to whom the attempt runs as."""
    if system.many_users():
        os.chown(path, system.NOBODY, system.NOBODY, follow_symlinks=False)
    os.utime(path, (LONG_AGO, LONG_AGO), follow_symlinks=False)


def lay_files(use: Use, marker: Marker, directory: str) -> None:
    sandbox.materialise(use.vector(), marker, directory)
    for folder, folders, names in os.walk(f'{directory}/test', topdown=False):
        for name in [*folders, *names]:
            own(os.path.join(folder, name))
    for name in use.files:
        if name.endswith('.txt'):  # what nobody would call a program has no execute permission
            os.chmod(f'{directory}/test/{name}', 0o644)
    own(f'{directory}/test')


def content(path: str, mode: int) -> bytes:
    if stat.S_ISLNK(mode):
        return os.fsencode(os.readlink(path))
    if not stat.S_ISREG(mode):
        return b''
    with open(path, 'rb') as file:
        return file.read()


def snapshot(directory: str, ignore: List[str]) -> Tree:
    """Every file with its type, permission and content."""
    tree: Tree = {}
    for folder, folders, names in os.walk(directory):
        for name in [*folders, *names]:
            path = os.path.join(folder, name)
            known = os.path.relpath(path, directory)
            if not any(fnmatch.fnmatch(known, pattern) for pattern in ignore):
                mode = os.lstat(path).st_mode
                tree[known] = (mode, content(path, mode))
    return tree


def changes(before: Tree, after: Tree) -> Tree:
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    changed.update({name: (0, b'it is gone') for name in before if name not in after})
    return changed


def try_use(use: Use, marker: Marker, job: Job) -> Left:
    """One attempt, with files of its own."""
    directory = job.place.trusted[:-len('/test')]
    os.mkdir(directory)
    try:
        lay_files(use, marker, directory)
        before = snapshot(job.place.trusted, use.ignore)
        done = sandbox.attempt(use.vector(), job, marker)
        return Left(done, changes(before, snapshot(job.place.trusted, use.ignore)))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def shorten(data: bytes) -> str:
    return repr(data[-300:].decode(errors='replace'))


def difference(wanted: Left, got: Left) -> str:
    """The first thing in which two attempts differ, or nothing."""
    if got.attempt.failure or got.attempt.hung:
        return f'it {got.attempt.ending()}'
    if got.attempt.status != wanted.attempt.status:
        return (f'it {got.attempt.ending()}, on route stock it {wanted.attempt.ending()}: '
                f'{shorten(got.attempt.err or got.attempt.out)}')
    for name, here, there in (('output', got.attempt.out, wanted.attempt.out),
                              ('error output', got.attempt.err, wanted.attempt.err)):
        if here != there:
            return f'its {name} is another: {shorten(here)}, on route stock {shorten(there)}'
    names = sorted({*wanted.changed, *got.changed})
    other = [name for name in names if wanted.changed.get(name) != got.changed.get(name)]
    return f'it leaves another {other[0]}' if other else ''


def judge_route(wanted: Left, got: Left) -> Finding:
    why = difference(wanted, got)
    if not why:
        return Finding('ok')
    said = got.attempt.out + got.attempt.err
    refused = not got.attempt.hung and any(
        words in said and words not in wanted.attempt.out + wanted.attempt.err for words in OURS)
    return Finding('refused' if refused else 'differs', why)


def judge_first(first: Left, marker: Marker) -> str:
    """Why a use does not work without a gate, or nothing."""
    if first.attempt.failure or first.attempt.hung:
        return f'the use itself does not work: it {first.attempt.ending()}'
    if any(words in first.attempt.err for words in (b'Permission denied', b'not found')):
        return f'the use itself does not work: {shorten(first.attempt.err)}'
    if marker.whole(first.everything()):
        return 'it runs the script: the whole marker appears'
    return ''


def judge_proof(first: Left, second: Left, other: Left) -> str:
    """Why the use shows nothing, or nothing. OTHER had other words in the files."""
    why = difference(first, second)
    if why:
        return f'two runs without a gate differ: {why}'
    if not difference(first, other):
        return 'nothing depends on what the files hold'
    return ''


def takes(route: Route, use: Use, patched: List[str]) -> bool:
    """A launcher or a patch is for the uses of its own interpreter."""
    if route.patched:
        return bool(set(use.interpreters) & set(patched))
    return not route.only or route.only in use.interpreters


@dataclass(frozen=True)
class UsePlan(workers.Plan):
    """The same for uses; which interpreters have a patch, and which uses are known to be sound: two
    runs are the same, and other words in the files make another result."""
    patched: List[str] = field(default_factory=list)
    sound: List[str] = field(default_factory=list)


def attempts(plan: UsePlan, use: Use) -> Dict[str, Finding]:
    directory = f'{STORE}/{use.title}'
    place = Place(f'{directory}/test', f'{directory}/test', f'{directory}/plain',
                  f'{directory}/safe', f'{STORE}/settings', True)
    marker = workers.draw_marker()
    other = Marker(marker.first + 'longer', marker.second + 'too')

    def attempt(route: Route, words: Marker = marker, setting: str = use.setting) -> Left:
        left = try_use(use, words, Job(place, 'untrusted', setting, route.prefix, route.env,
                                       f'/mnt/trees/{route.name}', plan.timeout))
        if plan.verbose:
            workers.show(use.vector(), Job(place, 'untrusted', setting), route.name, left.attempt)
        return left

    stock = Route('stock', '')
    first = attempt(stock)
    broken = judge_first(first, marker)
    if use.title not in plan.sound and not broken:
        broken = judge_proof(first, attempt(stock), attempt(stock, other))
    found = {'stock': Finding('broken', broken) if broken else Finding('ok')}
    for route in plan.routes:
        if broken or route.name == 'stock' or not takes(route, use, plan.patched):
            continue
        reason = route.not_applicable(use.vector())
        found[route.name] = (Finding('not-applicable', reason) if reason
                             else judge_route(first, attempt(route)))
    return found


def measure(plan: UsePlan, use: Use) -> workers.Findings:
    return {route: {'default': finding} for route, finding in attempts(plan, use).items()}
