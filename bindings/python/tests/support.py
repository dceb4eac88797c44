# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests share: a real gate, made of a noexec mount or securebits, and child processes."""

import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

import ipe_enlighten

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
MS_NOEXEC = 8
MS_REC = 0x4000
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

PR_SET_SECUREBITS = 28
RESTRICT_FILE = 1 << 8
DENY_INTERACTIVE = 1 << 10

TREE = os.path.dirname(os.path.dirname(os.path.abspath(ipe_enlighten.__file__)))

# Defines run(code). The module is Python's own, and not always of this name.
SUB_INTERPRETER = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
def run(code):
    number = interpreters.create()
    try:
        error = interpreters.run_string(number, code)
    finally:
        interpreters.destroy(number)
    if error is not None:
        raise RuntimeError(error.formatted)
"""

libc = ctypes.CDLL(None, use_errno=True)

_no_mounts = "the tests were not started by run.py"


def _call(function, *arguments):
    if function(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def _unshare():
    if os.geteuid() == 0:
        _call(libc.unshare, CLONE_NEWNS)
        return
    uid, gid = os.geteuid(), os.getegid()
    _call(libc.unshare, CLONE_NEWUSER | CLONE_NEWNS)
    maps = {"setgroups": "deny", "uid_map": f"0 {uid} 1", "gid_map": f"0 {gid} 1"}
    for name, content in maps.items():
        with open(f"/proc/self/{name}", "w") as file:
            file.write(content)


def enter_private_mounts():
    """Leave the machine's mount namespace, so that what is mounted vanishes with the tests."""
    global _no_mounts
    try:
        _unshare()
        _call(libc.mount, b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    except OSError as error:
        _no_mounts = f"no private mount namespace can be made: {error.strerror}"
    else:
        _no_mounts = None


def mount_noexec(directory):
    _call(libc.mount, b"tmpfs", os.fsencode(directory), b"tmpfs", MS_NOEXEC, b"mode=0755")


def unmount(directory):
    _call(libc.umount2, os.fsencode(directory), MNT_DETACH)


@contextlib.contextmanager
def configured(line):
    """An /etc with this line in ipe-enlighten.conf, for children."""
    if _no_mounts:
        raise unittest.SkipTest(_no_mounts)
    with tempfile.TemporaryDirectory(prefix="ipe-python-etc-") as base:
        _call(libc.mount, b"tmpfs", os.fsencode(base), b"tmpfs", 0, b"mode=0755")
        try:
            os.mkdir(f"{base}/upper", 0o755)
            os.mkdir(f"{base}/work")
            write(f"{base}/upper", "ipe-enlighten.conf", line + "\n")
            options = f"lowerdir=/etc,upperdir={base}/upper,workdir={base}/work"
            _call(libc.mount, b"overlay", b"/etc", b"overlay", 0, os.fsencode(options))
            try:
                yield
            finally:
                unmount("/etc")
        finally:
            unmount(base)


def set_securebits(bits):
    """For a child process: it keeps them for good."""
    _call(libc.prctl, PR_SET_SECUREBITS, bits, 0, 0, 0)


def write(directory, name, content="", mode=0o644):
    """Write a file, its text dedented, and return its path."""
    path = os.path.join(directory, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if isinstance(content, str):
        content = textwrap.dedent(content).encode()
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)
    return path


def open_descriptors():
    return sorted(os.listdir("/proc/self/fd"), key=int)


class GateTest(unittest.TestCase):
    """Has a directory that the kernel lets code run from, and one on a noexec mount."""

    def setUp(self):
        self.allowed = tempfile.mkdtemp(prefix="ipe-python-")
        self.addCleanup(shutil.rmtree, self.allowed)
        if not ipe_enlighten.check(write(self.allowed, "probe")):
            self.skipTest(f"{tempfile.gettempdir()} does not let code run: set TMPDIR")
        os.unlink(os.path.join(self.allowed, "probe"))

    @property
    def refused(self):
        if not hasattr(self, "_refused"):
            if _no_mounts:
                self.skipTest(_no_mounts)
            self._refused = tempfile.mkdtemp(prefix="ipe-python-noexec-")
            self.addCleanup(os.rmdir, self._refused)
            mount_noexec(self._refused)
            self.addCleanup(unmount, self._refused)
        return self._refused

    def python(self, *arguments, path=(), program=sys.executable, **options):
        """Run Debian's python3, or another, with nothing of this process's environment."""
        env = {
            "LANG": "C.UTF-8",
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": os.pathsep.join([*path, TREE]),
        }
        env.update(options.pop("env", {}))
        options.setdefault("cwd", self.allowed)
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run(
            [program, *arguments],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=options.pop("timeout", 120),
            **options,
        )

    def ipe_check(self, *arguments, flags=(), **options):
        return self.python(*flags, "-m", "ipe-check", *arguments, **options)


def needs_securebits(test):
    """Skip where the kernel has no AT_EXECVE_CHECK to go with the securebits."""
    known = ipe_enlighten.restrictions().exec_check_known
    return unittest.skipUnless(known, "this kernel has no AT_EXECVE_CHECK (Linux 6.14)")(test)
