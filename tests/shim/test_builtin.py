#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the shim knows without a profile: Debian's builds, a note in the program, libraries.

Usage: test_builtin.py SHIM TRAIN TRAINER
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from shimtest import CLEAN, Skip, contains, equal, lacks, main, need, places, scratch, tools, \
    under_shim

sys.path.insert(0, os.path.dirname(sys.argv[2]))
from elf import build_id  # noqa: E402

TRAIN, TRAINER = (os.path.abspath(argument) for argument in sys.argv[2:])
SITES = Path(__file__).resolve().parents[2] / "interpreters/sites"


def need_built_in(program):
    """Its path, if this build of it is in the tables."""
    path = os.path.realpath(need(program))
    if not any(f"program {build_id(Path(path))} " in file.read_text()
               for file in SITES.iterdir()):
        raise Skip(f"this build of {program} is in no table")
    return path


def test_profiles_away():
    """nothing is lost with /etc/ipe-enlighten"""
    places().both("functions", "echo ran\n")
    for program in ("dash", "bash", "zsh", "mksh"):
        path = need_built_in(program)
        with tools.mounted("tmpfs", "/etc"):
            done = under_shim(path, "-c", f". {places().untrusted}/functions")
            equal(done.stdout, "")
            contains(done.stderr, "ipe-shim: ")
            done = under_shim(path, "-c", f"read word < {places().untrusted}/functions; echo $word")
            equal((done.stdout, done.stderr), ("echo ran\n", ""))


def test_ways_of_shells():
    """wherever in a script it is, a file that is included is code"""
    places().both("x", "echo ran\n")
    x = places().untrusted / "x"
    for line in (f'eval ". {x}"', f'echo "$(. {x})"', f'trap ". {x}" EXIT',
                 f"f() {{ . {x}; }}; f | cat"):
        for program in ("dash", "bash", "zsh", "mksh"):
            lacks(under_shim(need_built_in(program), "-c", line).stdout, "ran")


def test_ways_of_tcl_and_guile():
    """the same of Tcl and Guile, by each command that loads"""
    places().both("x.in", "puts ran\n")
    places().both("y.in", "(display \"ran\")\n")
    x, y = places().untrusted / "x.in", places().untrusted / "y.in"
    for line in (f"source {x}", f"interp create a; a eval {{source {x}}}",
                 f"namespace eval q {{source {x}}}", f"source -encoding utf-8 {x}",
                 f"uplevel #0 {{source {x}}}"):
        script = places().trusted / "main.tcl"
        script.write_text(f"catch {{{line}}}\n")
        lacks(under_shim(need_built_in("tclsh"), str(script)).stdout, "ran")
    guile = need_built_in("guile")
    for line in (f'(load "{y}")', f'(primitive-load "{y}")', f'(primitive-load-path "{y}")',
                 f'(load-from-path "../../..{y}")', f'(load-in-vicinity "{y.parent}" "y.in")'):
        script = places().trusted / "main.scm"
        script.write_text(line)
        lacks(under_shim(guile, "--no-auto-compile", str(script)).stdout, "ran")


def test_renamed():
    """a build that is known is what it is, whatever its file is called"""
    places().both("functions", "echo ran\n")
    for name in ("cat", "frob", "perl"):
        copy = places().trusted / name
        shutil.copy(need_built_in("dash"), copy)
        done = under_shim(str(copy), str(places().untrusted / "functions"))
        lacks(done.stdout, "ran")
        contains(done.stderr, "ipe-shim: ")
        copy.unlink()
    target = places().trusted / "cat"
    target.touch()
    subprocess.run(["mount", "--bind", need_built_in("dash"), str(target)], check=True)
    try:
        lacks(under_shim(str(target), str(places().untrusted / "functions")).stdout, "ran")
        equal(under_shim(str(target), "-c", "echo ran").stdout, "ran\n")
    finally:
        subprocess.run(["umount", str(target)], check=True)
        target.unlink()


def test_renamed_editor():
    """an editor that runs what it is given on standard input is one, whatever its file is called"""
    places().both("commands", "!echo ran\n")
    copy = places().trusted / "less"
    shutil.copy(need_built_in("ed"), copy)
    for where, wanted in ((places().untrusted, ""), (places().trusted, "ran\n!\n")):
        with open(where / "commands", encoding="utf-8") as file:
            equal((where, under_shim(str(copy), stdin=file).stdout), (where, wanted))
    copy.unlink()


def test_renamed_host():
    """nor does a name hide an interpreter that an adapter knows"""
    places().both("x", "print('ran')\n")
    source = Path(os.path.realpath(need("python3")))
    copy = places().trusted / "cat"
    copy.write_bytes(source.read_bytes().replace(bytes.fromhex(build_id(source)), b"\1" * 20))
    copy.chmod(0o755)
    lacks(under_shim(str(copy), "-I", str(places().untrusted / "x")).stdout, "ran")
    done = under_shim(str(copy), "-I", input="print('ran')")
    equal(done.stdout, "ran\n")
    copy.unlink()


def without_build_id(program, name):
    """A copy of it that is in no table."""
    source = Path(os.path.realpath(need(program)))
    copy = places().trusted / name
    copy.write_bytes(source.read_bytes().replace(bytes.fromhex(build_id(source)), b"\1" * 20))
    copy.chmod(0o755)
    return copy


def test_name_alone():
    """a shell that nobody knows gets no freedom by the name of a program that interprets nothing"""
    places().both("x", "echo ran\n")
    for name in ("cat", "git", "busybox", "x86_64-linux-gnu-gcc-12"):
        copy = without_build_id("dash", name)
        done = under_shim(str(copy), str(places().untrusted / "x"))
        lacks(done.stdout, "ran")
        contains(done.stderr, "ipe-shim: ")
        copy.unlink()


def test_interprets_nothing():
    """a program that is one of those reads scripts, in whatever build"""
    places().both("x.py", "#!/bin/sh\necho = ran\n")
    for program, *arguments in (("git", "hash-object"), ("tar", "-cf", "/dev/null"), ("cat",),
                                ("grep", "ran"), ("xxd",), ("luac5.4", "-p"), ("diff", "/dev/null")):
        copy = without_build_id(program, os.path.basename(os.path.realpath(need(program))))
        done = under_shim(str(copy), *arguments, "x.py", cwd=places().untrusted)
        lacks(done.stderr, "ipe-shim: ")
        equal(done.returncode, int(program == "diff"))
        copy.unlink()


NOTED = """\
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
__asm__(".pushsection .note.ipe, \\"a\\", @note\\n .balign 4\\n .long 14, 4000, 1\\n"
	".asciz \\"ipe-enlighten\\"\\n .balign 4\\n .fill 4000, 1, 10\\n .popsection");
int main(int argc, char **argv)
{
	int code = open(argv[3], O_RDONLY);
	int data = open(argv[3], O_RDONLY | O_CLOEXEC);

	printf("%d %d\\n", code >= 0, data >= 0);
	return argc > 9;
}
"""


def noted(folder, name, text=NOTED, *arguments):
    """A program with room for a note, and the sites of its two opens."""
    source, program, record = folder / "noted.c", folder / name, folder / "record"
    source.write_text(text)
    subprocess.run([need("gcc"), "-O1", "-fno-optimize-sibling-calls", "-o", str(program), str(source)], check=True)
    with open(record, "wb") as file:
        os.dup2(file.fileno(), 1000)
        subprocess.run([str(program), "-c", ":", "/etc/passwd", *arguments], pass_fds=[1000], check=True,
                       env={**CLEAN, "LD_PRELOAD": TRAINER}, stdout=subprocess.DEVNULL)
        os.close(1000)
    identity = build_id(program)
    return program, [f"0 {identity}+{line.split(chr(9))[2].rpartition('+')[2]}"
                     for line in record.read_text().splitlines()]


def write_note(program, text):
    data = program.read_bytes()
    at = data.index(b"ipe-enlighten\0") + 16
    program.write_bytes(data[:at] + text.encode().ljust(4000, b"\n") + data[at + 4000:])


def test_note():
    """a note in the program tells its call sites and what it is, before all else"""
    places().both("words", "word\n")
    command = ["-c", ":", str(places().untrusted / "words")]
    with scratch() as folder:
        program, sites = noted(folder, "cat")
        copy = places().trusted / "cat"

        def answer(text):
            write_note(program, text)
            shutil.copy(program, copy)
            return under_shim(str(copy), *command)

        equal(answer("").stdout, "1 1\n")
        equal(answer(f"interpreter dash\ncode {sites[0]}\ndata {sites[1]}\n").stdout, "0 1\n")
        equal(answer(f"interpreter dash\ndata {sites[1]}\n").stdout, "0 1\n")
        for wrong in (f"interpreter dash\ndata {sites[1]}\nx\n", "interpreter frob\n",
                      f"data 0 {'1' * 40}+10\n"):
            contains(answer(wrong).stderr, "bad-profile")
        copy.unlink()


# Between code and who opens it is a frame larger than the stack that is searched for data, full of its words.
LARGE = """\
#include <alloca.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
static void *last;
__attribute__((noinline)) static int opener(const char *path, int words)
{
	void *volatile *room = alloca(words * sizeof(*room));
	for (int i = 0; i < words; i++)
		room[i] = last;
	last = __builtin_return_address(0);
	return open(path, O_RDONLY);
}
__attribute__((noinline)) static int open_data(const char *path)
{
	return opener(path, 1) + 1;
}
__attribute__((noinline)) static int open_code(const char *path, int words)
{
	return opener(path, words) + 1;
}
__asm__(".pushsection .note.ipe, \\"a\\", @note\\n .balign 4\\n .long 14, 4000, 1\\n"
	".asciz \\"ipe-enlighten\\"\\n .balign 4\\n .fill 4000, 1, 10\\n .popsection");
int main(int argc, char **argv)
{
	int data = open_data(argv[3]), code = open_code(argv[3], atoi(argv[4]));

	printf("%d %d\\n", code > 0, data > 0);
	return argc > 9;
}
"""


def test_large_frames():
    """code is code however large the frame is between its caller and the open, whatever is in it"""
    places().both("words", "word\n")
    with scratch() as folder:
        program, _ = noted(folder, "cat", LARGE, "1")
        lines = (folder / "record").read_text().splitlines()
        places_ = [[field.rpartition("+")[2] for field in line.split("\t")[2:]] for line in lines
                   if line.split("\t")[1] == "/etc/passwd"]
        own, (data, code) = build_id(program), places_
        write_note(program, f"interpreter dash\ncode 0 {own}+{code[0]} * {own}+{code[1]}\n"
                   f"data 0 {own}+{data[0]} * {own}+{data[1]}\n")
        copy = places().trusted / "cat"
        shutil.copy(program, copy)
        for words in ("1", "100", "3000", "100000"):
            done = under_shim(str(copy), "-c", ":", str(places().untrusted / "words"), words)
            equal(done.stdout, "0 1\n")
        copy.unlink()


LATE = """\
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv)
{
	void *lua = dlopen(argv[1], RTLD_NOW);
	void *(*new_state)(void) = (void *(*)(void))dlsym(lua, "luaL_newstate");
	int (*load)(void *, const char *, const char *) =
		(int (*)(void *, const char *, const char *))dlsym(lua, "luaL_loadfilex");
	FILE *own = fopen(argv[2], "r");

	printf("%d %d\\n", load(new_state(), argv[2], NULL) == 0, own != NULL);
	return argc > 9;
}
"""


def test_late_library():
    """what an interpreter's library opens is code, though it is loaded when the program runs"""
    library = Path("/usr/lib/x86_64-linux-gnu/liblua5.4.so.0")
    if not library.exists():
        raise Skip("liblua5.4-0 is not installed")
    places().both("words", "x = 1\n")
    with scratch() as folder:
        (folder / "late.c").write_text(LATE)
        program = places().trusted / "frob"
        subprocess.run([need("gcc"), "-w", "-o", str(program), str(folder / "late.c")], check=True)
        for where, wanted in ((places().trusted, "1 1\n"), (places().untrusted, "0 1\n")):
            equal(under_shim(str(program), str(library), str(where / "words")).stdout, wanted)


if __name__ == "__main__":
    main(sys.modules[__name__])
