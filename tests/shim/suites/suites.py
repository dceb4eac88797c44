# SPDX-License-Identifier: LGPL-2.1-or-later
"""The suites: where each comes from, what its tests are, how one is run and what came of it."""
import os
import re
import shutil
import signal
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NOBODY = 65534
SECONDS = 300


@dataclass(frozen=True)
class Place:
    """A copy of a suite, and what is preloaded there."""
    folder: Path
    preload: str


@dataclass(frozen=True)
class Result:
    """How a test ended, and what it said that is the same each time."""
    status: int | str
    said: tuple[str, ...]
    passed: bool

    @property
    def ending(self) -> tuple[int | str, bool]:
        return self.status, self.passed

    def differs_from(self, other: "Result") -> str:
        if self.status != other.status:
            return f"ends with {self.status} as it is, with {other.status} under the shim"
        for mine, theirs in zip(self.said, other.said):
            if mine != theirs:
                return f"{mine!r} as it is, {theirs!r} under the shim"
        return f"{len(self.said)} lines as it is, {len(other.said)} under the shim"


def source(package: str) -> Path:
    done = subprocess.run([HERE / "fetch-source", package], stdout=subprocess.PIPE, text=True,
                          check=True)
    return Path(done.stdout.strip())


def give_away(folder: Path) -> None:
    """Tests may do what they like there, and nowhere else."""
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", folder], check=True)


def execute(place: Place, cwd: Path, command: list[str], env: dict[str, str]
            ) -> tuple[int | str, str]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(place.folder), "LC_ALL": "C.UTF-8",
                   "TMPDIR": str(place.folder), **env}
    if place.preload:
        environment["LD_PRELOAD"] = place.preload
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    with subprocess.Popen(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", start_new_session=True, **user) as child:
        try:
            output, _ = child.communicate(timeout=SECONDS)
            return child.returncode, output
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            return "no end", child.communicate()[0]


class Suite(ABC):
    name: str
    what: str
    program: str
    # So many pass on Debian 12; with fewer, something is wrong with the test of the shim itself.
    enough: int

    def missing(self) -> str:
        return "" if os.path.exists(self.program) else f"{self.program} is not installed"

    @abstractmethod
    def prepare(self, folder: Path) -> None:
        """Fills an empty folder with the suite."""

    @abstractmethod
    def tests(self, folder: Path) -> list[str]:
        """Names of what can be run."""

    @abstractmethod
    def run(self, place: Place, name: str) -> Result:
        """One of them."""


class Shell(Suite):
    """What busybox brings for its shell: scripts, each with what it has to print."""
    name = "dash"
    what = "busybox's tests of a POSIX shell, since dash has none of its own"
    program = "/bin/dash"
    enough = 180

    def prepare(self, folder: Path) -> None:
        shutil.copytree(source("busybox") / "shell" / "ash_test", folder, dirs_exist_ok=True)
        for helper in ("printenv", "recho", "zecho"):
            subprocess.run(["cc", "-w", "-o", folder / helper, folder / f"{helper}.c"], check=True)

    def tests(self, folder: Path) -> list[str]:
        return sorted(str(path.relative_to(folder)) for path in folder.glob("ash-*/*.tests")
                      if path.with_suffix(".right").exists())

    def run(self, place: Place, name: str) -> Result:
        path = place.folder / name
        status, output = execute(place, path.parent, [self.program, f"./{path.name}"],
                                 {"THIS_SH": self.program, "PATH": f"{place.folder}:/usr/bin:/bin"})
        wanted = path.with_suffix(".right").read_text(errors="replace")
        return Result(status, ("as it should be" if output == wanted else "otherwise",),
                      output == wanted)


class Lua(Suite):
    """The official tests, which Debian's packages of Lua leave out, come with another program."""
    name = "lua"
    what = "the official tests of Lua 5.1, and the programs that come with it, in each Lua"
    program = "/usr/bin/lua5.1"
    enough = 40
    others = ("/usr/bin/luajit", "/usr/bin/lua5.4")

    def prepare(self, folder: Path) -> None:
        shutil.copytree(source("golang-github-yuin-gopher-lua") / "_lua5.1-tests",
                        folder / "official")
        # The tests keep a library there, and an empty folder is lost on the way.
        (folder / "official" / "libs" / "P1").mkdir(exist_ok=True)
        shutil.copytree(source("lua5.1") / "test", folder / "programs")

    def tests(self, folder: Path) -> list[str]:
        files = sorted(str(path.relative_to(folder)) for path in folder.glob("*/*.lua"))
        return [f"{os.path.basename(program)} {name}" for program in (self.program, *self.others)
                if os.path.exists(program) for name in files]

    def run(self, place: Place, name: str) -> Result:
        program, file = name.split(" ")
        path = place.folder / file
        status, output = execute(place, path.parent, [f"/usr/bin/{program}", path.name],
                                 {"LUA_PATH": "?;./?.lua"})
        # Times, addresses and temporary names differ each time.
        said = tuple(re.sub(r"0x[0-9a-f]+|/\S*|\d+", "#", line) for line in output.splitlines())
        return Result(status, said, status == 0)


def point_of(line: str) -> str:
    """What stays the same of a line of TAP: descriptions may have addresses and times in them."""
    found = re.match(r"\s*((?:not )?ok)\b\s*(\d*)(?:.*#\s*(todo|skip))?", line, re.IGNORECASE)
    return " ".join(part.lower() for part in found.groups() if part) if found else ""


class Perl(Suite):
    """The perl of the machine in place of the one that would have been built there."""
    name = "perl"
    what = "the tests of perl itself and of the modules that come with it"
    program = "/usr/bin/perl"
    enough = 2000
    folders = ("t", "lib", "cpan", "dist", "ext")
    # Of the source and the building of perl, or at length.
    left_out = re.compile(r"^t/(porting|japh|bigmem|benchmark|win32|perf)/|/(author|xt)/")

    def missing(self) -> str:
        return super().missing() or ("" if os.path.exists("/usr/share/doc/perl-modules-5.36") else
                                     "perl-modules-5.36 is not installed")

    def prepare(self, folder: Path) -> None:
        tree = source("perl")
        for name in self.folders:
            shutil.copytree(tree / name, folder / name, symlinks=True)
        for name in ("TestInit.pm", "MANIFEST"):
            shutil.copy(tree / name, folder)
        for installed in ("/usr/lib/x86_64-linux-gnu/perl-base", "/usr/share/perl/5.36",
                          "/usr/lib/x86_64-linux-gnu/perl/5.36"):
            shutil.copytree(installed, folder / "lib", dirs_exist_ok=True)
        for link in ("perl", "t/perl"):
            (folder / link).symlink_to(self.program)

    def tests(self, folder: Path) -> list[str]:
        names = (str(path.relative_to(folder)) for name in self.folders
                 for path in (folder / name).rglob("*.t"))
        return sorted(name for name in names if not self.left_out.search(name))

    def run(self, place: Place, name: str) -> Result:
        """As perl's own t/TEST does: from t, or from the module's folder."""
        path = place.folder / name
        parts = Path(name).parts
        cwd = place.folder / ("t" if parts[0] in ("t", "lib") else Path(*parts[:2]))
        status, output = execute(place, cwd, ["./perl" if cwd.name == "t" else self.program,
                                              os.path.relpath(path, cwd)],
                                 {"PERL_CORE": "1", "PERL5LIB": str(place.folder / "lib")})
        said = tuple(point for line in output.splitlines() if (point := point_of(line)))
        failed = any(point.startswith("not ok") and "todo" not in point for point in said)
        return Result(status, said, status == 0 and not failed)


ALL: list[Suite] = [Shell(), Lua(), Perl()]
