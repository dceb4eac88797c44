# SPDX-License-Identifier: LGPL-2.1-or-later
"""No call of the extension, nor of the launcher's hooks, loses memory. See test_references.py."""

import support
from test_references import CallsTest, programs

LEAK_STATUS = 99
# Debian knows what is no fault in its python3, but not in a program that its library is linked into.
VALGRIND = [
    "/usr/bin/valgrind", "--quiet", "--undef-value-errors=no", "--leak-check=full",
    "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite",
    f"--error-exitcode={LEAK_STATUS}", "--suppressions=/usr/lib/valgrind/python3.supp",
]


class ValgrindTest(CallsTest):
    def test_no_memory_is_lost_or_used_that_is_not_ours(self):
        for command in programs():
            with self.subTest(command=command):
                result = self.run_calls([*VALGRIND, *command], "often", support.TREE,
                                        PYTHONMALLOC="malloc")
                self.assertEqual((result.returncode, result.stderr), (0, ""))
