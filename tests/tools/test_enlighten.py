#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl enlighten. Usage: test_enlighten.py IPECTL SHIM"""
import contextlib
import hashlib
import os
import random
import re
import resource
import shutil
import struct
import subprocess
import sys
import threading
from pathlib import Path

from harness import (Skip, contains, enter_private_mounts, equal, ipectl, lacks, mounted,
                     need_mounts, run_tests, scratch)

SHIM = os.path.abspath(sys.argv[2])
LOADER = "/lib64/ld-linux-x86-64.so.2"
OTHER = "/lib/x86_64-linux-gnu/libz.so.1"
MUTATIONS = 400
RAN = b"ran 5\n"
SOURCE = """#include <stdio.h>
__thread int five = 5;
static const char *const words[] = { "ran", "walked" };
int main(int argc, char **argv) { (void)argv; printf("%s %d\\n", words[argc - 1], five); return 0; }
"""
STRIPPERS = [[], ["strip"], ["objcopy", "--strip-debug"], ["eu-strip"], ["llvm-strip"]]


@contextlib.contextmanager
def places():
    """A folder for programs."""
    with scratch() as tmp:
        (tmp / "bin").mkdir()
        tmp.chmod(0o755)
        yield tmp / "bin"


def copy(program, folder, name=None):
    return Path(shutil.copy(shutil.which(program), folder / (name or program)))


def compiled(folder, name, *options, source=SOURCE, compiler="gcc"):
    """A program, or None if this compiler or linker does not make such a one."""
    path = folder / name
    (folder / f"{name}.c").write_text(source)
    done = subprocess.run([compiler, "-o", path, folder / f"{name}.c", *options],
                          capture_output=True, check=False)
    (folder / f"{name}.c").unlink()
    return path if done.returncode == 0 else None


def readelf(option, path):
    return subprocess.run(["readelf", "-W", option, path], check=True, text=True,
                          capture_output=True).stdout


def needed(path):
    return re.findall(r"\(NEEDED\) +Shared library: \[(.*)\]", readelf("-d", path))


def needed_count(path):
    """How many there are, also where damaged section headers hide what they are called."""
    return subprocess.run(["readelf", "-W", "-d", path], check=False, text=True, errors="replace",
                          capture_output=True).stdout.count("(NEEDED)")


def started(path, *arguments, prefix=(), env=None):
    return subprocess.run([*prefix, path, *arguments], capture_output=True, check=False,
                          env=env or {}, stdin=subprocess.DEVNULL)


def runs(path, *arguments, wanted=RAN, what="", **options):
    done = started(path, *arguments, **options)
    equal((what, done.returncode, done.stdout, done.stderr), (what, 0, wanted, b""))


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
            before, content = needed(path), digest(path)
            got = enlighten(path)
            equal((got.status, got.out, got.err),
                  (0, f"enlightened          {path}\n".encode(), b""))
            equal(needed(path), [SHIM, *before])
            done = subprocess.run([path, *arguments], input=b"ran\n", capture_output=True, env={},
                                  check=False)
            equal((done.returncode, done.stdout, done.stderr), (0, b"ran\n", b""))
            got = enlighten("--undo", path)
            equal((got.status, got.out), (0, f"no longer            {path}\n".encode()))
            equal(digest(path), content)


def test_gate():
    """An enlightened interpreter refuses what the kernel refuses, without any environment"""
    need_mounts()
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
    """--check tries what would take the shim out, and says so; its status says what is enlightened"""
    need_mounts()
    with places() as bin_:
        path, other = copy("dash", bin_), copy("sed", bin_)
        got = enlighten("--check", path)
        equal((got.status, got.out), (1, f"not enlightened  {path}\n".encode()))
        enlighten(path)
        got = enlighten("--check", path)
        equal((got.status, got.err), (0, b""))
        first, *rest = got.out.decode().splitlines()
        equal(first, f"enlightened      {path}")
        contains(" ".join(rest), "tried: other libraries by LD_LIBRARY_PATH and LD_PRELOAD")
        equal(enlighten("-c", path, other).status, 1)
        equal(enlighten("-c", path, bin_ / "missing", other).status, 3)


def test_check_without_the_shim():
    """--check fails a program whose shim is gone"""
    need_mounts()
    with places() as bin_:
        path = copy("dash", bin_)
        shim = bin_.parent / "libipe-shim.so"
        shutil.copy(SHIM, shim)
        equal(enlighten("--shim", shim, path).status, 0)
        for text in (None, "x"):
            shim.unlink(missing_ok=True)
            if text:
                shim.write_text(text)
            reason = b"does not fit: it is not an ELF file" if text else b"No such file"
            got = enlighten("--check", path)
            equal((got.status, got.out), (1, f"does not start   {path}\n".encode()))
            contains(got.err, f"the shim '{shim}'".encode())
            contains(got.err, reason)
            unchanged(path, digest(path), enlighten(path), 3, reason)


def test_check_of_others():
    """A shim that is needed without its marker, or behind the C library, is none"""
    with places() as bin_:
        # Without a name of its own a library is needed by its path.
        shim = compiled(bin_.parent, "libipe-shim.so", "-shared", "-fPIC",
                        source="const char ipe_shim_is_required;")
        marked = ("extern const char ipe_shim_is_required; int main(void)"
                  "{ return &ipe_shim_is_required == 0; }")
        for name, options, source in (("unmarked", [shim], "int main(void) { return 0; }"),
                                      ("late", ["-lc", shim], marked)):
            path = compiled(bin_, name, "-fPIC", "-Wl,--no-as-needed", *options, source=source)
            contains(needed(path), str(shim))
            equal((name, enlighten("--check", path).status), (name, 1))


def test_what_is_written():
    """The shim's path is absolute and first; its marker is bound whatever the binding mode"""
    with places() as bin_:
        for options in (["-Wl,-z,lazy"], ["-Wl,-z,now"], ["-no-pie"]):
            path = compiled(bin_, "x", *options)
            before = len(re.findall(r"^ +LOAD ", readelf("-l", path), re.MULTILINE))
            enlighten(path)
            equal(needed(path)[0], SHIM)
            contains(readelf("-r", path), "R_X86_64_GLOB_DAT      0000000000000000 ipe_shim_is_requ")
            contains(readelf("--dyn-syms", path), "NOTYPE  GLOBAL DEFAULT  UND ipe_shim_is_required")
            loads = re.findall(r"^ +LOAD .*", readelf("-l", path), re.MULTILINE)
            equal(len(loads), before + 1)
            # Nothing that the loader reads is writable.
            contains(loads[-1], " R   0x1000")


def hostile(path, folder):
    """Ways to start it with another file in the shim's place: words before it, and variables."""
    for name in ("links", "links/glibc-hwcaps/x86-64-v2", "files"):
        (folder / name).mkdir(parents=True)
    for name in ("links", "links/glibc-hwcaps/x86-64-v2"):
        (folder / name / "libipe-shim.so").symlink_to(OTHER)
    (folder / "files/empty").touch()
    lines = [([], {"LD_LIBRARY_PATH": f"{folder}/links"}),
             ([], {"LD_PRELOAD": OTHER}),
             ([LOADER, "--library-path", folder / "links"], {}),
             ([LOADER, "--inhibit-cache", "--preload", OTHER], {})]
    for other in (OTHER, "/dev/null", folder / "files/empty"):
        lines.append((["unshare", "-Urm", "sh", "-c",
                       f'mount --bind {other} {SHIM} && exec "$@"', "sh"], {}))
        lines.append((["bwrap", "--dev-bind", "/", "/", "--bind", other, SHIM], {}))
        lines.append((["bwrap", "--unshare-user", "--dev-bind", "/", "/", "--ro-bind", other, SHIM],
                      {}))
    return lines


def test_nobody_takes_it_out():
    """By no environment, loader's option or mount does it start without the shim"""
    need_mounts()
    for tool in ("bwrap", "unshare"):
        if not shutil.which(tool):
            raise Skip(f"{tool} is not installed")
    with places() as bin_:
        path = copy("dash", bin_)
        bad = bin_.parent / "bad"
        bad.mkdir()
        with mounted("tmpfs", bad, "noexec"):
            (bad / "x").write_text("echo evil\n")
            ways = hostile(path, bin_.parent)
            for prefix, env in ways:
                contains(started(path, bad / "x", prefix=prefix, env={**os.environ, **env}).stdout,
                         b"evil")
            enlighten(path)
            for prefix, env in ways:
                done = started(path, bad / "x", prefix=prefix, env={**os.environ, **env})
                lacks(done.stdout, b"evil")
                assert done.returncode, (prefix, env)
                if "unshare" in prefix or "bwrap" in prefix:
                    assert re.search(b"undefined symbol: ipe_shim_is_required|file too short|"
                                     b"cannot (read|open)|failed to map", done.stderr), done.stderr


def test_stripped():
    """Programs of all linkers and kinds work after enlighten, each stripper, and --undo"""
    made = 0
    with places() as bin_:
        for compiler, linker, kinds in (("gcc", "bfd", KINDS), ("gcc", "lld", KINDS[:4]),
                                        ("gcc", "gold", KINDS[:2]), ("clang", "lld", KINDS[:1])):
            for kind in kinds:
                path = compiled(bin_, "x", f"-fuse-ld={linker}", *kind, compiler=compiler)
                if path and started(path).stdout == RAN:
                    made += 1
                    strip_all_ways(path, f"{compiler} {linker} {' '.join(kind)}")
    assert made >= 12, made


KINDS = [["-pie"], ["-no-pie"], ["-no-pie", "-Wl,--hash-style=sysv"],
         ["-pie", "-Wl,--hash-style=both", "-Wl,-z,lazy", "-rdynamic"],
         ["-no-pie", "-Wl,-z,noseparate-code", "-Wl,-z,norelro"],
         ["-pie", "-Wl,-z,max-page-size=65536"], ["-no-pie", "-Wl,-z,max-page-size=2097152"],
         ["-pie", "-fcf-protection=none", "-Wl,--build-id=none"],
         ["-no-pie", "-fcf-protection=full", "-Wl,-z,ibt,-z,shstk"],
         ["-pie", "-Wl,-z,pack-relative-relocs"], ["-no-pie", "-Wl,-z,rodynamic"], ["-pie", "-s"],
         ["-pie", "-g", "-Wl,-z,now"]]


def strip_all_ways(path, what):
    content = path.read_bytes()
    got = enlighten(path)
    equal((what, got.status, got.err), (what, 0, b""))
    new = path.read_bytes()
    for stripper in STRIPPERS:
        if stripper and not shutil.which(stripper[0]):
            raise Skip(f"{stripper[0]} is not installed")
        how = f"{what} {' '.join(stripper)}"
        path.write_bytes(new)
        if stripper:
            done = subprocess.run([*stripper, path], capture_output=True, check=False)
            equal((how, done.returncode, done.stderr), (how, 0, b""))
        runs(path, what=how)
        equal((how, needed(path)[0]), (how, SHIM))
        equal((how, enlighten("--undo", path).status), (how, 0))
        runs(path, what=how)
        lacks(readelf("-S", path), "ipe-enlighten")
        lacks(needed(path), SHIM)
        if not stripper:
            assert path.read_bytes() == content, what
        if stripper == ["strip"]:
            equal((how, enlighten(path).status), (how, 0))
            runs(path, what=how)


def test_stock_programs_stripped():
    """Debian's programs with a fixed address survive strip"""
    with places() as bin_:
        for name in ("/usr/bin/python3.11", "gawk", "dash"):
            if not shutil.which(name):
                continue
            path = copy(name, bin_, os.path.basename(name))
            enlighten(path)
            for stripper in (["strip"], ["eu-strip"], ["llvm-strip"]):
                subprocess.run([*stripper, path], check=True)
            code = {"dash": ["-c", "echo ran 5"], "gawk": ["BEGIN { print \"ran 5\" }"]}
            runs(path, *code.get(path.name, ["-c", "print('ran 5')"]))
            equal(enlighten("--undo", path).status, 0)
            runs(path, *code.get(path.name, ["-c", "print('ran 5')"]))


def notes(path):
    """What the program headers lead to: name, type and content of each note."""
    elf = path.read_bytes()
    start, count = struct.unpack_from("<Q", elf, 32)[0], struct.unpack_from("<H", elf, 56)[0]
    found = []
    for i in range(count):
        kind, _, offset, _, _, size = struct.unpack_from("<IIQQQQ", elf, start + 56 * i)
        end = offset + size
        while kind == 4 and offset < end:
            name, length, number = struct.unpack_from("<III", elf, offset)
            offset += 12
            body = offset + (name + 3 & ~3)
            found.append((elf[offset:offset + name].rstrip(b"\0"), number, elf[body:body + length]))
            offset = body + (length + 3 & ~3)
    return found


def site(kind, path):
    """A line of a profile, with an address in the program's code: where it starts."""
    (build_id,) = [body for name, number, body in notes(path) if (name, number) == (b"GNU", 3)]
    (entry,) = struct.unpack_from("<Q", path.read_bytes(), 24)
    return f"{kind} 0 {build_id.hex()}+{entry:x}\n"


def test_notes():
    """A profile and a name are put into notes beside the build-id, and survive strippers"""
    with places() as bin_:
        path = copy("dash", bin_)
        build_id = [note for note in notes(path) if note[:2] == (b"GNU", 3)]
        profile = bin_.parent / "profile"
        line = site("code", path)
        profile.write_text(line)
        equal(enlighten("--profile", profile, "--interpreter", "dash", path).status, 0)
        for stripper in (None, "strip", "eu-strip", "llvm-strip"):
            if stripper:
                subprocess.run([stripper, path], check=True)
            found = notes(path)
            contains(found, (b"ipe-enlighten", 1, line.encode()))
            contains(found, (b"ipe-enlighten", 2, b"dash"))
            contains(found, build_id[0])
        equal(enlighten("--undo", path).status, 0)
        for text in (b"", b"a\0b", bytes(20000)):
            profile.write_bytes(text)
            unchanged(path, digest(path), enlighten("-p", profile, path), 3,
                      f"the profile '{profile}' is no text".encode())
        for text, line in (("root:x:0:0\n", 1), ("# text\ncode 0 00+1\ncode 0\n", 3),
                           ("interpreter\n", 1), ("data 0 00+1 8 00+2 3\n", 1)):
            profile.write_text(text)
            unchanged(path, digest(path), enlighten("-p", profile, path), 3,
                      f"line {line} of '{profile}' is none of a profile".encode())
        unchanged(path, digest(path), enlighten("-p", bin_ / "none", path), 3,
                  b"cannot read the profile")
        profile.write_text("code 0 00+1\n")
        unchanged(path, digest(path), enlighten("-p", profile, path), 3,
                  b"its profile is of another build of it: make one of this build with ipe-shim-train")


def other_build(path):
    """The same program with a build-id that no table has."""
    (own,) = [body for _, number, body in notes(path) if number == 3]
    path.write_bytes(path.read_bytes().replace(own, own[::-1]))
    return path


def test_what_it_is():
    """It is written down which interpreter it is, so that another name does not matter"""
    with scratch() as noexec, places() as bin_, mounted("tmpfs", noexec, "noexec"):
        (noexec / "code").write_text("echo ran\n")
        (bin_ / "s").write_text(f". {noexec}/code\n")
        for name, option in (("dash", []), ("tool", []), ("cat", ["--interpreter", "dash"])):
            path = other_build(copy("dash", bin_, name))
            equal(enlighten(*option, path).status, 0)
            contains(notes(path), (b"ipe-enlighten", 2, b"dash"))
            for other in ("cat", "tool", "git"):
                os.rename(path, bin_ / "other")
                os.rename(bin_ / "other", path := bin_ / other)
                for arguments, stdin in (([bin_ / "s"], None), ([], noexec / "code")):
                    with open(stdin or os.devnull, "rb") as file:
                        done = subprocess.run([path, *arguments], stdin=file, capture_output=True,
                                              check=False)
                    lacks(done.stdout, b"ran")
                    contains(done.stderr, b"ipe-shim: ")
            for option in (["-i", "bash"], ["-p", bin_ / "s"]):
                unchanged(path, digest(path), enlighten(*option, path), 1,
                          b"is enlightened already: --undo it before")
            path.unlink()
        path = other_build(copy("dash", bin_, "dash2"))
        unchanged(path, digest(path), enlighten("-i", "sed", path), 1,
                  b"its file says that it is dash, and is believed: leave --interpreter out")
        path = copy("true", bin_)
        equal(enlighten(path).status, 0)
        equal([note for note in notes(path) if note[1] == 2 and note[0] == b"ipe-enlighten"], [])
        path.unlink()
        path = other_build(copy("dash", bin_, "dash." + "1" * 40))
        equal(enlighten(path).status, 0)
        contains(notes(path), (b"ipe-enlighten", 2, b"dash"))
        for wrong in ("dash." + "1" * 40, "klingon", "dsah", "cat", "", "a/dash", "x" * 300):
            got = enlighten("-i", wrong, path)
            equal((got.status, got.out), (2, b""))
            contains(got.err, b"is no name of an interpreter that is known")


def make_root(bin_):
    """An image with a program, its loader and C library, and the shim; links lead about in it."""
    root = bin_.parent / "root"
    for folder in ("lib64", "lib/x86_64-linux-gnu", "opt/real", "etc/ipe-enlighten/profiles", "sys"):
        (root / folder).mkdir(parents=True)
    for library in (LOADER, "/lib/x86_64-linux-gnu/libc.so.6"):
        shutil.copy(library, f"{root}{library}")
    shutil.copy(SHIM, root / "lib64/libipe-shim.so")
    copy("dash", root / "opt/real")
    (root / "bin").symlink_to("/opt/real")
    (root / "opt/sh").symlink_to("/../../bin/dash")
    return root


def test_root():
    """--root takes names, links, shim and profiles from the image, without its /proc and /dev"""
    if os.geteuid() != 0:
        raise Skip("this needs root")
    with places() as bin_:
        root = make_root(bin_)
        path = root / "opt/real/dash"
        build_id = next(note[2] for note in notes(path) if note[:2] == (b"GNU", 3)).hex()
        line = site("data", path)
        (root / "etc/ipe-enlighten/profiles" / build_id).write_text(line)
        before = digest(path)
        got = enlighten("--root", root, "--shim", "/lib64/libipe-shim.so", "opt/sh")
        equal((got.status, got.out, got.err), (0, b"enlightened          opt/sh\n", b""))
        equal(needed(path)[0], "/lib64/libipe-shim.so")
        contains(notes(path), (b"ipe-enlighten", 1, line.encode()))
        got = enlighten("--root", root, "--check", "/opt/sh")
        equal((got.status, got.err), (0, b""))
        contains(got.out, b"tried")
        equal(enlighten("--root", root, "--undo", "/bin/dash").status, 0)
        equal(digest(path), before)


def test_root_of_others():
    """Where an image cannot be tried this is said; without a shim in it nothing is changed"""
    with places() as bin_:
        root = make_root(bin_)
        path = root / "opt/real/dash"
        unchanged(path, digest(path), enlighten("-r", root, "/opt/sh"), 3,
                  f"cannot open the shim '{SHIM}': No such file or directory".encode())
        (root / "lib64" / os.path.basename(LOADER)).unlink()
        got = enlighten("-r", root, "-s", "/lib64/libipe-shim.so", "/opt/sh")
        equal((got.status, got.out), (0, b"enlightened          /opt/sh\n"))
        contains(got.err, f"note: not tried, as its loader '{LOADER}' is not there".encode())
        got = enlighten("-r", root, "/opt/none")
        equal(got.status, 3)
        contains(got.err, b"'/opt/none': cannot open it: No such file or directory; name it as it is "
                 b"called inside of the root")


def test_other_machines():
    """Programs of an arm64 image are enlightened by the same tool, if its shim is in the image"""
    if not shutil.which("aarch64-linux-gnu-gcc"):
        raise Skip("aarch64-linux-gnu-gcc is not installed")
    with places() as bin_:
        for options in ([], ["-no-pie", "-Wl,--hash-style=both"], ["-mbranch-protection=standard"]):
            path = compiled(bin_, "x", *options, compiler="aarch64-linux-gnu-gcc")
            shim = compiled(bin_, "libipe-shim.so", "-shared", "-fPIC",
                            source="const char ipe_shim_is_required;", compiler="aarch64-linux-gnu-gcc")
            unchanged(path, digest(path), enlighten(path), 3, b"for another architecture than the")
            before = digest(path)
            got = enlighten("--shim", shim, path)
            equal(got.status, 0)
            contains(readelf("-r", path), "R_AARCH64_GLOB_DAT")
            contains(readelf("-l", path), " R   0x10000")
            equal(enlighten("--undo", path).status, 0)
            equal(digest(path), before)


def test_without_proc():
    """It works where /proc is not mounted"""
    need_mounts()
    with places() as bin_:
        path = copy("dash", bin_)
        # This ipectl is not installed: its loader finds the library by /proc.
        env = {"LD_LIBRARY_PATH": str(Path(sys.argv[1]).resolve().parents[2] / "libipe-enlighten")}
        with mounted("tmpfs", "/proc"):
            got = enlighten(path, env=env)
            equal((got.status, got.err), (0, b""))
            equal(enlighten("--check", path, env=env).status, 0)
        equal(needed(path)[0], SHIM)


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
        (bin_ / "x.s").write_text(".globl _start\n_start: mov $231, %eax\nsyscall\n")
        subprocess.run(["gcc", "-c", "-o", bin_ / "x.o", bin_ / "x.s"], check=True)
        klibc = bin_ / "klibc"
        (bin_ / "x.ld").write_text("PHDRS { interp PT_INTERP; text PT_LOAD; } SECTIONS {"
                                   " .interp : { BYTE(47) BYTE(0) } :interp :text"
                                   " .text : { *(.text) } :text }\n")
        subprocess.run(["ld", "-T", bin_ / "x.ld", "-o", klibc, bin_ / "x.o"], check=True)
        for option in (["--check"], []):
            unchanged(klibc, digest(klibc), enlighten(*option, klibc), 1,
                      b"no dynamic section, as klibc's programs")
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
        for offset, value, status in ((18, 0xb7, 3), (18, 0x15, 1), (4, 1, 1), (5, 2, 1)):
            changed = bytearray(elf)
            changed[offset] = value
            path.write_bytes(changed)
            unchanged(path, digest(path), enlighten(path), status, b"for another architecture")


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
        equal(needed(path)[0], SHIM)
        path = copy("sed", bin_)
        os.link(path, bin_ / "other")
        before = digest(path)
        got = enlighten(path)
        equal(got.status, 0)
        contains(got.err, b"note: another hard link still leads to the old content")
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


def early(folder, name, action):
    """A program that does something before its first instruction, which is while it is tried."""
    return compiled(folder, name, source=f"""#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static void act(int argc, char **argv, char **envp)
{{
	(void)argc;
	(void)argv;
	for (; *envp; envp++)
		if (**envp == 'I') {{ {action} }}
}}
__attribute__((section(".preinit_array"), used)) static void (*early)(int, char **, char **) = act;
int main(void) {{ return 0; }}
""")


def test_changed_meanwhile():
    """A file that somebody else replaces meanwhile is left alone"""
    with places() as bin_:
        other = copy("sed", bin_.parent, "other")
        path = early(bin_, "x", f'rename("{other}", "{bin_}/x");')
        got = enlighten(path)
        unchanged(path, digest(Path(shutil.which("sed"))), got, 3, b"somebody else changed it meanwhile")


def test_shim_missing():
    """Where the shim is missing, is another file or cannot come up nothing is changed"""
    with places() as bin_:
        path = copy("dash", bin_)
        before = digest(path)
        shim = bin_.parent / "libipe-shim.so"
        unchanged(path, before, enlighten("--shim", shim, path), 3,
                  f"cannot open the shim '{shim}': No such file".encode(), b"install libipe-shim there")
        for options, source, reason in (
                (["-shared"], "int x;", b"it is not the shim, or an old one"),
                (["-shared"], "const char ipe_shim_is_required;", b"the shim does not come up"),
                (["-shared"], "extern int none(void); const char ipe_shim_is_required;"
                 "int call(void) { return none(); } int (*const x)(void) = none;",
                 b"does not start: ")):
            compiled(bin_.parent, "libipe-shim.so", "-fPIC", *options, source=source)
            unchanged(path, before, enlighten("--shim", shim, path), 3, reason)
        shim.write_text("")
        unchanged(path, before, enlighten("--shim", shim, path), 3, b"does not fit: it is not an ELF")


def test_program_fails():
    """A program that does not get to its start is left alone, and the error says how it ended"""
    with places() as bin_:
        for name, action, reason in (("status", "_exit(3);", b"ended with status 3, and said nothing"),
                                     ("signal", "raise(SIGKILL);", b"it was ended by signal 9"),
                                     ("words", 'write(2, "no \\33way\\n", 8); _exit(1);',
                                      b"does not start: no ?way;")):
            path = early(bin_, name, action)
            unchanged(path, digest(path), enlighten(path), 3, reason)


def test_no_room():
    """Where there is no room for the new file, or no right to make it, the old one stays"""
    with places() as bin_:
        need_mounts()
        small = bin_.parent / "small"
        small.mkdir()
        with mounted("tmpfs", small, "size=160k"):
            path = copy("dash", small)
            unchanged(path, digest(path), enlighten(path), 3, b"No space left on device")
        with mounted("tmpfs", small, "noexec"):
            got = enlighten(copy("dash", small))
            equal(got.status, 0)
            contains(got.err, b"note: not tried: its file system is mounted noexec")
        with mounted("tmpfs", small):
            path = copy("dash", small)
            unchanged(path, digest(path), enlighten(path, preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_FSIZE, (65536, 65536))), 3, b"cannot write the new file: File too large")
            subprocess.run(["mount", "-o", "remount,ro", small], check=True)
            unchanged(path, digest(path), enlighten(path), 3, b"Read-only file system; mount its file system writable")


def test_interrupted():
    """A signal that ends it leaves no file behind"""
    with places() as bin_:
        path = early(bin_, "x", "kill(getppid(), SIGTERM); _exit(1);")
        before = digest(path)
        got = enlighten(path)
        equal(got.status, -15)
        equal((digest(path), os.listdir(bin_)), (before, ["x"]))


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


def behaviour(path):
    """What it does; a signal and a status of the loader are one as good as the other."""
    try:
        done = subprocess.run([path, "-c", "echo ran"], capture_output=True, env={}, timeout=20,
                              check=False, stdin=subprocess.DEVNULL)
    except OSError as error:
        return error.errno
    return done.stdout if done.returncode == 0 else "fails"


def test_mutated_when_enlightened():
    """An enlightened file that was damaged is undone to one that can be read, or left as it is"""
    chance = random.Random(20261130)
    with places() as bin_:
        path = copy("dash", bin_)
        enlighten(path)
        original = path.read_bytes()
        for _ in range(MUTATIONS):
            changed = bytearray(original)
            for _ in range(chance.randrange(1, 4)):
                changed[chance.choice([chance.randrange(1024), chance.randrange(120000, len(changed))
                                       ])] = chance.randrange(256)
            path.write_bytes(changed)
            before = digest(path)
            got = enlighten("--undo", path)
            assert got.status in (0, 1, 3), (got.status, got.err)
            if got.status:
                equal(digest(path), before)
            equal(os.listdir(bin_), ["dash"])


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
            before, count, wanted = digest(path), needed_count(path), behaviour(path)
            got = enlighten(path)
            assert got.status in (0, 1, 3), (got.status, got.err)
            if got.status == 0:
                equal(needed_count(path), count + 1)
                # What is written may take the place of what was damaged.
                assert behaviour(path) in (wanted, b"ran\n"), behaviour(path)
                enlightened = digest(path)
                undone = enlighten("--undo", path).status
                # What did not come up before does not do so after --undo, and is left alone.
                assert undone == 0 or (undone == 3 and wanted != b"ran\n"), undone
                equal(digest(path), before if undone == 0 else enlightened)
                path.unlink()
            else:
                equal(digest(path), before)
                assert got.err.startswith(b"ipectl: enlighten: '") and got.err.endswith(b"\n"), got.err
            assert set(os.listdir(bin_)) <= {"original", "x"}, os.listdir(bin_)
            statuses[got.status] = statuses.get(got.status, 0) + 1
        assert statuses.keys() == {0, 1, 3}, statuses


def test_usage():
    """A wrong command line is status 2"""
    for arguments in ([], ["--check", "--undo", "x"], ["--nonsense", "x"], ["-j", "x"],
                      ["--shim", "libipe-shim.so", "x"], ["--shim", "/other.so", "x"],
                      ["--root", "/none", "x"], ["--interpreter", "a/b", "x"]):
        got = enlighten(*arguments)
        equal((got.status, got.out), (2, b""))
        contains(got.err, b"try 'ipectl enlighten --help'")


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
