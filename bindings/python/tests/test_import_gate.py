# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a script that ipe-check --run has let in can import."""

import os
import py_compile
import shutil
import sys
import sysconfig
import zipfile

import support

MARKER = 'print("imported")\n'


class ImportGateTest(support.GateTest):
    """Each refusal is shown beside python3 alone, which imports the same file."""

    def run_importing(self, statement, *path):
        support.write(self.allowed, "script.py", f"{statement}\nprint('end')\n")
        plain = self.python("-B", "script.py", path=path)
        return plain, self.ipe_check("--run", "script.py", flags=["-B"], path=path)

    def assert_imported(self, statement, *path):
        plain, gated = self.run_importing(statement, *path)
        self.assertEqual(plain.stdout, "imported\nend\n", plain.stderr)
        self.assertEqual((gated.stdout, gated.returncode), (plain.stdout, 0), gated.stderr)

    def assert_refused(self, statement, *path):
        plain, gated = self.run_importing(statement, *path)
        self.assertEqual(plain.stdout, "imported\nend\n", plain.stderr)
        self.assertEqual((gated.stdout, gated.returncode), ("", 1))
        return gated.stderr

    def byte_code(self, directory, name, source):
        """Compile a source that is not where the byte code comes to lie."""
        origin = support.write(self.allowed, "elsewhere/" + name + ".py", source)
        target = os.path.join(directory, name + ".pyc")
        py_compile.compile(origin, target, doraise=True)

    def archive(self, directory):
        path = os.path.join(directory, "archive.zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("zipped.py", MARKER)
            file.writestr("zippack/__init__.py", "")
            file.writestr("zippack/inner.py", MARKER)
        return path

    def test_an_allowed_module_is_imported(self):
        support.write(self.allowed, "module.py", MARKER)
        self.assert_imported("import module")

    def test_a_refused_module_is_not(self):
        path = support.write(self.refused, "module.py", MARKER)
        stderr = self.assert_refused("import module", self.refused)
        self.assertIn("Refused: [Errno 13] refused (noexec-mount)", stderr)
        self.assertIn(path, stderr)

    def test_a_script_can_handle_the_refusal(self):
        support.write(self.refused, "module.py", MARKER)
        statement = """
import ipe_enlighten
try:
    import module
except ipe_enlighten.Refused as error:
    print(error.reason.label)
"""
        _, gated = self.run_importing(statement, self.refused)
        self.assertEqual(gated.stdout, "noexec-mount\nend\n")

    def test_a_refused_package_is_not_imported(self):
        support.write(self.refused, "package/__init__.py", MARKER)
        self.assert_refused("import package", self.refused)

    def test_a_refused_module_of_a_namespace_package_is_not_imported(self):
        support.write(self.refused, "space/module.py", MARKER)
        self.assert_refused("import space.module", self.refused)

    def test_a_link_to_a_refused_module_is_refused(self):
        path = support.write(self.refused, "hidden.py", MARKER)
        os.symlink(path, os.path.join(self.allowed, "module.py"))
        self.assert_refused("import module")

    def test_refused_byte_code_gives_way_to_the_source(self):
        source = support.write(self.allowed, "module.py", 'print("from the source")\n')
        other = support.write(self.refused, "module.py", 'print("from byte code!")\n')
        status = os.stat(source)
        os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
        cache = os.path.join(self.refused, "cache")
        os.symlink(cache, os.path.join(self.allowed, "__pycache__"))
        name = f"module.{sys.implementation.cache_tag}.pyc"
        py_compile.compile(other, os.path.join(cache, name), doraise=True)
        plain, gated = self.run_importing("import module")
        self.assertEqual(plain.stdout, "from byte code!\nend\n", "the byte code was not used")
        self.assertEqual(gated.stdout, "from the source\nend\n")

    def test_allowed_byte_code_without_source_is_imported(self):
        self.byte_code(self.allowed, "bare", MARKER)
        self.assert_imported("import bare")

    def test_refused_byte_code_without_source_is_not(self):
        self.byte_code(self.refused, "bare", MARKER)
        self.assertIn("noexec-mount", self.assert_refused("import bare", self.refused))

    def test_an_allowed_archive_is_imported_from(self):
        archive = self.archive(self.allowed)
        self.assert_imported("import zipped", archive)
        self.assert_imported("import zippack.inner", archive)

    def test_a_refused_archive_is_passed_over_and_told_of(self):
        archive = self.archive(self.refused)
        stderr = self.assert_refused("import zipped", archive)
        self.assertIn(f"ipe-check: deny   {archive}: noexec-mount: ", stderr)
        self.assertIn("ModuleNotFoundError", stderr)

    def test_an_archive_that_becomes_refused_is_read_no_more(self):
        good, bad = self.archive(self.allowed), self.archive(self.refused)
        statement = f"""
import os, zippack
os.unlink({good!r})
os.symlink({bad!r}, {good!r})
import zipped
"""
        support.write(self.allowed, "script.py", statement)
        result = self.ipe_check("--run", "script.py", path=[good])
        self.assertEqual((result.stdout, result.returncode), ("", 1))
        self.assertIn("noexec-mount", result.stderr)

    def test_the_kernel_judges_an_extension_module(self):
        name = "_lsprof"
        suffix = sysconfig.get_config_var("EXT_SUFFIX")
        original = os.path.join(sysconfig.get_config_var("DESTSHARED"), name + suffix)
        for directory in self.allowed, self.refused:
            shutil.copy(original, directory)
        statement = f"import {name}\nprint({name}.__file__)"
        _, gated = self.run_importing(statement, self.allowed)
        self.assertEqual(gated.stdout, os.path.join(self.allowed, name + suffix) + "\nend\n")
        os.unlink(os.path.join(self.allowed, name + suffix))
        _, gated = self.run_importing(statement, self.refused)
        self.assertEqual((gated.stdout, gated.returncode), ("", 1))
        self.assertIn("failed to map segment", gated.stderr)

    def test_a_loader_derived_from_the_abstract_one_is_gated(self):
        path = support.write(self.refused, "module.py", MARKER)
        statement = f"""
import importlib.abc, importlib.util
class Loader(importlib.abc.FileLoader):
    def get_source(self, name): return self.get_data(self.path).decode()
spec = importlib.util.spec_from_loader("module", Loader("module", {path!r}))
spec.loader.exec_module(importlib.util.module_from_spec(spec))
"""
        self.assert_refused(statement)

    def test_runpy_is_gated(self):
        path = support.write(self.refused, "module.py", MARKER)
        self.assert_refused(f"import runpy; runpy.run_path({path!r})")
        self.assert_refused("import runpy; runpy.run_module('module')", self.refused)

    def test_a_forked_child_is_gated(self):
        support.write(self.refused, "module.py", MARKER)
        statement = """
import os, sys
child = os.fork()
if child == 0:
    import module
    sys.stdout.flush()
    os._exit(0)
if os.waitpid(child, 0)[1]:
    sys.exit(1)
"""
        self.assert_refused(statement, self.refused)

    def test_code_that_a_script_reads_as_data_is_out_of_reach(self):
        """The limit that ipe-check(1) owns up to."""
        path = support.write(self.refused, "data.py", MARKER)
        self.assert_imported(f"exec(open({path!r}).read())")
