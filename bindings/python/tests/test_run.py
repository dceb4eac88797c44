# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipe-check --run does with an allowed script what python3 does."""

import os
import re
import signal
import sys
import zipfile

import support

SCRIPTS = {
    "arguments": """
        import sys
        print(sys.argv, sys.path[0], __file__, __name__)
        """,
    "namespace": """
        import sys
        print(sorted(globals()), __package__, __spec__, __doc__)
        print(globals().get("__cached__"), globals().get("__annotations__"))
        print(type(__loader__).__name__, __loader__.name, __loader__.path == __file__)
        print(type(__builtins__).__name__, sys.modules["__main__"].__dict__ is globals())
        """,
    "docstring": '"""What it does."""\nprint(__doc__)\n',
    "path": "import sys\nprint(sys.path)\n",
    "exit with a number": "import sys\nsys.exit(7)\n",
    "exit with a message": "import sys\nsys.exit('why')\n",
    "exit with nothing": "import sys\nsys.exit()\n",
    "exit at once": "import os\nos._exit(9)\n",
    "exit in a thread": """
        import sys, threading
        thread = threading.Thread(target=sys.exit, args=(5,))
        thread.start()
        thread.join()
        """,
    "exception": """
        def inner():
            raise ValueError("why")
        def outer():
            try:
                inner()
            except ValueError as error:
                raise KeyError("context") from error
        outer()
        """,
    "exception group": "raise ExceptionGroup('group', [ValueError(1), KeyError(2)])\n",
    "syntax error": "print('never')\nx = )\n",
    "latin-1": "# coding: latin-1\nprint(ascii('\u00e9'))\n".encode("latin-1"),
    "byte order mark": b"\xef\xbb\xbfprint('marked')\n",
    "dos lines": b"print('a')\r\nprint('b')\r\n",
    "no newline at the end": b"print('a')",
    "empty": "",
    "standard input": "import sys\nprint(sys.stdin.read().upper(), input)\n",
    "main guard": "if __name__ == '__main__':\n    print('main')\n",
    "sibling": "import sibling\nprint(sibling.__file__, sibling.value)\n",
    "package": "from package.inner import where\nprint(where)\n",
    "relative import": "from . import sibling\n",
    "missing module": "import there_is_no_such_module\n",
    "import of itself": "import __main__\nprint(__main__.__file__)\n",
    "interrupt": "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nwhile True: pass\n",
    "terminate": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\nwhile True: pass\n",
    "own excepthook": """
        import sys
        def hook(kind, value, traceback):
            print(kind, value, traceback.tb_frame.f_code.co_name, traceback.tb_next)
        sys.excepthook = hook
        raise ValueError("why")
        """,
    "exit in excepthook": """
        import sys
        sys.excepthook = lambda *arguments: sys.exit(6)
        raise ValueError("why")
        """,
    "last words": """
        import atexit
        atexit.register(print, "at exit")
        class Last:
            def __del__(self):
                print("deleted")
        last = Last()
        print("end")
        """,
    "thread that outlives main": """
        import threading, time
        def late():
            time.sleep(0.1)
            print("late")
        threading.Thread(target=late).start()
        print("end")
        """,
    "source of a function": """
        import inspect
        def function():
            return 1
        print(inspect.getsource(function), inspect.getsourcefile(function))
        """,
    "traceback": """
        import traceback
        try:
            1 / 0
        except ZeroDivisionError:
            traceback.print_exc()
        """,
    "warning": "import warnings\nwarnings.warn('careful')\n",
    "pickle": """
        import pickle
        class Thing:
            pass
        print(type(pickle.loads(pickle.dumps(Thing()))) is Thing)
        """,
    "data class": """
        from __future__ import annotations
        import dataclasses, typing
        @dataclasses.dataclass
        class Thing:
            number: int
        print(Thing(1), typing.get_type_hints(Thing))
        """,
    "processes by fork": """
        import multiprocessing
        def double(number):
            return 2 * number
        if __name__ == "__main__":
            with multiprocessing.get_context("fork").Pool(2) as pool:
                print(pool.map(double, range(4)))
        """,
    "processes by spawn": """
        import multiprocessing
        def double(number):
            return 2 * number
        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.map(double, range(4)))
        """,
    "unit test": """
        import unittest
        class Test(unittest.TestCase):
            def test(self):
                self.assertEqual(1, 1)
        if __name__ == "__main__":
            unittest.main(argv=["x"], verbosity=0)
        """,
    "unit test's doc test": """
        import doctest
        def one():
            '''
            >>> one()
            1
            '''
            return 1
        print(doctest.testmod())
        """,
    "run by path": "import runpy\nprint(runpy.run_path('sibling.py')['value'])\n",
    "package data": """
        import pkgutil
        print(pkgutil.get_data("package", "data.txt"))
        """,
    "reload": "import importlib, sibling\nprint(importlib.reload(sibling).value)\n",
    "future statement": """
        from __future__ import annotations
        def function(argument: nonsense): pass
        print(function.__annotations__)
        """,
    "no future statement": "def function(argument: int): pass\nprint(function.__annotations__)\n",
    "optimisation": "assert False, 'asserted'\nprint(__debug__)\n",
}


# Older parsers tell less of text than of a file.
if sys.version_info >= (3, 10):
    SCRIPTS["syntax error at the end"] = "print('never')\nx = (\n"
FLAGS = [["-O"], ["-W", "error"], ["-B"], ["-X", "dev"]]
if sys.version_info >= (3, 11):
    FLAGS.append(["-P"])


class LikePythonTest(support.GateTest):
    def setUp(self):
        super().setUp()
        support.write(self.allowed, "sibling.py", "value = 3\n")
        support.write(self.allowed, "package/__init__.py")
        support.write(self.allowed, "package/inner.py", "where = __name__, __file__\n")
        support.write(self.allowed, "package/data.txt", "data\n")

    def assert_alike(self, script, *arguments, flags=(), **options):
        options["input"] = "from standard input"
        plain = self.python(*flags, script, *arguments, **options)
        gated = self.ipe_check("--run", script, *arguments, flags=flags, **options)
        self.assertEqual(gated.stdout, plain.stdout)
        self.assertEqual(*(re.sub(r" in \d+\.\d+s$", "", run.stderr, flags=re.MULTILINE)
                           for run in (gated, plain)))
        self.assertEqual(gated.returncode, plain.returncode)

    def test_a_script_named_otherwise_still_knows_where_it_is(self):
        content = SCRIPTS["arguments"] + "import sibling\n"
        path = support.write(self.allowed, "script.py", content)
        os.makedirs(os.path.join(self.allowed, "directory"))
        os.symlink(path, os.path.join(self.allowed, "directory", "link.py"))
        names = path, "script.py", "./script.py", "directory/../script.py", "directory/link.py"
        for name in names:
            with self.subTest(name=name):
                self.assert_alike(name)

    def test_arguments_that_look_like_options_are_the_scripts(self):
        support.write(self.allowed, "script.py", SCRIPTS["arguments"])
        self.assert_alike("script.py", "--json", "--run", "--", "-", "", "--help")

    def test_the_interpreters_flags_are_the_scripts(self):
        for name in "optimisation", "warning", "exception", "path":
            script = support.write(self.allowed, "script.py", SCRIPTS[name])
            for flags in FLAGS:
                with self.subTest(name=name, flags=flags):
                    self.assert_alike(script, flags=flags)

    def test_no_byte_code_of_the_script_itself_is_left_behind(self):
        support.write(self.allowed, "script.py")
        self.ipe_check("--run", "script.py")
        self.assertNotIn("__pycache__", os.listdir(self.allowed))


def _like_python(name, content):
    def test(self):
        support.write(self.allowed, "script.py", content)
        self.assert_alike("script.py", "argument")

    test.__name__ = "test_" + name.replace(" ", "_")
    test.__doc__ = f"a script is run as python3 runs it: {name}"
    return test


for _name, _content in SCRIPTS.items():
    _test = _like_python(_name, _content)
    setattr(LikePythonTest, _test.__name__, _test)


class RunTest(support.GateTest):
    def test_a_refused_script_does_not_run(self):
        script = support.write(self.refused, "script.py", 'print("ran")\n')
        self.assertEqual(self.python(script).stdout, "ran\n")
        result = self.ipe_check("--run", script)
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn(f"ipe-check: deny   {script}: noexec-mount: ", result.stderr)

    def test_a_script_that_cannot_be_opened_is_status_3(self):
        result = self.ipe_check("--run", "missing.py")
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertIn("cannot judge 'missing.py'", result.stderr)

    def test_an_interrupted_script_ends_by_the_signal(self):
        # Under nohup and the like the children of a test ignore it.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGINT, before)
        support.write(self.allowed, "script.py", SCRIPTS["interrupt"])
        result = self.ipe_check("--run", "script.py")
        self.assertEqual(result.returncode, -signal.SIGINT)

    def test_text_that_is_not_in_its_encoding_is_a_syntax_error(self):
        for content in b"x = '\xff'\n", b"# coding: nonsense\n":
            script = support.write(self.allowed, "script.py", content)
            for result in self.python(script), self.ipe_check("--run", script):
                self.assertEqual((result.returncode, result.stdout), (1, ""))
                self.assertIn("SyntaxError", result.stderr)

    def test_a_failing_excepthook_is_told_of(self):
        program = "import sys\nsys.excepthook = lambda *arguments: 1 / 0\nraise KeyError('why')\n"
        support.write(self.allowed, "script.py", program)
        result = self.ipe_check("--run", "script.py")
        self.assertEqual(result.returncode, 1)
        self.assertIn("ZeroDivisionError", result.stderr)
        self.assertIn("KeyError: 'why'", result.stderr)

    def test_an_isolated_interpreter_still_finds_what_lies_beside_the_script(self):
        support.write(self.allowed, "sibling.py")
        script = support.write(self.allowed, "script.py", "import sibling\nprint('ran')\n")
        program = (
            f"import runpy, sys; sys.path.insert(0, {support.TREE!r}); sys.argv[1:] = "
            f"['--run', {script!r}]; runpy.run_module('ipe-check', run_name='__main__')"
        )
        self.assertEqual(self.python("-I", "-c", program, cwd="/").stdout, "ran\n")

    def test_a_directory_an_archive_and_byte_code_are_not_run(self):
        archive = os.path.join(self.allowed, "application.pyz")
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("__main__.py", "print('ran')")
        program = "import py_compile; py_compile.compile('script.py', 'script.pyc')"
        support.write(self.allowed, "script.py", "print('ran')\n")
        self.python("-c", program)
        os.link(f"{self.allowed}/script.pyc", f"{self.allowed}/disguised")
        support.write(self.allowed, "directory/__main__.py", "print('ran')\n")
        expected = {
            "application.pyz": (2, "it is a zip archive: unpack it and name its __main__.py"),
            "script.pyc": (2, "it is byte code: name its source"),
            "disguised": (2, "it is byte code: name its source"),
            "directory": (1, "not-regular"),
        }
        for operand, (status, why) in expected.items():
            self.assertEqual(self.python(operand).stdout, "ran\n")
            result = self.ipe_check("--run", operand)
            self.assertEqual((result.returncode, result.stdout), (status, ""))
            self.assertIn(why, result.stderr)
