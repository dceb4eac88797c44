# SPDX-License-Identifier: LGPL-2.1-or-later
"""python3 -m ipe-check: output, exit status, and who can take its modules' place."""

import json
import os
import subprocess
import sys
import unittest

import support
from ipe_enlighten import Reason


class CommandTest(support.GateTest):
    def test_allowed_files_are_listed_and_the_status_is_0(self):
        support.write(self.allowed, "a.py")
        support.write(self.allowed, "b.py")
        result = self.ipe_check("a.py", "./b.py")
        self.assertEqual(result.stdout, "allow  a.py\nallow  ./b.py\n")
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_a_refusal_gives_its_reason_and_status_1(self):
        good = support.write(self.allowed, "a.py")
        bad = support.write(self.refused, "b.py")
        result = self.ipe_check(good, bad)
        advice = Reason.NOEXEC_MOUNT.advice
        self.assertEqual(
            result.stdout, f"allow  {good}\ndeny   {bad}: noexec-mount: {advice}\n"
        )
        self.assertEqual(result.returncode, 1)

    def test_a_file_that_cannot_be_judged_outranks_a_refusal(self):
        bad = support.write(self.refused, "b.py")
        result = self.ipe_check("missing.py", bad)
        self.assertEqual(result.returncode, 3)
        self.assertTrue(result.stdout.startswith("deny   "))
        self.assertEqual(
            result.stderr,
            "ipe-check: cannot judge 'missing.py': No such file or directory; correct the name\n",
        )

    def test_wrong_usage_is_status_2(self):
        wrong = [], ["--nonsense"], ["--run"], ["--json", "--run", "x.py"], ["x.py", "--run", "y"]
        for arguments in wrong:
            result = self.ipe_check(*arguments)
            self.assertEqual((result.returncode, result.stdout), (2, ""), arguments)
            self.assertIn("usage: ipe-check", result.stderr)

    def test_help_names_the_exit_status_and_the_manual(self):
        result = self.ipe_check("--help")
        self.assertEqual(result.returncode, 0)
        self.assertIn("Exit status:", result.stdout)
        self.assertIn("ipe-check(1)", result.stdout)

    def test_json_has_an_object_for_each_file(self):
        bad = support.write(self.refused, "b.py", "pass\n")
        result = self.ipe_check("--json", bad, "missing.py")
        self.assertEqual((result.returncode, result.stderr), (3, ""))
        refused, missing = json.loads(result.stdout)
        expected = {
            "path": bad,
            "verdict": "deny",
            "reason": "noexec-mount",
            "advice": Reason.NOEXEC_MOUNT.advice,
            "mmap_probe": "EPERM",
            "exec_probe": "not-asked",
            "size": 5,
            "error": None,
        }
        self.assertEqual(refused, expected)
        self.assertEqual(missing["error"], "ENOENT")
        self.assertEqual((missing["verdict"], missing["reason"]), ("deny", "undecided"))

    def test_json_keeps_a_name_that_is_not_utf_8(self):
        name = b"\xff.py"
        with open(os.path.join(os.fsencode(self.allowed), name), "wb"):
            pass
        (row,) = json.loads(self.ipe_check("--json", name).stdout)
        self.assertEqual((row["path"], row["path_hex"]), ("\ufffd.py", name.hex()))

    def test_a_file_name_can_neither_forge_a_line_nor_command_a_terminal(self):
        name = "a\nallow  b\t\x1b[2J\\\u202e"
        support.write(self.allowed, name)
        expected = "allow  a\\nallow  b\\t\\x1b[2J\\\\\\xe2\\x80\\xae\n"
        self.assertEqual(self.ipe_check(name).stdout, expected)

    def test_a_name_beyond_the_terminals_encoding_is_escaped(self):
        support.write(self.allowed, "\u00e9.py")
        result = self.ipe_check("\u00e9.py", env={"PYTHONIOENCODING": "ascii"})
        self.assertEqual(result.stdout, "allow  \\xc3\\xa9.py\n")

    def test_results_that_cannot_be_written_are_status_3(self):
        support.write(self.allowed, "a.py")
        for redirection in ">/dev/full", ">&-":
            result = self.shell(f"{sys.executable} -m ipe-check a.py {redirection}")
            self.assertEqual(result.returncode, 3, result.stderr)
            self.assertIn("cannot write to standard output", result.stderr)

    def shell(self, command):
        return subprocess.run(
            ["sh", "-c", command],
            env={"PYTHONPATH": support.TREE, "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            cwd=self.allowed,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )


class ShadowTest(support.GateTest):
    """The working directory is the attacker's: it holds modules with the names of ours."""

    def plant(self, *names):
        for name in names:
            support.write(self.allowed, name, 'print("attacker")\n')

    @unittest.skipIf(sys.version_info < (3, 11), "Python's own -m imports from there before us")
    def test_the_working_directory_cannot_take_the_place_of_what_the_command_imports(self):
        self.plant("ipe_enlighten.py", "argparse.py", "modulefinder.py", "json.py", "typing.py")
        self.plant("enum.py", "errno.py", "pkgutil.py", "dis.py", "zipimport.py")
        script = support.write(self.allowed, "scripts/script.py", "import nothing\n")
        for arguments in [script], ["--imports", script], ["--json", script], ["--run", script]:
            self.assertNotIn("attacker", self.ipe_check(*arguments).stdout)

    def test_an_isolated_interpreter_lets_the_working_directory_touch_nothing(self):
        interpreter = self.installed_interpreter()
        self.plant("ipe_enlighten.py", "contextlib.py", "ipe-check/__init__.py")
        self.plant("ipe-check/__main__.py")
        script = support.write(self.allowed, "scripts/script.py", 'print("ran")\n')
        result = subprocess.run(
            [interpreter, "-I", "-m", "ipe-check", "--run", script],
            cwd=self.allowed,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.assertEqual((result.stdout, result.stderr, result.returncode), ("ran\n", "", 0))

    def test_without_isolation_the_interpreter_itself_can_be_led_astray(self):
        self.plant("ipe-check/__init__.py", "ipe-check/__main__.py")
        self.assertIn("attacker", self.ipe_check("script.py").stdout)

    def installed_interpreter(self):
        """An environment whose site-packages leads to the tree under test."""
        home = os.path.join(self.allowed, "environment")
        result = self.python("-m", "venv", "--without-pip", home)
        if result.returncode != 0:
            self.skipTest(f"no virtual environment can be made: {result.stderr}")
        version = "python{}.{}".format(*sys.version_info)
        support.write(home, f"lib/{version}/site-packages/ipe.pth", support.TREE + "\n")
        return os.path.join(home, "bin", "python3")
