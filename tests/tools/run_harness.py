# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of ipectl run share: places that the kernel refuses, and processes to look at."""
import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from harness import PROGRAM, Skip, ipectl, mounted, need_mounts, scratch

TARGET = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else ""
BUSYBOX = "/bin/busybox"


@contextlib.contextmanager
def places():
    """A folder whose 'good' is like any other and whose 'bad' is mounted noexec."""
    need_mounts()
    with scratch() as tmp:
        tmp.chmod(0o755)
        for name in ("good", "bad"):
            (tmp / name).mkdir()
        with mounted("tmpfs", tmp / "bad", "noexec,mode=755"):
            yield tmp


def put(path, text="echo evil\n", mode=0o755):
    path.write_text(text)
    path.chmod(mode)
    return path


def need_busybox():
    if not os.path.exists(BUSYBOX):
        raise Skip("busybox is not installed")
    elf = subprocess.run([BUSYBOX, "true"], check=False, env={"LD_TRACE_LOADED_OBJECTS": "1"},
                         capture_output=True)
    if elf.stdout:
        raise Skip("busybox is not static")


def supervised(*command, options=(), **keywords):
    return ipectl("run", "--supervise", *options, "--", *command, **keywords)


def target(*arguments, options=(), **keywords):
    return supervised(TARGET, *arguments, options=options, **keywords)


@contextlib.contextmanager
def running(*command, options=(), **keywords):
    """A supervised command that goes on until its standard input is closed."""
    process = subprocess.Popen([PROGRAM, "run", "--supervise", *options, "--", *command],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, **keywords)
    try:
        yield process
    finally:
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        process.stderr.close()


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    except OSError:
        return []


def supervisor_of(process):
    """Its command line is still the one that the command's process has left behind."""
    wanted = [os.fsencode(word) for word in process.args]
    for _ in range(200):
        for entry in os.listdir("/proc"):
            if entry.isdigit() and int(entry) != process.pid and command_line(entry) == wanted:
                return int(entry)
        time.sleep(0.02)
    raise AssertionError("there is no supervisor")


def is_gone(pid, seconds=10):
    for _ in range(seconds * 50):
        if not os.path.exists(f"/proc/{pid}") or not command_line(pid):
            return True
        time.sleep(0.02)
    return False


def make_32_bit(program, source, *options):
    """Builds a 32-bit program; skips the test where none can be made, or the kernel runs none."""
    empty = program.with_name("empty.c")
    empty.write_text("int main(void) { return 0; }\n")
    for target, file in ((program.with_name("empty"), empty), (program, source)):
        made = subprocess.run(["gcc", "-m32", "-D_GNU_SOURCE", *options, "-o", target, file],
                              capture_output=True, check=False)
        if made.returncode != 0:
            raise Skip("32-bit programs cannot be made here: gcc-multilib")
        if file == empty:
            try:
                subprocess.run([target], check=True)
            except OSError as error:
                raise Skip(f"this kernel runs no 32-bit programs: {error.strerror}") from error
