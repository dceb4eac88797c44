# SPDX-License-Identifier: LGPL-2.1-or-later
"""The types, for mypy and against the running code; the examples of the documentation."""

import doctest
import importlib
import os
import pkgutil
import re
import shutil
import subprocess
import unittest

import ipe_enlighten
import support

USER = """
from typing import List
import ipe_enlighten

def read(path: str) -> bytes:
    try:
        with ipe_enlighten.open_code(path) as code:
            return code.read()
    except ipe_enlighten.Refused as error:
        label: str = error.reason.label
        if error.reason is ipe_enlighten.Reason.NOEXEC_MOUNT and not error.check.allowed:
            raise SystemExit(f"{label}: {error.advice}")
        raise

ipe_enlighten.check(3).size + 1
wrong: int = ipe_enlighten.check("x").reason.label
ipe_enlighten.check(1.5)
"""


class TypesTest(support.GateTest):
    def checker(self, *command):
        if not os.path.exists(command[0]):
            self.skipTest(f"{command[0]} is not here: install Debian's package mypy")
        return subprocess.run(
            command,
            cwd=support.TREE,
            env={"PATH": "/usr/bin:/bin", "MYPYPATH": support.TREE, "PYTHONPATH": support.TREE},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def mypy(self, *arguments):
        return self.checker(
            "/usr/bin/mypy", "--strict", f"--cache-dir={self.allowed}/cache", *arguments
        )

    def test_the_package_satisfies_mypy_at_its_strictest(self):
        result = self.mypy("-p", "ipe_enlighten")
        self.assertEqual(result.returncode, 0, result.stdout)
        # mypy takes a directory named ipe-check for a mistake.
        main = shutil.copy(os.path.join(support.TREE, "ipe-check/__main__.py"), self.allowed)
        result = self.mypy(main)
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_a_user_gets_the_types(self):
        result = self.mypy(support.write(self.allowed, "user.py", USER))
        lines = [line for line in result.stdout.splitlines() if ": error:" in line]
        self.assertEqual(len(lines), 2, result.stdout)
        self.assertIn('expression has type "str"', lines[0])
        self.assertIn('incompatible type "float"', lines[1])

    def test_the_reasons_are_declared_with_their_numbers(self):
        with open(os.path.join(support.TREE, "ipe_enlighten", "_reason.pyi")) as stub:
            declared = re.findall(r"^    ([A-Z_]+) = (\d+)$", stub.read(), re.MULTILINE)
        expected = [(reason.name, str(reason.value)) for reason in ipe_enlighten.Reason]
        self.assertEqual(declared, expected)

    def test_the_stubs_agree_with_the_running_code(self):
        modules = "ipe_enlighten._ipe_enlighten", "ipe_enlighten._reason"
        result = self.checker("/usr/bin/stubtest", *modules)
        self.assertEqual(result.returncode, 0, result.stdout)


class DocumentationTest(unittest.TestCase):
    def test_every_public_name_is_documented(self):
        for name in set(ipe_enlighten.__all__) - {"DEFAULT_LIMIT"}:
            self.assertTrue(getattr(ipe_enlighten, name).__doc__, name)

    def test_every_example_gives_what_it_says(self):
        examples = 0
        for module in pkgutil.walk_packages(ipe_enlighten.__path__, "ipe_enlighten."):
            result = doctest.testmod(importlib.import_module(module.name), report=True)
            self.assertEqual(result.failed, 0, module.name)
            examples += result.attempted
        self.assertGreaterEqual(examples, 10)
