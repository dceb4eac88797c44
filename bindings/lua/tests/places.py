# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the Lua binding share: places that the kernel judges, settings, a race."""
import contextlib
import os
import threading

from harness import Skip, equal, mounted, scratch

RACE_RUNS, RACE_PATIENCE = 100, 2000
VALGRIND = "IPE_VALGRIND" in os.environ


@contextlib.contextmanager
def observed(program):
    """The command that starts a program, under valgrind if the tests are; it must find nothing.

    os.exit() leaves all that Lua itself has to the system: only what nobody knows is a leak."""
    if not VALGRIND:
        yield [program]
        return
    with scratch() as tmp:
        yield ["valgrind", "--quiet", "--leak-check=full", "--keep-debuginfo=yes",
               "--show-leak-kinds=definite", f"--log-file={tmp}/log", program]
        equal((tmp / "log").read_text(), "")


def not_under_valgrind(why):
    if VALGRIND:
        raise Skip(f"not under valgrind: {why}")


def write(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@contextlib.contextmanager
def places():
    """A directory whose files are allowed and one on a noexec mount."""
    with scratch() as trusted, scratch() as other, mounted("tmpfs", other, "noexec"):
        yield trusted, other


@contextlib.contextmanager
def configured(line):
    """An /etc with this line in ipe-enlighten.conf."""
    with scratch() as tmp, mounted("tmpfs", tmp):
        for name in ("upper", "work"):
            (tmp / name).mkdir()
        (tmp / "upper").chmod(0o755)
        write(tmp / "upper/ipe-enlighten.conf", line + "\n").chmod(0o644)
        options = f"lowerdir=/etc,upperdir={tmp}/upper,workdir={tmp}/work"
        with mounted("overlay", "/etc", options):
            yield


@contextlib.contextmanager
def disturbed(disturb):
    """Meanwhile, this happens over and over."""
    stop = threading.Event()

    def disturb_until_stopped():
        while not stop.is_set():
            disturb()
    thread = threading.Thread(target=disturb_until_stopped)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def race(run, disturb, wanted):
    """Runs beside a disturbance until every wanted outcome was seen, and no other."""
    seen, runs = set(), 0
    with disturbed(disturb):
        while runs < RACE_RUNS or (seen < wanted and runs < RACE_PATIENCE):
            seen.add(run())
            runs += 1
    equal(seen, wanted)
