#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""strace as the oracle: no interpreter reads a byte of code from a descriptor that was not judged.

Every interpreter is given the trainer's lesson for it, and its profile. Each open of a file of code that
succeeds has to be followed by the gate's probe of that descriptor before anything else is done with
it; no file of data is probed.

Usage: test_oracle.py SHIM TRAIN TRAINER
"""
import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

from shimtest import CLEAN, SHIM, Skip, equal, main, need, scratch, tools

TRAIN, TRAINER = (str(Path(argument).resolve()) for argument in sys.argv[2:])
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(TRAIN).parent))

from lessons import LESSONS, Call, Lesson, lesson_for  # noqa: E402

CALLS = ("open,openat,openat2,mmap,read,pread64,readv,preadv,preadv2,dup,dup2,dup3,fcntl,close,"
         "sendfile,splice,copy_file_range,execve")

PYTHON = Lesson(
    code={"main.py": "import module, package.deep\nopen('data_open').read()\n"
          "import runpy; runpy.run_path('code_path.py')\n",
          "module.py": "open('data_module').read()\n", "package/__init__.py": "",
          "package/deep.py": "x = 1\n", "code_path.py": "x = 1\n", "start.py": "x = 1\n",
          "name": "x = 1\n"},
    data={"data_open": "word\n", "data_module": "word\n"},
    calls=[Call(["main.py"]), Call(["-m", "module"]), Call(["-c", "import module"]),
           Call(["name"]), Call(["-i"], env={"PYTHONSTARTUP": "@T@/start.py"}, stdin="1\n")])


def open_of(line):
    """The last part of the path and the descriptor of an open that succeeded."""
    found = re.search(r'\bopen(?:at2?)?\((?:[^"]*, )?"([^"]*)".*\) = (\d+)', line)
    return (found.group(1).rpartition("/")[2], found.group(2)) if found else None


def is_probe(line, descriptor):
    return re.search(rf"\bmmap\(NULL, 1, PROT_READ\|PROT_EXEC, MAP_PRIVATE, {descriptor}, 0",
                     line) is not None


def split_by_process(trace):
    processes = {}
    for line in trace.splitlines():
        process, _, rest = line.partition(" ")
        processes.setdefault(process, []).append(rest.strip())
    return processes.values()


def complaints(trace, lesson):
    """What is wrong with a trace; and the names that were seen to be judged."""
    code = {name.rpartition("/")[2] for name in lesson.code}
    data = {name.rpartition("/")[2] for name in lesson.data}
    wrong, judged = [], set()
    for lines in split_by_process(trace):
        for line, following in zip(lines, [*lines[1:], ""]):
            opened = open_of(line)
            if opened is None or "O_RDONLY" not in line:
                continue
            name, descriptor = opened
            probed = is_probe(following, descriptor)
            if name in code and not probed:
                wrong.append(f"{name} was not judged: {line} / {following}")
            if name in data and probed:
                wrong.append(f"{name} is data and was judged: {line}")
            if name in code and probed:
                judged.add(name)
    return wrong, judged


def start(program, call):
    if not call.argv0:
        return [program]
    return [need("bash"), "-c", 'exec -a "$0" "$@"', call.argv0, program]


def run(program, lesson, folder, trace):
    for name, text in {**lesson.code, **lesson.data}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("@P@", program).replace("@T@", str(folder)))
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


def test_python():
    """python3"""
    check(need("python3"), PYTHON)


def add_tests():
    for name in LESSONS:
        def test(name=name):
            check(need(name), LESSONS[name])
        test.__doc__ = name
        globals()[f"test_{name}"] = test


add_tests()

if __name__ == "__main__":
    main(sys.modules[__name__])
