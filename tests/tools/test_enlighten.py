#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl enlighten. Usage: test_enlighten.py IPECTL SHIM"""
import contextlib
import hashlib
import os
import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from harness import (Skip, contains, enter_private_mounts, equal, ipectl, lacks, mounted,
                     need_mounts, run_tests, scratch)

SHIM = os.path.abspath(sys.argv[2])
CACHE = "/etc/ld.so.cache"
MUTATIONS = 400


def need_patchelf():
    if not shutil.which("patchelf"):
        raise Skip("patchelf is not installed")


@contextlib.contextmanager
def places(shim=SHIM):
    """A folder, and a loader that finds the shim; its cache is a copy of the real one with the shim."""
    need_patchelf()
    need_mounts()
    with scratch() as tmp:
        (tmp / "lib").mkdir()
        (tmp / "bin").mkdir()
        tmp.chmod(0o755)
        if shim:
            shutil.copy(shim, tmp / "lib/libipe-shim.so")
        (tmp / "conf").write_text(f"include /etc/ld.so.conf\n{tmp}/lib\n")
        subprocess.run(["ldconfig", "-X", "-C", tmp / "cache", "-f", tmp / "conf"], check=True,
                       capture_output=True)
        with mounted("none", CACHE, "bind", tmp / "cache"):
            yield tmp / "bin"


def copy(program, folder, name=None):
    return Path(shutil.copy(shutil.which(program), folder / (name or program)))


def needed(path):
    return subprocess.run(["patchelf", "--print-needed", path], check=True, text=True,
                          capture_output=True).stdout.split()


def enlighten(*arguments, **options):
    return ipectl("enlighten", *arguments, **options)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def unchanged(path, before, got, status, *reasons):
    """A refusal that has left nothing behind."""
    equal((got.status, got.out), (status, b""))
    for reason in reasons:
        contains(got.err, reason)
    equal(digest(path), before)
    equal([name for name in os.listdir(path.parent) if name.startswith(".")], [])


def test_interpreters():
    """Stock interpreters load the shim first, work, and are as before when it is undone"""
    with places() as bin_:
        for name, arguments in (("dash", ["-c", "echo ran"]), ("bash", ["-c", "echo ran"]),
                                ("perl", ["-e", "print qq(ran\\n)"]), ("sed", ["-n", "1p"]),
                                ("/usr/bin/python3", ["-c", "print('ran')"])):
            path = copy(name, bin_, os.path.basename(name))
            before = needed(path)
            got = enlighten(path)
            equal((got.status, got.out, got.err),
                  (0, f"enlightened          {path}\n".encode(), b""))
            equal(needed(path), ["libipe-shim.so", *before])
            done = subprocess.run([path, *arguments], input=b"ran\n", capture_output=True, env={},
                                  check=False)
            equal((done.returncode, done.stdout, done.stderr), (0, b"ran\n", b""))
            got = enlighten("--undo", path)
            equal((got.status, got.out), (0, f"no longer            {path}\n".encode()))
            equal(needed(path), before)


def test_gate():
    """An enlightened interpreter refuses what the kernel refuses, without any environment"""
    with places() as bin_:
        path = copy("dash", bin_)
        equal(enlighten(path).status, 0)
        bad = bin_.parent / "bad"
        bad.mkdir()
        with mounted("tmpfs", bad, "noexec"):
            (bad / "x").write_text("echo evil\n")
            done = subprocess.run([path, bad / "x"], capture_output=True, env={}, check=False)
            lacks(done.stdout, b"evil")
            contains(done.stderr, b"Permission denied")


def test_idempotent():
    """A second time nothing is changed, in either direction"""
    with places() as bin_:
        path = copy("dash", bin_)
        got = enlighten("--undo", path)
        equal((got.status, got.out), (0, f"not enlightened      {path}\n".encode()))
        enlighten(path)
        before, inode = digest(path), path.stat().st_ino
        got = enlighten(path)
        equal((got.status, got.out), (0, f"enlightened already  {path}\n".encode()))
        equal((digest(path), path.stat().st_ino), (before, inode))


def test_check():
    """--check says by line and by exit status what is enlightened"""
    with places() as bin_:
        path, other = copy("dash", bin_), copy("sed", bin_)
        got = enlighten("--check", path)
        equal((got.status, got.out), (1, f"not enlightened  {path}\n".encode()))
        enlighten(path)
        got = enlighten("--check", path)
        equal((got.status, got.out), (0, f"enlightened      {path}\n".encode()))
        equal(enlighten("-c", path, other).status, 1)
        equal(enlighten("-c", path, bin_ / "missing", other).status, 3)


def test_check_of_order():
    """A shim behind the C library is none, and is put before it"""
    with places() as bin_:
        path = copy("dash", bin_)
        subprocess.run(["patchelf", "--remove-needed", "libc.so.6", path], check=True)
        subprocess.run(["patchelf", "--add-needed", "libipe-shim.so", path], check=True)
        subprocess.run(["patchelf", "--add-needed", "libc.so.6", path], check=True)
        equal(needed(path), ["libc.so.6", "libipe-shim.so"])
        equal(enlighten("--check", path).status, 1)


def test_refused():
    """What is static, set-user-ID, a script, a library or no file at all is refused with advice"""
    with places() as bin_:
        source = bin_ / "x.c"
        source.write_text("int main(void) { return 0; }\n")
        for name, options, reason in (
                ("static", ["-static"], b"it is static"), ("pie", ["-static-pie"], b"or static"),
                ("lib", ["-shared", "-fPIC"], b"it is a library"),
                ("object", ["-c"], b"it is neither a program nor a library")):
            subprocess.run(["gcc", *options, "-o", bin_ / name, source], check=True)
            unchanged(bin_ / name, digest(bin_ / name), enlighten(bin_ / name), 1, reason)
        script = bin_ / "script"
        script.write_text("#!/bin/sh\n")
        unchanged(script, digest(script), enlighten(script), 1, b"it is not an ELF file")
        path = copy("dash", bin_)
        for mode in (0o4755, 0o2755):
            path.chmod(mode)
            unchanged(path, digest(path), enlighten(path), 1, b"it is set-user-ID or set-group-ID")
        os.mkfifo(bin_ / "fifo")
        for other in (bin_, bin_ / "fifo"):
            got = enlighten(other)
            equal((got.status, got.out), (1, b""))
            contains(got.err, b"it is not a regular file")
        got = enlighten(bin_ / "new\n\x1b[31m")
        equal(got.status, 3)
        contains(got.err, b"new\\n\\x1b[31m': cannot open it: No such file or directory; correct")


def test_other_architecture():
    """A program for another architecture is refused"""
    with places() as bin_:
        path = copy("dash", bin_)
        elf = bytearray(path.read_bytes())
        for offset, value in ((18, 0xb7), (4, 1), (5, 2)):
            changed = bytearray(elf)
            changed[offset] = value
            path.write_bytes(changed)
            unchanged(path, digest(path), enlighten(path), 1, b"it is for another architecture")


def test_kinds_of_programs():
    """Programs with a fixed address, without one, without sections and with old hashes are changed"""
    with places() as bin_:
        source = bin_ / "x.c"
        source.write_text('#include <stdio.h>\nint main(void) { puts("ran"); return 0; }\n')
        for name, options in (("pie", ["-pie"]), ("fixed", ["-no-pie"]), ("stripped", ["-s"]),
                              ("sysv", ["-Wl,--hash-style=sysv"]), ("now", ["-Wl,-z,now"]),
                              ("lazy", ["-Wl,-z,lazy"])):
            path = bin_ / name
            subprocess.run(["gcc", *options, "-o", path, source], check=True)
            got = enlighten(path)
            equal((name, got.status, got.err), (name, 0, b""))
            equal(subprocess.run([path], check=True, capture_output=True, env={}).stdout, b"ran\n")


def test_attributes():
    """Mode, owner, times, attributes, access lists and capabilities are kept"""
    if os.geteuid() != 0:
        raise Skip("this needs root")
    with places() as bin_:
        path = copy("dash", bin_)
        os.chown(path, 1234, 4321)
        path.chmod(0o1750)
        os.setxattr(path, "user.note", b"kept\0so")
        capability = b"\x01\x00\x00\x02" + b"\x00\x04\x00\x00" + bytes(12)
        os.setxattr(path, "security.capability", capability)
        subprocess.run(["setfacl", "-m", "u:7:r", path], check=True)
        os.utime(path, ns=(1_000_000_001, 2_000_000_002))
        acl = subprocess.run(["getfacl", "-n", path], check=True, capture_output=True).stdout
        before = path.stat()
        got = enlighten(path)
        equal((got.status, got.err), (0, b""))
        after = path.stat()
        for field in ("st_mode", "st_uid", "st_gid", "st_atime_ns", "st_mtime_ns"):
            equal((field, getattr(after, field)), (field, getattr(before, field)))
        equal(os.getxattr(path, "user.note"), b"kept\0so")
        equal(os.getxattr(path, "security.capability"), capability)
        equal(subprocess.run(["getfacl", "-n", path], check=True, capture_output=True).stdout, acl)


def test_links():
    """Symbolic links are followed; other hard links are told of"""
    with places() as bin_:
        path = copy("dash", bin_)
        (bin_ / "sh").symlink_to("dash")
        equal(enlighten(bin_ / "sh").status, 0)
        assert (bin_ / "sh").is_symlink()
        equal(needed(path)[0], "libipe-shim.so")
        path = copy("sed", bin_)
        os.link(path, bin_ / "other")
        before = digest(path)
        got = enlighten(path)
        equal(got.status, 0)
        contains(got.err, b"note: 1 other hard links still lead to the old content")
        equal(digest(bin_ / "other"), before)
        (bin_ / "loop").symlink_to("loop")
        equal(enlighten(bin_ / "loop").status, 3)


def test_running():
    """A program that runs is replaced, and goes on as it was"""
    with places() as bin_:
        path = copy("dash", bin_)
        with subprocess.Popen([path, "-c", "read x; echo $x"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            equal(enlighten(path).status, 0)
            equal(process.communicate(b"on\n")[0], b"on\n")


def test_never_half():
    """Whoever starts it while it is changed gets the old or the new one, and never part of one"""
    with places() as bin_:
        path = copy("dash", bin_)
        failures, over = [], threading.Event()

        def start():
            while not over.is_set():
                done = subprocess.run([path, "-c", "echo ran"], capture_output=True, check=False)
                if (done.returncode, done.stdout) != (0, b"ran\n"):
                    failures.append(done)
        thread = threading.Thread(target=start)
        thread.start()
        for _ in range(10):
            equal(enlighten(path).status, 0)
            equal(enlighten("--undo", path).status, 0)
        over.set()
        thread.join()
        equal(failures, [])


def test_changed_meanwhile():
    """A file that somebody else replaces meanwhile is left alone"""
    with places() as bin_:
        path = copy("dash", bin_)
        tools = bin_.parent / "tools"
        tools.mkdir()
        (tools / "patchelf").write_text(
            f"#!/bin/sh\ncp {shutil.which('sed')} {path}.tmp && mv {path}.tmp {path}\n"
            f"exec {shutil.which('patchelf')} \"$@\"\n")
        (tools / "patchelf").chmod(0o755)
        got = enlighten(path, env={"PATH": f"{tools}:{os.environ['PATH']}"})
        unchanged(path, digest(Path(shutil.which("sed"))), got, 3, b"somebody else changed it meanwhile")


def test_shim_missing():
    """Where the loader does not find the shim nothing is changed"""
    with places(shim=None) as bin_:
        path = copy("dash", bin_)
        unchanged(path, digest(path), enlighten(path), 3, b"does not find libipe-shim.so: install it")


def test_shim_broken():
    """Nor where what it finds is no shim"""
    with scratch() as tmp:
        subprocess.run(["gcc", "-shared", "-Wl,-soname,libipe-shim.so", "-x", "c", "-o",
                        tmp / "shim.so", "/dev/null"], check=True)
        with places(tmp / "shim.so") as bin_:
            path = copy("dash", bin_)
            unchanged(path, digest(path), enlighten(path), 3, b"the shim does not come up")


def test_without_patchelf():
    """Without patchelf, or with one that fails, is killed or does something else, nothing is changed"""
    with places() as bin_:
        path = copy("dash", bin_)
        tools = bin_.parent / "tools"
        tools.mkdir()
        for text, reason in ((None, b"patchelf is not there: install it"),
                             ("echo 'no \x1b[31mway'; exit 1", b"how to change it: no ?[31mway;"),
                             ("kill -9 $$", b"ended by signal 9"),
                             ("exit 0", b"is not what was asked for"),
                             (f"cat {shutil.which('sed')} > $3", b"is not what was asked for"),
                             ("echo > $3", b"is not what was asked for"),
                             (f"{shutil.which('patchelf')} --add-needed libm.so.6 $3; "
                              f"exec {shutil.which('patchelf')} \"$@\"", b"is not what was asked for")):
            if text:
                (tools / "patchelf").write_text(f"#!/bin/sh\n{text}\n")
                (tools / "patchelf").chmod(0o755)
            elsewhere = "/bin" if text else ""
            unchanged(path, digest(path), enlighten(path, env={"PATH": f"{tools}:{elsewhere}"}), 3,
                      reason)


def test_no_room():
    """Where there is no room for the new file, or no right to make it, the old one stays"""
    with places() as bin_:
        small = bin_.parent / "small"
        small.mkdir()
        with mounted("tmpfs", small, "size=160k"):
            path = copy("dash", small)
            unchanged(path, digest(path), enlighten(path), 3, b"No space left on device")
        with mounted("tmpfs", small):
            path = copy("dash", small)
            subprocess.run(["mount", "-o", "remount,ro", small], check=True)
            unchanged(path, digest(path), enlighten(path), 3, b"cannot make a file beside it")


def test_interrupted():
    """A signal that ends it leaves no file behind"""
    with places() as bin_:
        path = copy("dash", bin_)
        before = digest(path)
        tools = bin_.parent / "tools"
        tools.mkdir()
        (tools / "patchelf").write_text("#!/bin/sh\nkill -TERM $PPID\nexit 1\n")
        (tools / "patchelf").chmod(0o755)
        got = enlighten(path, env={"PATH": f"{tools}:/bin"})
        equal(got.status, -15)
        equal((digest(path), os.listdir(bin_)), (before, ["dash"]))


def mutate(elf, chance):
    """Bytes of the headers, of the dynamic segment or anywhere, or a file cut short."""
    elf = bytearray(elf)
    kind = chance.randrange(4)
    if kind == 0:
        return elf[:chance.randrange(len(elf))]
    dynamic = int.from_bytes(elf[32:40], "little")
    for _ in range(chance.randrange(1, 6)):
        limit = {1: 64, 2: 64 + 56 * 14}.get(kind)
        offset = chance.randrange(limit) if limit else chance.randrange(dynamic, len(elf))
        elf[offset] = chance.choice([0, 1, 0x7f, 0x80, 0xff, chance.randrange(256)])
    return elf


def test_malformed():
    """Hundreds of malformed programs: an error, or a program that comes up; never a damaged original"""
    chance = random.Random(20261126)
    with places() as bin_:
        original = copy("dash", bin_, "original").read_bytes()
        path = bin_ / "x"
        statuses = {}
        for _ in range(MUTATIONS):
            path.write_bytes(mutate(original, chance))
            path.chmod(0o755)
            before = digest(path)
            got = enlighten(path)
            assert got.status in (0, 1, 3), (got.status, got.err)
            if got.status == 0:
                equal(enlighten("--check", path).status, 0)
            else:
                equal(digest(path), before)
                assert got.err.startswith(b"ipectl: enlighten: '") and got.err.endswith(b"\n"), got.err
            equal(sorted(os.listdir(bin_)), ["original", "x"])
            statuses[got.status] = statuses.get(got.status, 0) + 1
        assert statuses.keys() == {0, 1, 3}, statuses


def test_usage():
    """A wrong command line is status 2"""
    for arguments in ([], ["--check", "--undo", "x"], ["--nonsense", "x"], ["-j", "x"]):
        got = enlighten(*arguments)
        equal((got.status, got.out), (2, b""))
        contains(got.err, b"try 'ipectl enlighten --help'")


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
