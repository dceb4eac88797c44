# SPDX-License-Identifier: LGPL-2.1-or-later
"""No call of the extension, nor of the launcher's hooks, keeps a reference.

IPE_PROGRAMS are debug builds of Python and of ipe-python3, IPE_EXTENSION is the folder of the
modules that are compiled for them, IPE_LIBRARY that of libipe-enlighten.
"""

import json
import os
import shutil

import support

CALLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "calls.py")
ROUNDS = 1000
# Caches of Python's own fill while it counts.
TOLERANCE = 10


def programs():
    """Each program, and a launcher with its option as well."""
    for program in os.environ["IPE_PROGRAMS"].split(os.pathsep):
        yield [program, "-S", "-B"]
        if "ipe-python3" in program:
            yield [program, "--strict", "-S", "-B"]


class CallsTest(support.GateTest):
    def setUp(self):
        super().setUp()
        for directory in self.allowed, self.refused:
            support.write(directory, "script.py", "value = 1\n")

    def run_calls(self, command, what, tree, **env):
        env.update(PYTHONPATH=tree, LD_LIBRARY_PATH=os.environ["IPE_LIBRARY"])
        program, *arguments = [*command, CALLS, what, self.allowed, self.refused]
        return self.python(*arguments, program=program, env=env, timeout=600)


class ReferencesTest(CallsTest):
    def test_no_reference_is_kept(self):
        tree = os.path.join(self.allowed, "tree")
        package = shutil.copytree(os.path.join(support.TREE, "ipe_enlighten"),
                                  os.path.join(tree, "ipe_enlighten"))
        for name in os.listdir(os.environ["IPE_EXTENSION"]):
            if name.endswith(".abi3.so"):
                shutil.copy(os.path.join(os.environ["IPE_EXTENSION"], name), package)
        for command in programs():
            with self.subTest(command=command):
                result = self.run_calls(command, "references", tree)
                self.assertEqual(result.returncode, 0, result.stderr)
                *rows, (_, seen) = json.loads(result.stdout)
                self.assertGreaterEqual(seen, ROUNDS)
                self.assertGreater(len(rows), 100)
                self.assertEqual([row for row in rows if abs(row[1]) > TOLERANCE], [])
