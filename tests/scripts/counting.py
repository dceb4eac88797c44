#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What scripts/check makes of a test's output: silence, crashes and lies are failures."""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
import meson  # noqa: E402
import tap  # noqa: E402

# sentence, what the test prints, its exit status, (passed, failed, skipped)
STREAMS = [
    ("results are counted", "1..2\nok 1 - a\nnot ok 2 - b\n", 1, (1, 1, 0)),
    ("a failed result counts whatever the exit status", "1..1\nnot ok 1\n", 0, (0, 1, 0)),
    ("an exit status counts even where all results are good", "1..1\nok 1\n", 1, (1, 1, 0)),
    ("a signal counts even where all results are good", "1..1\nok 1\n", -11, (1, 1, 0)),
    ("a crash before the end of the plan fails", "1..3\nok 1\n", -6, (1, 1, 0)),
    ("silence fails", "", 0, (0, 1, 0)),
    ("chatter without a result fails", "all is well\nokay\n", 0, (0, 1, 0)),
    ("results without a plan fail", "ok 1\nok 2\n", 0, (2, 1, 0)),
    ("a plan may come last", "ok 1\nok 2\n1..2\n", 0, (2, 0, 0)),
    ("a plan of more tests than reported fails", "1..2\nok 1\n", 0, (1, 1, 0)),
    ("a plan of fewer tests than reported fails", "1..1\nok 1\nok 2\n", 0, (2, 1, 0)),
    ("a second plan fails", "1..1\nok 1\n1..1\n", 0, (1, 1, 0)),
    ("an empty plan fails", "1..0\n", 0, (0, 1, 0)),
    ("an empty plan with a reason is a skip", "1..0 # SKIP no kernel\n", 0, (0, 0, 1)),
    ("a skipped plan with an exit status fails", "1..0 # SKIP no kernel\n", 1, (0, 1, 1)),
    ("a skip is not a pass", "1..2\nok 1 - a # SKIP no IPE\nok 2\n", 0, (1, 0, 1)),
    ("a skip directive may be in any case", "1..1\nok 1 - a # skipped: no IPE\n", 0, (0, 0, 1)),
    ("a failure cannot call itself a skip", "1..1\nnot ok 1 - a # SKIP lazy\n", 0, (0, 1, 0)),
    ("a known failure is a skip", "1..1\nnot ok 1 - a # TODO later\n", 0, (0, 0, 1)),
    ("a known failure that passes fails", "1..1\nok 1 - a # TODO later\n", 0, (0, 1, 0)),
    ("a title may speak of # and skip", "1..2\nok 1 - #! skip\nok 2 - a \\# SKIP\n", 0, (2, 0, 0)),
    ("bailing out fails, and nothing counts after it", "1..2\nBail out! no disk\nok 1\nok 2\n", 0,
     (0, 1, 0)),
    ("numbers out of order fail", "1..2\nok 2\nok 1\n", 0, (2, 2, 0)),
    ("a result that is repeated fails", "1..2\nok 1\nok 1\n", 0, (2, 1, 0)),
    ("results need no number", "1..2\nok\nok - b\n", 0, (2, 0, 0)),
    ("comments, subtests and the version line are not results",
     "TAP version 13\n1..1\n# ok 7\n    ok 1 - inner\n    1..1\nok 1 - outer\n", 0, (1, 0, 0)),
]

# sentence, protocol, meson's result, exit status, standard output, (passed, failed, skipped)
RECORDS = [
    ("meson: a plain test passes", "exitcode", "OK", 0, "", (1, 0, 0)),
    ("meson: a plain test fails", "exitcode", "FAIL", 1, "", (0, 1, 0)),
    ("meson: a plain test is skipped", "exitcode", "SKIP", 77, "no gcc\n", (0, 0, 1)),
    ("meson: a plain test runs out of time", "exitcode", "TIMEOUT", -15, "", (0, 1, 0)),
    ("meson: a result of an unknown name fails", "exitcode", "SPLENDID", 0, "", (0, 1, 0)),
    ("meson: a silent TAP test fails where meson says skipped", "tap", "SKIP", 0, "", (0, 1, 0)),
    ("meson: output that is missing fails", "tap", "OK", 0, None, (0, 1, 0)),
    ("meson: subtests are counted", "tap", "OK", 0, "1..2\nok 1\nok 2 # SKIP x\n", (1, 0, 1)),
    ("meson: a TAP test out of time fails", "tap", "TIMEOUT", 0, "1..1\nok 1\n", (1, 1, 0)),
]


def shape(tally):
    return tally.passed, len(tally.failed), len(tally.skipped)


def cases():
    for sentence, text, status, expected in STREAMS:
        yield sentence, expected, tap.count("t", text, status)
    for sentence, protocol, result, status, stdout, expected in RECORDS:
        record = {"name": "t", "result": result, "returncode": status, "stdout": stdout}
        yield sentence, expected, meson.count_record(record, protocol)


def main():
    failed = 0
    table = list(cases())
    print(f"1..{len(table) + 2}")
    for number, (sentence, expected, tally) in enumerate(table, 1):
        good = shape(tally) == expected
        failed += not good
        print(f"{'' if good else 'not '}ok {number} - {sentence}")
        if not good:
            print(f"# expected {expected}, counted {shape(tally)}: {tally.failed} {tally.skipped}")
    skip = tap.count("t", "1..1\nok 1 - a # SKIP no IPE here\n").skipped
    good = skip == [("t: a", "no IPE here")]
    print(f"{'' if good else 'not '}ok {len(table) + 1} - a skip keeps its name and its reason")
    log = '{"name": "p:unit / t", "result": "OK", "returncode": 0, "stdout": "1..1\\nok 1\\n"}\n'
    tallies = [shape(tally) for _, tally in meson.count_log(log * 2, {"t": "tap"})]
    both = tallies == [(1, 0, 0)] * 2
    print(f"{'' if both else 'not '}ok {len(table) + 2} - each line of meson's log is one test")
    return 1 if failed or not good or not both else 0


if __name__ == "__main__":
    sys.exit(main())
