#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl why. Usage: test_why.py IPECTL"""
import os
import sys

from harness import (RESTRICT_FILE, UNPRIVILEGED, contains, enter_private_mounts, equal, ipectl,
                     lacks, mounted, need_securebits, run_tests, scratch, script, set_securebits)


def why(*arguments, **options):
    got = ipectl("why", "--json", *arguments, **options)
    return got.status, got.json()


def test_ordinary_file():
    """An ordinary file is allowed, and its facts are the file's"""
    with scratch() as tmp:
        path = script(tmp / "x", 0o640)
        stat = path.stat()
        status, got = why(path)
        equal((status, got["verdict"], got["reason"], got["error"]), (0, "allow", "allowed", None))
        equal(got["file"], {"type": "regular", "mode": "0640", "uid": stat.st_uid,
                            "gid": stat.st_gid, "size": 10, "inode": stat.st_ino})
        equal(got["probes"]["mmap"], {"answer": "passed", "known": True, "obeyed": True})
        equal((got["mount"]["noexec"], got["overlay"]["layer"]), (False, "none"))
        equal((got["refused_by"], got["remedies"]), ([], []))


def test_exec_probe_is_always_made():
    """The exec probe is made without securebits, but not obeyed"""
    need_securebits()
    with scratch() as tmp:
        for mode, answer in ((0o644, "EACCES"), (0o755, "passed")):
            status, got = why(script(tmp / "x", mode))
            equal((status, got["probes"]["exec"]),
                  (0, {"answer": answer, "known": True, "obeyed": False}))


def test_exec_probe_obeyed():
    """Under SECBIT_EXEC_RESTRICT_FILE the exec probe is obeyed and refuses by itself"""
    need_securebits()
    with scratch() as tmp:
        path = script(tmp / "x", 0o644)
        status, got = why(path, preexec_fn=lambda: set_securebits(RESTRICT_FILE))
        equal((status, got["reason"]), (1, "no-execute-bit"))
        equal(got["probes"]["exec"], {"answer": "EACCES", "known": True, "obeyed": True})
        equal((got["probes"]["mmap"]["answer"], got["refused_by"]), ("passed", ["exec-probe"]))
        path.chmod(0o755)
        status, got = why(path, preexec_fn=lambda: set_securebits(RESTRICT_FILE))
        equal((status, got["refused_by"]), (0, []))


def test_noexec():
    """On a noexec mount the probe and the mount refuse, and the mount is named"""
    with scratch() as tmp, mounted("tmpfs", tmp, "noexec", "a-source"):
        status, got = why(script(tmp / "x"))
        equal((status, got["reason"]), (1, "noexec-mount"))
        equal(got["probes"]["mmap"]["answer"], "EPERM")
        equal(got["refused_by"], ["mmap-probe", "noexec-mount"])
        mount = got["mount"]
        equal((mount["target"], mount["fstype"], mount["source"], mount["noexec"]),
              (str(tmp), "tmpfs", "a-source", True))
        contains(mount["options"].split(","), "noexec")
        contains(" ".join(got["remedies"]), "mount -o remount,exec")


def test_innermost_mount():
    """Of stacked mounts the one that the file is on is named"""
    with scratch() as tmp, mounted("tmpfs", tmp, "", "below"):
        with mounted("tmpfs", tmp, "noexec", "above"):
            equal(why(script(tmp / "x"))[1]["mount"]["source"], "above")
        equal(why(script(tmp / "x"))[1]["mount"]["source"], "below")


def test_not_regular():
    """What is no regular file is not probed, does not block, and is denied"""
    with scratch() as tmp:
        os.mkfifo(tmp / "fifo")
        for path, kind in ((tmp, "directory"), (tmp / "fifo", "fifo"),
                           ("/dev/zero", "character-device")):
            status, got = why(path)
            equal((status, got["reason"], got["file"]["type"]), (1, "not-regular", kind))
            equal(got["refused_by"], ["not-regular"])
            equal([probe["answer"] for probe in got["probes"].values()], ["not-asked"] * 2)


def test_unreadable():
    """A file that may not be read has facts but no verdict"""
    with scratch() as tmp:
        path = script(tmp / "x", 0)
        status, got = why(path, prefix=UNPRIVILEGED)
        equal((status, got["verdict"], got["reason"], got["error"]),
              (3, "deny", "undecided", "EACCES"))
        equal((got["file"]["mode"], got["refused_by"]), ("0000", ["open"]))
        equal(got["probes"]["mmap"]["answer"], "not-asked")
        got = ipectl("why", path, prefix=UNPRIVILEGED)
        equal(got.status, 3)
        contains(got.out, b"mode 0000")
        contains(got.err, b"Permission denied; run ipectl as a user who may read it")


def test_missing():
    """A missing file has no facts and status 3"""
    with scratch() as tmp:
        status, got = why(tmp / "missing")
        equal((status, got), (3, {"path": f"{tmp}/missing", "verdict": "deny",
                                  "reason": "undecided", "error": "ENOENT"}))
        got = ipectl("why", tmp / "missing")
        equal((got.status, got.out), (3, b""))
        contains(got.err, b"No such file or directory; correct the name")


def test_usage():
    """Not exactly one file is status 2"""
    for arguments in ([], ["/etc/passwd", "/etc/passwd"], ["--load", "/etc/passwd"]):
        got = ipectl("why", *arguments)
        equal((got.status, got.out), (2, b""))
        contains(got.err, b"try 'ipectl why --help'")


def test_file_system_without_execution():
    """A refusal without noexec is explained by the file system"""
    status, got = why("/proc/self/status")
    equal((status, got["reason"], got["mount"]["fstype"]), (1, "noexec-mount", "proc"))
    equal(got["probes"]["mmap"]["answer"], "EPERM")
    contains(" ".join(got["remedies"]), "this file system is of the kernel's own data")


def test_overlay():
    """On an overlay the real file is told, and whether it was copied up"""
    with scratch() as tmp, mounted("tmpfs", tmp):
        names = ["lower:1", "lower2", "upper", "work", "merged"]
        first, second, upper, work, merged = (tmp / name for name in names)
        for directory in (first, second, upper, work, merged):
            directory.mkdir()
        (first / "sub").mkdir()
        in_first, in_second = script(first / "sub" / "x"), script(second / "y")
        lower = f"{first}:{second}".replace("r:1", "r\\:1")
        with mounted("overlay", merged, f"lowerdir={lower},upperdir={upper},workdir={work}"):
            for path, real in ((merged / "sub" / "x", in_first), (merged / "y", in_second)):
                equal(why(path)[1]["overlay"], {"layer": "lower", "real": str(real)})
            with open(merged / "y", "ab"):
                pass
            equal(why(merged / "y")[1]["overlay"], {"layer": "upper", "real": f"{upper}/y"})
            script(merged / "new")
            equal(why(merged / "new")[1]["overlay"], {"layer": "upper", "real": f"{upper}/new"})
            contains(ipectl("why", merged / "new").out, f"upper file {upper}/new\n".encode())


def test_overlay_hidden():
    """An overlay whose layers were replaced is not guessed at"""
    with scratch() as tmp, mounted("tmpfs", tmp):
        lower, merged = tmp / "lower", tmp / "merged"
        for directory in (lower, tmp / "other", merged):
            directory.mkdir()
        script(lower / "x")
        with mounted("overlay", merged, f"lowerdir={lower}:{tmp}/other"):
            lower.rename(tmp / "moved")
            lower.mkdir()
            times = (merged / "x").stat()
            for content, time in (("another, longer\n", times.st_mtime_ns),
                                  ("#!/bin/sh\n", times.st_mtime_ns + 1),
                                  ("#!/bin/sh\n", times.st_mtime_ns + 10 ** 9)):
                (lower / "x").write_text(content)
                os.utime(lower / "x", ns=(time, time))
                status, got = why(merged / "x")
                equal((status, got["overlay"]), (0, {"layer": "unknown", "real": None}))
                equal((got["fsverity"]["enabled"], got["dm"]["target"]), (None, "unknown"))
            contains(ipectl("why", merged / "x").out, b"cannot be told from here\n")


def test_overlay_relative():
    """A layer that was named from the mounter's directory is not guessed at"""
    with scratch() as tmp, mounted("tmpfs", tmp):
        for name in ("lower", "other", "merged"):
            (tmp / name).mkdir()
        script(tmp / "lower" / "x")
        here = os.getcwd()
        os.chdir(tmp)
        try:
            with mounted("overlay", tmp / "merged", "lowerdir=lower:other"):
                equal(why(tmp / "merged" / "x", cwd="/")[1]["overlay"],
                      {"layer": "unknown", "real": None})
        finally:
            os.chdir(here)


def test_overlay_subdirectory():
    """A directory of an overlay that is mounted elsewhere leads to the real file too"""
    with scratch() as tmp, mounted("tmpfs", tmp):
        for name in ("lower/sub", "other", "merged", "elsewhere"):
            (tmp / name).mkdir(parents=True)
        real = script(tmp / "lower" / "sub" / "x")
        with mounted("overlay", tmp / "merged", f"lowerdir={tmp}/lower:{tmp}/other"), \
                mounted("none", tmp / "elsewhere", "bind", tmp / "merged" / "sub"):
            equal(why(tmp / "elsewhere" / "x")[1]["overlay"],
                  {"layer": "lower", "real": str(real)})


def test_hostile_names():
    """Names of file and mount are escaped in text and exact in JSON"""
    with scratch() as tmp:
        directory = os.fsencode(tmp) + b"/m\xff\n\x1b[31m"
        os.mkdir(directory)
        with mounted("tmpfs", directory):
            path = directory + b"/x\\"
            with open(path, "wb"):
                pass
            _, got = why(path)
            equal(bytes.fromhex(got["path_hex"]), path)
            equal(bytes.fromhex(got["mount"]["target_hex"]), directory)
            text = ipectl("why", path).out
            for bad in (b"\xff", b"\x1b"):
                lacks(text, bad)
            contains(text, b"m\\xff\\n\\x1b[31m/x\\\\\n")


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
