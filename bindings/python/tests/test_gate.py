# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipe_enlighten's functions against a noexec mount."""

import errno
import io
import os
import pickle
import socket
import sys
import threading
import unittest
from unittest import mock

import ipe_enlighten
import support
from ipe_enlighten import Check, Reason, Refused, Verdict, check, load, open_code


class CheckTest(support.GateTest):
    def test_a_file_that_the_kernel_would_run_is_allowed(self):
        path = support.write(self.allowed, "script.py", "pass\n")
        verdict = check(path)
        self.assertEqual(verdict, Check(Verdict.ALLOW, Reason.ALLOWED, 1, 0, 5))
        self.assertTrue(verdict)
        self.assertTrue(verdict.allowed)

    def test_a_file_on_a_noexec_mount_is_refused_with_that_reason(self):
        verdict = check(support.write(self.refused, "script.py", "pass\n"))
        expected = Check(Verdict.DENY, Reason.NOEXEC_MOUNT, -errno.EPERM, 0, 5)
        self.assertEqual(verdict, expected)
        self.assertFalse(verdict)
        self.assertFalse(verdict.allowed)
        self.assertIn("noexec", verdict.advice)

    def test_a_path_may_be_str_bytes_or_path_like(self):
        class Name:
            def __init__(self, value):
                self.value = value

            def __fspath__(self):
                return self.value

        path = support.write(self.allowed, "script.py")
        for form in path, os.fsencode(path), Name(path), Name(os.fsencode(path)):
            self.assertTrue(check(form))
            with open_code(form) as code:
                self.assertEqual(code.name, os.fspath(form))

    def test_a_name_that_is_not_utf_8_can_be_judged(self):
        path = os.path.join(os.fsencode(self.allowed), b"\xff.py")
        with open(path, "wb"):
            pass
        self.assertTrue(check(path))
        self.assertTrue(check(os.fsdecode(path)))

    def test_a_nul_in_a_path_is_a_value_error(self):
        for function in check, open_code, load:
            for path in "a\0b", b"a\0b":
                self.assertRaises(ValueError, function, path)

    def test_what_is_neither_a_path_nor_a_descriptor_is_a_type_error(self):
        for function in check, open_code, load:
            for wrong in None, 1.0, [], object():
                self.assertRaises(TypeError, function, wrong)

    def test_a_relative_path_starts_from_dir_fd(self):
        support.write(self.allowed, "script.py")
        directory = os.open(self.allowed, os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, directory)
        self.assertTrue(check("script.py", dir_fd=directory))
        with open_code("script.py", dir_fd=directory) as code:
            self.assertEqual(code.name, "script.py")
        self.assertRaises(FileNotFoundError, check, "other.py", dir_fd=directory)

    def test_a_dir_fd_that_is_none_is_refused_as_an_argument(self):
        self.assertRaises(ValueError, check, "script.py", dir_fd=-1)
        self.assertRaises(TypeError, check, "script.py", dir_fd="directory")
        self.assertRaises(ValueError, check, 0, dir_fd=0)

    def test_a_file_that_cannot_be_opened_is_an_os_error_with_its_name(self):
        missing = os.path.join(self.allowed, "missing.py")
        for function in check, open_code, load:
            with self.assertRaises(FileNotFoundError) as caught:
                function(missing)
            self.assertEqual(caught.exception.filename, missing)

    def test_a_file_that_may_not_be_read_is_no_refusal_by_policy(self):
        with mock.patch.object(ipe_enlighten._gate, "_ipe_enlighten") as library:
            library.open_code.side_effect = PermissionError(errno.EACCES, "denied", "x")
            with self.assertRaises(PermissionError) as caught:
                open_code("x")
        self.assertNotIsInstance(caught.exception, Refused)

    def test_only_a_regular_file_has_a_verdict_by_path(self):
        fifo = os.path.join(self.allowed, "fifo")
        os.mkfifo(fifo)
        for path in self.allowed, "/dev/null", "/dev/zero", fifo:
            self.assertIs(check(path).reason, Reason.NOT_REGULAR)

    def test_a_descriptor_is_judged_and_stays_open_where_it_was(self):
        with open(support.write(self.allowed, "script.py", "pass\n"), "rb") as file:
            file.seek(2)
            self.assertTrue(check(file.fileno()))
            self.assertEqual(file.tell(), 2)
            self.assertEqual(load(file.fileno()), b"pass\n")
            self.assertEqual(os.lseek(file.fileno(), 0, os.SEEK_CUR), 2)

    def test_a_descriptor_that_cannot_be_read_is_an_error_and_no_verdict(self):
        path = support.write(self.allowed, "script.py")
        for flags in os.O_WRONLY, os.O_PATH:
            fd = os.open(path, flags)
            self.addCleanup(os.close, fd)
            for function in check, load, ipe_enlighten.check_stdin:
                with self.assertRaises(OSError) as caught:
                    function(fd)
                self.assertEqual(caught.exception.errno, errno.EBADF)
        for number in -1, 999999:
            self.assertRaises(OSError, check, number)
        self.assertRaises(OverflowError, check, 1 << 40)

    def test_a_pipe_is_judged_as_code_without_a_file(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)
        self.assertEqual(check(reader).allowed, ipe_enlighten.check_inline().allowed)
        self.assertEqual(ipe_enlighten.check_stdin(reader), ipe_enlighten.check_inline())

    def test_standard_input_that_is_a_file_is_judged_as_a_file(self):
        with open(support.write(self.refused, "script.py")) as file:
            self.assertIs(ipe_enlighten.check_stdin(file.fileno()).reason, Reason.NOEXEC_MOUNT)


class OpenCodeTest(support.GateTest):
    def test_the_stream_reads_what_was_judged_even_if_the_name_is_taken_over(self):
        path = support.write(self.allowed, "script.py", "judged\n")
        with open_code(path) as code:
            os.replace(support.write(self.allowed, "other.py", "swapped\n"), path)
            self.assertEqual(code.read(), b"judged\n")

    def test_the_stream_is_a_binary_reader_that_no_child_inherits(self):
        with open_code(support.write(self.allowed, "script.py")) as code:
            self.assertIsInstance(code, io.BufferedReader)
            self.assertFalse(os.get_inheritable(code.fileno()))
            self.assertFalse(code.writable())

    def test_a_refusal_is_a_permission_error_that_explains_itself(self):
        path = support.write(self.refused, "script.py")
        for function in open_code, load:
            with self.assertRaises(Refused) as caught:
                function(path)
            error = caught.exception
            self.assertIsInstance(error, PermissionError)
            self.assertEqual((error.errno, error.filename), (errno.EACCES, path))
            self.assertIs(error.reason, Reason.NOEXEC_MOUNT)
            self.assertEqual(error.advice, Reason.NOEXEC_MOUNT.advice)
            self.assertEqual(error.check, check(path))
            self.assertIn("noexec-mount", str(error))
            self.assertIn(error.advice, str(error))

    def test_a_refusal_survives_pickling(self):
        error = Refused(check("/"), "/")
        copy = pickle.loads(pickle.dumps(error))
        self.assertIs(type(copy), Refused)
        self.assertEqual((copy.check, copy.filename), (error.check, error.filename))
        self.assertEqual(str(copy), str(error))

    def test_an_audit_hook_sees_the_file_being_opened(self):
        path = support.write(self.allowed, "script.py")
        program = f"""if 1:
            import ipe_enlighten, sys
            seen = []
            sys.addaudithook(lambda event, args: event == "open" and seen.append(args[0]))
            ipe_enlighten.open_code({path!r}).close()
            print({path!r} in seen)
            """
        self.assertEqual(self.python("-c", program).stdout, "True\n")


class LoadTest(support.GateTest):
    def test_a_file_is_loaded_whole(self):
        content = os.urandom(300_000)
        self.assertEqual(load(support.write(self.allowed, "data", content)), content)

    def test_an_empty_file_is_loaded(self):
        self.assertEqual(load(support.write(self.allowed, "empty")), b"")

    def test_a_file_of_just_the_limit_is_loaded_and_a_larger_one_refused(self):
        path = support.write(self.allowed, "script.py", "12345")
        self.assertEqual(load(path, limit=5), b"12345")
        for limit in 0, 4:
            with self.assertRaises(Refused) as caught:
                load(path, limit=limit)
            self.assertIs(caught.exception.reason, Reason.TOO_LARGE)
        self.assertRaises(ValueError, load, path, limit=-1)

    def test_a_sparse_file_beyond_the_limit_is_refused_without_being_read(self):
        path = support.write(self.allowed, "sparse")
        os.truncate(path, 1 << 40)
        with self.assertRaises(Refused) as caught:
            load(path)
        self.assertIs(caught.exception.reason, Reason.TOO_LARGE)

    def test_what_is_not_a_regular_file_is_refused(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            for source in reader, ours.fileno(), "/dev/zero", "/":
                with self.assertRaises(Refused) as caught:
                    load(source)
                self.assertIs(caught.exception.reason, Reason.NOT_REGULAR)


class VocabularyTest(unittest.TestCase):
    def test_a_check_out_of_nothing_denies(self):
        self.assertFalse(Check(Verdict(0), Reason(0), 0, 0, 0))

    def test_a_check_cannot_be_changed(self):
        verdict = check("/")
        with self.assertRaises(AttributeError):
            verdict.verdict = Verdict.ALLOW

    def test_every_reason_has_a_label_and_advice(self):
        labels = [reason.label for reason in Reason]
        self.assertEqual(len(set(labels)), len(labels))
        for reason in Reason:
            self.assertEqual(reason.name, reason.label.upper().replace("-", "_"))
            self.assertTrue(reason.advice.endswith("."))

    def test_the_restrictions_have_their_types(self):
        asked = ipe_enlighten.restrictions()
        self.assertIsInstance(asked.inline_setting, ipe_enlighten.InlineSetting)
        for name in set(asked._fields) - {"inline_setting"}:
            self.assertIsInstance(getattr(asked, name), bool)


class ProcessTest(support.GateTest):
    def test_many_threads_judge_at_once(self):
        good = support.write(self.allowed, "good.py")
        bad = support.write(self.refused, "bad.py")
        wrong = []

        def judge():
            for _ in range(2000):
                if not check(good) or check(bad):
                    wrong.append(1)

        threads = [threading.Thread(target=judge) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_a_sub_interpreter_has_a_gate_of_its_own(self):
        helper = {}
        exec(support.SUB_INTERPRETER, helper)
        program = f"""if 1:
            import sys
            sys.path[:0] = {sys.path!r}
            import ipe_enlighten
            assert not ipe_enlighten.check("/").allowed
            """
        for _ in range(5):
            helper["run"](program)
        self.assertFalse(check("/"))

    def test_a_fork_judges_like_its_parent(self):
        path = support.write(self.refused, "script.py")
        child = os.fork()
        if child == 0:
            os._exit(int(check(path).reason))
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), Reason.NOEXEC_MOUNT)
