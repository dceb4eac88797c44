# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipe-check --imports: every file that the imports would read, and none of them run."""

import json
import os
import py_compile
import shutil
import sys
import sysconfig
import zipfile

import support

TAG = sys.implementation.cache_tag


class ImportsTest(support.GateTest):
    def judge(self, statements, *path, status=0):
        """Return ({path: reason}, {missing module: who imports it})."""
        support.write(self.allowed, "script.py", statements)
        result = self.ipe_check("--json", "--imports", "script.py", path=path)
        self.assertEqual((result.returncode, result.stderr), (status, ""), result.stdout)
        rows = json.loads(result.stdout)
        reasons = {row["path"]: row["reason"] for row in rows if "path" in row}
        self.assertEqual(len(reasons), sum("path" in row for row in rows), "judged twice")
        missing = {row["module"]: row["imported_by"] for row in rows if "module" in row}
        self.assertEqual(reasons.pop("script.py"), "allowed")
        return reasons, missing

    def in_allowed(self, *names, reason="allowed"):
        return {os.path.join(self.allowed, name): reason for name in names}

    def in_refused(self, *names):
        return {os.path.join(self.refused, name): "noexec-mount" for name in names}

    def test_modules_are_followed_through_packages_and_relative_imports(self):
        support.write(self.allowed, "pack/__init__.py", "from . import one\n")
        support.write(self.allowed, "pack/one.py", "from .sub.two import thing\n")
        support.write(self.allowed, "pack/sub/__init__.py")
        support.write(self.allowed, "pack/sub/two.py", "def f():\n    from ... import leaf\n")
        support.write(self.allowed, "pack/sub/other.py")
        reasons, missing = self.judge("import pack\n")
        names = "pack/__init__.py", "pack/one.py", "pack/sub/__init__.py", "pack/sub/two.py"
        self.assertEqual((reasons, missing), (self.in_allowed(*names), {}))

    def test_an_import_inside_a_function_counts(self):
        support.write(self.allowed, "late.py")
        reasons, _ = self.judge("def function():\n    import late\n")
        self.assertEqual(reasons, self.in_allowed("late.py"))

    def test_a_namespace_package_is_followed_over_its_portions(self):
        support.write(self.allowed, "other/space/deep/one.py")
        support.write(self.allowed, "space/deep/two.py")
        statements = "import space.deep.one, space.deep.two\n"
        reasons, _ = self.judge(statements, os.path.join(self.allowed, "other"))
        self.assertEqual(
            reasons, self.in_allowed("other/space/deep/one.py", "space/deep/two.py")
        )

    def test_a_refused_module_is_listed_and_not_followed(self):
        support.write(self.refused, "bad.py", "import leaf\n")
        support.write(self.allowed, "leaf.py")
        reasons, missing = self.judge("import bad\n", self.refused, status=1)
        self.assertEqual((reasons, missing), (self.in_refused("bad.py"), {}))

    def test_nothing_below_a_refused_package_is_called_missing(self):
        support.write(self.refused, "pack/__init__.py")
        support.write(self.refused, "pack/one.py")
        reasons, missing = self.judge("import pack.one\n", self.refused, status=1)
        self.assertEqual((reasons, missing), (self.in_refused("pack/__init__.py"), {}))

    def test_byte_code_and_its_source_are_both_judged(self):
        source = support.write(self.allowed, "module.py")
        py_compile.compile(source, doraise=True)
        reasons, _ = self.judge("import module\n")
        self.assertEqual(reasons, self.in_allowed("module.py", f"__pycache__/module.{TAG}.pyc"))

    def test_what_is_followed_is_the_byte_code_that_python_would_take(self):
        source = support.write(self.allowed, "module.py", "import nnn\n")
        status = os.stat(source)
        support.write(self.allowed, "nnn.py")
        support.write(self.allowed, "leaf.py")
        support.write(self.allowed, "module.py", "import leaf\n"[:10] + "\n")
        support.write(self.allowed, "lea.py")
        os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))
        py_compile.compile(source, doraise=True)
        support.write(self.allowed, "module.py", "import nnn\n")
        os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))
        reasons, _ = self.judge("import module\n")
        self.assertIn(os.path.join(self.allowed, "lea.py"), reasons)
        self.assertNotIn(os.path.join(self.allowed, "nnn.py"), reasons)

    def test_refused_byte_code_is_listed_and_its_source_followed(self):
        source = support.write(self.allowed, "module.py", "import leaf\n")
        support.write(self.allowed, "leaf.py")
        cache = os.path.join(self.refused, "cache")
        os.mkdir(cache)
        os.symlink(cache, os.path.join(self.allowed, "__pycache__"))
        py_compile.compile(source, doraise=True)
        reasons, _ = self.judge("import module\n", status=1)
        expected = self.in_allowed("module.py", "leaf.py")
        pyc = os.path.join(self.allowed, "__pycache__", f"module.{TAG}.pyc")
        self.assertEqual(reasons, {**expected, pyc: "noexec-mount"})

    def test_byte_code_without_source_is_judged_and_followed(self):
        origin = support.write(self.allowed, "elsewhere/bare.py", "import leaf\n")
        support.write(self.allowed, "leaf.py")
        py_compile.compile(origin, os.path.join(self.allowed, "bare.pyc"), doraise=True)
        py_compile.compile(origin, os.path.join(self.refused, "bad.pyc"), doraise=True)
        reasons, _ = self.judge("import bare, bad\n", self.refused, status=1)
        expected = {**self.in_allowed("bare.pyc", "leaf.py"), **self.in_refused("bad.pyc")}
        self.assertEqual(reasons, expected)

    def test_an_extension_module_is_judged(self):
        name = "_lsprof" + sysconfig.get_config_var("EXT_SUFFIX")
        original = os.path.join(sysconfig.get_config_var("DESTSHARED"), name)
        shutil.copy(original, self.refused)
        reasons, _ = self.judge("import _lsprof\n", self.refused, status=1)
        self.assertEqual(reasons, self.in_refused(name))

    def archive(self, directory):
        path = os.path.join(directory, "archive.zip")
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("zippack/__init__.py", "from . import one\n")
            file.writestr("zippack/one.py", "import leaf\n")
        return path

    def test_an_archive_is_judged_whole_and_followed(self):
        support.write(self.allowed, "leaf.py")
        reasons, missing = self.judge("import zippack\n", self.archive(self.allowed))
        self.assertEqual((reasons, missing), (self.in_allowed("archive.zip", "leaf.py"), {}))

    def test_a_refused_archive_is_listed_even_if_nothing_is_found_in_it(self):
        reasons, missing = self.judge("import zippack\n", self.archive(self.refused), status=1)
        self.assertEqual(reasons, self.in_refused("archive.zip"))
        self.assertEqual(missing, {"zippack": ["__main__"]})

    def judge_swapping(self, statements, swaps, *path):
        """Judge, and put another file in a file's place as soon as there is a verdict on it."""
        support.write(self.allowed, "script.py", statements)
        program = f"""if 1:
            import os
            from ipe_enlighten._command import imports, report

            swaps = {swaps!r}
            judge = imports._JudgingLedger._judge

            def judge_and_swap(self, path, *arguments):
                verdict = judge(self, path, *arguments)
                if path in swaps:
                    os.replace(swaps.pop(path), path)
                return verdict

            imports._JudgingLedger._judge = judge_and_swap
            imports.judge_imports(report.Report(False), ["script.py"])
            """
        return self.python("-c", program, path=path).stdout

    def test_what_is_followed_is_what_was_judged_even_if_it_is_swapped(self):
        for name in "judged", "swapped":
            support.write(self.allowed, f"{name}.py")
            origin = support.write(self.allowed, f"elsewhere/{name}.py", f"import {name}\n")
            py_compile.compile(origin, os.path.join(self.allowed, f"{name}-bare"), doraise=True)
            support.write(self.allowed, f"{name}-source", f"import {name}\n")
        for kind, module in ("bare", "module.pyc"), ("source", "module.py"):
            path = os.path.join(self.allowed, module)
            os.rename(os.path.join(self.allowed, f"judged-{kind}"), path)
            swaps = {path: os.path.join(self.allowed, f"swapped-{kind}")}
            output = self.judge_swapping("import module\n", swaps)
            self.assertIn("judged.py", output)
            self.assertNotIn("swapped.py", output)
            os.unlink(path)

    def test_an_archive_is_not_followed_if_a_refused_one_takes_its_place(self):
        support.write(self.allowed, "leaf.py")
        good = self.archive(self.allowed)
        self.assertIn("leaf.py", self.judge_swapping("import zippack\n", {}, good))
        link = os.path.join(self.allowed, "link")
        os.symlink(self.archive(self.refused), link)
        output = self.judge_swapping("import zippack\n", {good: link}, good)
        self.assertIn("allow  " + good, output)
        self.assertNotIn("leaf.py", output)

    def test_a_missing_module_is_no_verdict(self):
        support.write(self.allowed, "module.py", "try: import nowhere\nexcept ImportError: pass\n")
        reasons, missing = self.judge("import module, nowhere, module.below\n")
        self.assertEqual(reasons, self.in_allowed("module.py"))
        self.assertEqual(missing, {"nowhere": ["__main__", "module"]})

    def test_a_missing_relative_module_does_not_hide_its_absolute_namesake(self):
        support.write(self.allowed, "pack/__init__.py", "from .leaf import thing\n")
        support.write(self.allowed, "leaf.py")
        reasons, missing = self.judge("import pack\nimport leaf\n")
        self.assertEqual(reasons, self.in_allowed("pack/__init__.py", "leaf.py"))
        self.assertEqual(missing, {"pack.leaf": ["pack"]})

    def test_a_relative_import_of_the_script_reads_nothing_and_the_rest_is_followed(self):
        support.write(self.allowed, "leaf.py")
        reasons, _ = self.judge("from . import nothing\nfrom .. import more\nimport leaf\n")
        self.assertEqual(reasons, self.in_allowed("leaf.py"))

    def test_what_is_built_in_or_frozen_is_no_file(self):
        reasons, _ = self.judge("import sys, _io, marshal\n")
        self.assertEqual(reasons, {})
        if os.__spec__.origin == "frozen":
            reasons, _ = self.judge("import os\n")
            self.assertNotIn(os.__file__, reasons)

    def test_a_chain_of_five_hundred_imports_is_followed_to_its_end(self):
        for number in range(500):
            support.write(self.allowed, f"link{number}.py", f"import link{number + 1}\n")
        reasons, missing = self.judge("import link0\n")
        self.assertEqual(len(reasons), 500)
        self.assertEqual(missing, {"link500": ["link499"]})

    def test_the_whole_of_a_large_program_is_followed(self):
        reasons, _ = self.judge("import unittest.mock, asyncio, xml.dom.minidom\n")
        directory = os.path.join(sysconfig.get_path("stdlib"), "xml", "dom", "minidom.py")
        self.assertEqual(reasons[directory], "allowed")
        self.assertGreater(len(reasons), 100)

    def test_nothing_is_run_and_no_byte_code_written(self):
        support.write(self.allowed, "module.py", "raise SystemExit('it ran')\n")
        self.judge("import module\nraise SystemExit('it ran')\n")
        self.assertEqual(sorted(os.listdir(self.allowed)), ["module.py", "script.py"])

    def test_a_module_that_cannot_be_compiled_is_judged_all_the_same(self):
        support.write(self.allowed, "broken.py", "x = (\n")
        support.write(self.allowed, "zeros.py", b"\0\0")
        reasons, _ = self.judge("import broken, zeros\n")
        self.assertEqual(reasons, self.in_allowed("broken.py", "zeros.py"))

    def test_a_script_that_is_not_python_is_judged_and_that_is_said(self):
        support.write(self.allowed, "script.sh", "exit (\n")
        result = self.ipe_check("--imports", "script.sh")
        self.assertEqual((result.returncode, result.stdout), (0, "allow  script.sh\n"))
        self.assertIn("is not Python source", result.stderr)

    def test_several_scripts_share_what_was_found(self):
        for name, text in ("deep.py", "import lost\n"), ("leaf.py", "import deep\n"):
            support.write(self.allowed, name, text)
        support.write(self.allowed, "a.py", "import leaf\n")
        support.write(self.allowed, "b.py", "import leaf, lost\n")
        support.write(self.allowed, "c.py", "import leaf\n")
        program = """if 1:
            from ipe_enlighten._command import imports, report

            load_module = imports.JudgedFinder.load_module

            def load_and_tell(finder, name, *rest):
                print("loads", name)
                return load_module(finder, name, *rest)

            imports.JudgedFinder.load_module = load_and_tell
            imports.judge_imports(report.Report(False), ["a.py", "b.py", "c.py"])
            """
        lines = self.python("-c", program).stdout.splitlines()
        self.assertEqual(
            [line for line in lines if not line.startswith("allow")],
            [
                "loads leaf",
                "loads deep",
                "missing  lost: imported by deep",
                "missing  lost: imported by __main__, deep",
            ],
        )

    def test_several_scripts_share_what_was_judged(self):
        support.write(self.allowed, "leaf.py")
        for name in "a.py", "b.py":
            support.write(self.allowed, name, "import leaf, nowhere\n")
        result = self.ipe_check("--imports", "a.py", "b.py")
        leaf = os.path.join(self.allowed, "leaf.py")
        missing = "missing  nowhere: imported by __main__\n"
        self.assertEqual(
            result.stdout, f"allow  a.py\nallow  {leaf}\n{missing}allow  b.py\n{missing}"
        )
