# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipe_enlighten.install(): the gate on imports of a process that runs already."""

import os
import zipfile

import support

MARKER = 'print("ran")\n'


class InstallTest(support.GateTest):
    def run_after(self, install, code, *path):
        program = f"import ipe_enlighten\n{install}\n{code}\nprint('end')\n"
        return self.python("-B", "-W", "default", "-c", program, path=path)

    def assert_stopped(self, code, *path):
        self.assertEqual(self.run_after("", code, *path).stdout, "ran\nend\n")
        result = self.run_after("ipe_enlighten.install()", code, *path)
        self.assertEqual((result.stdout, result.returncode), ("", 1), result.stderr)
        self.assertIn("noexec-mount", result.stderr)
        return result.stderr

    def test_an_import_is_refused_with_an_exception_of_ours(self):
        support.write(self.refused, "module.py", MARKER)
        stderr = self.assert_stopped("import module", self.refused)
        self.assertIn("ipe_enlighten._gate.Refused", stderr)

    def test_runpy_and_archives_are_gated_and_an_archive_is_warned_of(self):
        path = support.write(self.refused, "script.py", MARKER)
        self.assert_stopped(f"import runpy; runpy.run_path({path!r})")
        archive = os.path.join(self.refused, "archive.zip")
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("zipped.py", MARKER)
        stderr = self.assert_stopped("import zipped", archive)
        self.assertIn("ImportWarning", stderr)
        self.assertIn(f"{archive} is passed over (noexec-mount)", stderr)

    def test_an_allowed_module_is_imported(self):
        support.write(self.allowed, "module.py", MARKER)
        result = self.run_after("ipe_enlighten.install()", "import module", self.allowed)
        self.assertEqual((result.stdout, result.stderr), ("ran\nend\n", ""))

    def test_installing_twice_is_installing_once(self):
        support.write(self.refused, "module.py", MARKER)
        twice = "ipe_enlighten.install(); ipe_enlighten.install()"
        result = self.run_after(twice, "import module", self.refused)
        self.assertEqual((result.stdout, result.returncode), ("", 1))

    def test_what_was_imported_before_is_not_judged(self):
        support.write(self.refused, "module.py", MARKER)
        result = self.run_after("import module; ipe_enlighten.install()", "import module",
                                self.refused)
        self.assertEqual(result.stdout, "ran\nend\n")
