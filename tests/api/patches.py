#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What patches/README.md promises of each folder.

Usage: patches.py SOURCE
"""
import re
import sys
from pathlib import Path

from tap import Tap

ADDED_LIMIT = 40
BUILD_FILE = re.compile(r"configure(\.ac|\.in)?$|\.mk$|Makefile[^/]*$|Config\.in$|\.m4$|\.pc\.in$")
FIELDS = ("Description", "Author", "Forwarded", "Last-Update")
COMPLETE = ("README.md", "series", "packages", "build", "debian")
SAYS = {"its licence": r"licen[cs]e", "what is judged": r"is judged", "what is not": r"[Nn]ot judged",
        "the upstream revision": r"[Ww]ritten against", "the Debian package": r"dpkg-buildpackage"}


def listed(series):
    return [line for line in series.read_text().splitlines() if line and not line.startswith("#")]


def added_lines(patch):
    """Lines that a patch adds outside of build files."""
    count, name, in_hunk = 0, "", False
    for line in patch.read_text(encoding="utf-8", errors="surrogateescape").split("\n"):
        if not in_hunk and line.startswith("+++ "):
            name = line[4:].split("\t")[0].removeprefix("b/")
        in_hunk = line.startswith("@@") or (in_hunk and not line.startswith("--- a/"))
        if in_hunk and line.startswith("+") and not BUILD_FILE.search(name):
            count += 1
    return count


def wrong_series(folders):
    for folder in folders:
        for series in [folder / "series", *folder.glob("*/series")]:
            there = {path.name for path in series.parent.glob("*.patch")}
            if set(listed(series)) != there:
                yield f"{series} does not list what is beside it: {sorted(there)}"
            if not re.match(r"# header: \S+\n", series.read_text()):
                yield f"{series} does not say where the header goes"


def wrong_patches(folders):
    for folder in folders:
        for patch in [*folder.glob("*.patch"), *folder.glob("*/*.patch")]:
            head = patch.read_text(encoding="utf-8", errors="surrogateescape").split("\n--- ")[0]
            for field in FIELDS:
                if not re.search(rf"^{field}: \S", head, re.MULTILINE):
                    yield f"{patch} has no {field}"
            if added_lines(patch) > ADDED_LIMIT:
                yield f"{patch} adds {added_lines(patch)} lines, more than {ADDED_LIMIT}"
            if added_lines(patch) == 0:
                yield f"{patch} adds nothing"


def incomplete(folders):
    for folder in folders:
        for name in COMPLETE:
            if not (folder / name).exists():
                yield f"{folder} has no {name}"
        manual = folder / "README.md"
        text = manual.read_text() if manual.exists() else ""
        for what, pattern in SAYS.items():
            if not re.search(pattern, text):
                yield f"{manual} does not say {what}"


def main():
    patches = Path(sys.argv[1], "patches")
    folders = sorted(path.parent for path in patches.glob("*/README.md"))
    folders += sorted(path.parent for path in patches.glob("*/series") if path.parent not in folders)
    tap = Tap()
    tap.check("there are patches", [] if folders else [f"{patches} is empty"])
    tap.check("each series lists the patches beside it", wrong_series(folders))
    tap.check("each patch has a DEP-3 header and is small", wrong_patches(folders))
    tap.check("each folder has what README.md says", incomplete(folders))
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
