#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Enlightens, strips and restores the programs of a tree, for enlighten-packages.

Usage: enlighten_programs.py BUILD TREE, in mount and process namespaces of its own."""
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator, List, Optional, Tuple

LEAST = 600
NOBODY = 65534
# Seconds for a program to tell its version; one that goes on is no measure.
PATIENCE = 20
SHIM = "/usr/lib/x86_64-linux-gnu/libipe-shim.so"
STRIPPERS = [[], ["strip"], ["strip", "-g"], ["objcopy", "--strip-debug"],
             ["objcopy", "--strip-unneeded"], ["eu-strip"], ["llvm-strip"],
             ["llvm-objcopy", "--strip-all"]]
Did = Tuple[object, bytes, bytes]


class Tree:
    """The packages' files, with all changes in memory."""

    def __init__(self, build: Path, lower: Path) -> None:
        self.ipectl = build / "tools/ipectl"
        self.root = Path(tempfile.mkdtemp(prefix="enlighten-packages-"))
        subprocess.run(["mount", "-t", "tmpfs", "none", self.root], check=True)
        for name in ("upper", "work", "all"):
            (self.root / name).mkdir()
        subprocess.run(["mount", "-t", "overlay", "none", "-o",
                        f"lowerdir={lower},upperdir={self.root}/upper,workdir={self.root}/work",
                        self.root / "all"], check=True)
        self.all = self.root / "all"
        shutil.copy(build / "shim/libipe-shim.so", f"{self.all}{SHIM}")
        for name in ("proc", "dev", "tmp"):
            (self.all / name).mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "proc", "none", self.all / "proc"], check=True)
        (self.all / "tmp").chmod(0o1777)
        for device in ("null", "zero", "urandom"):
            (self.all / "dev" / device).touch()
            subprocess.run(["mount", "--bind", f"/dev/{device}", self.all / "dev" / device],
                           check=True)

    def remove(self) -> None:
        subprocess.run(["umount", "-R", self.root], check=True)
        self.root.rmdir()

    def programs(self) -> Iterator[str]:
        seen = set()
        for folder in ("usr/bin", "usr/sbin"):
            for path in sorted((self.all / folder).iterdir()):
                if path.is_symlink() or not path.is_file() or path.stat().st_ino in seen:
                    continue
                seen.add(path.stat().st_ino)
                with open(path, "rb") as file:
                    if file.read(5) == b"\x7fELF\x02":
                        yield f"/{folder}/{path.name}"

    def enlighten(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([self.ipectl, "enlighten", "--root", self.all, *arguments],
                              capture_output=True, text=True, check=False)

    def run(self, program: str) -> Did:
        """What it does when it is asked for its version, as nobody, in the tree."""
        def enter() -> None:
            os.chroot(self.all)
            os.chdir("/tmp")
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        try:
            done = subprocess.run([program, "--version"], stdin=subprocess.DEVNULL, timeout=PATIENCE,
                                  capture_output=True, env={"PATH": "/usr/bin", "HOME": "/tmp"},
                                  preexec_fn=enter, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return type(error).__name__, b"", b""
        return done.returncode, done.stdout, done.stderr


def strip(tree: Tree, program: str, stripper: List[str]) -> str:
    done = subprocess.run([*stripper, f"{tree.all}{program}"], capture_output=True, text=True,
                          check=False)
    return f"it fails: {done.stderr}" if done.returncode or done.stderr else ""


def difference(wanted: Did, tree: Tree, program: str) -> str:
    """"" if it does the same; some print a number of their own, and are not held to it."""
    got = tree.run(program)
    if got == wanted or got[0] == wanted[0] and tree.run(program) != got:
        return ""
    return f"{wanted[0]} {wanted[2][-200:]!r} became {got[0]} {got[2][-200:]!r}"


def try_stripper(tree: Tree, program: str, stripper: List[str], original: bytes, wanted: Did) -> str:
    path = Path(f"{tree.all}{program}")
    problem = strip(tree, program, stripper) if stripper else ""
    problem = problem or difference(wanted, tree, program)
    if problem:
        return problem
    done = tree.enlighten("--undo", program)
    if done.returncode:
        return f"undo: {done.stderr}"
    if not stripper and path.read_bytes() != original:
        return "undo does not give the original"
    return difference(wanted, tree, program)


def try_program(tree: Tree, program: str) -> Tuple[str, List[str]]:
    """What kind of program it is, and what is wrong."""
    path = Path(f"{tree.all}{program}")
    path.chmod(0o755)
    original = path.read_bytes()
    tree.run(program)  # what it does for the first time only, such as making its folder
    wanted = tree.run(program)
    if wanted[0] == "TimeoutExpired":
        return "endless", []
    done = tree.enlighten(program)
    if done.returncode == 1 and "it is static" in done.stderr:
        return "static", []
    if done.returncode or done.stderr:
        return "failed", [f"{program}: {done.stderr.strip()}"]
    new = path.read_bytes()
    problems = []
    for stripper in STRIPPERS:
        path.write_bytes(new)
        problem: Optional[str] = try_stripper(tree, program, stripper, original, wanted)
        if problem:
            problems.append(f"{program}: {' '.join(stripper)}: {problem}")
    return "fixed" if original[16] == 2 else "relocatable", problems


def main() -> int:
    tree = Tree(Path(sys.argv[1]), Path(sys.argv[2]))
    counts: Counter[str] = Counter()
    problems: List[str] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        programs = list(tree.programs())
        for kind, found in pool.map(lambda program: try_program(tree, program), programs):
            counts[kind] += 1
            problems += found
            if counts.total() % 50 == 0:
                print(f"{counts.total()} of {len(programs)} programs, {len(problems)} problems",
                      file=sys.stderr, flush=True)
    tree.remove()
    done = counts["fixed"] + counts["relocatable"]
    print("1..2")
    print("not ok" if problems else "ok", f"1 - {done} programs, {counts['fixed']} of them at a "
          f"fixed address, do the same when enlightened, stripped and undone")
    for problem in problems:
        print(f"# {problem}")
    print("ok" if done >= LEAST else "not ok", f"2 - at least {LEAST} were tried: {dict(counts)}")
    return 1 if problems or done < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
