# SPDX-License-Identifier: LGPL-2.1-or-later
"""The securebits table of Linux' Documentation/userspace-api/check_exec.rst, each cell a test."""

import json

import support

ALLOWED = "allowed"
NO_EXECUTE_BIT = "no-execute-bit"
INTERACTIVE = "interactive"

JUDGE = """if 1:
    import json, os, sys
    import ipe_enlighten as ipe

    def reason_of_opening(path):
        try:
            ipe.open_code(path).close()
        except ipe.Refused as error:
            return error.reason.label
        return "allowed"

    path = sys.argv[1]
    with open(path) as script:
        as_stdin = ipe.check_stdin(script.fileno()).reason.label
    print(json.dumps({
        "file": ipe.check(path).reason.label,
        "open": reason_of_opening(path),
        "stdin": as_stdin,
        "pipe": ipe.check_stdin(os.pipe()[0]).reason.label,
        "inline": ipe.check_inline().reason.label,
        "asked": ipe.restrictions()[:2],
    }))
    """


@support.needs_securebits
class SecurebitsTest(support.GateTest):
    def run_with(self, bits, *arguments):
        return self.python(*arguments, preexec_fn=lambda: support.set_securebits(bits))

    def judge(self, bits, mode):
        path = support.write(self.allowed, "script.py", mode=mode)
        return json.loads(self.run_with(bits, "-c", JUDGE, path).stdout)

    def test_without_securebits_everything_is_allowed(self):
        for mode in 0o644, 0o755:
            answers = self.judge(0, mode)
            self.assertEqual(answers.pop("asked"), [False, False])
            self.assertEqual(set(answers.values()), {ALLOWED})

    def test_restrict_file_refuses_an_operand_without_an_execute_bit(self):
        answers = self.judge(support.RESTRICT_FILE, 0o644)
        self.assertEqual((answers["file"], answers["open"]), (NO_EXECUTE_BIT,) * 2)
        self.assertEqual(answers["asked"], [True, False])

    def test_restrict_file_allows_an_executable_operand(self):
        answers = self.judge(support.RESTRICT_FILE, 0o755)
        self.assertEqual((answers["file"], answers["open"]), (ALLOWED, ALLOWED))

    def test_restrict_file_says_nothing_of_standard_input_or_inline_code(self):
        answers = self.judge(support.RESTRICT_FILE, 0o644)
        self.assertEqual((answers["stdin"], answers["pipe"]), (ALLOWED, ALLOWED))
        self.assertEqual(answers["inline"], ALLOWED)

    def test_deny_interactive_refuses_what_is_not_an_executable_file(self):
        answers = self.judge(support.DENY_INTERACTIVE, 0o644)
        self.assertEqual((answers["file"], answers["open"]), (ALLOWED, ALLOWED))
        self.assertEqual(answers["stdin"], NO_EXECUTE_BIT)
        self.assertEqual((answers["pipe"], answers["inline"]), (INTERACTIVE, INTERACTIVE))
        self.assertEqual(answers["asked"], [False, True])

    def test_deny_interactive_allows_standard_input_that_is_executable(self):
        self.assertEqual(self.judge(support.DENY_INTERACTIVE, 0o755)["stdin"], ALLOWED)

    def test_both_refuse_everything_but_an_executable_file(self):
        both = support.RESTRICT_FILE | support.DENY_INTERACTIVE
        answers = self.judge(both, 0o644)
        self.assertNotIn(ALLOWED, [answers[way] for way in ("file", "open", "stdin", "pipe")])
        self.assertEqual(answers["inline"], INTERACTIVE)
        answers = self.judge(both, 0o755)
        self.assertEqual((answers["file"], answers["stdin"]), (ALLOWED, ALLOWED))

    def test_run_obeys_restrict_file(self):
        for mode, status, output in (0o755, 0, "ran\n"), (0o644, 1, ""):
            path = support.write(self.allowed, "script.py", 'print("ran")\n', mode)
            result = self.run_with(support.RESTRICT_FILE, "-m", "ipe-check", "--run", path)
            self.assertEqual((result.returncode, result.stdout), (status, output))
        self.assertIn(NO_EXECUTE_BIT, result.stderr)

    def test_an_import_while_running_obeys_restrict_file(self):
        script = support.write(self.allowed, "script.py", "import sibling\n", 0o755)
        for mode, status in (0o755, 0), (0o644, 1):
            support.write(self.allowed, "sibling.py", "", mode)
            result = self.run_with(support.RESTRICT_FILE, "-B", "-m", "ipe-check", "--run", script)
            self.assertEqual(result.returncode, status, result.stderr)
        self.assertIn("Refused", result.stderr)

    def test_following_imports_obeys_restrict_file(self):
        script = support.write(self.allowed, "script.py", "import sibling\n", 0o755)
        support.write(self.allowed, "sibling.py")
        arguments = "-m", "ipe-check", "--imports", "--json", script
        result = self.run_with(support.RESTRICT_FILE, *arguments)
        self.assertEqual(result.returncode, 1, result.stderr)
        reasons = [row["reason"] for row in json.loads(result.stdout)]
        self.assertEqual(reasons, [ALLOWED, NO_EXECUTE_BIT])
