# SPDX-License-Identifier: LGPL-2.1-or-later
"""The runs that scripts/check makes: what each builds, what it needs, what it says."""

import os
import subprocess
import sys
import time

import meson
import tap

LIBRARY_SUITES = ["--suite", "unit"]


def say(text):
    print(text, file=sys.stderr, flush=True)


class Checks:
    """Runs one after the other; `total` is what all of them said."""

    def __init__(self, source, builds, missing):
        self.source = source
        self.builds = builds
        self.missing = set(missing)
        self.total = tap.Tally()
        self.built = {}

    def begin(self, name, why):
        say(f"== {name}: {why}")
        return time.monotonic()

    def end(self, name, tally, begun):
        self.total.add(tally)
        say(f"== {name}: {tally.summary()} in {time.monotonic() - begun:.0f} s")

    def lacks(self, name, packages):
        """Whether `name` is skipped because of packages that are not installed."""
        lacking = sorted(self.missing & set(packages))
        if lacking:
            self.total.skip(name, "not installed: " + " ".join(lacking))
            say(f"== {name}: skipped; not installed: {' '.join(lacking)}")
        return bool(lacking)

    def build(self, name, options):
        """Build once into a directory of its own; the directory, or None after a failure."""
        if name in self.built:
            return self.built[name]
        directory = os.path.join(self.builds, name)
        begun = self.begin(name, "building")
        log = meson.build(self.source, directory, options)
        tally = tap.Tally()
        if log:
            meson.print_log(log)
            tally.fail(name, f"does not build; see {log}")
        else:
            tally.passed += 1
        self.end(name, tally, begun)
        self.built[name] = None if log else directory
        return self.built[name]

    def meson_tests(self, name, directory, arguments, why):
        begun = self.begin(name, why)
        tally = tap.Tally()
        for record, counted in meson.test(directory, arguments, f"{name}: "):
            say(f"   {meson.short_name(record)}: {counted.summary()}")
            if counted.failed:
                show_failure(record, counted)
            tally.add(counted)
        self.end(name, tally, begun)

    def stream(self, name, command, why):
        """A command that prints TAP, shown as it comes."""
        begun = self.begin(name, why)
        lines = []
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              text=True, errors="replace") as process:
            for line in process.stdout:
                lines.append(line)
                if not line.startswith("ok "):
                    say("   " + line.rstrip())
        self.end(name, tap.count(name, "".join(lines), process.returncode), begun)


def show_failure(record, tally):
    for name, why in tally.failed:
        say(f"   FAILED {name}: {why}")
    said = (record.get("stdout") or "").splitlines() + (record.get("stderr") or "").splitlines()
    for line in [line for line in said if not line.startswith("ok ")][-40:]:
        say(f"   | {line}")


def report(tally):
    """Skips with their reasons, failures, and the one line that counts."""
    for name, why in tally.skipped:
        print(f"skipped: {name}: {why}")
    for name, why in tally.failed:
        print(f"FAILED: {name}: {why}")
    print(tally.summary(), flush=True)
    return 0 if tally.passed and not tally.failed else 1
