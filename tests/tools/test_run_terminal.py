#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl run on a terminal: job control, signals from the keyboard, /dev/tty.
Usage: test_run_terminal.py IPECTL TARGET"""
import contextlib
import os
import pty
import re
import select
import signal
import sys
import time

from harness import PROGRAM, equal, run_tests, scratch

RUNS = [[], ["--supervise"]]
PROMPT = b"READY> "


class Shell:
    """An interactive bash, whose terminal is ours."""

    def __init__(self):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ.update({"PS1": PROMPT.decode(), "IPECTL": PROGRAM, "TERM": "dumb",
                               "LC_ALL": "C", "HISTFILE": ""})
            os.execlp("bash", "bash", "--norc", "--noprofile", "--noediting", "-i")
        self.wait_for(PROMPT)

    def wait_for(self, wanted, seconds=30):
        seen = b""
        end = time.monotonic() + seconds
        while not re.search(wanted, seen):
            ready, _, _ = select.select([self.terminal], [], [], max(0, end - time.monotonic()))
            assert ready, (wanted, seen)
            seen += os.read(self.terminal, 4096)
        return seen

    def type(self, text):
        os.write(self.terminal, text)

    def run(self, command):
        """What the command prints until the next prompt."""
        self.type(command.encode() + b"; echo status=$?\n")
        return self.wait_for(rb"\nstatus=\d+\r\n(.|\n)*" + PROMPT)

    def close(self):
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


@contextlib.contextmanager
def shell():
    shell = Shell()
    try:
        yield shell
    finally:
        shell.close()


def command(options, words):
    return " ".join(["$IPECTL", "run", *options, "--", words])


def test_interrupt():
    """^C ends the command, and the shell sees that a signal has ended it"""
    for options in RUNS:
        with shell() as it:
            it.type(command(options, "cat").encode() + b"\n")
            it.type(b"hello\n")
            it.wait_for(rb"hello\r\nhello\r\n")
            it.type(b"\x03")
            it.wait_for(PROMPT)
            it.type(b"echo status=$?\n")
            it.wait_for(b"status=130\r\n")


def test_quit():
    """^\\ does so, too"""
    for options in RUNS:
        with shell() as it:
            it.run("ulimit -c 0")
            it.type(command(options, "cat").encode() + b"; echo status=$?\n")
            it.type(b"hello\n")
            it.wait_for(rb"hello\r\nhello\r\n")
            it.type(b"\x1c")
            it.wait_for(b"status=131\r\n")


def test_stop_and_go_on():
    """^Z stops the command; in the foreground again it reads on, and ^D ends it"""
    for options in RUNS:
        with shell() as it:
            it.type(command(options, "cat").encode() + b"\n")
            it.type(b"one\n")
            it.wait_for(rb"one\r\none\r\n")
            it.type(b"\x1a")
            it.wait_for(rb"Stopped(.|\n)*" + PROMPT)
            assert b"Stopped" in it.run("jobs")
            it.type(b"fg; echo status=$?\n")
            it.wait_for(b"run(.|\n)*cat\r\n")
            it.type(b"two\n")
            it.wait_for(rb"two\r\ntwo\r\n")
            it.type(b"\x04")
            it.wait_for(b"status=0\r\n")


def test_background():
    """In the background the command is stopped when it reads from the terminal"""
    for options in RUNS:
        with shell() as it:
            it.type(command(options, "cat").encode() + b" &\n")
            it.wait_for(PROMPT)
            for _ in range(100):
                if b"Stopped" in it.run("jobs"):
                    break
                time.sleep(0.1)
            else:
                raise AssertionError("it was not stopped")
            it.type(b"kill %1; fg; echo status=$?\n")
            it.wait_for(b"status=143\r\n")


def test_fifo_and_keyboard():
    """^C and ^Z reach a supervised shell that waits for a FIFO to be opened"""
    with scratch() as tmp, shell() as it:
        os.mkfifo(tmp / "fifo")
        it.type(command(["-s"], f"sh -c 'trap \"echo caught\" INT; cat < {tmp}/fifo; echo after'")
                .encode() + b"; echo status=$?\n")
        time.sleep(1)
        it.type(b"\x1a")
        it.wait_for(rb"Stopped(.|\n)*" + PROMPT)
        it.type(b"fg\n")
        it.wait_for(b"echo after'\r\n")
        time.sleep(0.5)
        it.type(b"\x03")
        seen = it.wait_for(b"after\r\n")
        assert b"caught" in seen, seen


def test_terminal():
    """/dev/tty is the terminal of the command, also in a pipeline"""
    for options in RUNS:
        with shell() as it:
            seen = it.run(command(options, "sh -c 'echo direct > /dev/tty' | cat"))
            assert b"direct\r\n" in seen, seen
            it.type(command(options, "sh -c 'read x < /dev/tty; echo got $x' </dev/null").encode() +
                    b"\n")
            time.sleep(0.5)
            it.type(b"word\n")
            it.wait_for(b"got word\r\n")


def test_other_terminal():
    """In a session of its own a child's /dev/tty is its own terminal"""
    with shell() as it:
        seen = it.run(command(["-s"], "script -qec \"sh -c 'tty </dev/tty; ls -l /proc/self/fd/0'\" "
                              "/dev/null </dev/null"))
        inner = re.search(rb"(/dev/pts/\d+)\r", seen)
        assert inner, seen
        outer = re.search(rb"(/dev/pts/\d+)\r", it.run("tty"))
        assert inner[1] != outer[1], (inner, outer)


def test_no_terminal():
    """Without a terminal /dev/tty cannot be opened"""
    with shell() as it:
        for words in ("setsid -w sh -c 'exec 3</dev/tty'",):
            seen = it.run(command(["-s"], words))
            assert b"No such device or address" in seen, seen


def test_foreground():
    """The command's process group has the terminal, and nobody else is in it"""
    for options in RUNS:
        with shell() as it:
            seen = it.run(command(options, "sh -c 'ps -o pgid=,tpgid= -p $$; "
                                  "ps -e -o pgid= | grep -cw $$'"))
            numbers = re.search(rb"\s(\d+)\s+(\d+)\r\n\s*(\d+)\r\n", seen)
            assert numbers and numbers[1] == numbers[2], seen


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules[__name__]))
