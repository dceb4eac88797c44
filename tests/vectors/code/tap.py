# SPDX-License-Identifier: LGPL-2.1-or-later
"""Results as TAP."""

import sys
from typing import List, TextIO


class Tap:
    def __init__(self, file: TextIO = sys.stdout) -> None:
        self.count = self.failed = 0
        self.file = file

    def point(self, description: str, complaints: List[str]) -> None:
        self.count += 1
        self.failed += bool(complaints)
        print('not ' if complaints else '', f'ok {self.count} - {description}', sep='',
              file=self.file)
        for line in complaints:
            print(f'# {line}', file=self.file)
        self.file.flush()

    def skip(self, description: str, why: str) -> None:
        self.point(f'{description} # SKIP {why}', [])

    def finish(self) -> int:
        print(f'1..{self.count}', file=self.file)
        return 1 if self.failed or not self.count else 0
