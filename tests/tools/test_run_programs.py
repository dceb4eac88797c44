#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The supervisor of ipectl run: what is executed, under whatever name and by whatever '#!' line?
Usage: test_run_programs.py IPECTL TARGET"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from harness import (UNPRIVILEGED, Skip, contains, enter_private_mounts, equal, ipectl, lacks, mounted,
                     need_securebits, run_tests)
from run_harness import places, put, supervised, target

LOADER = "/lib64/ld-linux-x86-64.so.2"
INTERACTIVE = b": interactive: "


def real(name):
    path = shutil.which(name, path="/usr/bin:/bin")
    if not path:
        raise Skip(f"{name} is not installed")
    return os.path.realpath(path)


def deny(*command, **keywords):
    need_securebits()
    return supervised(*command, options=["--deny-interactive"], **keywords)


def judged(got):
    """Code in the environment or the arguments of a script's interpreter was refused."""
    lacks(got.out, b"evil")
    equal(got.status, 126)
    contains(got.err, INTERACTIVE)


def test_environment_of_script():
    """A script's interpreter is judged by the environment that it gets"""
    with places() as tmp:
        for name, body, variable in (
                ("bash", "echo ok", ("BASH_ENV", "$(echo evil >&2)")),
                ("bash", "ls", ("BASH_FUNC_ls%%", "() { echo evil; }")),
                ("lua5.4", "print(1)", ("LUA_INIT", "print('evil')")),
                ("perl", "print 1;", ("PERL5OPT", "-Mstrict;print('evil')"))):
            script = put(tmp / "good/main", f"#!{real(name)}\n{body}\n")
            judged(deny(script, env=dict([variable])))
            equal(deny(script).status, 0)


def test_lines_of_scripts():
    """A '#!' line is read as the kernel reads it"""
    with places() as tmp:
        bash = real("bash")
        env = {"BASH_FUNC_f%%": "() { echo evil; }"}
        body = "\nf 2> /dev/null\n"
        link = tmp / "good/sh"
        link.symlink_to(bash)
        for line in (f"#!{bash}", f"#!  \t{bash} \t ", f"#!{bash} -u", f"#!{bash}\t-eu  ", f"#!{link}",
                     f"#!{bash} -u{' ' * 300}", "#!good/sh", f"#!{LOADER} {bash}"):
            script = put(tmp / "good/main", line + body)
            judged(deny(script, env=env, cwd=tmp))
        script = put(tmp / "good/main", f"#!{bash}")
        judged(deny(script, env=env))
        # An argument of the interpreter is what stands there, not two.
        equal(deny(put(tmp / "good/main", f"#!{bash} -c evil\n:\n"), "echo evil").status, 126)


def test_nested_scripts():
    """A script may be the interpreter of another, as deep as the kernel goes"""
    with places() as tmp:
        below = real("bash")
        for depth in range(5):
            below = put(tmp / f"good/{depth}", f"#!{below}\nf\n")
            judged(deny(below, env={"BASH_FUNC_f%%": "() { echo evil; }"}))
        got = supervised(put(tmp / "good/5", f"#!{tmp}/good/4\n"))
        contains(got.err, b"Too many levels of symbolic links")


def test_script_by_descriptor():
    """A script that is executed by its descriptor is judged as well"""
    with places() as tmp:
        script = put(tmp / "good/main", f"#!{real('bash')}\nf\n")
        code = f"import os; fd = os.open('{script}', 0); os.set_inheritable(fd, True); " \
               "os.execve(fd, ['x'], {'BASH_FUNC_f%%': '() { echo evil; }'})"
        main = put(tmp / "good/main.py", code + "\n")
        got = deny("python3", main)
        lacks(got.out, b"evil")
        contains(got.err, INTERACTIVE)


def test_descriptors():
    """What an interpreter reads from a descriptor without opening it is judged"""
    with places() as tmp:
        for program, code, arguments in (
                ("gawk", 'BEGIN { print "evil" }', ["-f", "/dev/fd/7"]),
                ("perl", "print 'evil'", ["/dev/fd/7"]),
                ("php", "<?php echo 'evil';", ["-d", "allow_url_include=1", "-d",
                                               "auto_prepend_file=php://fd/7", "/dev/null"])):
            if not shutil.which(program, path="/usr/bin:/bin"):
                continue
            with open(put(tmp / "bad/x", code + "\n"), "rb") as script:
                got = supervised(program, *arguments, pass_fds=[7],
                                 preexec_fn=lambda fd=script.fileno(): os.dup2(fd, 7))
            lacks(got.out, b"evil")
            contains(got.err, b"the code in a descriptor: noexec-mount: ")


def test_env_as_interpreter():
    """env(1) as the interpreter executes another, which is judged then"""
    with places() as tmp:
        script = put(tmp / "good/main", "#!/usr/bin/env -S bash -u\nf\n")
        judged(deny(script, env={"BASH_FUNC_f%%": "() { echo evil; }"}))


def renamed(name, program, command, **keywords):
    """Runs a program whose file is mounted over one that has another name."""
    with places() as tmp:
        where = put(tmp / "good" / name, "")
        path = put(tmp / "bad/x", command)
        subprocess.run(["mount", "--bind", program, where], check=True)
        try:
            return supervised(where, path, **keywords)
        finally:
            subprocess.run(["umount", where], check=True)


def test_renamed():
    """An interpreter that is mounted under another name is known by what is in its file"""
    for program, code in (("dash", "echo evil\n"), ("bash", "echo evil\n"),
                          ("zsh", "echo evil\n"), ("mksh", "echo evil\n"),
                          ("python3", "print('evil')\n"), ("perl", "print 'evil'\n"),
                          ("lua5.4", "print('evil')\n"), ("luajit", "print('evil')\n"),
                          ("ruby", "puts 'evil'\n"), ("php", "evil\n"),
                          ("tclsh", "puts evil\n"), ("m4", "evil\n"), ("bc", "print \"evil\"\n")):
        if shutil.which(program, path="/usr/bin:/bin"):
            for name in ("cat", "sed"):
                got = renamed(name, real(program), code, stdin=None,
                              preexec_fn=lambda: os.close(0))
                lacks(got.out, b"evil")
                contains(got.err, b"ipectl: run: refused ")


def test_renamed_loader_argument():
    """So it is when the dynamic loader starts it"""
    with places() as tmp:
        where = put(tmp / "good/cat", "")
        path = put(tmp / "bad/x")
        subprocess.run(["mount", "--bind", real("dash"), where], check=True)
        try:
            got = supervised(LOADER, where, path)
        finally:
            subprocess.run(["umount", where], check=True)
        lacks(got.out, b"evil")
        contains(got.err, b"ipectl: run: refused ")


def test_mounted_alone():
    """A program that is not known and mounted alone may interpret whatever it opens"""
    lacks(renamed("tee", real("cat"), "evil\n").out, b"evil")
    with places() as tmp, mounted("tmpfs", tmp / "good", "mode=755"):
        copy = shutil.copy(real("cat"), tmp / "good/cat")
        equal(supervised(copy, put(tmp / "bad/x", "evil\n")).out, b"evil\n")


def test_name_alone():
    """The name of a program that interprets nothing is believed of such a program only"""
    with places() as tmp:
        one, other = put(tmp / "bad/x", "evil\n"), put(tmp / "bad/y", "other\n")
        for program, name, wanted in (("diff", "diff", b"< evil"), ("diff", "cat", b""),
                                      ("diff", "git", b""), ("diff", "busybox", b"")):
            copy = shutil.copy(real(program), tmp / "good" / name)
            got = supervised(copy, one, other)
            (contains if wanted else lacks)(got.out, wanted or b"evil")
            (lacks if wanted else contains)(got.err, b"ipectl: run: refused ")


BORROWED = [("dc", "wc", ["x"], "[evil]p\n"), ("expect", "mv", ["x"], "puts evil\n"), ("jq", "wc", ["-n", "-f", "x"], "\"evil\"\n"),
            ("sqlite3", "tar", ["-init", "x", ":memory:", ".quit"], "select 'evil';\n"),
            ("vim.nox", "sort", ["-T", "dumb", "-es", "-S", "x", "-c", "q"],
             "call writefile(['evil'], 'out')\n")]


def test_borrowed_name():
    """A name is not believed of an interpreter that has the whole of the other program behind it"""
    with places() as tmp:
        for program, name, arguments, code in BORROWED:
            if not shutil.which(program, path="/usr/bin:/bin"):
                continue
            put(tmp / "bad/x", code, 0o644)
            both = Path(real(program)).read_bytes() + Path(real(name)).read_bytes()
            (tmp / "good" / name).write_bytes(both)
            (tmp / "good" / name).chmod(0o755)
            got = supervised(tmp / "good" / name, *arguments, cwd=tmp / "bad", env={"HOME": "/"})
            lacks(got.out, b"evil")
            contains(got.err, b"ipectl: run: refused ")
            assert not (tmp / "bad/out").exists(), program


def test_unread_program():
    """A program that cannot be read may be any interpreter"""
    with places() as tmp:
        copy = shutil.copy(real("dash"), tmp / "good/cat")
        os.chmod(copy, 0o111)
        prefix = UNPRIVILEGED if os.geteuid() == 0 else ()
        got = supervised(copy, put(tmp / "bad/x"), prefix=prefix)
        lacks(got.out, b"evil\n")
        contains(got.err, b"ipectl: run: refused ")


def test_file_changes():
    """What was found in a file is looked for again when it has changed"""
    with places() as tmp:
        where = tmp / "good/cat"
        path = put(tmp / "bad/x")
        main = put(tmp / "good/main.sh",
                   f"cp {real('cat')} {where}; {where} {path} > /dev/null\n"
                   f"cat {real('dash')} > {where}; {where} {path}\n")
        got = supervised("sh", main)
        lacks(got.out, b"evil")
        contains(got.err, b"ipectl: run: refused ")


def test_own_securebits():
    """The securebits that a supervised program sets hold for it"""
    need_securebits()
    with places() as tmp:
        plain = put(tmp / "good/plain", "echo ran\n", 0o644)
        equal(supervised("dash", plain).out, b"ran\n")
        got = target("set-securebits", "0x100", real("dash"), plain)
        lacks(got.out, b"ran")
        contains(got.err, b"no-execute-bit")
        plain.chmod(0o755)
        equal(target("set-securebits", "0x100", real("dash"), plain).out, b"ran\n")
        got = target("set-securebits", "0x400", real("dash"), "-c", "echo ran")
        lacks(got.out, b"ran")
        contains(got.err, INTERACTIVE)


def test_path_is_searched_once():
    """A command that two folders of PATH have in common is refused once"""
    with places() as tmp:
        got = ipectl("run", "-s", "-d", "--", "bash", "-c", "echo evil",
                     env={"PATH": f"{tmp}/good:/usr/bin:/bin:/usr/bin"})
        judged(got)
        equal(got.err.count(INTERACTIVE), 1)
        put(tmp / "good/tool", "echo first\n")
        put(tmp / "bad/tool", "echo second\n")
        got = ipectl("run", "-s", "--", "tool", env={"PATH": f"{tmp}/bad:{tmp}/good:/usr/bin:/bin"})
        equal((got.status, got.out), (0, b"first\n"))


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
