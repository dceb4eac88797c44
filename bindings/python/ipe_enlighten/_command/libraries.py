# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the dynamic loader maps with a program or library. The loader is asked; nothing is run."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Iterator, Optional

ELF_MAGIC = b"\x7fELF"

_LOADER = re.compile(r"(/\S*/ld(?:-[^/\s]*)?\.so[^/\s]*)$", re.MULTILINE)
_FOUND = re.compile(rb"\t(?:[^\t]* => )?(/.*) \(0x[0-9a-f]+\)")
_NOT_FOUND = re.compile(rb"\t(.*) => not found")


def _find_loader() -> Optional[str]:
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        found = _LOADER.search(maps.read())
    return str(found[1]) if found else None


class Libraries:
    """Asks the loader that loaded this process, with an empty environment."""

    def __init__(self) -> None:
        self._loader = _find_loader()

    def of(self, path: str) -> Iterator[tuple[str, bool]]:
        """Tell the paths of what is found, and the names of what is not."""
        if self._loader is None:
            # The interpreter is a static program, which loads nothing.
            return
        command = [self._loader, "--list", os.path.abspath(path)]
        nothing: dict[str, str] = {}
        done = subprocess.run(command, env=nothing, stdin=subprocess.DEVNULL, capture_output=True)
        for line in done.stdout.splitlines():
            found, lost = _FOUND.fullmatch(line), _NOT_FOUND.fullmatch(line)
            if found:
                yield os.fsdecode(found[1]), True
            elif lost:
                yield os.fsdecode(lost[1]), False
        if done.returncode != 0:
            yield f"what {path} is linked with", False
