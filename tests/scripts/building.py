#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What scripts/check and scripts/quickstart know of a build that fails."""

import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
import meson  # noqa: E402

BAD = "error('never so')\n"


def main():
    failed = 0
    print("1..4")

    def expect(number, good, sentence):
        nonlocal failed
        failed += not good
        print(f"{'' if good else 'not '}ok {number} - {sentence}")

    with tempfile.TemporaryDirectory() as scratch:
        source, build = Path(scratch, "source"), Path(scratch, "build")
        source.mkdir()
        recipe = source / "meson.build"
        recipe.write_text(f"project('p')\n{BAD}")
        log = meson.build(str(source), str(build), [])
        expect(1, log and "never so" in Path(log).read_text(), "a log says why there is no build")
        recipe.write_text("project('p')\n")
        expect(2, meson.build(str(source), str(build), []) is None, "the next build is good")
        recipe.write_text(f"project('p')\n{BAD}")
        log = meson.build(str(source), str(build), [])
        expect(3, log and "never so" in Path(log).read_text(), "so it does after a good build")
        recipe.write_text("project('p')\ncustom_target('t', output: 't', command: 'false', "
                          "build_by_default: true)\n")
        log = meson.build(str(source), str(build), [])
        expect(4, log and "FAILED" in Path(log).read_text(), "and if a command fails")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
