#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl policy new. Usage: test_policy_new.py IPECTL"""
import os
import pty
import random
import re
import resource
import select
import shutil
import subprocess
import sys

from harness import (Skip, UNPRIVILEGED, contains, equal, full_device, ipectl, lacks,
                     need_small_program, run_tests, scratch)

OPS = ["EXECUTE", "FIRMWARE", "KMODULE", "KEXEC_IMAGE", "KEXEC_INITRAMFS", "POLICY", "X509_CERT"]


def new(*arguments, **options):
    got = ipectl("policy", "new", *arguments, **options)
    if got.out:
        linted = ipectl("policy", "lint", "--json", "-", stdin=got.out)
        equal((linted.status, [found for found in linted.json()[0]["findings"]
                               if found["code"] != "size"]), (0, []))
    return got


def rules(got):
    """Operation, digest and comment of each rule about a file."""
    equal(got.status, 0)
    pattern = r"^op=(\w+) fsverity_digest=(\S+) action=ALLOW(?: # (.*))?$"
    return re.findall(pattern, got.out.decode(), re.M)


def fsverity(*paths, algorithm="sha256"):
    if not shutil.which("fsverity"):
        raise Skip("fsverity is not installed")
    done = subprocess.run(["fsverity", "digest", f"--hash-alg={algorithm}", *paths],
                          capture_output=True, check=True)
    return {line.split(b" ")[0].decode() for line in done.stdout.splitlines()}


def tree(directory, count, largest):
    rng = random.Random(count)
    paths = []
    for number in range(count):
        path = directory / f"{number % 7}" / f"file {number}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(rng.randbytes(rng.choice([0, 1, 4095, 4096, 4097, rng.randrange(largest)])))
        path.chmod(0o755)
        paths.append(path)
    return paths


def test_code_without_suffix():
    """Start-up files and files in folders of code are trusted, whatever the directory is called"""
    code = ["zsh/functions/Misc/zmv", "zsh/site-functions/_tool", "bash-completion/completions/tool",
            "R/library/base/R/base", "tcl8.6/msgs/de.msg", "home/.bashrc", "etc/profile", "etc/zshenv",
            "home/.vimrc", "src/Makefile", "php/8.2/php.ini", "lib/module.pth"]
    with scratch() as tmp:
        for name in [*code, "zsh/help/zmv", "src/Makefile.old", "profile.d/README", "msgs/de.msg"]:
            (tmp / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp / name).write_text(f"{name}\n")
        wanted = sorted(f"{tmp}/{name}" for name in code)
        equal(sorted(comment for _, _, comment in rules(new("--from-dir", tmp))), wanted)
        got = rules(new("--from-dir", "functions", cwd=tmp / "zsh"))
        equal([comment for _, _, comment in got], ["functions/Misc/zmv"])


def test_left_out():
    """Files that are left out are counted by suffix, the most frequent first"""
    with scratch() as tmp:
        for name in ("a.scm", "b.m4", "c.mk", "d.zsh", "e.vim", "f.el"):
            (tmp / name).write_text(f"code of {name}\n")
        equal((len(rules(new("--from-dir", tmp))), new("--from-dir", tmp).err), (6, b""))
        for number in range(3):
            (tmp / f"{number}.txt").write_text("text\n")
        for name in ("plain", ".hidden", "x.s\x1bx", "y.md", "z.md"):
            (tmp / name).write_text("text\n")
        got = new("--from-dir", tmp)
        equal((len(rules(got)), got.err), (6, b"ipectl: policy new: files left out, as they do not "
              b"look like code: 8 (3 .txt, 2 without a suffix, 2 .md, 1 .s\\x1bx); --all trusts "
              b"every file\n"))
        for number in range(12):
            (tmp / f"one.{number:02}").write_text("text\n")
        contains(new("--from-dir", tmp).err, b", 1 .04, 8 others); ")
        equal(new("--from-dir", tmp, "--all").err, b"")
        (tmp / "folder.d").mkdir()
        (tmp / "link.txt").symlink_to("0.txt")
        contains(new("--from-dir", tmp).err, b": 20 (3 .txt")


def test_plain():
    """Without options the initramfs alone is trusted, for every operation"""
    lines = new("--compact").out.decode().splitlines()
    equal(lines, ["policy_name=device policy_version=0.0.1", "DEFAULT action=DENY",
                  *(f"op={op} boot_verified=TRUE action=ALLOW" for op in OPS)])
    got = new()
    contains(got.out, b"\n# ")
    equal(ipectl("policy", "print", "-", stdin=got.out).out.decode().splitlines(), lines)


def test_volumes():
    """Signed volumes and root hashes are trusted"""
    with scratch() as tmp:
        (tmp / "hex").write_text("A0" * 32 + "\n")
        (tmp / "long").write_text("b1" * 64)
        (tmp / "named").write_text("sha1:" + "c2" * 20)
        text = new("--dmverity-signature", "--roothash", tmp / "hex", "--roothash", tmp / "long",
                   "--roothash", tmp / "named", "--name", "x", "--policy-version", "3.4.5").out.decode()
    contains(text, "policy_name=x policy_version=3.4.5\n")
    for op in OPS:
        for prop in ("dmverity_signature=TRUE", f"dmverity_roothash=sha256:{'A0' * 32}",
                     f"dmverity_roothash=sha512:{'b1' * 64}", f"dmverity_roothash=sha1:{'c2' * 20}"):
            contains(text, f"\nop={op} {prop} action=ALLOW\n")


def test_bad_root_hash():
    """What is no root hash is refused, and so is what would add rules"""
    with scratch() as tmp:
        for content in (b"", b"x", b"a0" * 31, b"sha256:" + b"a" * 62, b"a" * 64 + b"\nop=EXECUTE",
                        b"\0" * 64, b"\0" + b"a" * 64, b"a" * 64 + b"\0x", os.urandom(100000), b":" + b"a" * 64):
            (tmp / "hash").write_bytes(content)
            got = new("--roothash", tmp / "hash")
            equal((got.status, got.out), (3, b""))
            contains(got.err, b"does not hold a root hash")
        equal(new("--roothash", tmp).status, 3)


def test_words():
    """A name and a version cannot bring rules with them"""
    for option in ("--name", "--policy-version"):
        for value in ("a b", "a#", "a\nop=EXECUTE action=ALLOW", "a\r", "\t", ""):
            got = new(option, value)
            equal((got.status, got.out), (2, b""))
            assert got.err


def test_digests():
    """The digests of a tree are those of 'fsverity digest', in the order of the paths"""
    for algorithm in ("sha256", "sha512"):
        with scratch() as tmp:
            paths = tree(tmp, 300, 700_000)
            got = rules(new("--from-dir", tmp, "--hash-alg", algorithm))
            equal({digest for _, digest, _ in got}, fsverity(*paths, algorithm=algorithm))
            equal([path for _, _, path in got], sorted(path for _, _, path in got))
            equal(len({digest for _, digest, _ in got}), len(got))


def test_same_every_time():
    """The same tree gives the same policy, on one processor and on all"""
    with scratch() as tmp:
        tree(tmp, 200, 100_000)
        all_at_once = new("--from-dir", tmp).out
        for _ in range(3):
            equal(new("--from-dir", tmp).out, all_at_once)
        equal(new("--from-dir", tmp, prefix=["taskset", "--cpu-list", "0"]).out, all_at_once)


def test_what_is_code():
    """Programs, libraries and scripts are code, with or without execute permission"""
    contents = {"elf": b"\177ELF", "script": b"#!/bin/sh\n", "m.py": b"a", "m.pm": b"b", "m.lua": b"c",
                "m.ko": b"d", "m.ko.xz": b"e", "data": b"f", "py": b"g", "short": b"#"}
    with scratch() as tmp:
        for name, content in contents.items():
            (tmp / name).write_bytes(content)
        (tmp / "executable").write_bytes(b"h")
        (tmp / "executable").chmod(0o744)
        os.symlink("data", tmp / "link.py")
        os.mkfifo(tmp / "fifo.sh")
        (tmp / "directory.sh").mkdir()
        found = {(op, path.rpartition("/")[2]) for op, _, path in rules(new("--from-dir", tmp))}
        equal(found, {*(("EXECUTE", name) for name in ("elf", "script", "m.py", "m.pm", "m.lua",
                                                       "executable")),
                      ("KMODULE", "m.ko"), ("KMODULE", "m.ko.xz")})
        every = {path.rpartition("/")[2] for _, _, path in rules(new("--all", "--from-dir", tmp))}
        equal(every, {*contents, "executable"})


def test_hostile_names():
    """A file's name can neither add a rule nor command a terminal"""
    with scratch() as tmp:
        for name in (b"a\nop=EXECUTE action=ALLOW", b"b\rop=EXECUTE action=ALLOW", b"c\x1b[31m",
                     b"d\xff\xfe", b"#", b" "):
            with open(os.fsencode(tmp) + b"/" + name, "wb") as file:
                file.write(b"#!" + name)
        got = new("--from-dir", tmp)
        equal(len(rules(got)), 6)
        lacks(got.out, b"\x1b")
        printed = ipectl("policy", "print", "-", stdin=got.out).out
        equal(printed.count(b"\nop=EXECUTE"), 7)
        lacks(printed, b"op=EXECUTE action")


def test_unreadable():
    """A file or directory that cannot be read is told, and there is no policy without it"""
    with scratch() as tmp:
        for name in ("a.sh", "b.sh"):
            (tmp / name).touch(mode=0)
        (tmp / "c.sh").touch()
        got = new("--from-dir", tmp, "-o", tmp / "policy", prefix=UNPRIVILEGED)
        equal((got.status, got.out, (tmp / "policy").exists()), (3, b"", False))
        for name in ("a.sh", "b.sh"):
            contains(got.err.decode(), f"cannot read '{tmp}/{name}': Permission denied; run ipectl as")
    with scratch() as tmp:
        (tmp / "locked").mkdir(mode=0)
        equal(new("--from-dir", tmp, prefix=UNPRIVILEGED).status, 3)
        equal(new("--from-dir", tmp / "missing").status, 3)


def test_package():
    """The files of Debian packages are taken from dpkg's list, and links are left out"""
    if not shutil.which("dpkg-query"):
        raise Skip("this is not Debian")
    got = rules(new("--from-dpkg", "dash", "sed"))
    names = {path.rpartition("/")[2] for _, _, path in got}
    assert {"dash", "sed"} <= names, names
    lacks(names, "sh")
    contains({digest for _, digest, _ in got}, *fsverity("/bin/sed"))
    wrong = new("--from-dpkg", "there-is-no-such-package")
    equal((wrong.status, wrong.out), (3, b""))


def test_package_below_root():
    """Packages of another root are read there, and links do not lead out of it"""
    if not shutil.which("dpkg-query"):
        raise Skip("this is not Debian")
    with scratch() as tmp:
        info = tmp / "var/lib/dpkg/info"
        info.mkdir(parents=True)
        (info.parent / "updates").mkdir()
        (info.parent / "diversions").write_text("/bin/moved\n/bin/moved.by\nother\n")
        (info.parent / "status").write_text(
            "Package: x\nStatus: install ok installed\nMaintainer: x\nVersion: 1\n"
            "Architecture: all\nDescription: x\n\n")
        (info / "format").write_text("1\n")
        (info / "x.list").write_text("/.\n/bin\n/bin/inside\n/bin/link\n/bin/gone\n/bin/moved\n")
        (tmp / "usr/bin").mkdir(parents=True)
        (tmp / "bin").symlink_to("/usr/bin")
        for name in ("inside", "moved", "moved.by"):
            (tmp / "usr/bin" / name).write_text(f"#!{name}")
        (tmp / "usr/bin/elsewhere").write_text("#!elsewhere")
        (tmp / "usr/bin/link").symlink_to("/usr/bin/elsewhere")
        got = rules(new("--root", tmp, "--from-dpkg", "x"))
        equal([path for _, _, path in got], ["/bin/inside", "/bin/moved.by"])
        equal({digest for _, digest, _ in got},
              fsverity(tmp / "usr/bin/inside", tmp / "usr/bin/moved.by"))


def test_output():
    """A file is replaced whole, also behind a link, and one that cannot be is an error"""
    with scratch() as tmp:
        (tmp / "policy").write_text("old")
        (tmp / "policy").chmod(0o600)
        equal(new("-c", "-o", tmp / "policy").status, 0)
        equal((tmp / "policy").read_bytes(), new("-c").out)
        equal(((tmp / "policy").stat().st_mode & 0o777, os.listdir(tmp)), (0o600, ["policy"]))
        equal(new("-o", tmp / "missing" / "policy").status, 3)
        equal(new("-o", tmp).status, 3)
        (tmp / "link").symlink_to("policy")
        equal(new("-c", "-n", "other", "-o", tmp / "link").status, 0)
        equal((tmp / "link").is_symlink(), True)
        contains((tmp / "policy").read_bytes(), b"policy_name=other")
    with open("/dev/full", "wb") as full:
        equal(new(stdout=full).status, 3)


def test_names():
    """Names that the kernel refuses are refused, as sign and lint do; quotes are told"""
    for name, error in (("a/b", b"EACCES"), ("..", b"EACCES"), ("x" * 256, b"ENAMETOOLONG")):
        got = ipectl("policy", "new", "--name", name)
        equal((got.status, got.out), (2, b""))
        contains(got.err, b"the kernel makes a directory")
        contains(got.err, error)
    got = ipectl("policy", "new", "--name", '"x"')
    equal(got.status, 0)
    contains(got.err, b"a quotation mark belongs to the policy's name")


def test_little_memory():
    """With whatever limit on memory there is a policy, or a sentence and status 3, and no abort"""
    need_small_program()
    with scratch() as tmp:
        tree(tmp, 40, 100000)
        statuses = set()
        for mebibytes in (*range(14, 30, 2), 40, 60, 500):
            got = ipectl("policy", "new", "--from-dir", tmp, preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20)))
            if b"shared libraries" in got.err:
                continue
            statuses.add(got.status)
            if got.status:
                contains(got.err, b"ipectl: out of memory")
                equal((got.status, got.out, got.err.count(b"\n")), (3, b"", 1))
        equal(statuses, {0, 3})


def test_file_size_limit():
    """A policy that is too long for the limit on files is told, and nothing stays behind"""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
    with scratch() as tmp:
        (tmp / "old").write_text("old")
        for name in ("new", "old"):
            got = ipectl("policy", "new", "-o", tmp / name, preexec_fn=limit)
            equal((got.status, got.out), (3, b""))
            contains(got.err, b"File too large; raise the limit on the size of files")
        equal((os.listdir(tmp), (tmp / "old").read_text()), (["old"], "old"))
        with open(tmp / "old", "wb") as file:
            got = ipectl("policy", "new", stdout=file, preexec_fn=limit)
        equal(got.status, 3)
        contains(got.err, b"cannot write to standard output: File too large")


def test_full_device():
    """A device is written to and not replaced, and a full one is an error"""
    with scratch() as tmp:
        device = full_device(tmp)
        got = new("-o", device)
        equal((got.status, os.stat(device).st_rdev), (3, os.makedev(1, 7)))
        contains(got.err, b"/full': No space left on device")


def test_too_long():
    """A policy that Linux's own IPE cannot read is written, with a warning"""
    with scratch() as tmp:
        for number in range(700):
            (tmp / f"{number}.sh").write_text(str(number))
        got = new("--from-dir", tmp, "--compact")
        equal(got.status, 0)
        contains(got.err, b"too long for Linux's own IPE")


def on_terminal(*arguments):
    """What ipectl prints on a terminal that is its standard error."""
    master, slave = pty.openpty()
    with subprocess.Popen([sys.argv[1], *arguments], stderr=slave, stdout=subprocess.DEVNULL) as child:
        os.close(slave)
        seen = b""
        while select.select([master], [], [], 30)[0]:
            try:
                seen += os.read(master, 4096)
            except OSError:
                break
        child.wait()
    os.close(master)
    return seen


def test_progress():
    """Long work shows its progress on a terminal and takes the bar away; short work does not"""
    with scratch() as tmp:
        with open(tmp / "large.sh", "wb") as file:
            file.truncate(2 << 30)
        seen = on_terminal("policy", "new", "--from-dir", tmp)
        contains(seen, b"] 0 of 1 files")
        assert seen.endswith(b"\r\x1b[K"), seen[-20:]
        (tmp / "large.sh").unlink()
        equal(on_terminal("policy", "new", "--from-dir", tmp), b"")


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules[__name__]))
