#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Lua host of examples/. Usage: test_embed_lua.py EMBED-LUA NATIVE-MODULE"""
import contextlib
import itertools
import os
import shutil
import subprocess
import sys
import threading
import time

from harness import (RESTRICT_FILE, contains, enter_private_mounts, equal, mounted, need_securebits,
                     run_tests, scratch, set_securebits)

RACE_RUNS, RACE_PATIENCE = 100, 2000


def run(*arguments, directory=None, stdin=b"", **options):
    # The host leaves what it holds to the end of the process when it ends with an error.
    environment = {"PATH": os.environ["PATH"], "ASAN_OPTIONS": "detect_leaks=0"}
    if directory:
        environment["LUA_PATH"] = f"{directory}/?.lua"
        environment["LUA_CPATH"] = f"{directory}/?.so"
    environment.update(options.pop("env", {}))
    done = subprocess.run([os.path.abspath(sys.argv[1]), *map(str, arguments)], input=stdin,
                          env=environment, capture_output=True, timeout=60, check=False, **options)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def write(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def byte_code(directory):
    """A script that runs leaves its own byte code behind."""
    maker = write(directory / "maker.lua", "local f = load('print(\"from byte code\")')\n"
                  "io.stdout:write(string.dump(f))\n")
    done = subprocess.run([os.path.abspath(sys.argv[1]), maker], capture_output=True, check=True)
    assert done.stdout.startswith(b"\x1bLua"), done.stdout
    return done.stdout


@contextlib.contextmanager
def places():
    """A directory whose files are allowed and one on a noexec mount."""
    with scratch() as trusted, scratch() as other, mounted("tmpfs", other, "noexec"):
        yield trusted, other


def race(path, disturb, wanted):
    """Runs the script beside a disturbance until every wanted outcome was seen, and no other."""
    stop = threading.Event()

    def disturb_until_stopped():
        while not stop.is_set():
            disturb()
    thread = threading.Thread(target=disturb_until_stopped)
    thread.start()
    seen, runs = set(), 0
    try:
        while runs < RACE_RUNS or (seen < wanted and runs < RACE_PATIENCE):
            seen.add(run(path))
            runs += 1
    finally:
        stop.set()
        thread.join()
    equal(seen, wanted)


def test_arguments():
    """A trusted script runs with its name and its arguments"""
    with scratch() as tmp:
        path = write(tmp / "main.lua", "print(arg[0], #arg, arg[1], ...)\n")
        equal(run(path, "one", "two three"), (0, f"{path}\t2\tone\tone\ttwo three\n", ""))


def test_require():
    """A trusted module is found along package.path, loaded once, and told its name and file"""
    with scratch() as tmp:
        write(tmp / "helper.lua", "local name, file = ...\nprint(name, file)\nreturn {n = 42}\n")
        path = write(tmp / "main.lua", "print(require('helper').n, require('helper').n)\n")
        equal(run(path, directory=tmp), (0, f"helper\t{tmp}/helper.lua\n42\t42\n", ""))


def test_untrusted_main():
    """An untrusted main script is refused with the reason, and nothing of it runs"""
    with places() as (_, other):
        path = write(other / "main.lua", "print('evil')\n")
        status, out, err = run(path)
        equal((status, out), (1, ""))
        contains(err, f"cannot open {path}: Permission denied (ipe: noexec-mount)")


def test_untrusted_module():
    """An untrusted module is refused with the reason, and nothing of it runs"""
    with places() as (trusted, other):
        write(other / "helper.lua", "print('evil')\n")
        path = write(trusted / "main.lua", "require('helper')\n")
        status, out, err = run(path, directory=other)
        equal((status, out), (1, ""))
        contains(err, "(ipe: noexec-mount)")


def test_caught_refusal():
    """A script that catches the refusal of a module learns the reason and goes on without it"""
    with places() as (trusted, other):
        write(other / "helper.lua", "print('evil')\n")
        path = write(trusted / "main.lua", "local ok, why = pcall(require, 'helper')\n"
                     "print(ok, why:match('ipe: ([%w-]+)'), package.loaded.helper)\n")
        equal(run(path, directory=other), (0, "false\tnoexec-mount\tnil\n", ""))


def test_linked_module():
    """A link from a trusted directory does not carry an untrusted module in"""
    with places() as (trusted, other):
        write(other / "helper.lua", "print('evil')\n")
        (trusted / "helper.lua").symlink_to(other / "helper.lua")
        path = write(trusted / "main.lua", "require('helper')\n")
        status, out, err = run(path, directory=trusted)
        equal((status, out), (1, ""))
        contains(err, "(ipe: noexec-mount)")


def test_native_module():
    """A module in C is loaded along package.cpath where the kernel maps it, and only there"""
    with places() as (trusted, other):
        path = write(trusted / "main.lua", "print((require('native')))\n")
        shutil.copy(sys.argv[2], trusted / "native.so")
        shutil.copy(sys.argv[2], other / "native.so")
        equal(run(path, directory=trusted), (0, "native code\n", ""))
        status, out, err = run(path, directory=other)
        equal((status, out), (1, ""))
        contains(err, "failed to map segment")


def test_loadfile_and_dofile():
    """loadfile and dofile go through the gate and otherwise do what Lua's own do"""
    with places() as (trusted, other):
        write(other / "evil.lua", "print('evil')\n")
        write(trusted / "good.lua", "x = (x or 0) + 1\nreturn 'good', x\n")
        path = write(trusted / "main.lua", f"""
            print(pcall(dofile, '{other}/evil.lua'))
            print(loadfile('{other}/evil.lua'))
            print(dofile('{trusted}/good.lua'))
            local own = {{}}
            print(loadfile('{trusted}/good.lua', 't', own)(), own.x, x)
            print(loadfile('{trusted}/nowhere.lua'))
        """)
        status, out, err = run(path)
        refused = f"cannot open {other}/evil.lua: Permission denied (ipe: noexec-mount)"
        missing = f"cannot open {trusted}/nowhere.lua: No such file or directory (ipe: undecided)"
        equal((status, err), (0, ""))
        equal(out.splitlines(), [f"false\t{refused}", f"nil\t{refused}", "good\t1",
                                 "good\t1\t1", f"nil\t{missing}"])


def test_standard_input():
    """Neither - nor a loadfile without a name reads a script from standard input"""
    with scratch() as tmp:
        path = write(tmp / "main.lua", "print(pcall(loadfile))\n")
        status, out, _ = run(path, stdin=b"print('evil')\n")
        equal((status, out.split("\t")[0]), (0, "false"))
        equal(run("-", stdin=b"print('evil')\n", cwd=tmp)[:2], (1, ""))


def test_pipe():
    """A pipe or a directory named as the script is refused without waiting for it"""
    with scratch() as tmp:
        os.mkfifo(tmp / "fifo")
        for path in (tmp / "fifo", tmp):
            status, out, err = run(path)
            equal((status, out), (1, ""))
            contains(err, "(ipe: not-regular)")


def test_environment():
    """Code in LUA_INIT is not run"""
    with scratch() as tmp:
        path = write(tmp / "main.lua", "print('good')\n")
        evil = write(tmp / "evil.lua", "print('evil')\n")
        for name in ("LUA_INIT", "LUA_INIT_5_4"):
            for code in ("print('evil')", f"@{evil}"):
                equal(run(path, env={name: code}), (0, "good\n", ""))


def test_byte_code():
    """Byte code is judged like text, and runs where it is allowed"""
    with places() as (trusted, other):
        code = byte_code(trusted)
        equal(run(write(trusted / "main.luac", code)), (0, "from byte code\n", ""))
        status, out, err = run(write(other / "main.luac", code))
        equal((status, out), (1, ""))
        contains(err, "(ipe: noexec-mount)")
        path = write(trusted / "main.lua", f"print(loadfile('{trusted}/main.luac', 't'))\n")
        contains(run(path)[1], "attempt to load a binary chunk")


def test_first_line():
    """A first line that starts with # is skipped, and the lines keep their numbers"""
    with scratch() as tmp:
        path = write(tmp / "main.lua", "#!/usr/bin/env embed-lua\nerror('here')\n")
        contains(run(path)[2], f"{path}:2: here")
        equal(run(write(tmp / "only.lua", "#!/no newline")), (0, "", ""))
        equal(run(write(tmp / "empty.lua", "")), (0, "", ""))


def test_status():
    """The exit status is the script's, 1 after an error, 2 without a script"""
    with scratch() as tmp:
        equal(run(write(tmp / "seven.lua", "os.exit(7)\n"))[0], 7)
        status, out, err = run(write(tmp / "error.lua", "error({})\n"))
        equal((status, out), (1, ""))
        contains(err, "embed-lua: table")
        equal(run(write(tmp / "syntax.lua", "print(\n"))[0], 1)
        equal(run(tmp / "nowhere.lua")[0], 1)
        equal(run()[0], 2)


def test_securebits():
    """SECBIT_EXEC_RESTRICT_FILE demands an execute bit of scripts and modules"""
    need_securebits()
    with scratch() as tmp:
        write(tmp / "helper.lua", "print('helper')\n")
        path = write(tmp / "main.lua", "require('helper')\n")

        def restricted():
            return run(path, directory=tmp, preexec_fn=lambda: set_securebits(RESTRICT_FILE))
        contains(restricted()[2], f"cannot open {path}: Permission denied (ipe: no-execute-bit)")
        path.chmod(0o755)
        contains(restricted()[2], "helper.lua: Permission denied (ipe: no-execute-bit)")
        (tmp / "helper.lua").chmod(0o755)
        equal(restricted(), (0, "helper\n", ""))


def test_swapped_script():
    """A script swapped for an untrusted one while it is opened is refused or is the trusted one"""
    with places() as (trusted, other):
        write(trusted / "good.lua", "print('good')\n")
        write(other / "evil.lua", "print('evil')\n")
        (trusted / "main.lua").symlink_to(trusted / "good.lua")
        targets = itertools.cycle([trusted / "good.lua", other / "evil.lua"])

        def swap():
            (trusted / "next").symlink_to(next(targets))
            (trusted / "next").rename(trusted / "main.lua")
        refused = f"cannot open {trusted}/main.lua: Permission denied (ipe: noexec-mount)"
        race(trusted / "main.lua", swap, {(0, "good\n", ""), (1, "", f"embed-lua: {refused}\n")})


def test_rewritten_script():
    """A script that is written to while it is read is refused, never run in part"""
    with scratch() as tmp:
        text = ("print('good')\n" + "-" * (1 << 20)).encode()
        path = write(tmp / "main.lua", text)

        def rewrite():
            with open(path, "r+b", buffering=0) as file:
                os.pwrite(file.fileno(), text, 0)
            time.sleep(0.001)
        refused = f"cannot open {path}: Permission denied (ipe: changed)"
        race(path, rewrite, {(0, "good\n", ""), (1, "", f"embed-lua: {refused}\n")})


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
