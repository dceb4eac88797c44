# SPDX-License-Identifier: LGPL-2.1-or-later
"""python3 -m ipe-check --freeze: the policy that a program needs, and no more."""

import importlib.util
import json
import os
import py_compile
import shutil
import subprocess
import sys
import unittest
import zipfile

import support
from ipe_enlighten.policy import Digest, Policy

# Tells every file that its Python has read as code, or mapped to be executed.
WITNESS = """
import json, sys
import helper, plugin.part, ssl
from plugin import zipped
used = set()
for module in list(sys.modules.values()):
    spec = getattr(module, "__spec__", None)
    if spec is not None and spec.has_location and ".zip" not in spec.origin:
        used.add(spec.origin)
with open("/proc/self/maps") as maps:
    for line in maps:
        fields = line.split(None, 5)
        if "x" in fields[1] and len(fields) == 6 and fields[5].startswith("/"):
            used.add(fields[5].rstrip("\\n"))
print(json.dumps(sorted(used)))
"""


class FreezeTest(support.GateTest):
    def setUp(self):
        super().setUp()
        self.top = os.path.join(self.allowed, "program")
        os.mkdir(self.top)

    def freeze(self, *flags, status=0, **options):
        result = self.ipe_check("--freeze", self.top, flags=flags, **options)
        self.assertEqual(result.returncode, status, result.stderr)
        return result.stdout

    def rows(self, *flags, status=0, **options):
        result = self.ipe_check("--json", "--freeze", self.top, flags=flags, **options)
        self.assertEqual(result.returncode, status, result.stderr)
        return json.loads(result.stdout)

    def files(self, *flags, **options):
        return {row["path"]: row for row in self.rows(*flags, **options) if "rule" in row}

    def write(self, name, content="", **options):
        return support.write(self.top, name, content, **options)

    def assert_not_frozen(self, *names):
        files = self.files()
        for name in names:
            self.assertNotIn(os.path.join(self.top, name), files)

    def assert_fails(self, name):
        result = self.ipe_check("--freeze", self.top)
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertIn(os.path.join(self.top, name), result.stderr)
        self.assertIn("there is no policy", result.stderr)


class ContentTest(FreezeTest):
    """What is listed."""

    def test_all_that_the_program_reads_and_maps_is_listed(self):
        script = self.write("main.py", WITNESS)
        self.write("helper.py", "import decimal, uuid\n")
        self.write("plugin/__init__.py", "import sys\nsys.path.append('archive.zip')\n"
                   "import zipped\n")
        self.write("plugin/part.py", "from . import other\nimport xml.dom.minidom\n")
        self.write("plugin/other.py", "import sqlite3\n")
        with zipfile.ZipFile(os.path.join(self.top, "archive.zip"), "w") as file:
            file.writestr("zipped.py", "import html.parser\n")
        result = self.python(script, cwd=self.top)
        used = json.loads(result.stdout)
        files = self.files(path=[os.path.join(self.top, "archive.zip")])
        missed = {os.path.realpath(path) for path in used} - set(files)
        # The C library loads these by name.
        missed = {path for path in missed if "/libnss_" not in path}
        self.assertEqual(missed, set())
        self.assertGreater(len(used), 30)
        self.assertIn(os.path.join(self.top, "archive.zip"), files)

    def test_the_interpreter_its_libraries_and_its_start_are_listed(self):
        files = self.files()
        self.assertEqual(files[os.path.realpath(sys.executable)]["kind"], "native")
        names = {os.path.basename(path) for path in files}
        self.assertTrue(any(name.startswith("libc") for name in names), names)
        self.assertTrue(any(name.startswith("ld-") for name in names), names)
        start = [path for path, row in files.items() if row["why"] == "start of Python"]
        self.assertTrue(any(path.endswith("encodings/__init__.py") for path in start), start)

    def test_byte_code_is_listed_where_this_python_reads_it(self):
        source = self.write("module.py", "value = 1\n")
        ours = py_compile.compile(source, doraise=True)
        fast = py_compile.compile(source, optimize=1, doraise=True)
        bare = py_compile.compile(source, os.path.join(self.top, "bare.pyc"), doraise=True)
        cache = os.path.dirname(ours)
        other = shutil.copy(ours, os.path.join(cache, "module.cpython-27.pyc"))
        orphan = shutil.copy(ours, ours.replace("module.", "orphan."))
        files = self.files()
        for path in ours, fast, bare:
            self.assertEqual(files[path]["kind"], "byte-code")
        for path in other, orphan:
            self.assertNotIn(path, files)

    def test_scripts_are_known_by_their_first_line_and_bring_its_interpreter(self):
        script = self.write("tool", "#!/usr/bin/env python3\nimport colorsys\n", mode=0o755)
        shell = self.write("shell", "#! /bin/sh -e\n")
        files = self.files()
        self.assertEqual(files[script]["kind"], "source")
        self.assertIn(shell, files)
        for name in "/usr/bin/env", "/bin/sh", importlib.util.find_spec("colorsys").origin:
            self.assertIn(os.path.realpath(name), files)

    def test_data_is_not_listed(self):
        self.write("data.txt", "print('data')\n")
        with zipfile.ZipFile(os.path.join(self.top, "data.zip"), "w") as file:
            file.writestr("data.txt", "data")
        os.mkfifo(os.path.join(self.top, "pipe"))
        os.symlink("nowhere", os.path.join(self.top, "dangling"))
        self.assert_not_frozen("data.txt", "pipe", "dangling")

    def test_path_files_are_listed(self):
        version = "lib/python{}.{}/site-packages".format(*sys.version_info)
        path = support.write(self.allowed, f"{version}/x.pth", "import colorsys\n")
        files = self.files(env={"PYTHONUSERBASE": self.allowed})
        self.assertEqual(files[path]["kind"], "path-file")
        self.assertIn(importlib.util.find_spec("colorsys").origin, files)

    def test_what_is_missing_is_told(self):
        self.write("main.py", "import there_is_no_such_module\n")
        missing = [row for row in self.rows() if row.get("module") == "there_is_no_such_module"]
        self.assertEqual(missing[0]["imported_by"], ["main"])
        self.assertIn("# not found: there_is_no_such_module, which main", self.freeze())

    def test_nothing_of_the_program_is_run(self):
        for name in "main.py", "sitecustomize.py", "usercustomize.py", "json.py", "x.pth", "os.py":
            self.write(name, f"import sys; open({self.allowed!r} + '/ran', 'w')\n")
        self.freeze()
        self.freeze(cwd=self.top)
        self.assertFalse(os.path.exists(os.path.join(self.allowed, "ran")))

    def test_an_own_module_does_not_hide_the_librarys(self):
        self.write("first/json.py")
        self.write("second/main.py", "import json\n")
        self.assertIn(json.__file__, self.files())


class PolicyTest(FreezeTest):
    """What is printed."""

    def test_the_policy_allows_each_file_and_no_other(self):
        self.write("main.py", "import json\n")
        policy = Policy(self.freeze())
        files = self.files()
        for row in files.values():
            algorithm, value = row["fsverity_digest"].split(":")
            digest = {"fsverity_digest": Digest(algorithm, bytes.fromhex(value))}
            self.assertTrue(policy.decide("EXECUTE", digests=digest).allowed)
            self.assertFalse(policy.decide("KMODULE", digests=digest).allowed)
        other = {"fsverity_digest": Digest("sha256", bytes(32)), "dmverity_roothash": None}
        self.assertFalse(policy.decide("EXECUTE", digests=other).allowed)
        self.assertEqual({str(rule.digests[0][1]) for rule in policy},
                         {row["fsverity_digest"] for row in files.values()})

    def test_the_same_directory_gives_the_same_text(self):
        self.write("main.py", "import json, ssl, email\n")
        self.assertEqual(self.freeze(), self.freeze())

    @unittest.skipUnless(shutil.which("fsverity"), "fsverity is not installed")
    def test_the_digests_are_those_of_fs_verity(self):
        for size in 0, 1, 4095, 4096, 4097, 128 * 4096, 128 * 4096 + 1, 3 * 128 * 4096 + 7:
            self.write(f"size_{size}.py", b"#" * size)
        files = {path: row for path, row in self.files().items() if path.startswith(self.top)}
        self.assertEqual(len(files), 8)
        for path, row in files.items():
            command = ["fsverity", "digest", "--compact", path]
            measured = subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding="utf-8")
            self.assertEqual(row["fsverity_digest"], "sha256:" + measured.stdout.strip())

    def test_a_name_cannot_add_a_rule(self):
        names = (b"a\nop=EXECUTE action=ALLOW #.py", b"b\rop=EXECUTE action=ALLOW.py",
                 b"c\xff\xfe.py", b"d #\"'.py", "e\u2028\x85\x1b[2J.py".encode(), b"\n.py")
        for name in names:
            with open(os.path.join(os.fsencode(self.top), name), "wb") as file:
                file.write(b"# " + name.hex().encode())
        os.mkdir(os.path.join(self.top, "f\nDEFAULT action=ALLOW"))
        self.write("f\nDEFAULT action=ALLOW/g.py", "import x\n")
        text = self.freeze()
        policy = Policy(text)
        self.assertFalse(policy.default().action)
        for rule in policy:
            self.assertEqual([kind for kind, _ in rule.digests], ["fsverity_digest"])
        for control in "\r", "\x1b", "\x85", "\u2028":
            self.assertNotIn(control, text)
        listed = sum(row["path"].startswith(self.top) for row in self.files().values())
        self.assertEqual(listed, len(names) + 1)

    def test_the_directorys_own_name_cannot_either(self):
        self.top = os.path.join(self.allowed, "x\nop=EXECUTE action=ALLOW")
        self.write("main.py")
        for rule in Policy(self.freeze()):
            self.assertTrue(rule.digests)

    def test_a_policy_that_linux_cannot_read_is_warned_of(self):
        for number in range(700):
            self.write(f"module_{number}.py", f"number = {number}\n")
        result = self.ipe_check("--freeze", self.top)
        self.assertIn("65535", result.stderr)


class FailureTest(FreezeTest):
    """No policy is better than one that lacks a file."""

    def test_links_are_followed_to_files_and_not_to_directories(self):
        target = support.write(self.allowed, "elsewhere/target.py", "import colorsys\n")
        os.symlink(target, os.path.join(self.top, "link.py"))
        os.symlink(os.path.dirname(target), os.path.join(self.top, "directory"))
        os.symlink("..", os.path.join(self.top, "up"))
        files = self.files()
        self.assertIn(target, files)
        self.assertIn(importlib.util.find_spec("colorsys").origin, files)
        self.assertFalse([path for path in files if path.startswith(self.top)])

    def test_a_link_that_leads_nowhere_or_in_a_circle(self):
        for target in "nowhere", "link.py":
            os.symlink(target, os.path.join(self.top, "link.py"))
            self.assert_fails("link.py")
            os.unlink(os.path.join(self.top, "link.py"))

    def test_a_pipe_and_a_directory_named_like_code(self):
        os.mkfifo(os.path.join(self.top, "pipe.py"))
        self.assert_fails("pipe.py")
        os.unlink(os.path.join(self.top, "pipe.py"))
        os.symlink("/", os.path.join(self.top, "directory.py"))
        self.assert_not_frozen("directory.py")

    def test_a_directory_that_is_not_there_and_a_file(self):
        path = self.write("main.py")
        for name in path, os.path.join(self.top, "nothing"):
            result = self.ipe_check("--freeze", name)
            self.assertEqual((result.returncode, result.stdout), (3, ""))

    def test_a_file_that_nobody_may_read(self):
        self.write("main.py", mode=0)
        os.chmod(self.allowed, 0o755)
        nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        result = self.ipe_check("--freeze", self.top, **nobody)
        if "No module named ipe-check" in result.stderr:
            self.skipTest("the build directory is root's alone")
        self.assertEqual((result.returncode, result.stdout), (3, ""), result.stderr)
        self.assertIn("Permission denied; run ipe-check as a user who may read it", result.stderr)

    def test_json_tells_of_what_could_not_be_read(self):
        path = os.path.join(self.top, "link.py")
        os.symlink("nowhere", path)
        (row,) = [row for row in self.rows(status=3) if row.get("error")]
        self.assertEqual((row["path"], row["error"]), (path, "ENOENT"))

    def test_broken_source_and_broken_programs_are_listed_and_told_of(self):
        broken = self.write("broken.py", "x = (\n")
        native = self.write("broken.so", b"\x7fELF" + bytes(100))
        result = self.ipe_check("--json", "--freeze", self.top)
        self.assertIn("is not Python source", result.stderr)
        rows = json.loads(result.stdout)
        self.assertLessEqual({broken, native}, {row.get("path") for row in rows})
        self.assertIn(f"what {native} is linked with", [row.get("module") for row in rows])

    def test_wrong_usage(self):
        for arguments in (["--freeze"], ["--freeze", self.top, "x.py"],
                          ["--imports", "--freeze", self.top],
                          ["--strict", "--freeze", self.top]):
            self.assertEqual(self.ipe_check(*arguments).returncode, 2)
