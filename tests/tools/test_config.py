#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl config. Usage: test_config.py IPECTL"""
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from harness import contains, enter_private_mounts, equal, ipectl, lacks, mount, mounted, run_tests, scratch

CONFIGURATION = "/etc/ipe-enlighten.conf"

# What is wrong, where, and what is said of it.
FAULTS = [
    ("inlin = deny\n", "1:1: the key 'inlin' is not known; did you mean 'inline'?"),
    ("\n# text\n  unknwon=data\n", "3:3: the key 'unknwon' is not known; did you mean 'unknown'?"),
    ("colour = red\n", "1:1: the key 'colour' is not known; it is 'inline', 'eval', 'judge' or 'unknown'"),
    ("inline = dney\n", "1:10: inline: the value 'dney' is not known; did you mean 'deny'?"),
    ("inline = yes\n", "1:10: inline: the value 'yes' is not known; it is 'securebits', 'anonymous' or 'deny'"),
    ("inline = deny\r\n", "1:10: inline: the value 'deny\\x0d' is not known; the line ends with CR and LF: save the file with LF alone"),
    ("inline deny\n", "1:1: no '=' between key and value in 'inline deny'"),
    ("inline: deny\n", "1:1: no '=' between key and value in 'inline: deny'"),
    ("inline\n", "1:7: inline: no value; it is 'securebits', 'anonymous' or 'deny'"),
    ("inline = # deny\n", "inline: no value; it is"),
    ("unknown=nothing\n", "1:9: unknown: the value 'nothing' is not known; it is 'code' or 'data'"),
    ("eval = deny\n", "1:8: eval: the value 'deny' is not known; it is 'inline'"),
    ("= deny\n", "1:1: no key before '='; it is 'inline', 'eval', 'judge' or 'unknown'"),
    ("judge = etc/ssh\n", "1:9: judge: the value 'etc/ssh' is no path that begins with '/', has no '//', '.' or '..' in it, and no control character"),
    ("judge = /a\x1b[2J\n", "judge: the value '/a\\x1b[2J' is no path that"),
    ("judge =\n", "1:8: judge: no value"),
    ("judge = /a//b\n", "1:9: judge: the value '/a//b' is no path that"),
    ("judge = /a/../b\n", "1:9: judge: the value '/a/../b' is no path that"),
    ("inline = deny\ninline = deny\n", "2:10: inline: a second value, 'deny'; remove one"),
    ("\xef\xbb\xbfinline = deny\n", "1:1: the key "),
    ("inline = deny\0\n", "1:10: inline: the value 'deny\\x00' is not known; did you mean 'deny'?"),
]


@contextmanager
def configured(text, options="mode=755"):
    """With /etc to itself, as far as this program and its children see it."""
    with scratch() as folder, mounted("tmpfs", folder):
        for name in ("upper", "work"):
            os.mkdir(folder / name)
        mount("overlay", "/etc", f"lowerdir=/etc,upperdir={folder}/upper,workdir={folder}/work")
        try:
            if text is not None:
                Path(CONFIGURATION).write_bytes(text.encode("latin-1"))
            yield
        finally:
            subprocess.run(["umount", "/etc"], check=True)


def test_nothing_configured():
    """Without a file the build's settings are shown"""
    with configured(None):
        got = ipectl("config")
        equal((got.status, got.err), (0, b""))
        contains(got.out, b"/etc/ipe-enlighten.conf is not there\n")
        contains(got.out, b"unknown  code\n")


def test_what_counts():
    """What is set is shown, with each path"""
    with configured("inline = deny\neval = inline\nunknown = data\njudge = /etc/ssh/\njudge=/b\n"):
        got = ipectl("config")
        equal((got.status, got.err), (0, b""))
        equal(got.out, b"inline   deny\neval     inline\nunknown  data\njudge    /etc/ssh/\njudge    /b\n")


def test_faults():
    """What is wrong is told with line, column and what may be meant, and what it means"""
    for text, wanted in FAULTS:
        with configured(text):
            got = ipectl("config")
            equal((got.status, got.out), (1, b""))
            contains(got.err.decode(), f"ipectl: config: {CONFIGURATION}:")
            contains(got.err.decode(), wanted)
            contains(got.err, b"until it is corrected, code without a file")
            lacks(got.err, b"\x1b")
            contains(ipectl("status").out, b"wrong or refused: ipectl config says where")


def test_all_faults():
    """All faults of a file are told, not the first"""
    with scratch() as folder:
        (folder / "new").write_text("a=1\ninline=deny\nb\ninline=x\n")
        got = ipectl("config", folder / "new")
        equal((got.status, got.out), (1, b""))
        equal([line.split(b":")[3] for line in got.err.splitlines()], [b"1", b"3", b"4"])
        lacks(got.err, b"until it is corrected")


def test_candidate():
    """A file that may become the configuration is looked at"""
    with scratch() as folder:
        (folder / "new").write_text("# nothing\n\njudge = /etc/ssh/  # all of it\ninline=deny")
        got = ipectl("config", folder / "new")
        equal((got.status, got.out, got.err), (0, b"good\n", b""))
        for text in ("#" * 4096, "#" * 4095):
            (folder / "new").write_text(text)
            got = ipectl("config", folder / "new")
            equal(got.status, int(len(text) > 4096))
        (folder / "new").write_text("#" * 4097)
        got = ipectl("config", folder / "new")
        equal((got.status, got.out), (1, b""))
        contains(got.err, b"it has more than 4096 bytes")


def test_writable():
    """What others may write to does not count, and what they may not read counts for root alone"""
    with configured("unknown = data\n"):
        for mode in (0o664, 0o646, 0o666):
            os.chmod(CONFIGURATION, mode)
            got = ipectl("config")
            equal((got.status, got.out), (1, b""))
            contains(got.err, b"its group or others may write to it: chmod go-w")
            contains(ipectl("status").out, b"deny: bad-configuration")
        for mode in (0o600, 0o640):
            os.chmod(CONFIGURATION, mode)
            got = ipectl("config")
            equal((got.status, got.out), (1, b""))
            contains(got.err, b"others may not read it, but each process does: chmod a+r")
        os.chmod(CONFIGURATION, 0o644)
        equal(ipectl("config").status, 0)
        lacks(ipectl("status").out, b"bad-configuration")


def test_folder():
    """A folder without a slash is warned of"""
    with scratch() as folder:
        (folder / "new").write_text("judge = /etc\njudge = /usr/\njudge = /none\n")
        got = ipectl("config", folder / "new")
        equal((got.status, got.out), (0, b"good\n"))
        equal(got.err, b"ipectl: config: warning: '/etc' is a folder, so nothing in it is judged: "
              b"end it with a slash\n")


def test_refused():
    """A file that the gate refuses is wrong, and why it is refused is told"""
    with scratch() as folder, mounted("tmpfs", folder, "noexec"):
        (folder / "new").write_text("inline = deny\n")
        got = ipectl("config", folder / "new")
        equal((got.status, got.out), (1, b""))
        contains(got.err, b"it is refused (noexec-mount). Move the file")
        got = ipectl("config", folder)
        equal(got.status, 1)
        contains(got.err, b"not-regular")


def test_unreadable():
    """What cannot be read is told with the reason and what to do"""
    got = ipectl("config", "/etc/passwd/none")
    equal((got.status, got.out), (3, b""))
    contains(got.err, b"cannot read '/etc/passwd/none': Not a directory; correct the name")


def test_usage():
    """More than one file and unknown options are refused"""
    for arguments in (["a", "b"], ["--zork"], ["-z"]):
        got = ipectl("config", *arguments)
        equal((got.status, got.out), (2, b""))
        contains(got.err, b"try 'ipectl config --help'")


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
