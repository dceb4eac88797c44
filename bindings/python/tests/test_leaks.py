# SPDX-License-Identifier: LGPL-2.1-or-later
"""No path through the extension keeps a descriptor, a reference or memory."""

import os
import resource
import sys
from unittest import mock

import support
from ipe_enlighten import _ipe_enlighten as extension
from ipe_enlighten import check, check_inline, check_stdin, load, open_code, restrictions

ROUNDS = 20_000
WARM_UP = 2_000
TOLERANCE_KIB = 512
DESCRIPTORS = 64


def resident_kib():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


class LeakTest(support.GateTest):
    def setUp(self):
        super().setUp()
        # A leak ends here and not where the whole machine runs out of descriptors.
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, limits[1]))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, limits)

    def assert_keeps_nothing(self, call):
        for _ in range(WARM_UP):
            call()
        descriptors, memory = support.open_descriptors(), resident_kib()
        for _ in range(ROUNDS):
            call()
        self.assertEqual(support.open_descriptors(), descriptors)
        self.assertLess(resident_kib() - memory, TOLERANCE_KIB)

    def assert_failing_keeps_nothing(self, error, function, *arguments, **options):
        def call():
            try:
                function(*arguments, **options)
            except error:
                return
            self.fail(f"{function.__name__} did not fail")

        self.assert_keeps_nothing(call)

    def test_verdicts_keep_nothing(self):
        good = support.write(self.allowed, "good.py", "x" * 100)
        bad = support.write(self.refused, "bad.py")
        self.assert_keeps_nothing(lambda: (check(good), check(bad)))

    def test_opening_and_loading_keeps_nothing(self):
        path = support.write(self.allowed, "good.py", "x" * 5000)

        def call():
            with open_code(path) as code:
                code.read()
            load(path)

        self.assert_keeps_nothing(call)

    def test_verdicts_on_what_is_no_path_keep_nothing(self):
        with open(support.write(self.allowed, "good.py")) as file:
            fd = file.fileno()
            self.assert_keeps_nothing(
                lambda: (check(fd), check_stdin(fd), check_inline(), restrictions())
            )
        self.assert_keeps_nothing(extension.reasons)

    def test_a_refusal_keeps_nothing(self):
        path = support.write(self.refused, "bad.py")
        self.assert_failing_keeps_nothing(PermissionError, open_code, path)
        self.assert_failing_keeps_nothing(PermissionError, load, path)

    def test_a_refusal_of_an_open_file_keeps_nothing(self):
        with open(support.write(self.refused, "bad.py", "x" * 5000)) as file:
            self.assert_failing_keeps_nothing(PermissionError, load, file.fileno())

    def test_a_refusal_of_the_size_keeps_nothing(self):
        path = support.write(self.allowed, "good.py", "x" * 5000)
        self.assert_failing_keeps_nothing(PermissionError, load, path, limit=10)

    def test_an_error_keeps_nothing(self):
        for wrong in "/nonexistent", b"/nonexistent", "a\0b", 1.5, None:
            errors = (OSError, TypeError, ValueError)
            self.assert_failing_keeps_nothing(errors, open_code, wrong)
        self.assert_failing_keeps_nothing(ValueError, check, "/", dir_fd=-1)
        self.assert_failing_keeps_nothing(OSError, load, -1)

    def test_a_file_object_that_cannot_be_made_leaves_no_descriptor(self):
        path = support.write(self.allowed, "good.py")

        def fail(*arguments):
            raise MemoryError

        with mock.patch("io.FileIO", fail):
            self.assert_failing_keeps_nothing(MemoryError, open_code, path)

    def test_a_path_object_is_referenced_as_often_as_before(self):
        good = os.path.join(self.allowed, "good" + ".py")
        support.write(self.allowed, "good.py")
        bad = os.path.join(self.allowed, "missing" + ".py")
        for path in good, bad:
            before = sys.getrefcount(path)
            for _ in range(100):
                try:
                    extension.check_path(path, None)
                    extension.open_code(path, None)[0].close()
                except OSError:
                    pass
            self.assertEqual(sys.getrefcount(path), before)

    def test_none_is_referenced_as_often_as_before(self):
        path = support.write(self.refused, "bad.py")
        fd = os.open(path, os.O_RDONLY)
        self.addCleanup(os.close, fd)
        before = sys.getrefcount(None)
        for _ in range(5000):
            extension.open_code(path, None)
            extension.load_fd(fd, 10)
        self.assertLess(abs(sys.getrefcount(None) - before), 1000)
