# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whoever swaps, truncates or rewrites a file under the gate: what is read is what was judged."""

import contextlib
import os
import signal
import time

import support
from ipe_enlighten import Reason, Refused, load, open_code
from ipe_enlighten._gate import judge_and_load

ROUNDS = 20_000
SECONDS = 60
GOOD = b"good\n" * 20
BAD = b"evil\n" * 20


@contextlib.contextmanager
def meanwhile(action):
    """Repeat an action in another process."""
    child = os.fork()
    if child == 0:
        try:
            while os.getppid() != 1:
                action()
        finally:
            os._exit(1)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


class SwapTest(support.GateTest):
    def setUp(self):
        super().setUp()
        self.good = support.write(self.allowed, "good.py", GOOD)
        self.bad = support.write(self.refused, "bad.py", BAD)
        self.link = os.path.join(self.allowed, "link.py")
        os.symlink(self.good, self.link)

    def swap(self, rest=0.0):
        """Both ways; each lasts about as long, so that a slow reader meets both."""
        for target in self.bad, self.good:
            os.symlink(target, self.link + ".new")
            os.rename(self.link + ".new", self.link)
            if rest:
                time.sleep(rest)

    def assert_only_good_is_read(self, read):
        outcomes = {"read": 0, "refused": 0}
        with meanwhile(self.swap):
            for _ in range(ROUNDS):
                try:
                    self.assertEqual(read(self.link), GOOD)
                    outcomes["read"] += 1
                except Refused:
                    outcomes["refused"] += 1
        self.assertGreater(min(outcomes.values()), ROUNDS // 100, outcomes)

    def test_a_swapped_link_never_makes_open_code_read_what_is_refused(self):
        def read(path):
            with open_code(path) as code:
                return code.read()

        self.assert_only_good_is_read(read)

    def test_a_swapped_link_never_makes_load_read_what_is_refused(self):
        self.assert_only_good_is_read(load)

    def test_a_renamed_directory_never_makes_open_code_read_what_is_refused(self):
        first = os.path.join(self.allowed, "directory")
        os.mkdir(first)
        os.link(self.good, os.path.join(first, "script.py"))
        os.symlink(self.bad, support.write(self.allowed, "other/x")[:-1] + "script.py")
        second = os.path.join(self.allowed, "other")
        spare = os.path.join(self.allowed, "spare")

        def swap():
            for source, target in (first, spare), (second, first), (first, second), (spare, first):
                os.rename(source, target)

        outcomes = set()
        with meanwhile(swap):
            for _ in range(ROUNDS):
                try:
                    with open_code(os.path.join(first, "script.py")) as code:
                        self.assertEqual(code.read(), GOOD)
                        outcomes.add("read")
                except (Refused, FileNotFoundError) as error:
                    outcomes.add(type(error).__name__)
        self.assertEqual(outcomes, {"read", "Refused", "FileNotFoundError"})

    def test_a_swapped_script_never_runs_if_it_is_the_refused_one(self):
        support.write(self.allowed, "good.py", 'print("good")\n')
        support.write(self.refused, "bad.py", 'print("evil")\n')

        outcomes = set()
        with meanwhile(lambda: self.swap(rest=0.0001)):
            deadline = time.monotonic() + SECONDS
            rounds = 0
            while (rounds < 50 or len(outcomes) < 2) and time.monotonic() < deadline:
                result = self.ipe_check("--run", self.link)
                outcomes.add((result.returncode, result.stdout))
                rounds += 1
        self.assertEqual(outcomes, {(0, "good\n"), (1, "")})


class ChangeTest(support.GateTest):
    def assert_whole_or_refused(self, action, size):
        """Until a change during the load was caught, every buffer is the file as it was judged."""
        self.path = support.write(self.allowed, "script.py", b"x" * size)
        deadline = time.monotonic() + SECONDS
        whole = changed = 0
        with meanwhile(action):
            while (whole < 100 or changed < 100) and time.monotonic() < deadline:
                content, verdict = judge_and_load(self.path)
                if content is None:
                    self.assertIs(verdict.reason, Reason.CHANGED)
                    changed += 1
                else:
                    self.assertEqual(content, b"x" * verdict.size)
                    whole += 1
        self.assertGreaterEqual(min(whole, changed), 100, f"{whole} whole, {changed} changed")

    def test_a_file_truncated_while_it_is_loaded_is_whole_or_refused(self):
        def truncate_and_restore():
            with open(self.path, "r+b", buffering=0) as file:
                file.truncate(4096)
                file.seek(4096)
                file.write(b"x" * (1 << 20))
                time.sleep(0.001)

        self.assert_whole_or_refused(truncate_and_restore, 4096 + (1 << 20))

    def test_a_file_that_grows_while_it_is_loaded_is_whole_or_refused(self):
        def grow_and_shrink():
            with open(self.path, "r+b", buffering=0) as file:
                file.seek(1 << 20)
                for _ in range(64):
                    file.write(b"x" * 4096)
                time.sleep(0.001)
                file.truncate(1 << 20)

        self.assert_whole_or_refused(grow_and_shrink, 1 << 20)
