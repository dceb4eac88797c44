#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""strace as the oracle: no interpreter reads a byte of code from a descriptor that was not judged.

Every interpreter is given the trainer's lesson for it, and its profile, or one of hosts.py. Each open
of a file of code that succeeds has to be followed by the gate's probe of that descriptor before
anything else is done with it, but to close it; no file of data is probed.

Usage: test_oracle.py SHIM TRAIN TRAINER HOSTS.DEF
"""
import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

from shimtest import CLEAN, SHIM, Skip, contains, equal, main, need, scratch, tools

from hosts import HOSTS
from lessons import LESSONS, lesson_for, write_files

TRAIN, TRAINER, ADAPTERS = (str(Path(argument).resolve()) for argument in sys.argv[2:])

FETCH_BUSYBOX = Path(__file__).resolve().parents[1] / "vectors/code/fetch-busybox"
CALLS = ("open,openat,openat2,mmap,read,pread64,readv,preadv,preadv2,dup,dup2,dup3,fcntl,close,"
         "sendfile,splice,copy_file_range,execve")


def open_of(line):
    """The last part of the path and the descriptor of an open that succeeded."""
    found = re.search(r'\bopen(?:at2?)?\((?:[^"]*, )?"([^"]*)".*\) = (\d+)', line)
    return (found.group(1).rpartition("/")[2], found.group(2)) if found else None


def is_probe(line, descriptor):
    return re.search(rf"\bmmap\(NULL, 1, PROT_READ\|PROT_EXEC, MAP_PRIVATE, {descriptor}, 0",
                     line) is not None


def fate(descriptor, following):
    """What becomes of a descriptor first: "judged", "closed" or "used". The C library moves what
    freopen(3) opens to the number that the stream had."""
    moved = None
    for line in following:
        copied = re.match(rf"dup[23]\({descriptor}, .* = (\d+)", line)
        if copied:
            moved, descriptor = descriptor, copied.group(1)
        elif is_probe(line, descriptor):
            return "judged"
        elif line.startswith(f"close({descriptor})"):
            return "closed"
        elif "F_GETFL" not in line and not line.startswith(f"close({moved})"):
            return "used"
    return "used"


def split_by_process(trace):
    """Its calls, each in one line, however they came in between those of others."""
    processes, begun = {}, {}
    for line in trace.splitlines():
        process, _, rest = line.partition(" ")
        rest = rest.strip()
        if rest.endswith(" <unfinished ...>"):
            begun[process] = rest[:-len(" <unfinished ...>")]
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>", rest)
        if resumed:
            rest = begun.pop(process) + rest[resumed.end():]
        processes.setdefault(process, []).append(rest)
    return processes.values()


def complaints(trace, lesson):
    """What is wrong with a trace; and the names that were seen to be judged."""
    code = {name.rpartition("/")[2] for name in lesson.code}
    data = {name.rpartition("/")[2] for name in [*lesson.data, *lesson.assembled]}
    wrong, judged = [], set()
    for lines in split_by_process(trace):
        for number, line in enumerate(lines):
            opened = open_of(line)
            if opened is None or "O_WRONLY" in line or "O_PATH" in line:
                continue
            name, descriptor = opened
            end = fate(descriptor, lines[number + 1:])
            if name in code and end == "used":
                wrong.append(f"{name} was not judged: {lines[number:number + 2]}")
            if name in data and end == "judged":
                wrong.append(f"{name} is data and was judged: {line}")
            if name in code and end == "judged":
                judged.add(name)
    return wrong, judged


def start(program, call):
    if not call.argv0:
        return [program]
    return [need("bash"), "-c", 'exec -a "$0" "$@"', call.argv0, program]


def run(program, lesson, folder, trace):
    write_files(lesson, program, folder)
    for number, call in enumerate(lesson.calls):
        env = {**CLEAN, "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **call.env}
        arguments = [word.replace("@T@", str(folder)) for word in call.arguments]
        options = [f"-E{name}={value.replace('@T@', str(folder))}" for name, value in env.items()]
        subprocess.run([need("strace"), "-f", "-qq", "-s200", "-o", f"{trace}.{number}", "-e",
                        f"trace={CALLS}", *options, f"-ELD_PRELOAD={SHIM}",
                        *start(program, call), *arguments],
                       cwd=folder, env=CLEAN, input=call.stdin.encode(), capture_output=True,
                       check=False, timeout=120)
        yield Path(f"{trace}.{number}").read_text(errors="replace")


def learn(program, folder):
    done = subprocess.run(["/usr/bin/python3", "-B", TRAIN, "--trainer", TRAINER, "--output",
                           str(folder), program], env=CLEAN, check=False, capture_output=True,
                          text=True)
    if "is it static" in done.stderr:
        raise Skip(f"{program} is static")
    equal(done.returncode, 0)


@contextlib.contextmanager
def profile_of(program):
    """An /etc of the test's own with the profile in it, if there is a lesson for the program."""
    with tools.mounted("tmpfs", "/mnt"):
        for name in ("upper", "work"):
            os.mkdir(f"/mnt/{name}")
        if lesson_for(os.path.basename(os.path.realpath(program))):
            learn(program, "/mnt/upper/ipe-enlighten/profiles")
        with tools.mounted("overlay", "/etc",
                           "lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work"):
            yield


def check(program, lesson):
    wrong, judged = [], set()
    with profile_of(program), scratch() as folder:
        files = folder / "files"
        files.mkdir()
        for trace in run(program, lesson, files, folder / "trace"):
            more, names = complaints(trace, lesson)
            wrong += more
            judged |= names
    equal(wrong, [])
    equal(sorted({name.rpartition("/")[2] for name in lesson.code} - judged), [])


def test_every_adapter():
    """there is a lesson for every adapter"""
    adapters = re.findall(r"^IPE_HOST\((\w+)\)", Path(ADAPTERS).read_text(), re.MULTILINE)
    equal(set(adapters) - {host.adapter for host in HOSTS}, set())
    contains(adapters, "python")


def dynamic_busybox():
    """Debian has it in the place of the static one, so that it may have been fetched already."""
    done = subprocess.run([FETCH_BUSYBOX], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else need("busybox")


def add_tests():
    lessons = {**LESSONS, **{host.program: host.lesson for host in HOSTS}}
    for name, lesson in lessons.items():
        def test(name=name, lesson=lesson):
            check(dynamic_busybox() if name == "busybox" else need(name), lesson)
        test.__doc__ = name
        globals()[f"test_{name}"] = test


add_tests()

if __name__ == "__main__":
    main(sys.modules[__name__])
