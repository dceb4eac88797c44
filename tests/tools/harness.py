# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of ipectl share: TAP, a private mount namespace, running the program."""
import contextlib
import ctypes
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

PR_SET_SECUREBITS = 28
RESTRICT_FILE = 1 << 8
RESTRICT_FILE_LOCKED = 1 << 9
DENY_INTERACTIVE = 1 << 10

PROGRAM = os.path.abspath(sys.argv[1])
LIBC = ctypes.CDLL(None, use_errno=True)
IN_NAMESPACE = "IPECTL_TEST_IN_NAMESPACE"


class Skip(Exception):
    """Why a test cannot be made on this machine."""


def is_sanitized(path):
    """Whether `path` was built with AddressSanitizer."""
    return b"__asan_init" in Path(path).read_bytes()


def need_small_program():
    """The shadow memory of a sanitizer alone is larger than any limit that is of use."""
    if is_sanitized(PROGRAM):
        raise Skip("ipectl is built with a sanitizer, which needs memory without limit")


def enter_private_mounts():
    """Start the test program again where its mounts are seen by nobody else."""
    if IN_NAMESPACE in os.environ:
        return
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount",
                                                              "--map-root-user"]
    possible = subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode == 0
    os.environ[IN_NAMESPACE] = "yes" if possible else "no"
    if possible:
        os.execvp(unshare[0], [*unshare, sys.executable, *sys.argv])


def need_mounts():
    if os.environ[IN_NAMESPACE] != "yes":
        raise Skip("a private mount namespace cannot be made: not root, and no user namespaces")


def mount(fstype, target, options="", source="none"):
    need_mounts()
    subprocess.run(["mount", "-t", fstype, "-o", options or "rw", source, target], check=True)


@contextlib.contextmanager
def mounted(fstype, target, options="", source="none"):
    mount(fstype, target, options, source)
    try:
        yield
    finally:
        subprocess.run(["umount", target], check=True)


@contextlib.contextmanager
def scratch():
    """A new directory, as bytes as well as everything below it may have any name."""
    path = tempfile.mkdtemp(prefix="ipectl-test-")
    try:
        yield Path(path)
    finally:
        shutil.rmtree(os.fsencode(path))


def script(path, mode=0o755):
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


def full_device(directory):
    """A device that is always full, for output by name: a wrong program could replace the real one."""
    if os.geteuid() != 0:
        return "/dev/full"
    path = directory / "full"
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 7))
        with open(path, "wb"):
            pass
    except PermissionError:
        raise Skip("a device of the test's own cannot be made here") from None
    return path


def set_securebits(bits):
    """For preexec_fn."""
    if LIBC.prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) != 0:
        os._exit(125)


def need_securebits():
    pid = os.fork()
    if pid == 0:
        os._exit(0 if LIBC.prctl(PR_SET_SECUREBITS, RESTRICT_FILE, 0, 0, 0) == 0 else 1)
    if os.waitpid(pid, 0)[1] != 0:
        raise Skip("the execution securebits cannot be set: Linux older than 6.14, or not root")


# Root may read anything unless these are taken away.
UNPRIVILEGED = ["setpriv", "--bounding-set=-dac_override,-dac_read_search",
                "--inh-caps=-dac_override,-dac_read_search"]


class Result:
    def __init__(self, completed):
        self.status = completed.returncode
        self.out = completed.stdout
        self.err = completed.stderr

    def json(self):
        assert self.out.isascii(), self.out
        return json.loads(self.out)


def ipectl(*arguments, stdin=b"", prefix=(), **options):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    environment.update(options.pop("env", {}))
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    return Result(subprocess.run([*prefix, PROGRAM, *arguments], input=stdin, timeout=60,
                                 env=environment, check=False, **options))


def equal(got, wanted):
    assert got == wanted, f"got {got!r}, wanted {wanted!r}"


def contains(text, part):
    assert part in text, f"{part!r} is not in {text!r}"


def lacks(text, part):
    assert part not in text, f"{part!r} is in {text!r}"


def take_signals():
    """What is started in the background, as under nohup, inherits that these are ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)


def run_tests(module):
    """Every function test_* of the module; its first line of documentation is its name."""
    take_signals()
    tests = [f for name, f in vars(module).items() if name.startswith("test_")]
    failed = False
    print(f"1..{len(tests)}", flush=True)
    for number, test in enumerate(tests, 1):
        name = test.__doc__.splitlines()[0]
        try:
            test()
            print(f"ok {number} - {name}", flush=True)
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}", flush=True)
        except Exception:  # a test's failure must not end the others
            failed = True
            print(f"not ok {number} - {name}")
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", flush=True)
    return failed
