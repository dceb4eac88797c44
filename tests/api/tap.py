# SPDX-License-Identifier: LGPL-2.1-or-later
"""The results of a script as TAP."""
import shutil
import subprocess


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def _line(self, word, name):
        self.count += 1
        print(f"{word} {self.count} - {name}", flush=True)

    def check(self, name, complaints):
        """Passes if there is nothing to complain of; complaints are lines of text."""
        lines = [line for line in complaints if line]
        self._line("not ok" if lines else "ok", name)
        self.failed += bool(lines)
        for line in lines:
            print(f"# {line}")

    def skip(self, name, why):
        self._line("ok", f"{name} # SKIP {why}")

    def run(self, name, command, **options):
        """Passes if the command succeeds and says nothing on standard error."""
        if not shutil.which(command[0]):
            self.skip(name, f"{command[0]} is not installed")
            return False
        done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
        failed = done.returncode != 0 or done.stderr
        self.check(name, [f"exit status {done.returncode}", *done.stderr.split("\n")[:20]]
                   if failed else [])
        return not failed

    def done(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0
