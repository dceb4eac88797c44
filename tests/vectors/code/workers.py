# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measures vectors, some at a time, each worker in namespaces of its own."""

import json
import os
import secrets
import shutil
import signal
import socket
import struct
import sys
import traceback
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import sandbox
import system
from judge import Attempt, Finding, decisive, expected, judge_copy, judge_stock, worst
from routes import Route
from sandbox import STORE, Job, Place
from vectors import Marker, Vector

MESSAGE_LIMIT = 1 << 17
Findings = Dict[str, Dict[str, Finding]]  # by route and setting


@dataclass(frozen=True)
class Plan:
    """What is to be measured, and where."""
    vectors: List[Any]  # or uses
    routes: List[Route]
    settings: Optional[List[str]]  # none: those that decide
    timeout: float
    jobs: int
    scratch: str
    sealed: str = ''  # where the trusted copies are, if they are not made here
    verbose: bool = False


def draw_marker() -> Marker:
    """Letters that no language takes for anything but a word."""
    letters = 'abcdefghijklmnopqrstuvwxyz'
    half = [''.join(secrets.choice(letters) for _ in range(14)) for _ in range(2)]
    return Marker('v' + half[0], 'w' + half[1])


def show(vector: Vector, job: Job, route: str, done: Attempt) -> None:
    print(f'# {vector.title} {route} {job.setting} {job.copy}: {done.ending()}', file=sys.stderr)
    for name, data in (('out', done.out), ('err', done.err)):
        for line in data.decode(errors='replace').split('\n')[-12:]:
            if line:
                print(f'#   {name}: {line[:160]}', file=sys.stderr)


class Measurement:
    """One vector, in a worker."""

    def __init__(self, plan: Plan, vector: Vector, place: Place, marker: Marker) -> None:
        self.plan, self.vector, self.place, self.marker = plan, vector, place, marker
        self.stock = self.attempt(Job(place, timeout=plan.timeout), 'stock')

    def attempt(self, job: Job, route: str) -> Attempt:
        done = sandbox.attempt(self.vector, job, self.marker)
        if self.plan.verbose:
            show(self.vector, job, route, done)
        return done

    def copy(self, route: Route, setting: str, copy: str) -> Attempt:
        if (route.name, setting, copy) == ('stock', 'default', 'trusted'):
            return self.stock
        return self.attempt(Job(self.place, copy, setting, route.prefix, route.env,
                                f'/mnt/trees/{route.name}', self.plan.timeout), route.name)

    def setting(self, route: Route, setting: str) -> Finding:
        if setting == 'restrict-file' and not system.securebits_known():
            return Finding('not-applicable', 'this kernel has no SECBIT_EXEC_RESTRICT_FILE')
        copies = expected(self.vector, setting, system.anonymous_refused())
        return worst([judge_copy(copy, must_run, self.copy(route, setting, copy), self.marker,
                                 self.stock)
                      for copy, must_run in copies.items()])

    def route(self, route: Route) -> Dict[str, Finding]:
        reason = (self.vector.not_applicable.get(route.name) or
                  route.not_applicable(self.vector) or
                  (self.vector.machine_only if self.plan.sealed else ''))
        settings = self.plan.settings or decisive(self.vector)
        if reason:
            return {setting: Finding('not-applicable', reason) for setting in settings}
        stock = judge_stock(self.stock, self.marker)
        if stock.state != 'closed':
            return {setting: stock for setting in settings}
        return {setting: self.setting(route, setting) for setting in settings}

    def findings(self) -> Findings:
        return {route.name: self.route(route) for route in self.plan.routes
                if route.takes(self.vector)}


def sealed_place(plan: Plan, vector: Vector) -> Place:
    """The trusted copies are where the policy trusts them; the others are made here."""
    sealed = f'{plan.sealed}/{vector.title}'
    untrusted = f'{STORE}/{vector.title}'
    shutil.copytree(f'{sealed}/test', untrusted, symlinks=True)
    return Place(f'{sealed}/test', untrusted, f'{sealed}/plain', f'{sealed}/safe',
                 f'{plan.sealed}/settings', False)


def own_place(vector: Vector, marker: Marker) -> Place:
    """Both copies are one: it is the mount that makes the difference."""
    directory = f'{STORE}/{vector.title}'
    os.mkdir(directory)
    sandbox.materialise(vector, marker, directory)
    return Place(f'{directory}/test', f'{directory}/test', f'{directory}/plain',
                 f'{directory}/safe', f'{STORE}/settings', True)


def measure(plan: Plan, vector: Vector) -> Findings:
    if plan.sealed:
        with open(f'{plan.sealed}/{vector.title}/marker', encoding='ascii') as file:
            marker = Marker(*file.read().split())
        place = sealed_place(plan, vector)
    else:
        marker = draw_marker()
        place = own_place(vector, marker)
    try:
        return Measurement(plan, vector, place, marker).findings()
    finally:
        shutil.rmtree(f'{STORE}/{vector.title}')


Measure = Callable[[Any, Any], Findings]  # of a plan and one of its vectors


def failed(plan: Plan, why: str) -> Findings:
    finding = Finding('broken', why)
    return {route.name: {'default': finding} for route in plan.routes}


def work(plan: Plan, measure_one: Measure, queue: int, results: socket.socket) -> None:
    """In the first process of the namespaces: takes vectors until there are no more."""
    sandbox.build_root(plan.scratch)
    if not plan.sealed:
        sandbox.write_settings(f'{STORE}/settings')
    while True:
        item = os.read(queue, 4)
        if not item:
            return
        number = struct.unpack('I', item)[0]
        try:
            findings = measure_one(plan, plan.vectors[number])
        except (OSError, UnicodeError, shutil.Error) as error:
            findings = failed(plan, str(error))
        raw = {route: {setting: [finding.state, finding.why]
                       for setting, finding in settings.items()}
               for route, settings in findings.items()}
        results.send(json.dumps([number, raw]).encode())


def start_worker(plan: Plan, measure_one: Measure, queue: int, results: socket.socket) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
        system.enter_namespaces()
        child = os.fork()
        if child == 0:
            system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
            work(plan, measure_one, queue, results)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except BaseException:  # pylint: disable=broad-except
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status and 1)


def run(plan: Plan, measure_one: Measure = measure) -> Iterator[Tuple[Any, Findings]]:
    """Each vector and its findings, as they come."""
    queue, queue_end = os.pipe()
    os.write(queue_end, b''.join(struct.pack('I', number) for number in range(len(plan.vectors))))
    os.close(queue_end)
    # Messages stay whole, however many send at once.
    results, results_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    workers = [start_worker(plan, measure_one, queue, results_end) for _ in range(plan.jobs)]
    os.close(queue)
    results_end.close()
    while True:
        message = results.recv(MESSAGE_LIMIT)
        if not message:
            break
        number, raw = json.loads(message)
        yield plan.vectors[number], {
            route: {setting: Finding(*pair) for setting, pair in settings.items()}
            for route, settings in raw.items()}
    for pid in workers:
        os.waitpid(pid, 0)
