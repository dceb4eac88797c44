# SPDX-License-Identifier: LGPL-2.1-or-later
"""Count what a TAP stream says, and what it leaves unsaid: silence is never a pass."""

import re

PLAN = re.compile(r"1\.\.(\d+)\s*(?:#\s*(.*))?$")
RESULT = re.compile(r"(not )?ok(?:\s+(\d+))?(?:\s+(?:-\s*)?(.*))?$")
DIRECTIVE = re.compile(r"(?:^|\s)#\s*(skip|todo)\S*\s*(.*)$", re.IGNORECASE)
BAIL_OUT = re.compile(r"Bail out!\s*(.*)$")


class Tally:
    """What passed (a number), failed and was skipped (names, each with what to say about it)."""

    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []

    def fail(self, name, why):
        self.failed.append((name, why))

    def skip(self, name, why):
        self.skipped.append((name, why or "no reason given"))

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def summary(self):
        return f"{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"


class _Stream:
    def __init__(self, name):
        self.name = name
        self.tally = Tally()
        self.plan = None
        self.seen = 0
        self.bailed_out = False

    def read_result(self, match):
        self.seen += 1
        bad, number, text = bool(match[1]), match[2], match[3] or ""
        if number and int(number) != self.seen:
            self.tally.fail(self.name, f"test {number} stands where test {self.seen} should")
        directive = DIRECTIVE.search(text)
        title = f"{self.name}: {DIRECTIVE.sub('', text).strip() or number or self.seen}"
        kind = directive[1].lower() if directive else None
        if kind == "skip" and not bad:
            self.tally.skip(title, directive[2])
        elif kind == "todo" and bad:
            self.tally.skip(title, f"known to fail: {directive[2]}")
        elif kind == "todo":
            self.tally.fail(title, "passes, but is marked as known to fail")
        elif bad:
            self.tally.fail(title, "not ok")
        else:
            self.tally.passed += 1

    def read_plan(self, match):
        if self.plan is not None:
            self.tally.fail(self.name, "has a second plan")
            return
        self.plan = int(match[1])
        reason = re.match(r"skip\S*\s*(.*)", match[2] or "", re.IGNORECASE)
        if self.plan == 0 and reason:
            self.tally.skip(self.name, reason[1])
        elif self.plan == 0:
            self.tally.fail(self.name, "planned no test")

    def read_line(self, line):
        line = line.rstrip()
        if self.bailed_out:
            return
        if match := BAIL_OUT.match(line):
            self.bailed_out = True
            self.tally.fail(self.name, f"bailed out: {match[1]}")
        elif match := PLAN.match(line):
            self.read_plan(match)
        elif match := RESULT.match(line):
            self.read_result(match)

    def finish(self):
        if self.bailed_out:
            return self.tally
        if self.plan is None:
            self.tally.fail(self.name, f"ended without a plan after {self.seen} tests")
        elif self.plan != self.seen:
            self.tally.fail(self.name, f"planned {self.plan} tests and reported {self.seen}")
        return self.tally


def describe_status(status):
    """What a process's end means, as subprocess numbers it."""
    return f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"


def count(name, text, status=0):
    """Tally of the TAP stream `text` of a test program that ended with `status`."""
    stream = _Stream(name)
    for line in text.splitlines():
        stream.read_line(line)
    tally = stream.finish()
    if status != 0 and not tally.failed:
        tally.fail(name, describe_status(status))
    return tally
