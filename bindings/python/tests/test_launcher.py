# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipe-python3: what python3 does, but for what the kernel refuses. IPE_PYTHON3 names it."""

import itertools
import os
import pty
import py_compile
import shutil
import sys
import threading
import time
import unittest
import zipfile

import support
import test_import_gate
import test_run
import test_strict

PROGRAM = os.path.abspath(os.environ["IPE_PYTHON3"])
MARKER = 'print("ran")\n'
NO_MODULE = "ModuleNotFoundError"


class Launcher(support.GateTest):
    def launcher(self, *arguments, **options):
        return self.python(*arguments, program=PROGRAM, **options)

    def ipe_check(self, *arguments, flags=(), **options):
        """What the tests of ipe-check --run ask of it."""
        self.assertEqual(arguments[0], "--run")
        return self.launcher(*flags, *arguments[1:], **options)

    def assert_runs(self, *arguments, **options):
        """Both run it alike."""
        plain = self.python(*arguments, **options)
        self.assertIn("ran\n", plain.stdout, plain.stderr)
        gated = self.launcher(*arguments, **options)
        self.assertEqual((gated.stdout, gated.returncode), (plain.stdout, plain.returncode))

    def assert_stopped(self, *arguments, reason="noexec-mount", status=1, **options):
        """python3 runs it, and the launcher says why it does not."""
        plain = self.python(*arguments, **options)
        self.assertIn("ran\n", plain.stdout, plain.stderr)
        gated = self.launcher(*arguments, **options)
        self.assertEqual((gated.stdout, gated.returncode), ("", status), gated.stderr)
        self.assertIn(reason, gated.stderr)
        return gated.stderr


class LauncherRunsLikePythonTest(Launcher, test_run.LikePythonTest):
    def test_no_byte_code_of_the_script_itself_is_left_behind(self):
        support.write(self.allowed, "script.py")
        self.launcher("script.py")
        self.assertNotIn("__pycache__", os.listdir(self.allowed))


class LauncherImportGateTest(Launcher, test_import_gate.ImportGateTest):
    def test_a_refused_module_is_not(self):
        path = support.write(self.refused, "module.py", test_import_gate.MARKER)
        stderr = self.assert_refused("import module", self.refused)
        self.assertIn("PermissionError: [Errno 13] refused (noexec-mount)", stderr)
        self.assertIn(path, stderr)

    def test_a_script_can_handle_the_refusal(self):
        path = support.write(self.refused, "module.py", MARKER)
        statement = """
try:
    import module
except PermissionError as error:
    print(error.filename)
"""
        _, gated = self.run_importing(statement, self.refused)
        self.assertEqual(gated.stdout, f"{path}\nend\n")

    def test_a_refused_archive_is_passed_over_and_told_of(self):
        archive = self.archive(self.refused)
        stderr = self.assert_refused("import zipped", archive)
        self.assertIn(f"ipe-python3: {archive}: noexec-mount: ", stderr)
        self.assertIn(NO_MODULE, stderr)


class FilesTest(Launcher):
    """Each way a file becomes code, trusted and not."""

    def both_ways(self):
        return [(self.allowed, self.assert_runs), (self.refused, self.assert_stopped)]

    def test_a_script(self):
        self.assert_runs(support.write(self.allowed, "script.py", MARKER))
        path = support.write(self.refused, "script.py", MARKER)
        stderr = self.assert_stopped(path, status=2)
        self.assertEqual(stderr.count(f"ipe-python3: {path}: noexec-mount: "), 1, stderr)
        self.assertIn(f"can't open file '{path}': [Errno 13] Permission denied", stderr)

    def test_a_name_cannot_command_the_terminal(self):
        path = support.write(self.refused, "a\x1b[2J\n\\.py", MARKER)
        stderr = self.assert_stopped(path, status=2)
        self.assertIn("a\\x1b[2J\\x0a\\x5c.py: noexec-mount", stderr)

    def test_a_link_to_a_script(self):
        link = os.path.join(self.allowed, "link.py")
        os.symlink(support.write(self.refused, "script.py", MARKER), link)
        self.assert_stopped(link, status=2)

    def test_byte_code_as_a_script(self):
        source = support.write(self.allowed, "script.py", MARKER)
        for directory, check in (self.allowed, self.assert_runs), (self.refused, None):
            target = os.path.join(directory, "script.pyc")
            py_compile.compile(source, target, doraise=True)
            if check:
                check(target)
            else:
                self.assert_stopped(target, status=2)

    def test_a_directory_and_an_archive(self):
        for directory, check in self.both_ways():
            support.write(directory, "application/__main__.py", MARKER)
            check(os.path.join(directory, "application"))
        for directory, status in (self.allowed, None), (self.refused, 1):
            archive = os.path.join(directory, "application.pyz")
            with zipfile.ZipFile(archive, "w") as file:
                file.writestr("__main__.py", MARKER)
            if status is None:
                self.assert_runs(archive)
            else:
                self.assert_stopped(archive, status=2)

    def test_a_module_as_a_script(self):
        for directory, check in reversed(self.both_ways()):
            support.write(directory, "module_of_ours.py", MARKER)
            support.write(directory, "package_of_ours/__init__.py")
            support.write(directory, "package_of_ours/__main__.py", MARKER)
            check("-m", "module_of_ours", path=[directory])
            check("-m", "package_of_ours", path=[directory])

    def test_standard_input(self):
        for directory, check in self.both_ways():
            path = support.write(directory, "script.py", MARKER)
            for arguments in [], ["-"]:
                with open(path) as file:
                    plain = self.python(*arguments, stdin=file)
                with open(path) as file:
                    gated = self.launcher(*arguments, stdin=file)
                self.assertEqual(plain.stdout, "ran\n")
                ran = check == self.assert_runs
                self.assertEqual(gated.stdout, "ran\n" if ran else "", gated.stderr)
                self.assertEqual("noexec-mount" in gated.stderr, not ran)

    def test_a_descriptor_as_a_script(self):
        for directory, ran in (self.allowed, True), (self.refused, False):
            path = support.write(directory, "script.py", MARKER)
            with open(path) as file:
                result = self.launcher(f"/dev/fd/{file.fileno()}", pass_fds=[file.fileno()])
            self.assertEqual(result.stdout, "ran\n" if ran else "", result.stderr)

    def test_a_startup_file(self):
        for directory, ran in (self.allowed, True), (self.refused, False):
            path = support.write(directory, "startup.py", MARKER)
            plain = self.python("-i", env={"PYTHONSTARTUP": path}, input="")
            result = self.launcher("-i", env={"PYTHONSTARTUP": path}, input="")
            self.assertEqual(plain.stdout, "ran\n")
            self.assertEqual(result.stdout, "ran\n" if ran else "", result.stderr)
            self.assertEqual("noexec-mount" in result.stderr, not ran)

    def test_keys_that_are_bound_to_text(self):
        """readline gets no refused file, and what is started gets the variable as it was."""
        script = support.write(self.allowed, "keys.py", "import os, readline\n"
                               "print(os.environ.get('INPUTRC'))\nos.system('echo $INPUTRC')\n")
        for directory, refused in (self.allowed, False), (self.refused, True):
            path = support.write(directory, ".inputrc", '"~": "x"\n')
            for env, chosen in ({"INPUTRC": path}, path), ({"HOME": directory}, ""):
                result = self.launcher(script, env=env)
                self.assertIn(f"\n{chosen}\n", "\n" + result.stdout)
                self.assertEqual("noexec-mount" in result.stderr, refused, result.stderr)

    def test_what_site_runs(self):
        for name in "sitecustomize", "usercustomize":
            for directory, ran in (self.allowed, True), (self.refused, False):
                support.write(directory, f"{name}.py", MARKER)
                plain = self.python("-c", "", path=[directory])
                gated = self.launcher("-c", "", path=[directory])
                self.assertEqual(plain.stdout, "ran\n")
                self.assertEqual(gated.stdout, "ran\n" if ran else "", gated.stderr)
                os.unlink(os.path.join(directory, f"{name}.py"))

    def test_path_configuration_files(self):
        for directory, ran in (self.allowed, True), (self.refused, False):
            packages = "lib/python{}.{}/site-packages".format(*sys.version_info)
            support.write(directory, f"{packages}/x.pth",
                          "import sys; sys.stdout.write('ran\\n')\n")
            environment = {"PYTHONUSERBASE": directory}
            plain = self.python("-c", "", env=environment)
            gated = self.launcher("-c", "", env=environment)
            self.assertEqual(plain.stdout, "ran\n")
            self.assertEqual(gated.stdout, "ran\n" if ran else "", gated.stderr)

    def test_the_first_modules_of_all(self):
        """The encodings are imported before any Python code of ours could run."""
        library = os.path.join(self.refused, "library")
        shutil.copytree(os.path.dirname(os.__file__) + "/encodings", f"{library}/encodings")
        with open(f"{library}/encodings/__init__.py", "a") as file:
            file.write("import posix; posix.write(1, b'ran\\n')\n")
        self.assert_stopped("-c", "", path=[library])

    def test_byte_code_without_source_that_site_imports(self):
        source = support.write(self.allowed, "elsewhere/source.py", MARKER)
        py_compile.compile(source, os.path.join(self.refused, "sitecustomize.pyc"), doraise=True)
        plain = self.python("-c", "", path=[self.refused])
        gated = self.launcher("-c", "", path=[self.refused])
        self.assertEqual((plain.stdout, gated.stdout), ("ran\n", ""))
        self.assertIn("noexec-mount", gated.stderr)

    def test_scripts_that_tools_of_the_library_run(self):
        for directory, check in self.both_ways():
            script = support.write(directory, "script", MARKER)
            text = support.write(directory, "text.txt", ">>> print('r' + 'an')\nran\n")
            for arguments in (["-m", "cProfile", script], ["-m", "profile", script],
                              ["-m", "trace", "--count", "-C", self.allowed, script],
                              ["-m", "pdb", "-c", "continue", "-c", "quit", script]):
                with self.subTest(arguments=arguments):
                    self.assertIn("ran\n", self.python(*arguments).stdout)
                    gated = self.launcher(*arguments)
                    self.assertEqual("ran\n" in gated.stdout, check == self.assert_runs)
                    self.assertEqual("noexec-mount" in gated.stderr + gated.stdout,
                                     check != self.assert_runs)
            self.assertEqual(self.python("-m", "doctest", text).returncode, 0)
            gated = self.launcher("-m", "doctest", text)
            self.assertEqual(gated.returncode == 0, check == self.assert_runs)

    def test_what_is_only_compiled(self):
        script = support.write(self.refused, "script.py", MARKER)
        for module in ("py_compile", "compileall"):
            gated = self.launcher("-m", module, script)
            self.assertEqual((gated.returncode, gated.stderr), (0, ""))
        self.assert_stopped(py_compile.compile(script), status=2)
        loader = support.write(self.allowed, "loader.py", "import sys\nfrom importlib.machinery import "
                               "SourceFileLoader\nexec(SourceFileLoader('m', sys.argv[1]).get_data(sys.argv[1]))\n")
        self.assert_stopped(loader, script)
        self.assertIn("No such file", self.launcher("-m", "py_compile", script + "x").stderr)

    def test_what_the_library_only_reads(self):
        script = support.write(self.refused, "script.py", MARKER)
        read = (f"import linecache, pkgutil, pyclbr, sys\nsys.path.append({self.refused!r})\n"
                "from importlib.machinery import SourceFileLoader\n"
                f"loader = SourceFileLoader('script', {script!r})\n"
                "linecache.lazycache('x', {'__name__': 'script', '__loader__': loader})\n"
                "print(linecache.getlines('x'), pyclbr.readmodule('script'), "
                "pkgutil.get_data('script', 'script.py'))\n")
        gated = self.launcher(support.write(self.allowed, "reader.py", read))
        # pkgutil imports the package whose data it returns.
        self.assertIn("get_data", gated.stderr)
        self.assertIn("noexec-mount", gated.stderr)
        read = read.replace(", pkgutil.get_data('script', 'script.py')", "")
        support.write(self.allowed, "reader.py", read)
        for path in "reader.py", support.write(self.allowed, "importer.py", "import reader\n"):
            gated = self.launcher(path)
            self.assertEqual((gated.returncode, gated.stderr), (0, ""))
            self.assertIn("ran", gated.stdout)

    def test_what_a_loader_has_the_library_read(self):
        support.write(self.refused, "script.py", MARKER)
        support.write(self.allowed, "pack/__init__.py", "")
        where = os.path.relpath(self.refused, os.path.join(self.allowed, "pack"))
        loader = (f"import importlib.util, pkgutil, sys\nfrom importlib.machinery import SourceFileLoader\n"
                  "class Loader(SourceFileLoader):\n"
                  "    def path_stats(self, path): raise OSError\n"
                  f"    def get_data(self, path): return pkgutil.get_data('pack', '{where}/script.py')\n"
                  "spec = importlib.util.spec_from_loader('m', Loader('m', sys.argv[0]))\n"
                  "spec.loader.exec_module(importlib.util.module_from_spec(spec))\n")
        self.assert_stopped(support.write(self.allowed, "loader.py", loader))
        data = f"import pkgutil\nprint(pkgutil.get_data('pack', '{where}/script.py'))\n"
        gated = self.launcher(support.write(self.allowed, "data.py", data))
        self.assertEqual((gated.returncode, gated.stderr), (0, ""))

    def test_children_are_gated_too(self):
        path = support.write(self.refused, "script.py", MARKER)
        program = f"import subprocess, sys; subprocess.run([sys.executable, {path!r}])"
        self.assertEqual(self.python("-c", program).stdout, "ran\n")
        gated = self.launcher("-c", program)
        self.assertEqual(gated.stdout, "")
        self.assertIn("noexec-mount", gated.stderr)


class SubInterpreterTest(Launcher):
    """Each interpreter of a process has an importlib of its own."""

    def in_sub_interpreter(self, code):
        return support.write(self.allowed, "script.py",
                             f"{support.SUB_INTERPRETER}\nrun({code!r})\nprint('end')\n")

    def test_modules_are_gated(self):
        for directory, ran in (self.allowed, True), (self.refused, False):
            support.write(directory, "module.py", "import posix; posix.write(1, b'ran\\n')\n")
            source = support.write(self.allowed, "elsewhere/bare.py",
                                   "import posix; posix.write(1, b'ran\\n')\n")
            py_compile.compile(source, os.path.join(directory, "bare.pyc"), doraise=True)
            for name in "module", "bare":
                with self.subTest(name=name, directory=directory):
                    script = self.in_sub_interpreter(
                        f"import sys; sys.path[:0] = [{directory!r}]; import {name}\n")
                    for flags in ["-B"], ["-B", "-S"]:
                        self.assertEqual(self.python(*flags, script).stdout, "ran\nend\n")
                        gated = self.launcher(*flags, script)
                        self.assertEqual(gated.stdout, "ran\nend\n" if ran else "")
                        self.assertEqual("noexec-mount" in gated.stderr, not ran, gated.stderr)

    def test_loaders_that_know_no_open_code_are_gated(self):
        path = support.write(self.refused, "module.py", MARKER)
        script = self.in_sub_interpreter(
            "import _frozen_importlib_external as external, posix\n"
            f"external.FileLoader('x', {path!r}).get_data({path!r})\n"
            "posix.write(1, b'ran\\n')\n")
        self.assertEqual(self.python(script).stdout, "ran\nend\n")
        gated = self.launcher(script)
        self.assertEqual(gated.stdout, "")
        self.assertIn("noexec-mount", gated.stderr)

    def test_the_extension_works_in_several(self):
        script = self.in_sub_interpreter(
            "import ipe_enlighten, ipe_enlighten.policy\n"
            "assert ipe_enlighten.check('/usr/bin/true')\n"
            "assert ipe_enlighten.policy.OPS\n")
        for program in sys.executable, PROGRAM:
            result = self.python(script, program=program)
            self.assertEqual((result.stdout, result.stderr), ("end\n", ""))


class InlineTest(Launcher):
    """Code that is in no file."""

    def assert_by_setting(self, *arguments, **options):
        self.assert_runs(*arguments, **options)
        with support.configured("inline = deny"):
            self.assert_stopped(*arguments, reason="inline", **options)

    def test_a_command(self):
        self.assert_by_setting("-c", MARKER)

    def test_modules_that_take_code(self):
        gated = self.launcher("-m", "timeit", "-n1", "-r1", MARKER)
        self.assertIn("ran\n", gated.stdout, gated.stderr)
        with support.configured("inline = deny"):
            gated = self.launcher("-m", "timeit", "-n1", "-r1", MARKER)
            self.assertEqual((gated.stdout, gated.returncode), ("", 1))
            self.assertIn("inline", gated.stderr)

    def test_a_pipe(self):
        self.assert_by_setting(input=MARKER)
        self.assert_by_setting("-", input=MARKER)

    def test_a_pipe_as_a_script(self):
        def with_pipe(run):
            read, write = os.pipe()
            os.write(write, MARKER.encode())
            os.close(write)
            with open(read) as pipe:
                return run(f"/dev/fd/{pipe.fileno()}", pass_fds=[pipe.fileno()])
        self.assertEqual(with_pipe(self.python).stdout, "ran\n")
        self.assertEqual(with_pipe(self.launcher).stdout, "ran\n")
        with support.configured("inline = deny"):
            self.assertEqual(with_pipe(self.launcher).stdout, "")

    def test_a_prompt(self):
        for flags in ["-i"], ["-S", "-i"], ["-I", "-i"]:
            self.assert_runs(*flags, input=MARKER)
            with support.configured("inline = deny"):
                gated = self.launcher(*flags, input=MARKER)
                self.assertEqual(gated.stdout, "")
                self.assertIn("inline", gated.stderr)

    def test_a_prompt_after_a_script(self):
        script = support.write(self.allowed, "script.py", "print('script')\n")
        self.assertEqual(self.launcher("-i", script, input=MARKER).stdout, "script\nran\n")
        with support.configured("inline = deny"):
            self.assertEqual(self.launcher("-i", script, input=MARKER).stdout, "script\n")
            inspect = self.launcher(script, input=MARKER, env={"PYTHONINSPECT": "1"})
            self.assertEqual(inspect.stdout, "script\n")

    def test_a_prompt_on_a_terminal(self):
        def answers(text, script="-I", env=()):
            pid, master = pty.fork()
            if pid == 0:
                environment = {"TERM": "dumb", "PATH": "/usr/bin:/bin", **dict(env)}
                os.execve(PROGRAM, [PROGRAM, script], environment)
            os.write(master, text)
            seen = b""
            try:
                while part := os.read(master, 4096):
                    seen += part
            except OSError:
                pass
            os.waitpid(pid, 0)
            os.close(master)
            return seen
        self.assertIn(b"ran\r\n", answers(b"print('r' + 'an'); exit()\n\x04"))
        with support.configured("inline = deny"):
            self.assertIn(b"refused (inline)", answers(b""))
            script = support.write(self.allowed, "script.py", "")
            inspecting = answers(b"", script, {"PYTHONINSPECT": "1"})
            self.assertIn(b"refused (inline)", inspecting)

    @support.needs_securebits
    def test_the_securebits(self):
        def restricted(bits, *arguments, **options):
            return self.launcher(*arguments, preexec_fn=lambda: support.set_securebits(bits),
                                 **options)
        self.assertIn("interactive", restricted(support.DENY_INTERACTIVE, "-c", MARKER).stderr)
        self.assertIn("interactive", restricted(support.DENY_INTERACTIVE, input=MARKER).stderr)
        script = support.write(self.allowed, "script.py", MARKER)
        result = restricted(support.RESTRICT_FILE, script)
        self.assertEqual(result.stdout, "")
        self.assertIn("no-execute-bit", result.stderr)


@unittest.skipUnless(hasattr(sys, "remote_exec"), "this Python has no sys.remote_exec")
class RemoteTest(Launcher):
    """Code that another process has this one run."""

    TARGET = """
import time
print("ready", flush=True)
for _ in range(200):
    time.sleep(0.01)
"""
    CONTROLLER = """
import subprocess, sys
script, *command = sys.argv[1:]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as target:
    assert target.stdout.readline() == "ready\\n"
    sys.remote_exec(target.pid, script)
    print(target.stdout.read(), end="")
"""

    def setUp(self):
        super().setUp()
        support.write(self.allowed, "target.py", self.TARGET)
        support.write(self.allowed, "controller.py", self.CONTROLLER)

    def remote(self, directory, *command):
        path = support.write(directory, "remote.py", MARKER)
        return self.python("controller.py", path, *command, "target.py")

    def test_a_trusted_script_runs(self):
        for flags in (), ("--strict",):
            gated = self.remote(self.allowed, PROGRAM, *flags)
            self.assertEqual(gated.stdout, "ran\n", gated.stderr)

    def test_an_untrusted_script_does_not(self):
        plain = self.remote(self.refused, sys.executable)
        self.assertEqual(plain.stdout, "ran\n", plain.stderr)
        for flags in (), ("--strict",):
            gated = self.remote(self.refused, PROGRAM, *flags)
            self.assertEqual((gated.stdout, gated.returncode), ("", 0), gated.stderr)
            self.assertIn("noexec-mount", gated.stderr)


class RaceTest(Launcher):
    """Whatever happens to a file meanwhile, what runs was judged and is whole."""

    def beside(self, disturb, run, wanted, runs=60, patience=2000):
        stop = threading.Event()

        def disturb_until_stopped():
            while not stop.is_set():
                disturb()
        thread = threading.Thread(target=disturb_until_stopped)
        thread.start()
        seen, count = set(), 0
        try:
            while count < runs or (seen < wanted and count < patience):
                seen.add(run())
                count += 1
        finally:
            stop.set()
            thread.join()
        self.assertEqual(seen, wanted)

    def swapped(self, name):
        good = support.write(self.allowed, "good.py", "print('good')\n")
        evil = support.write(self.refused, "evil.py", "print('evil')\n")
        path = os.path.join(self.allowed, name)
        targets = itertools.cycle([good, evil])

        def swap():
            os.symlink(next(targets), os.path.join(self.allowed, "next"))
            os.rename(os.path.join(self.allowed, "next"), path)
        swap()
        return path, swap

    def test_a_swapped_script(self):
        path, swap = self.swapped("script.py")
        self.beside(swap, lambda: self.launcher("-I", "-S", path).stdout, {"good\n", ""})

    def test_a_swapped_module(self):
        _, swap = self.swapped("module.py")
        script = support.write(self.allowed, "script.py", "import module\n")
        self.beside(swap, lambda: self.launcher("-S", "-B", script).stdout, {"good\n", ""})

    def test_a_rewritten_script(self):
        text = ("print('good')\n" + "#" * (1 << 20) + "\nprint('end')\n").encode()
        path = support.write(self.allowed, "script.py", text)

        def rewrite():
            with open(path, "r+b", buffering=0) as file:
                os.pwrite(file.fileno(), text, 0)
        self.beside(rewrite, lambda: self.launcher("-I", "-S", path).stdout,
                    {"good\nend\n", ""})

    def test_a_module_replaced_by_a_link(self):
        evil = support.write(self.refused, "evil.py", "print('evil')\n")
        path = os.path.join(self.allowed, "module.py")
        following = os.path.join(self.allowed, "next")
        links = itertools.cycle([True, False])

        def replace():
            if next(links):
                os.symlink(evil, following)
            else:
                support.write(self.allowed, "next", "print('good')\n")
            os.rename(following, path)
        script = support.write(self.allowed, "script.py", "import module\n")
        replace()
        self.beside(replace, lambda: self.launcher("-S", "-B", script).stdout, {"good\n", ""})

    def test_a_truncated_module_is_whole_or_refused(self):
        line = "count[0] += 1 #" + "x" * 500 + "\n"
        start = "import atexit\ncount = [0]\natexit.register(lambda: print(count[0]))\n"
        text = (start + line * 4000).encode()
        short = len(start + line * 1000)
        path = support.write(self.allowed, "module.py", text)
        script = support.write(self.allowed, "script.py", "import module\n")

        def truncate():
            support.write(self.allowed, "next", text)
            os.rename(os.path.join(self.allowed, "next"), path)
            time.sleep(0.1)
            os.truncate(path, short)
        self.beside(truncate, lambda: self.launcher("-S", "-B", script).stdout,
                    {"4000\n", "1000\n", ""})

    def test_byte_code_swapped_for_refused_byte_code(self):
        evil = support.write(self.allowed, "elsewhere/module.py", "print('evil')\n")
        bad = py_compile.compile(evil, os.path.join(self.refused, "evil.pyc"), doraise=True,
                                 invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        good = support.write(self.allowed, "module.py", "print('good')\n")
        cached = py_compile.compile(good, doraise=True)
        kept = shutil.copy(cached, os.path.join(self.allowed, "kept.pyc"))
        targets = itertools.cycle([bad, kept])

        def swap():
            os.symlink(next(targets), cached + ".next")
            os.rename(cached + ".next", cached)
        script = support.write(self.allowed, "script.py", "import module\n")
        self.beside(swap, lambda: self.launcher("-S", "-B", script).stdout, {"good\n"})
        os.unlink(cached)
        os.symlink(bad, cached)
        self.assertEqual(self.python("-S", "-B", script).stdout, "evil\n")

    def test_a_deleted_module(self):
        script = support.write(self.allowed, "script.py", "import module\n")
        path = os.path.join(self.allowed, "module.py")

        def come_and_go():
            support.write(self.allowed, "next.py", "print('good')\n")
            os.rename(os.path.join(self.allowed, "next.py"), path)
            os.unlink(path)
        self.beside(come_and_go, lambda: self.launcher("-S", "-B", script).stdout, {"good\n", ""})


class LauncherStrictTest(Launcher, test_strict.StrictTest):
    """--strict: only what a judged file holds becomes code."""

    def loosely(self, *arguments, **options):
        return self.launcher("-S", *arguments, **options)

    def strictly(self, *arguments, **options):
        return self.launcher("--strict", "-S", *arguments, **options)

    def test_code_in_no_file(self):
        for arguments, text in (["-c", MARKER], None), ([], MARKER), (["-i"], MARKER):
            options = {"input": text} if text else {}
            result = self.launcher("--strict", *arguments, **options)
            self.assertEqual(result.stdout, "")
            self.assertIn("inline", result.stderr)

    def test_a_file_on_standard_input_runs(self):
        with open(support.write(self.allowed, "script.py", MARKER)) as file:
            self.assertEqual(self.launcher("--strict", stdin=file).stdout, "ran\n")
