#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Profiles of call sites: learnt, obeyed, and believed only of root where the kernel trusts them.

Usage: test_profile.py SHIM TRAIN TRAINER
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from shimtest import (CLEAN, Skip, contains, equal, lacks, main, need, places, scratch, tools,
                      under_shim)

sys.path.insert(0, os.path.dirname(sys.argv[2]))
from elf import build_id  # noqa: E402

TRAIN, TRAINER = (os.path.abspath(argument) for argument in sys.argv[2:])
PROFILES = "/etc/ipe-enlighten/profiles"

# What each makes of a file that looks like no code, once as code and once as data.
PROGRAMS = {
    "dash": (["-c", ". {0}"], ["-c", "read word < {0}; echo ran $word"]),
    "bash": (["-c", ". {0}"], ["-c", "read word < {0}; echo ran $word"]),
    "zsh": (["-c", ". {0}"], ["-c", "read word < {0}; echo ran $word"]),
    "mawk": (["-f", "{0}"], ["{{ print \"ran\", $0 }}", "{0}"]),
    "gawk": (["@include \"{0}\""], ["{{ print \"ran\", $0 }}", "{0}"]),
    "sed": (["-n", "-f", "{0}", "/etc/passwd"], ["s/^/ran /", "{0}"]),
    "make": (["-s", "--eval", "include {0}"], ["-s", "--eval", "$(info ran $(file < {0}))x:"]),
    "tclsh": (["{1}"], ["{1}", "data"]),
    "m4": (["-Dname=include(`{0}')", "{1}"], ["-Dname=ran undivert(`{0}')", "{1}"]),
}
TEXTS = {
    "sed": "1i ran\n", "gawk": "BEGIN {{ print \"ran\" }}\n", "mawk": "BEGIN {{ print \"ran\" }}\n",
    "make": "$(info ran)\nx:;\n", "tclsh": "puts ran\n", "m4": "ran\n",
}
TRUSTED_TEXTS = {
    "tclsh": "if {{$argc}} {{ puts \"ran [read [open {0}]]\" }} else {{ source {0} }}\n",
    "m4": "name\n",
}


def train(*arguments):
    return subprocess.run(["/usr/bin/python3", "-B", TRAIN, "--trainer", TRAINER, *arguments], env=CLEAN,
                          capture_output=True, text=True, check=False, timeout=300)


class installed:
    """An /etc of the test's own with these profiles in it, by the name of the file."""

    def __init__(self, profiles, trusted=True):
        self.profiles = profiles
        self.trusted = trusted

    def __enter__(self):
        self.root = places().trusted / "etc"
        for name in ("upper", "work"):
            (self.root / name).mkdir(parents=True)
        tools.mount("overlay", "/etc",
                    f"lowerdir=/etc,upperdir={self.root}/upper,workdir={self.root}/work")
        os.makedirs(PROFILES)
        if not self.trusted:
            tools.mount("tmpfs", PROFILES, "noexec")
        for name, text in self.profiles.items():
            Path(PROFILES, name).write_text(text)

    def __exit__(self, *exception):
        if not self.trusted:
            subprocess.run(["umount", PROFILES], check=True)
        subprocess.run(["umount", "/etc"], check=True)
        shutil.rmtree(self.root)


def learnt(program):
    """Build-id and text of the profile."""
    with scratch() as folder:
        done = train("--output", str(folder), program if "/" in program else need(program))
        equal((done.returncode, done.stderr), (0, ""))
        (path,) = folder.iterdir()
        equal(oct(path.stat().st_mode & 0o777), "0o644")
        return path.name, path.read_text()


def other_build(program):
    """A copy with a build-id that no table has."""
    source = Path(os.path.realpath(need(program)))
    data = source.read_bytes()
    own = bytes.fromhex(build_id(source))
    copy = places().trusted / program
    copy.write_bytes(data.replace(own, own[::-1]))
    copy.chmod(0o755)
    return str(copy)


def attempts(program):
    """Files that look like no code, and a trusted program that does what arguments cannot."""
    name = f"{program}-settings"
    places().both(name, TEXTS.get(program, "echo ran\n").format())
    untrusted, trusted = (str(folder / name) for folder in (places().untrusted, places().trusted))
    for path in (untrusted, trusted):
        main_program = places().trusted / f"{program}-main"
        main_program.write_text(TRUSTED_TEXTS.get(program, "").format(path))
        for kind, arguments in zip(("code", "data"), PROGRAMS[program]):
            command = [need(program), *(word.format(path, main_program) for word in arguments)]
            yield kind, path == trusted, under_shim(*command, cwd=places().trusted)


def check_program(program):
    identity, text = learnt(program)
    contains(text, "code 0 ")
    with installed({identity: text}):
        for kind, trusted, done in attempts(program):
            if kind == "code" and not trusted:
                lacks(done.stdout, "ran")
                contains(done.stderr, "ipe-shim: ")
            else:
                contains(done.stdout, "ran")
                lacks(done.stderr, "ipe-shim: ")


def test_enlightened():
    """a profile fits the program after patchelf has added what it needs, and before"""
    for program in ("dash", "gawk", "make"):
        identity, text = learnt(program)
        with scratch() as folder:
            copy = folder / program
            shutil.copy(os.path.realpath(need(program)), copy)
            subprocess.run([need("patchelf"), "--add-needed", "libdl.so.2", str(copy)], check=True)
            done = train("--print", str(copy))
            equal((done.returncode, done.stdout), (0, text))


def make_from_stdin(text, *arguments, file=None):
    """What make prints, whose copy of its standard input is not trusted."""
    stdin = {"stdin": file} if file else {"input": text}
    return under_shim(need("make"), "-s", "-f", "-", *arguments,
                      env={"TMPDIR": str(places().untrusted)}, **stdin).stdout


def make_from_file(setting):
    Path("/etc/ipe-enlighten.conf").write_text(f"inline = {setting}\n")
    with open(places().trusted / "code.mk", encoding="utf-8") as file:
        return make_from_stdin("", file=file)


def test_copy_of_stdin():
    """make copies its program from standard input into a file: code without a file all the same"""
    identity, profile = learnt("make")
    text = "$(info ran)\nx:;\n"
    (places().trusted / "code.mk").write_text(text)
    with installed({identity: profile}):
        contains(make_from_stdin(text), "ran")
        contains(make_from_file("securebits"), "ran")
        lacks(make_from_file("deny"), "ran")
        os.unlink("/etc/ipe-enlighten.conf")
        for name in ("GmAbC", "GmAbCdEfG", "gmAbCdEf", "GmAb-dEf", "GmAbCdEf.x", "code"):
            path = places().untrusted / name
            path.write_text(text)
            lacks(make_from_stdin(f"include {path}\nx:;\n"), "ran")
        path = places().untrusted / "GmAbCdEf"
        path.write_text(text)
        lacks(make_from_stdin("x:;\n", "-f", str(path)), "ran")
        lacks(under_shim(need("make"), "-s", "--eval", f"include {path}").stdout, "ran")


def test_no_false_alarm():
    """with a profile a script is data where it is read as data"""
    program = other_build("dash")
    identity, text = learnt(program)
    places().both("script.sh", "#!/bin/sh\n")
    command = [program, "-c", f"read word < {places().untrusted}/script.sh; echo ran $word"]
    equal(under_shim(*command).stdout, "ran\n")
    contains(under_shim(*command).stderr, "(no-profile)")
    with installed({identity: text}):
        done = under_shim(*command)
        equal((done.stdout, done.stderr), ("ran #!/bin/sh\n", ""))


def bad_profiles(build_id, text):
    lines = [None, next(line for line in text.splitlines() if line.startswith("code"))]
    lines[1] = " ".join(lines[1].split(" ")[:3])
    yield "more than a line has", lines[1] + " x\n"
    yield "no offset", lines[1].split("+")[0] + "\n"
    yield "an empty offset", lines[1].split("+")[0] + "+\n"
    yield "an offset too long", lines[1].split("+")[0] + "+" + "1" * 13 + "\n"
    yield "no hexadecimal offset", lines[1] + "g\n"
    yield "another word", text + "coda 0 " + lines[1].split(" ")[2] + "\n"
    yield "a negative distance", f"{lines[1]} -8 {build_id}+10\n"
    yield "a crooked distance", f"{lines[1]} 7 {build_id}+10\n"
    yield "a long distance", f"{lines[1]} 16392 {build_id}+10\n"
    yield "no distance", f"{lines[1]} 0 {build_id}+10\n"
    yield "a distance alone", f"{lines[1]} 8\n"
    yield "two distances", f"{lines[1]} ** {build_id}+10\n"
    yield "any distance alone", f"{lines[1]} *\n"
    yield "any distance before the caller", f"data * {build_id}+10\n"
    yield "a distance before the caller", f"data 8 {build_id}+10\n"
    yield "an address that is in no code", f"{text}data 0 {build_id}+0\n"
    yield "what interprets nothing", text + "interpreter cat\n"
    yield "a name too long", text + f"interpreter {'x' * 32}\n"
    yield "two names", text + "interpreter dash bash\n"
    yield "no site", "interpreter dash\n"
    yield "another build-id", f"code 0 {'0' * 40}+10\n"
    yield "no build-id", "code 0 +10\n"
    yield "too many sites", f"{lines[1]}\n" * 129
    yield "too much text", text + "#" * 20000 + "\n"
    yield "a NUL", text + "\0\n"


def test_malformed():
    """a profile that is not understood to its end is not used, and that is said"""
    program = other_build("dash")
    identity, text = learnt(program)
    places().both("script.sh", "#!/bin/sh\n")
    command = [program, "-c", f"read word < {places().untrusted}/script.sh; echo ran $word"]
    for what, wrong in bad_profiles(identity, text):
        with installed({identity: wrong}):
            done = under_shim(*command)
            assert done.stdout == "ran\n", f"{what}: the profile was used"
            contains(done.stderr, "bad-profile")


def test_not_believed():
    """a profile is believed only if it is root's, only root can write to it, and it is trusted"""
    if os.geteuid() != 0:
        raise Skip("not root")
    program = other_build("dash")
    identity, text = learnt(program)
    path = Path(PROFILES, identity)
    places().both("script.sh", "#!/bin/sh\n")
    command = [program, "-c", f"read word < {places().untrusted}/script.sh; echo ran $word"]

    def is_used():
        return under_shim(*command).stdout == "ran #!/bin/sh\n"

    with installed({identity: text}):
        assert is_used()
        os.chown(path, 1000, 0)
        assert not is_used()
        os.chown(path, 0, 0)
        assert is_used()
        for mode in (0o664, 0o646):
            path.chmod(mode)
            assert not is_used()
        path.chmod(0o600)
        assert is_used()
        path.unlink()
        path.mkdir()
        assert not is_used()
        path.rmdir()
        os.mkfifo(path)
        assert not is_used()
    with installed({identity: text}, trusted=False):
        assert not is_used()


def test_forged():
    """one that calls every caller data does not hide the script nor the start-up files"""
    program = other_build("bash")
    identity, text = learnt(program)
    places().both("rc", "echo ran\n")
    forged = text.replace("code ", "data ")
    with installed({identity: forged}):
        equal(under_shim(program, str(places().untrusted / "rc")).stdout, "")
        done = under_shim(program, "-c", ":", env={"BASH_ENV": f"{places().untrusted}/rc"})
        equal(done.stdout, "")


def with_any_distance(profile):
    """Each of its places is anywhere on the stack."""
    return re.sub(r"^((?:code|data) 0 \S+) [0-9]+ ", r"\1 * ", profile, flags=re.MULTILINE)


def test_any_distance():
    """a place can be anywhere above the caller, and one of code counts for more"""
    program = other_build("dash")
    identity, text = learnt(program)
    assert with_any_distance(text) != text
    places().both("words", "echo ran\n")
    with installed({identity: with_any_distance(text)}):
        untrusted = places().untrusted / "words"
        equal(under_shim(program, "-c", f"read word < {untrusted}; echo $word").stdout, "echo ran\n")
        equal(under_shim(program, "-c", f". {places().trusted}/words").stdout, "ran\n")
        done = under_shim(program, "-c", f". {untrusted}")
        equal(done.stdout, "")
        contains(done.stderr, f"ipe-shim: {untrusted}: refused")


def test_frames_that_vary():
    """gdb's frames are as large as the paths that it opens: data is data and code is code with all"""
    gdb = need("gdb")
    contains(train("--print", gdb).stdout, " * ")
    folder = places().untrusted
    (folder / "program.s").write_text(".text\n.globl _start\n_start:\nnop\nnop\n")
    (folder / "words").write_text("echo ran\\n\n")
    subprocess.run([need("as"), "-g", "-o", "program.o", "program.s"], cwd=folder, check=True)
    subprocess.run([need("ld"), "-o", "program", "program.o"], cwd=folder, check=True)
    shutil.copy(folder / "program", places().trusted)
    (folder / "program-gdb.gdb").write_text("echo ran\\n\n")
    (folder / "program-gdb.py").write_text("print('ran')\n")
    done = under_shim(gdb, "-nx", "-batch", "-iex", "set auto-load safe-path /", "-ex", "list 1", "program", cwd=folder)
    lacks(done.stdout, "ran")
    equal(done.stderr.count("ipe-shim: "), 2)
    for name in ("program-gdb.gdb", "program-gdb.py"):
        (folder / name).unlink()
    for size in (100, 9000, 20000):
        # What is opened before leaves words of data on the stack, and the frames of code are large.
        done = under_shim(gdb, "-nx", "-batch", *["-ex", "file ./program"] * 3, "-ex", "list 1",
                          "-ex", f"directory {':'.join(f'/{n}' for n in range(size // 5))}:{folder}",
                          "-ex", "source -s words", cwd=folder)
        lacks(done.stdout, "ran")
        contains(done.stderr, "ipe-shim: ")
    for length in (0, 1, 7, 20, 60, 110):
        ahead = "./" * length
        done = under_shim(gdb, "-nx", "-batch", "-ex", "list 1", f"{ahead}program", cwd=folder)
        contains(done.stdout, ".text")
        lacks(done.stderr, "ipe-shim: ")
        done = under_shim(gdb, "-nx", "-batch", "-ex", "break _start", "-ex", "run", "-ex", f"gcore {ahead}core",
                          "-ex", "kill", "-ex", f"core-file {ahead}core", "-ex", "backtrace",
                          str(places().trusted / "program"), cwd=folder)
        contains(done.stdout, "Breakpoint 1, _start ()")
        contains(done.stdout, "#0  _start ()")
        lacks(done.stderr, "ipe-shim: ")
        for arguments in (["-x", f"{ahead}words"], ["-ex", f"source {ahead}words"],
                          ["-d", f"{folder}/{ahead}", "-ex", "source -s words"]):
            done = under_shim(gdb, "-nx", "-batch", *arguments, cwd=folder)
            lacks(done.stdout, "ran")
            contains(done.stderr, "ipe-shim: ")


def test_frames_without_tables():
    """mksh, which cannot be unwound, opens $(<FILE) as it opens code; who calls that function tells them apart"""
    program = other_build("mksh")
    identity, text = learnt(program)
    opener, distance = re.search(r"^data 0 (\S+) ([1-9][0-9]*) ", text, re.MULTILINE).groups()
    contains(text, f"code 0 {opener} {distance} ")
    lacks(text.splitlines(), f"code 0 {opener}")
    places().both("input", "echo ran\n")
    with installed({identity: text}):
        untrusted = places().untrusted / "input"
        for folder in (places().untrusted, places().trusted):
            done = under_shim(program, "-c", f"word=$(<{folder}/input); echo $word; . {folder}/input")
            equal(done.stdout, "echo ran\n" + "ran\n" * (folder == places().trusted))
        for command in (f". {untrusted}", f"word=$(<{untrusted}); . {untrusted}", f"word=$(. {untrusted}); echo $word"):
            done = under_shim(program, "-c", command)
            lacks(done.stdout, "ran")
            contains(done.stderr, f"ipe-shim: {untrusted}: refused")
        done = under_shim(program, str(untrusted))
        lacks(done.stdout, "ran")


def test_trainer_needs_more_than_the_environment():
    """the shim itself records nothing, whatever descriptor and variable there are"""
    with scratch() as folder, open(folder / "record", "wb") as record:
        os.dup2(record.fileno(), 1000)
        done = under_shim(need("dash"), "-c", "read word < /etc/passwd", pass_fds=[1000],
                          env={"IPE_TRAINER_RECORD": "1000"})
        os.close(1000)
        equal(done.returncode, 0)
        equal((folder / "record").read_bytes(), b"")


def test_static():
    """a static program is not learnt from, and that is said"""
    with scratch() as folder:
        source = folder / "dash.c"
        source.write_text("int main(void) { return 0; }\n")
        program = folder / "dash"
        done = subprocess.run([need("gcc"), "-static", "-o", str(program), str(source)],
                              check=False, capture_output=True)
        if done.returncode != 0:
            raise Skip("no static program can be made here")
        done = train("--print", str(program))
        equal(done.returncode, 1)
        contains(done.stderr, "it is static")


def test_unknown():
    """nor is one for which there is no lesson"""
    done = train("--print", need("cat"))
    equal((done.returncode, done.stdout), (1, ""))
    contains(done.stderr, "there is no lesson for it")


def test_what_is_wrong():
    """what keeps a program from being learnt from is said"""
    with scratch() as folder:
        for name, text, wanted in [("script", b"#!/bin/sh\n", "it is a script"),
                                   ("text", b"text", "it is no ELF file"),
                                   ("damaged", b"\x7fELF\x02\x01" + b"\xff" * 90, "not in it"),
                                   ("other", b"\x7fELF\x01\x01" + b"\0" * 90, "no 64-bit")]:
            path = folder / name
            path.write_bytes(text)
            done = train("--print", "--host", "dash", str(path))
            contains(done.stderr, "it cannot be executed")
            path.chmod(0o755)
            done = train("--print", "--host", "dash", str(path))
            equal((done.returncode, done.stdout), (1, ""))
            contains(done.stderr, wanted)
            lacks(done.stderr, "Traceback")
    done = train("--print", "--trainer", "/nonexistent.so", need("dash"))
    contains(done.stderr, "/nonexistent.so, which records, is missing")


def test_unknown_site():
    """where sites are known, a caller that is none of them reads code"""
    program = other_build("bash")
    identity, text = learnt(program)
    places().both("words", "ran\n")
    command = [program, "-c", f"read word < {places().untrusted}/words; echo $word"]
    with installed({identity: text}):
        equal(under_shim(*command).stdout, "ran\n")
    code_alone = "".join(f"{line}\n" for line in text.splitlines() if not line.startswith("data"))
    with installed({identity: code_alone}):
        done = under_shim(*command)
        equal(done.stdout, "\n")
        lacks(done.stderr, "no-profile")


def add_tests():
    for program in PROGRAMS:
        def test(program=program):
            check_program(program)
        test.__doc__ = f"{program}: what is read as code is judged, what is read as data is not"
        globals()[f"test_program_{program}"] = test


add_tests()

if __name__ == "__main__":
    main(sys.modules[__name__])
