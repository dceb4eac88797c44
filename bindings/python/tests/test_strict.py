# SPDX-License-Identifier: LGPL-2.1-or-later
"""--strict: only what a judged file holds becomes code, in ipe-check --run and in ipe-python3."""

import os
import py_compile
import zipfile

import support

MARKER = 'print("ran")\n'


class StrictTest(support.GateTest):
    """What both stop and what both run."""

    def loosely(self, *arguments, **options):
        """Run a script without --strict."""
        return self.ipe_check("--run", *arguments, **options)

    def strictly(self, *arguments, **options):
        """Run a script with --strict."""
        return self.ipe_check("--run", "--strict", *arguments, **options)

    def strictly_run(self, code):
        support.write(self.allowed, "script.py", code)
        return self.strictly("script.py")

    def assert_strict_stops(self, code):
        path = support.write(self.allowed, "script.py", code)
        plain = self.loosely(path)
        self.assertEqual((plain.stdout, plain.returncode), ("ran\n", 0), plain.stderr)
        result = self.strictly_run(code)
        self.assertEqual((result.stdout, result.returncode), ("", 1), code)
        self.assertIn("[Errno 13] refused (inline)", result.stderr)

    def test_code_from_text(self):
        support.write(self.refused, "evil.py", MARKER)
        evil = os.path.join(self.refused, "evil.py")
        for code in (
            "exec('print(\"ran\")')",
            "eval('print(\"ran\")')",
            "exec(compile('print(\"ran\")', __file__, 'exec'))",
            f"exec(open({evil!r}).read())",
            f"exec(open({evil!r}, 'rb').read())",
            f"import pathlib; exec(compile(pathlib.Path({evil!r}).read_text(), 'x', 'exec'))",
            "import ast; exec(compile(ast.parse('print(\"ran\")'), 'x', 'exec'))",
            "import ast; node = ast.Call(ast.Name('print', ast.Load()), [ast.Constant('ran')], []);"
            "eval(compile(ast.fix_missing_locations(ast.Expression(node)), 'x', 'eval'))",
            "import code; code.InteractiveInterpreter().runsource('print(\"ran\")')",
            "import timeit; timeit.timeit('print(\"ran\")', number=1)",
        ):
            with self.subTest(code=code):
                if "runsource" in code:
                    self.assertEqual(self.strictly_run(code).stdout, "")
                else:
                    self.assert_strict_stops(code)

    def test_code_from_byte_code(self):
        for code in (
            "import marshal; text = 'print(\"ran\")'\n"
            "def f(): print('ran')\n"
            "exec(marshal.loads(marshal.dumps(f.__code__)))",
            "def f(): print('no')\n"
            "consts = tuple('ran' if c == 'no' else c for c in f.__code__.co_consts)\n"
            "exec(f.__code__.replace(co_consts=consts))",
            "import io, marshal\ndef f(): print('ran')\n"
            "exec(marshal.load(io.BytesIO(marshal.dumps(f.__code__))))",
        ):
            with self.subTest(code=code):
                self.assert_strict_stops(code)

    def test_a_loader_of_its_own(self):
        self.assert_strict_stops(
            "import importlib.abc, importlib.util\n"
            "class Loader(importlib.abc.SourceLoader):\n"
            "    def get_filename(self, name): return __file__\n"
            "    def get_data(self, path): return b'print(\"ran\")'\n"
            "spec = importlib.util.spec_from_loader('x', Loader())\n"
            "spec.loader.exec_module(importlib.util.module_from_spec(spec))\n")

    def test_judged_code_runs(self):
        support.write(self.allowed, "module.py", "value = 'ran'\n")
        support.write(self.allowed, "package/__init__.py", "from . import inner\n")
        support.write(self.allowed, "package/inner.py", "# coding: latin-1\nvalue = 'ran'\n")
        source = support.write(self.allowed, "elsewhere/bare.py", "value = 'ran'\n")
        py_compile.compile(source, os.path.join(self.allowed, "bare.pyc"), doraise=True)
        with zipfile.ZipFile(os.path.join(self.allowed, "archive.zip"), "w") as file:
            file.writestr("zipped.py", "value = 'ran'\n")
        code = (
            "import collections, dataclasses, enum, functools, json, runpy, sys, typing\n"
            "sys.path.append('archive.zip')\n"
            "import module, package.inner, bare, zipped\n"
            "Point = collections.namedtuple('Point', 'x y')\n"
            "@dataclasses.dataclass\nclass Thing:\n    number: 'int' = 1\n"
            "assert typing.get_type_hints(Thing) == {'number': int} and Point(1, 2).y == 2\n"
            "assert runpy.run_path('module.py')['value'] == 'ran'\n"
            "print(module.value, package.inner.value, bare.value, zipped.value)\n")
        for _ in "source", "byte code":
            result = self.strictly_run(code)
            self.assertEqual(result.stderr, "", result.stderr)
            self.assertEqual(result.stdout, "ran ran ran ran\n")

    def test_a_refused_file_stays_refused(self):
        path = support.write(self.refused, "script.py", MARKER)
        self.assertEqual(self.strictly(path).stdout, "")

    def test_a_judged_file_lends_its_name_to_no_other_text(self):
        self.assert_strict_stops(
            "import typing\n"
            "exec(compile('print(\"ran\")', typing.__file__, 'exec'))\n"
        )

    def test_a_part_of_a_judged_file_is_not_the_file(self):
        self.assert_strict_stops("#print('ran')\nexec(open(__file__).readline()[1:])\n")

    def test_what_is_known_cannot_be_found_and_added_to(self):
        self.assert_strict_stops(
            "import gc\n"
            "text = 'print(\"ran\")'\n"
            "def leaves(thing, depth=0):\n"
            "    if type(thing) is dict and depth < 3:\n"
            "        for value in list(thing.values()):\n"
            "            leaves(value, depth + 1)\n"
            "    if type(thing) is set and any(type(member) is bytes for member in thing):\n"
            "        thing.add(text.encode())\n"
            "for thing in gc.get_objects():\n"
            "    leaves(thing)\n"
            "exec(text)\n"
        )

    def test_a_sub_interpreter_takes_no_text(self):
        code = support.SUB_INTERPRETER + "run('import posix; posix.write(1, b\"ran\\\\n\")')\n"
        path = support.write(self.allowed, "script.py", code)
        self.assertEqual(self.loosely(path).stdout, "ran\n")
        result = self.strictly(path)
        self.assertEqual((result.stdout, result.returncode), ("", 1), result.stderr)

    def test_code_in_another_thread(self):
        code = (
            "import threading\n"
            "def run(): exec('print(\"ran\")')\n"
            "thread = threading.Thread(target=run)\n"
            "thread.start()\n"
            "thread.join()\n"
        )
        path = support.write(self.allowed, "script.py", code)
        self.assertEqual(self.loosely(path).stdout, "ran\n")
        result = self.strictly(path)
        self.assertEqual(result.stdout, "")
        self.assertIn("refused (inline)", result.stderr)


class LateTest(support.GateTest):
    """ipe-check --run --strict: its hooks come when Python runs already."""

    def test_it_stands_before_or_after_run(self):
        path = support.write(self.allowed, "script.py", "exec('print(\"ran\")')\n")
        for arguments in ["--run", "--strict", path], ["--strict", "--run", path]:
            result = self.ipe_check(*arguments)
            self.assertEqual((result.stdout, result.returncode), ("", 1))
        self.assertEqual(self.ipe_check("--run", path, "--strict").stdout, "ran\n")

    def test_it_goes_with_run_alone_and_with_no_prompt(self):
        path = support.write(self.allowed, "script.py")
        for arguments in ["--strict", path], ["--strict"], ["--run", "--strict"]:
            result = self.ipe_check(*arguments)
            self.assertEqual((result.returncode, result.stdout), (2, ""), arguments)
        for options in {"flags": ["-i"]}, {"env": {"PYTHONINSPECT": "1"}}:
            result = self.ipe_check("--run", "--strict", path, input=MARKER, **options)
            self.assertEqual((result.stdout, result.returncode), ("", 2))
            self.assertIn("no prompt", result.stderr)

    def test_a_refusal_is_an_exception_of_ours(self):
        code = (
            "import ipe_enlighten\n"
            "try:\n    exec('pass')\n"
            "except ipe_enlighten.Refused as error:\n    print(error.reason.label)\n"
        )
        path = support.write(self.allowed, "script.py", code)
        self.assertEqual(self.ipe_check("--run", "--strict", path).stdout, "inline\n")

    def test_what_was_imported_before_is_not_judged(self):
        path = support.write(self.allowed, "script.py", "import sitecustomize\n")
        support.write(self.refused, "sitecustomize.py", MARKER)
        result = self.ipe_check("--run", "--strict", path, path=[self.refused])
        self.assertEqual((result.stdout, result.returncode), ("ran\n", 0), result.stderr)
