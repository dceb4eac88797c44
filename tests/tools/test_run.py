#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl run --supervise: what is code, and what comes of it. Usage: test_run.py IPECTL TARGET"""
import ctypes
import os
import shutil
import signal
import subprocess
import sys

from harness import (PROGRAM, Skip, contains, enter_private_mounts, equal, ipectl, lacks,
                     need_securebits, run_tests)
from run_harness import BUSYBOX, make_32_bit, need_busybox, places, put, supervised, target


def refused(got, name):
    lacks(got.out, b"evil")
    contains(got.err, b"ipectl: run: refused '" + os.fsencode(str(name)) + b"' for '")
    contains(got.err, b"noexec-mount: Move the file")


def runs(got):
    equal((got.status, got.out, got.err), (0, b"evil\n", b""))


def test_usage():
    """A wrong command line is status 2, and nothing is run"""
    for arguments in ([], ["--nonsense", "true"], ["-x", "true"], ["--all=1", "true"],
                      ["--all", "true"]):
        got = ipectl("run", *arguments)
        equal((got.status, got.out), (2, b""))
        contains(got.err, b"try 'ipectl run --help'")


def test_exit_status():
    """The exit status is the command's; 126 and 127 are those of a command that cannot be run"""
    for status in (0, 1, 7, 125, 255):
        equal(supervised("sh", "-c", f"exit {status}").status, status)
    with places() as tmp:
        got = supervised(tmp / "missing")
        equal((got.status, got.out), (127, b""))
        contains(got.err, b"missing': No such file or directory; correct the name")
        got = supervised(put(tmp / "good/data", "x", 0o644))
        equal((got.status, got.out), (126, b""))
        contains(got.err, b"data': Permission denied; give it execute permission")
        got = supervised(put(tmp / "bad/script"))
        equal((got.status, got.out), (126, b""))
        got = supervised(put(tmp / "bad/data", "x", 0o644))
        equal((got.status, got.out), (126, b""))
        contains(got.err, b"data': Permission denied; 'ipectl why' says")


def test_death_by_signal():
    """A command that a signal ends is seen to end by it"""
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGSEGV):
        got = supervised("sh", "-c", f"ulimit -c 0; kill -{int(number)} $$")
        equal(got.status, -number)


def test_same_process():
    """The command has the process, parent, folder, environment and descriptors that it was given"""
    reader, writer = os.pipe()
    os.write(writer, b"through\n")
    os.close(writer)
    process = subprocess.Popen([PROGRAM, "run", "-s", "--", "sh", "-c",
                                f"echo $$ $PPID $X; pwd; cat <&{reader}; ls /proc/self/fd | wc -l"],
                               pass_fds=[reader], stdout=subprocess.PIPE, cwd="/usr",
                               env={"PATH": "/bin:/usr/bin", "X": "set"})
    out = process.communicate(timeout=30)[0].decode().split("\n")
    equal(out[0], f"{process.pid} {os.getpid()} set")
    equal(out[1:3], ["/usr", "through"])
    plain = subprocess.run(["sh", "-c", "ls /proc/self/fd | wc -l"], pass_fds=[reader], check=True,
                           stdout=subprocess.PIPE)
    equal(out[3].encode(), plain.stdout.strip())
    os.close(reader)


def test_no_child():
    """The command has no child that it did not make, and so can wait for all of them"""
    got = supervised("/usr/bin/python3", "-c", "import os\ntry:\n os.wait()\n"
                     "except ChildProcessError:\n print('none')")
    equal((got.status, got.out), (0, b"none\n"))


def test_operand():
    """The script operand of an interpreter is code, whatever it is called"""
    with places() as tmp:
        for where in ("good", "bad"):
            path = put(tmp / where / "plain")
            for command in (["sh", path], ["bash", path], ["sh", "-e", "--", path],
                            ["bash", "-o", "posix", path]):
                got = supervised(*command)
                runs(got) if where == "good" else refused(got, path)


def test_static():
    """So it is for a static interpreter, which nothing can be preloaded into"""
    need_busybox()
    with places() as tmp:
        for where in ("good", "bad"):
            path = put(tmp / where / "plain")
            for command in ([BUSYBOX, "sh", path], [BUSYBOX, "sh", "-c", f". {path}"]):
                got = supervised(*command)
                if where == "good":
                    runs(got)
                elif "-c" not in command:
                    refused(got, path)
        got = supervised(BUSYBOX, "awk", "-f", put(tmp / "bad/p", 'BEGIN { print "evil" }'))
        refused(got, tmp / "bad/p")


def test_names():
    """A file whose name is one of code is code for every interpreter that opens it"""
    with places() as tmp:
        for name in ("x.sh", "x.py", ".profile"):
            path = put(tmp / "bad" / name)
            refused(supervised("sh", "-c", f". {path}"), path)
            link = tmp / "good" / "link"
            link.symlink_to(path)
            refused(supervised("sh", "-c", f". {link}"), link)
            link.unlink()


def test_first_bytes():
    """A file that begins as a script does is code"""
    with places() as tmp:
        for text in ("#!/bin/sh\necho evil\n", "\x1bLua", "<?php"):
            path = put(tmp / "bad/x", text)
            refused(supervised("sh", "-c", f". {path}"), path)


def test_environment():
    """A file that a variable of the interpreter's names is code"""
    with places() as tmp:
        path = put(tmp / "bad/x")
        refused(supervised("bash", "-c", ":", env={"BASH_ENV": str(path)}), path)
        path = put(tmp / "good/x")
        equal(supervised("bash", "-c", ":", env={"BASH_ENV": str(path)}).out, b"evil\n")


def test_copy_of_standard_input():
    """make's own copy of its program on standard input is code without a file"""
    with places() as tmp:
        env = {"TMPDIR": str(tmp / "bad")}
        text = b"$(info evil)all:;\n"
        got = supervised("make", "-f", "-", stdin=text, env=env)
        equal((got.status, got.out.split(b"\n")[0]), (0, b"evil"))
        path = put(tmp / "bad/GmAbCdEf", text.decode())
        for names in ([path], ["-", "-f", path]):
            refused(supervised("make", "-f", *names, stdin=b"all:;\n", env=env), path)
        path = put(tmp / "bad/GmAbC.mk", text.decode())
        refused(supervised("make", "-f", "-", stdin=f"include {path}\nall:;\n".encode(), env=env),
                path)


def test_standard_input():
    """Standard input is code if the command reads its program from it"""
    with places() as tmp:
        for where in ("good", "bad"):
            path = put(tmp / where / "x")
            for command in (["sh"], ["sh", "-"], ["bash", "-s"], ["/usr/bin/python3"]):
                if command == ["/usr/bin/python3"]:
                    put(path, "print('evil')")
                with open(path, "rb") as script:
                    got = ipectl("run", "-s", "--", *command, stdin=None, **{"preexec_fn":
                                 lambda fd=script.fileno(): os.dup2(fd, 0)})
                if where == "good":
                    runs(got)
                else:
                    equal((got.status, got.out), (126, b""))
                    contains(got.err, b": the code in standard input: noexec-mount: ")
            with open(put(path), "rb") as data:
                equal(ipectl("run", "-s", "--", "cat", stdin=None, **{"preexec_fn":
                             lambda fd=data.fileno(): os.dup2(fd, 0)}).out, b"echo evil\n")


def test_here_document():
    """A here-document that the shell puts into a file is code without a file"""
    with places() as tmp:
        main = put(tmp / "good/main.sh", "bash << END\n" + f"# {'-' * 200000}\necho evil\nEND\n")
        env = {"TMPDIR": str(tmp / "bad")}
        runs(supervised("bash", main, env=env))
        need_securebits()
        lacks(supervised("bash", main, env=env, options=["--deny-interactive"]).out, b"evil")


def test_child():
    """Code in the arguments, in the environment and on the standard input of a child is judged, too"""
    need_securebits()
    with places() as tmp:
        path = put(tmp / "bad/x.txt")
        for shell in ("sh", "bash", BUSYBOX + " sh"):
            if shell.startswith("/") and not os.path.exists(BUSYBOX):
                continue
            main = put(tmp / "good/main.sh", f"{shell} < {path}\n")
            got = supervised("sh", main)
            lacks(got.out, b"evil")
            contains(got.err, b": the code in standard input: noexec-mount: ")
            for text in (f"{shell} -c 'echo evil'", f"echo 'echo evil' | {shell}",
                         f"{shell} <<END\necho evil\nEND"):
                put(main, text + "\n")
                runs(supervised("sh", main))
                got = supervised("sh", main, options=["--deny-interactive"])
                lacks(got.out, b"evil")
                contains(got.err, b": interactive: ")
        put(main, "BASH_FUNC_f%%='() { echo evil; }' bash -c f\n")
        lacks(supervised("sh", main, options=["--deny-interactive"]).out, b"evil")


def test_loader_as_program():
    """An interpreter that is started by the dynamic loader is known as well"""
    loader = "/lib64/ld-linux-x86-64.so.2"
    if not os.path.exists(loader):
        raise Skip("the dynamic loader has another name here")
    with places() as tmp:
        path = put(tmp / "bad/x")
        refused(supervised(loader, "/bin/sh", path), path)
        with open(path, "rb") as script:
            got = ipectl("run", "-s", "--", loader, "/bin/sh", stdin=None, **{"preexec_fn":
                         lambda fd=script.fileno(): os.dup2(fd, 0)})
        equal((got.status, got.out), (126, b""))


def test_habits():
    """Busybox, ruby, m4 and make show by how they open a file that it is code"""
    with places() as tmp:
        path = put(tmp / "bad/lib")
        if os.path.exists(BUSYBOX):
            refused(supervised(BUSYBOX, "sh", "-c", f". {path}"), path)
            runs(supervised(BUSYBOX, "sh", "-c", f"read -r x < {path}; eval $x"))
        put(tmp / "good/main.mk", f"-include {path}\nall:;\n")
        put(path, "$(info evil)\n")
        refused(supervised("make", "-f", tmp / "good/main.mk"), path)


def test_data():
    """Data on the same mount is handed over, to interpreters and to others"""
    with places() as tmp:
        path = put(tmp / "bad/data", "evil\n", 0o644)
        text = put(tmp / "bad/data.txt", "evil\n", 0o644)
        script = put(tmp / "bad/x.sh", "evil\n")
        runs(supervised("cat", path))
        runs(supervised("sh", "-c", f"cat < {text}"))
        runs(supervised("sh", "-c", f"read line < {text}; echo $line"))
        for file in (path, text, script):
            runs(supervised("awk", "{ print }", file))
            runs(supervised("gawk", "{ print }", file))
            runs(supervised("sed", "", file))
            runs(supervised("perl", "-ne", "print", file))
            runs(supervised("python3", "-c", f"print(open('{file}', 'r+').read(), end='')"))
        runs(supervised("cat", script))


def test_not_proven():
    """What an interpreter opens is code unless something proves that it is data"""
    with places() as tmp:
        path = put(tmp / "bad/lib")
        for shell in ("dash", "bash", "zsh", "mksh"):
            if shutil.which(shell):
                for code in (f". {path}", f"eval '. {path}'", f"echo $(. {path})"):
                    lacks(supervised(shell, put(tmp / "good/main", code + "\n")).out, b"evil")
        put(path, "print('evil')\n")
        main = put(tmp / "good/main", f"import runpy; runpy.run_path('{path}')\n")
        refused(supervised("python3", main), path)
        put(path, "print 'evil'\n")
        refused(supervised("perl", put(main, f"do '{path}' or die\n")), path)
        history = put(tmp / "bad/history.txt", "echo evil\n")
        with open(put(main, "fc -s\n"), "rb") as script:
            got = ipectl("run", "-s", "--", "bash", "--norc", "-i", env={"HISTFILE": str(history)},
                         stdin=None, preexec_fn=lambda: os.dup2(script.fileno(), 0))
        lacks(got.out, b"evil")


def test_all():
    """With --all data is refused as well, and what the command itself makes is not"""
    with places() as tmp:
        path = put(tmp / "bad/data", "evil\n", 0o644)
        refused(supervised("cat", path, options=["--all"]), path)
        path = put(tmp / "good/data", "evil\n", 0o644)
        runs(supervised("cat", path, options=["--all"]))
        got = supervised("/usr/bin/python3", "-S", "-c", "import os\n"
                         f"fd = os.open('{tmp}/bad/new', os.O_RDWR | os.O_CREAT | os.O_EXCL)\n"
                         "os.write(fd, b'made'); os.lseek(fd, 0, 0); print(os.read(fd, 9))\n"
                         f"fd = os.open('{tmp}/bad', os.O_RDWR | os.O_TMPFILE)\n"
                         "print('made')", options=["--all"])
        equal((got.status, got.out), (0, b"b'made'\nmade\n"))


def test_hostile_names():
    """No name reaches standard error unescaped, the program's neither"""
    with places() as tmp:
        path = put(tmp / "bad" / "new\nline\x1b[31m.sh")
        program = tmp / "good" / "a\nb\x1bc"
        program.symlink_to("/bin/sh")
        ours = supervised(program, path).err.split(b"what decides.\n")[0]
        contains(ours, b"new\\nline\\x1b[31m.sh' for 'a")
        lacks(ours, b"\x1b")
        lacks(ours, b"\n")


def test_securebits():
    """--restrict-file and --deny-interactive set the securebits and lock them"""
    need_securebits()
    for options, bits in ((["-r"], 0x300), (["-d"], 0xc00), (["-r", "-d"], 0xf00)):
        got = target("securebits", options=options)
        equal((got.status, got.out, got.err), (0, f"{bits:x}\n".encode(), b""))


def test_securebits_count():
    """The supervisor judges by the securebits that were set"""
    need_securebits()
    with places() as tmp:
        path = put(tmp / "good/x", mode=0o644)
        got = supervised("sh", path, options=["--restrict-file"])
        lacks(got.out, b"evil")
        contains(got.err, b"no-execute-bit")
        got = supervised("sh", "-c", "echo evil", options=["--deny-interactive"])
        equal((got.status, got.out), (126, b""))
        contains(got.err, b": the code in an argument: interactive: ")
        runs(supervised("sh", put(tmp / "good/y"), options=["-r", "-d"]))


def test_restricted_libraries():
    """What the loader reads needs no execute permission then, even for a program that reads only code"""
    need_securebits()
    with places() as tmp:
        makefile = put(tmp / "good/makefile", "all: ; @echo evil\n", mode=0o755)
        runs(supervised("make", "-sf", makefile, options=["-r"], env={"LC_ALL": "C"}))
        # A file that only begins as a library is code where it is named as such.
        path = put(tmp / "good/x", "\x7fELF\necho evil\n", mode=0o644)
        lacks(supervised("sh", path, options=["-r"]).out, b"evil")
        path = put(tmp / "bad/makefile", "\x7fELF=1\nall: ; @echo evil\n")
        refused(supervised("make", "-sf", path, options=["-r"]), path)
        # Nor is it the loader's because it begins so: make opens it.
        for first in "\x7fELF=1", "glibc-ld.so.cache1.1=1":
            path = put(tmp / "good/included", f"{first}\nall: ; @echo evil\n", mode=0o644)
            makefile = put(tmp / "good/makefile", f"include {path}\n", mode=0o755)
            got = supervised("make", "-sf", makefile, options=["-r"])
            lacks(got.out, b"evil")
            contains(got.err, f"refused '{path}' for 'make'".encode())


def test_securebits_locked():
    """Securebits that are locked to be clear are an error, and nothing is run"""
    need_securebits()
    def lock():
        ctypes.CDLL(None).prctl(28, 1 << 9, 0, 0, 0)
    got = supervised("echo", "evil", options=["--restrict-file"], preexec_fn=lock)
    equal((got.status, got.out), (126, b""))
    contains(got.err, b"cannot set the securebits")
    contains(got.err, b"Linux 6.14")


CODE = {"map-wx", "map-rwx", "map-rx", "map-file-wx", "mprotect", "pkey_mprotect",
        "memfd_create", "memfd_secret", "shmat-exec", "personality-exec", "personality-mixed"}
NO_CODE = {"map-file-rx", "map-rw", "mprotect-r", "shmat", "personality-query", "personality"}


def test_no_jit():
    """--no-jit refuses each way to executable memory, and nothing else"""
    with places() as tmp:
        path = put(tmp / "good/x")
        got = dict(line.split() for line in
                   target("code", path, options=["--no-jit"]).out.decode().splitlines())
        equal({name for name, result in got.items() if result == "EACCES"}, CODE)
        equal({name for name, result in got.items() if result == "ok"}, NO_CODE)
        without = target("code", path).out.decode()
        lacks(without, "EACCES")


def test_no_jit_32():
    """So it does for 32-bit programs, whose old mmap and ipc calls no filter can look into"""
    with places() as tmp:
        source = tmp / "good/x.c"
        source.write_text("""
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>
static void say(const char *name, long ret) { printf("%s %s\\n", name, ret == -1 ?
	(errno == EACCES ? "EACCES" : "failed") : "ok"); }
int main(void)
{
	long args[6] = { 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 };
	int segment = shmget(IPC_PRIVATE, 4096, 0700);
	say("old_mmap", syscall(SYS_mmap, args));
	say("mmap2", syscall(SYS_mmap2, 0, 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	say("ipc", syscall(SYS_ipc, 21, segment, SHM_EXEC | SHM_RDONLY, &args[0], 0));
	say("ipc-version", syscall(SYS_ipc, 21 | 2 << 16, segment, SHM_EXEC | SHM_RDONLY, &args[0], 0));
	say("ipc-plain", syscall(SYS_ipc, 21, segment, 0, &args[0], 0));
	shmctl(segment, IPC_RMID, 0);
	say("mmap2-plain", syscall(SYS_mmap2, 0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}
""")
        make_32_bit(tmp / "good/x", source, "-static")
        got = supervised(tmp / "good/x", options=["--no-jit"]).out.decode()
        equal([line for line in got.splitlines() if not line.endswith(" EACCES")],
              ["ipc-plain ok", "mmap2-plain ok"])
        equal(got.count("EACCES"), 4)


def test_interpreters_work():
    """Interpreters and the programs that they start run as they do without"""
    script = "for i in 1 2 3; do echo $i | sed s/2/two/ | awk '{ print $1 }'; done; date +%Y | wc -l"
    got = supervised("bash", "-c", script)
    equal((got.status, got.out, got.err), (0, b"1\ntwo\n3\n1\n", b""))
    got = supervised("/usr/bin/python3", "-c", "import json, ssl, sqlite3, ctypes; print(json.dumps([1]))")
    equal((got.status, got.out, got.err), (0, b"[1]\n", b""))
    got = supervised("perl", "-MPOSIX", "-e", "print POSIX::floor(2.5)")
    equal((got.status, got.out, got.err), (0, b"2", b""))


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
