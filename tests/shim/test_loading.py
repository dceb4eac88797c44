#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How the shim comes into a program, and how a launcher learns that it did.

Usage: test_loading.py SHIM TRAINER LIAR OWN-ADDRESS [OWN-CALLS]
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from shimtest import CLEAN, SHIM, Skip, contains, equal, main, need, places, scratch

TRAINER, LIAR, OWN_ADDRESS = (os.path.abspath(argument) for argument in sys.argv[2:5])
OWN_CALLS = sys.argv[5:]
HANDSHAKE = "IPE_SHIM_HANDSHAKE"


def enlightened(folder, program="dash"):
    """A copy of the program that needs the shim, in a folder that has the shim too."""
    copy = folder / program
    shutil.copy(os.path.realpath(need(program)), copy)
    shutil.copy(SHIM, folder / "libipe-shim.so")
    subprocess.run([need("patchelf"), "--add-needed", str(folder / "libipe-shim.so"), str(copy)],
                   check=True)
    return str(copy)


def run(*command, env=None, **options):
    return subprocess.run(command, env={**CLEAN, **(env or {})}, capture_output=True, text=True,
                          timeout=60, check=False, **options)


def scripts(name="evil.sh"):
    places().both(name, "echo ran\n")
    return str(places().untrusted / name), str(places().trusted / name)


def test_needed():
    """as a library that the program needs it does the same, in an empty environment too"""
    untrusted, trusted = scripts()
    for program in ("dash", "bash"):
        copy = enlightened(places().trusted, program)
        for command in ([copy], [need("env"), "-i", copy]):
            done = run(*command, untrusted)
            equal(done.stdout, "")
            contains(done.stderr, "ipe-shim: ")
            equal(run(*command, trusted).stdout, "ran\n")


def test_needed_adds_nothing():
    """and leaves the environment of what it starts alone"""
    copy = enlightened(places().trusted)
    equal(run(copy, "-c", f"{need('env')} -u PATH -u LC_ALL -u PWD").stdout, "")


def test_needed_and_secure():
    """in a set-user-ID program as well, which pays no heed to the launcher's variable"""
    if os.geteuid() != 0:
        raise Skip("not root")
    untrusted, trusted = scripts()
    copy = enlightened(places().trusted)
    for path in (places().trusted.parent, places().trusted, places().untrusted):
        path.chmod(0o755)
    os.chmod(copy, 0o4755)
    user = [need("setpriv"), "--reuid=65534", "--regid=65534", "--clear-groups"]
    done = run(*user, copy, untrusted)
    equal(done.stdout, "")
    contains(done.stderr, "ipe-shim: ")
    equal(run(*user, copy, trusted).stdout, "ran\n")
    equal(answer([*user, copy, "-c", ":"], preload=None)[0], b"")
    os.chmod(copy, 0o755)
    equal(answer([*user, copy, "-c", ":"], preload=None)[0], b"I")


def test_preload_twice():
    """as both it does no harm"""
    untrusted, trusted = scripts()
    copy = enlightened(places().trusted)
    same = {"LD_PRELOAD": str(places().trusted / "libipe-shim.so")}
    equal(run(copy, untrusted, env=same).stdout, "")
    equal(run(copy, trusted, env=same).stdout, "ran\n")


def test_in_front():
    """a library in front of it is refused, even the C library itself, and named"""
    untrusted, _ = scripts()
    copy = enlightened(places().trusted)
    for preload in ("libc.so.6", TRAINER):
        done = run(copy, untrusted, env={"LD_PRELOAD": preload})
        equal((done.returncode, done.stdout), (126, ""))
        contains(done.stderr, f"{os.path.basename(preload)}: refused (in-front)")
    done = run(need("dash"), untrusted, env={"LD_PRELOAD": f"libc.so.6:{SHIM}"})
    equal((done.returncode, done.stdout), (126, ""))
    equal(run(need("dash"), "-c", "echo up", env={"LD_PRELOAD": f"{SHIM}:libc.so.6"}).stdout, "up\n")


def test_own_address():
    """a program with an address of its own for what is judged is none in front, and is judged"""
    untrusted, trusted = scripts()
    preload = {"LD_PRELOAD": SHIM}
    equal(run(OWN_ADDRESS, trusted, env=preload).stdout, "opened\n")
    done = run(OWN_ADDRESS, untrusted, env=preload)
    equal((done.returncode, done.stdout), (1, ""))
    contains(done.stderr, "ipe-shim: ")
    done = run(OWN_ADDRESS, trusted, env={"LD_PRELOAD": f"{TRAINER}:{SHIM}"})
    equal((done.returncode, done.stdout), (126, ""))
    contains(done.stderr, "refused (in-front)")


def test_own_calls():
    """a program that opens files by system calls of its own does not start, whatever it is called"""
    if not OWN_CALLS:
        raise Skip("such a program is known on x86_64 alone")
    _, trusted = scripts()
    for name in ("own", "bun"):
        copy = places().trusted / name
        shutil.copy(OWN_CALLS[0], copy)
        equal(run(str(copy), trusted).stdout, "opened\n")
        done = run(str(copy), trusted, env={"LD_PRELOAD": SHIM})
        equal((done.returncode, done.stdout), (126, ""))
        contains(done.stderr, "refused (own-calls)")
        contains(done.stderr, "ipectl run --supervise")
    copy = places().trusted / "bun"
    shutil.copy(need("true"), copy)
    equal(run(str(copy), env={"LD_PRELOAD": SHIM}).returncode, 126)


def test_no_own_calls():
    """the bytes of the instruction in the number of another are no system call"""
    if not OWN_CALLS:
        raise Skip("such a program is known on x86_64 alone")
    _, trusted = scripts()
    equal(run(OWN_CALLS[1], trusted, env={"LD_PRELOAD": SHIM}).stdout, "opened\n")


def test_liar():
    """a library that lies about files, as fakeroot's does, does not come between gate and kernel"""
    untrusted, trusted = scripts("name")
    copy = enlightened(places().trusted)
    for env, command in (({"LD_PRELOAD": LIAR}, copy), ({"LD_PRELOAD": f"{LIAR}:{SHIM}"}, need("dash")),
                         ({"LD_PRELOAD": f"{SHIM}:{LIAR}"}, need("dash"))):
        equal(run(command, untrusted, env=env).stdout, "")
        equal(run(command, trusted, env=env).stdout, "ran\n")


def test_other_adapters():
    """another interpreter's library, put in front, does not call a shell's code data"""
    untrusted, trusted = scripts()
    copy = enlightened(places().trusted)
    libraries = [str(path) for pattern in ("libruby-*.so.*", "libpython3.*.so.1.0", "libperl.so.*")
                 for path in Path("/usr/lib/x86_64-linux-gnu").glob(pattern)]
    if not libraries:
        raise Skip("no interpreter's library is installed")
    for library in libraries:
        for path, wanted in ((untrusted, ""), (trusted, "ran\n")):
            done = run(copy, "-c", f". {path}", env={"LD_PRELOAD": library})
            equal(done.stdout, wanted)


def test_other_name_by_mount():
    """a program that is mounted under the name of another is not taken for it"""
    untrusted, _ = scripts("name")
    copy = enlightened(places().trusted)
    for name in ("cat", "busybox"):
        target = places().trusted / name
        target.touch()
        subprocess.run(["mount", "--bind", copy, str(target)], check=True)
        try:
            done = run("cat", untrusted, executable=str(target))
            equal(done.stdout, "")
            contains(done.stderr, "ipe-shim: ")
        finally:
            subprocess.run(["umount", str(target)], check=True)
            target.unlink()


def test_relative_preload():
    """a relative path in LD_PRELOAD holds in a child with another working directory"""
    untrusted, _ = scripts()
    with scratch() as folder:
        shutil.copy(SHIM, folder / "libipe-shim.so")
        for value in ("./libipe-shim.so", "/nonexistent.so:./libipe-shim.so",
                      "./libipe-shim.so /nonexistent.so"):
            done = run(need("dash"), "-c", f"cd / && exec env -i {need('dash')} {untrusted}",
                       env={"LD_PRELOAD": value}, cwd=folder)
            equal(done.stdout, "")
            contains(done.stderr, f"ipe-shim: {untrusted}")


def test_other_preloads_stay():
    """other objects in LD_PRELOAD are kept"""
    done = run(need("env"), "-i", "LD_PRELOAD=/nonexistent.so", need("dash"), "-c",
               'echo "$LD_PRELOAD"', env={"LD_PRELOAD": SHIM})
    equal(done.stdout, f"{SHIM}:/nonexistent.so\n")


def answer(command, preload=SHIM, descriptor=None, inode=None, end=1, value=None):
    """What a launcher reads, and whether its end was left open."""
    ends = os.pipe()
    number = os.fstat(ends[end]).st_ino if inode is None else inode
    if value is None:
        value = f"{ends[end] if descriptor is None else descriptor}:{number}"
    env = {**CLEAN, HANDSHAKE: value}
    if preload:
        env["LD_PRELOAD"] = preload
    done = subprocess.run([*command], env=env, pass_fds=ends, capture_output=True, timeout=60,
                          check=False)
    os.close(ends[1])
    got = os.read(ends[0], 100)
    os.close(ends[0])
    return got, done.stdout


def test_handshake():
    """a launcher gets one byte on the pipe that it named, and nobody else gets the pipe"""
    listing = [need("dash"), "-c", "ls -l /proc/self/fd | grep -c pipe:"]
    got, out = answer([need("dash"), "-c", "echo up"])
    equal((got, out), (b"I", b"up\n"))
    _, with_it = answer(listing, preload=None)
    _, without_it = answer(listing)
    equal(int(with_it) - int(without_it), 1)


def test_no_handshake():
    """nothing is written to what is no pipe of the launcher's, or not named with its number"""
    echo = [need("dash"), "-c", "echo up"]
    for options in ({"preload": None}, {"inode": 1}, {"descriptor": 1}, {"descriptor": 2},
                    {"descriptor": 999}, {"end": 0}, {"value": ""}, {"value": "x"},
                    {"value": "4"}, {"value": "4:"}, {"value": ":4"}, {"value": "4:4:4"},
                    {"value": "-1:4"}, {"value": "99999999999999999999:4"},
                    {"value": "4:99999999999999999999999"}):
        equal(answer(echo, **options), (b"", b"up\n"))


def test_no_handshake_of_files():
    """nor to a file"""
    with scratch() as folder, open(folder / "file", "wb") as file:
        number = os.fstat(file.fileno()).st_ino
        subprocess.run([need("dash"), "-c", ":"], pass_fds=[file.fileno()], check=True,
                       env={**CLEAN, "LD_PRELOAD": SHIM, HANDSHAKE: f"{file.fileno()}:{number}"})
        equal((folder / "file").read_bytes(), b"")


def test_no_handshake_if_refused():
    """and a program that is refused at its start does not answer"""
    untrusted, _ = scripts()
    with open(untrusted, encoding="utf-8") as file:
        ends = os.pipe()
        env = {**CLEAN, "LD_PRELOAD": SHIM, HANDSHAKE: f"{ends[1]}:{os.fstat(ends[1]).st_ino}"}
        done = subprocess.run([need("dash")], stdin=file, env=env, pass_fds=ends,
                              capture_output=True, check=False)
    os.close(ends[1])
    equal((done.returncode, os.read(ends[0], 9)), (126, b""))
    os.close(ends[0])


if __name__ == "__main__":
    main(sys.modules[__name__])
