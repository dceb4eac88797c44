#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a refusal looks like, where it is told, and what nothing in the environment changes of it.

Usage: test_refusals.py SHIM
"""
import os
import shlex
import shutil
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

from shimtest import (CLEAN, SHIM, Skip, configured, contains, equal, lacks, main, make, need,
                      places, scratch, tools, under_shim)
from harness import mounted

JOURNAL = "/run/systemd/journal/socket"


def test_trusted_runs():
    """a trusted script runs and nothing is said"""
    _, trusted = make()
    done = under_shim(need("dash"), trusted)
    equal((done.returncode, done.stdout, done.stderr), (0, "ran\n", ""))


def test_refused():
    """an untrusted one does not, and its interpreter says so as of a file without permission"""
    untrusted, _ = make()
    done = under_shim(need("dash"), untrusted)
    equal(done.stdout, "")
    equal(done.returncode, 2)
    equal(done.stderr.splitlines()[0],
          f"ipe-shim: {untrusted}: refused (noexec-mount); see: ipectl why {untrusted}")
    contains(done.stderr, "Permission denied")


def test_not_root():
    """for a user who is not root as well"""
    untrusted, trusted = make()
    for path in (places().trusted.parent, places().trusted, places().untrusted):
        path.chmod(0o755)
    for path, wanted in ((untrusted, ""), (trusted, "ran\n")):
        done = under_shim(need("setpriv"), "--reuid=65534", "--regid=65534", "--clear-groups",
                          need("dash"), path)
        equal(done.stdout, wanted)


def catalog(text, translation):
    """A catalog of messages with one message, as msgfmt makes it: gettext's manual, "MO Files"."""
    strings = ["", text, "Content-Type: text/plain; charset=UTF-8\n", translation]
    at = 28 + 8 * len(strings)
    table, data = b"", b""
    for string in strings:
        table += struct.pack("<II", len(string), at + len(data))
        data += string.encode() + b"\0"
    return struct.pack("<7I", 0x950412de, 0, 2, 28, 44, 0, 0) + table + data


def test_catalogs():
    """bash runs no commands of a catalog that the environment leads it to"""
    script = places().trusted / "translated.sh"
    script.write_text('echo $"hello"\nenv | sort | grep -e TEXTDOMAIN -e LANGUAGE || :\n')
    messages = places().untrusted / "xx" / "LC_MESSAGES"
    messages.mkdir(parents=True)
    (messages / "d.mo").write_bytes(catalog("hello", "$(echo ran)"))
    # C.UTF-8 is in every system, and counts as a language.
    untrusted = places().untrusted
    for names in ({"TEXTDOMAIN": "d", "TEXTDOMAINDIR": str(untrusted), "LANGUAGE": "xx"},
                  {"TEXTDOMAIN": f"../../../../{untrusted}/xx/LC_MESSAGES/d", "LANGUAGE": "de"},
                  {"TEXTDOMAIN": "d", "LANGUAGE": f"../../../{untrusted}/xx"}):
        done = subprocess.run([need("bash"), script], env={**CLEAN, **names}, capture_output=True,
                              text=True, check=True)
        if "TEXTDOMAINDIR" in names:
            contains(done.stdout, "ran\n")
        done = under_shim(need("bash"), script, env=names)
        kept = {name: value for name, value in sorted(names.items())
                if name != "TEXTDOMAINDIR" and "/" not in value}
        equal(done.stdout, "hello\n" + "".join(f"{name}={value}\n" for name, value in kept.items()))


def test_control_characters():
    """a name cannot forge a line nor control a terminal"""
    name = "a\nipe-shim: b: refused\r\x1b[2J\x7f\\é.sh"
    untrusted, _ = make(name)
    done = under_shim(need("dash"), untrusted)
    line = done.stderr.splitlines()[0]
    contains(line, r"/a\012ipe-shim: b: refused\015\033[2J\177\134\303\251.sh: refused (noexec")
    equal(line.isprintable() and line.isascii(), True)


def test_pasted_advice():
    """the command that is advised is safe to paste, whatever the file is called"""
    for name in ("a b.sh", "$(touch x).sh", "`touch x`;.sh", "it's 'quoted' \"so\".sh", "&x|y>z.sh",
                 "~.sh", "#.sh", "*.sh"):
        untrusted, _ = make(name)
        done = under_shim(need("dash"), untrusted)
        advice = done.stderr.splitlines()[0].split("see: ipectl why ", 1)[1]
        equal(shlex.split(advice), [untrusted])
        pasted = subprocess.run(["sh", "-c", f"printf %s {advice}"], capture_output=True, text=True,
                                check=True, cwd=places().trusted)
        equal(pasted.stdout, untrusted)
    make("-x.sh")
    done = under_shim(need("dash"), "--", "-x.sh", cwd=places().untrusted)
    contains(done.stderr, "see: ipectl why ./-x.sh\n")


def test_long_name():
    """a name as long as can be is cut off"""
    untrusted, _ = make("x" * 252 + ".sh")
    done = under_shim(need("dash"), untrusted)
    line = done.stderr.splitlines()[0]
    contains(line, ": refused (noexec-mount)")
    assert len(line) < 600, len(line)


def test_told_once():
    """the same refusal is told once, however often the interpreter tries"""
    untrusted, _ = make("evil.py", "print('ran')\n")
    done = under_shim(need("python3"), untrusted)
    equal(done.stdout, "")
    assert 1 <= done.stderr.count("ipe-shim: ") <= 2, done.stderr


def test_inline():
    """code without a file ends the program before its first instruction, with status 126"""
    with configured("inline = deny\n"):
        for command in (["dash", "-c", "echo ran"], ["bash", "-c", "echo ran"],
                        ["python3", "-c", "print('ran')"], ["perl", "-e", "print 'ran'"],
                        ["sed", "-n", "p"], ["gawk", "BEGIN { print 1 }"]):
            done = under_shim(need(command[0]), *command[1:])
            equal((done.returncode, done.stdout), (126, ""))
            contains(done.stderr, "refused (inline). Put the code into a file")


def test_inline_is_named():
    """code that is in no file is told by the option, setting or variable that it is in"""
    _, trusted = make("harmless.sh", ":\n")
    long = "--" + "x" * 60
    with configured("inline = deny\n"):
        for program, words, env, wanted in (
                ("dash", ["--frob", trusted], {}, "an option that is not known: --frob: refused"),
                ("dash", [long, trusted], {}, f"an option that is not known: {long[:39]}: refused"),
                ("perl", [trusted], {"PERL5OPT": "-Z"}, "an option that is not known: -Z: refused"),
                ("python3", [trusted], {"PYTHONNEW": "1"},
                 "a variable of the environment: PYTHONNEW: refused"),
                ("dash", ["--\x1b", trusted], {}, "an option that is not known: --\\033: refused"),
                ("php", ["-d", "auto_x=1", trusted], {},
                 "a setting that is not known to be harmless: auto_x: refused"),
                ("bash", [trusted], {"BASH_FUNC_x%%": "() { :; }"},
                 "a variable of the environment: BASH_FUNC_x%%: refused"),
                ("make", ["-f", trusted, "V=$(shell id)"], {}, "an argument: V: refused"),
                ("perl", [trusted], {"PERL5OPT": "-Mstrict;x"},
                 "options in a variable of the environment: PERL5OPT: refused"),
                ("dash", ["-c", ":"], {"PS4": "$(x)"},
                 "a variable of the environment: PS4: refused")):
            done = under_shim(need(program), *words, env=env)
            equal((program, done.returncode, done.stdout), (program, 126, ""))
            contains(done.stderr, f": {wanted}")


def test_inline_allowed():
    """and is not looked at where nothing forbids it"""
    done = under_shim(need("dash"), "-c", "echo ran")
    equal((done.returncode, done.stdout, done.stderr), (0, "ran\n", ""))


def test_python_debug_allocators():
    """Python ends as it would without the shim where it looks at its memory"""
    _, trusted = make("plain.py", "print('ran')\n")
    done = under_shim(need("python3"), "-X", "dev", trusted)
    equal((done.returncode, done.stdout, done.stderr), (0, "ran\n", ""))


def test_no_environment_weakens():
    """no variable of the environment lets an untrusted script run"""
    untrusted, _ = make()
    names = ("IPE_SHIM_HANDSHAKE", "IPE_SHIM", "IPE_SHIM_DISABLE", "IPE_DISABLE", "IPE_RECORD",
             "IPE_ENLIGHTEN_CONF", "IPE_TRAINER_RECORD", "POSIXLY_CORRECT", "LD_BIND_NOW",
             "GLIBC_TUNABLES", "LD_DEBUG_OUTPUT")
    for value in ("0", "1", "2:0", "/dev/null", ""):
        done = under_shim(need("dash"), untrusted, env={name: value for name in names})
        equal(done.stdout, "")


def test_names_of_the_program():
    """the program is known by its file, not by what it is called"""
    untrusted, _ = make("plain", "echo ran\n")
    with scratch() as folder:
        os.symlink(need("dash"), folder / "cat")
        done = under_shim(str(folder / "cat"), untrusted)
        equal(done.stdout, "")
        done = under_shim("cat", untrusted, executable=need("dash"))
        equal(done.stdout, "")


def test_through_the_loader():
    """and also if the dynamic loader is what is executed"""
    untrusted, _ = make("plain", "echo ran\n")
    loader = next((str(path) for path in Path("/lib64").glob("ld-*.so.*")), None)
    if loader is None:
        raise Skip("the dynamic loader is elsewhere")
    done = under_shim(loader, "--argv0", "cat", need("dash"), untrusted)
    equal(done.stdout, "")
    contains(done.stderr, "ipe-shim: ")
    untrusted, _ = make()
    equal(under_shim(loader, need("cat"), untrusted).stdout, "echo ran\n")


def test_python_modules():
    """Python's modules are judged as source and as byte code without source"""
    places().both("module.py", "print('ran')\n")
    python = need("python3")
    for folder in (places().trusted, places().untrusted):
        subprocess.run([python, "-c", "import py_compile, sys; "
                        "py_compile.compile(sys.argv[1], cfile=sys.argv[2])",
                        str(folder / "module.py"), str(folder / "sourceless.pyc")], check=True)
    for module in ("module", "sourceless"):
        for folder, wanted in ((places().trusted, "ran\n"), (places().untrusted, "")):
            done = under_shim(python, "-B", "-c", f"import {module}",
                              env={"PYTHONPATH": str(folder)})
            equal(done.stdout, wanted)


def test_python_in_others():
    """Python in Vim and gdb reads data, and is given no file of code"""
    untrusted, _ = make("words.py", "print('ran')\n")
    read = f"print(open('{untrusted}').read())"
    for command in ([need("vim"), "-es", "-u", "NONE", "-c", f"verbose py3 {read}", "-c", "q!"],
                    [need("gdb"), "-nx", "-batch", "-ex", f"python {read}"]):
        done = under_shim(*command)
        contains(done.stdout + done.stderr, "print('ran')")
        lacks(done.stderr, "ipe-shim: ")
    for command in ([need("vim"), "-es", "-u", "NONE", "-c", f"verbose py3file {untrusted}", "-c", "q!"],
                    [need("vim"), "-es", "-u", "NONE", "-c", f"verbose py3 exec(open('{untrusted}').read())", "-c", "q!"],
                    [need("gdb"), "-nx", "-batch", "-x", untrusted],
                    [need("gdb"), "-nx", "-batch", "-ex", f"source {untrusted}"],
                    [need("gdb"), "-nx", "-batch", "-ex", f"python exec(open('{untrusted}').read())"]):
        done = under_shim(*command)
        assert "ran" not in (done.stdout + done.stderr).splitlines(), done
        contains(done.stderr, f"{untrusted}: refused")


def test_gdb_stdin():
    """what gdb's commands read of standard input is code"""
    untrusted, trusted = make("lines", "print('ran')\nend\n")
    for path, runs in ((trusted, True), (untrusted, False)):
        with open(path, encoding="utf-8") as file:
            done = under_shim(need("gdb"), "-nx", "-batch", "-ex", "python", stdin=file)
        equal(("ran" in done.stdout, "ipe-shim: " in done.stderr), (runs, not runs))


def test_troff():
    """a document and its pictures can do nothing to anybody, but with -U"""
    untrusted, _ = make("document", ".sy echo ran 1>&2\ntext\n")
    done = under_shim(need("troff"), untrusted)
    lacks(done.stderr, "ipe-shim: ")
    contains(done.stderr, "safer mode")
    done = under_shim(need("troff"), "-U", untrusted)
    lacks(done.stderr, "ran")
    contains(done.stderr, f"ipe-shim: {untrusted}: refused")
    picture, _ = make("picture", ".PS\nsh X echo ran 1>&2 X\n.PE\n")
    with open(picture, encoding="utf-8") as file:
        done = under_shim(need("pic"), stdin=file)
    lacks(done.stderr, "ipe-shim: ")
    for arguments in ([picture], ["/dev/null", picture]):
        lacks(under_shim(need("pic"), *arguments).stderr, "ipe-shim: ")
        done = under_shim(need("pic"), "-U", *arguments, errors="replace")
        lacks(done.stderr.splitlines(), "ran")
        contains(done.stderr, f"ipe-shim: {picture}: refused")
    with open(picture, encoding="utf-8") as file:
        done = under_shim(need("pic"), "-U", stdin=file)
    contains(done.stderr, "pic: standard input: refused")


def test_children():
    """what a program starts is under the shim, whatever environment it makes for it"""
    untrusted, _ = make()
    dash, python = need("dash"), need("python3")
    for command in ([need("env"), "-i", dash, untrusted],
                    [need("env"), "-u", "LD_PRELOAD", dash, untrusted],
                    [need("env"), "LD_PRELOAD=", dash, untrusted],
                    [need("env"), "LD_PRELOAD=/nonexistent.so", dash, untrusted],
                    [python, "-c", "import os, subprocess; os.environ.pop('LD_PRELOAD'); "
                     f"subprocess.run(['{dash}', '{untrusted}'])"],
                    [python, "-c", "import os; os.environ.pop('LD_PRELOAD'); "
                     f"os.system('{dash} {untrusted}')"],
                    [python, "-c", "import os; os.environ.pop('LD_PRELOAD'); "
                     f"print(os.popen('{dash} {untrusted}').read())"],
                    [python, "-c", f"import os; os.posix_spawn('{dash}', ['dash', '{untrusted}'], "
                     "{}); os.wait()"],
                    [python, "-c", f"import os; os.execve('{dash}', ['dash', '{untrusted}'], {{}})"],
                    [need("perl"), "-e", f"%ENV = (); system('{dash}', '{untrusted}')"],
                    [dash, "-c", f"unset LD_PRELOAD; {dash} {untrusted}"]):
        done = under_shim(*command)
        lacks(done.stdout, "ran")
        contains(done.stderr, "ipe-shim: ")


def test_unseen_opens():
    """calls that open what the shim does not see are refused"""
    done = under_shim(need("python3"), "-c", """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
for number in (425, 304):
    assert libc.syscall(number, 8, 0, 0) == -1 and ctypes.get_errno() == errno.EPERM, number
assert libc.open_by_handle_at(-1, None, 0) == -1 and ctypes.get_errno() == errno.EPERM
""")
    equal(done.returncode, 0)
    contains(done.stderr, "io_uring_setup(2): refused (unseen-opens)")
    contains(done.stderr, "open_by_handle_at(2): refused (unseen-opens)")


def test_judged_files():
    """a file that the configuration names is judged in every program, by every name it has"""
    untrusted, trusted = make("settings", "data\n")
    folder = str(places().untrusted)
    os.makedirs(f"{folder}/sub", exist_ok=True)
    Path(folder, "sub", "deep").write_text("deep\n")
    with configured(f"judge = {untrusted}\njudge = {trusted}\njudge = {folder}/sub/\n"):
        cat = need("cat")
        for names in ([untrusted], [f"{folder}/./settings"], [f"{folder}/sub/../settings"],
                      ["settings"], [f"{folder}/sub/deep"], ["sub/deep"]):
            done = under_shim(cat, *names, cwd=folder)
            equal(done.stdout, "")
            contains(done.stderr, "ipe-shim: ")
        os.symlink(untrusted, f"{folder}/link")
        equal(under_shim(cat, f"{folder}/link").stdout, "")
        os.unlink(f"{folder}/link")
        done = under_shim(cat, trusted)
        equal((done.stdout, done.stderr), ("data\n", ""))
        make("unnamed", "data\n")
        equal(under_shim(cat, f"{folder}/unnamed").stdout, "data\n")
    link = places().trusted / "link"
    for target, line in ((f"{folder}/sub", f"judge = {link}/\n"), (untrusted, f"judge = {link}\n")):
        link.symlink_to(target)
        with configured(line):
            for name in (f"{folder}/sub/deep", "sub/deep", f"{link}/deep") if line.endswith("/\n") else (untrusted, link):
                done = under_shim(cat, name, cwd=folder)
                equal(done.stdout, "")
                contains(done.stderr, "the configuration has it judged")
        link.unlink()
    with configured(f"judge = {places().trusted}/not-there/\n"):
        equal(under_shim(cat, f"{folder}/unnamed").stdout, "data\n")


def test_judged_files_without_proc():
    """where nobody can tell what a file's own path is, it is judged"""
    untrusted, trusted = make("settings", "data\n")
    link = places().untrusted / "other"
    link.symlink_to(untrusted)
    with configured(f"judge = {untrusted}\n"), mounted("tmpfs", "/proc"):
        equal(under_shim(need("cat"), link).stdout, "")
        equal(under_shim(need("cat"), trusted).stdout, "data\n")
    link.unlink()


def test_names_that_jq_changes():
    """a module's link to a name that is no UTF-8 has jq open another file, which is judged"""
    jq, folder = need("jq"), places().untrusted
    (folder / "modules").mkdir()
    code = b'def f: "ran";\n'
    Path(os.fsdecode(os.fsencode(folder) + b"/d\xff")).write_bytes(b"")
    (folder / "d\ufffd").write_bytes(code)
    (folder / "modules" / "y.jq").symlink_to(os.fsdecode(b"../d\xff"))
    command = [jq, "-n", "-L", f"{folder}/modules", 'include "y"; f']
    equal(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout, '"ran"\n')
    done = under_shim(*command)
    equal(done.stdout, "")
    contains(done.stderr, "ipe-shim: ")


def test_unknown_program():
    """what a program is that nobody listed is the configuration's word, and it is told once"""
    copy = places().trusted / "frob"
    shutil.copy(need("diff"), copy)
    places().both("x.py", "one\n")
    places().both("y.py", "two\n")
    command = [str(copy), str(places().untrusted / "x.py"), str(places().untrusted / "y.py")]
    for text, trusted, wanted in (("unknown = data", True, ["< one"]), ("unknown = code", True, []),
                                  ("unknown = data", False, []), ("unknown = dat", True, []),
                                  ("unknown = data\nrubbish", True, []), ("", True, [])):
        with configured(text, trusted=trusted):
            done = under_shim(*command)
            equal([line for line in done.stdout.split("\n") if line == "< one"], wanted)
            equal(done.stderr.count("frob: it is not known, so what it reads is data"), len(wanted))
            with open(command[1]) as source:
                got = under_shim(command[0], "-", "/dev/null", stdin=source)
            equal("< one" in got.stdout, bool(wanted))
            if wanted:
                equal(done.stderr.count("\n"), 1)
                lacks(under_shim("dash", command[1]).stdout, "one")
    copy.unlink()


def test_why_it_counts_as_code():
    """a refusal of what a user may take for data says why it counts as code"""
    copy = places().trusted / "frob"
    shutil.copy(need("diff"), copy)
    first, trusted = make("x.py", "one\n")
    for name, content, wanted in (("y.py", "two\n", "its suffix is one of code"),
                                  ("tool", "#!/bin/sh\n", "it starts with #!")):
        second, _ = make(name, content)
        contains(under_shim(str(copy), trusted, second).stderr,
                 f"; it counts as code, because {wanted}\n")
    contains(under_shim(str(copy), first, trusted).stderr,
             "; it counts as code, because nothing is known of the program (see "
             "unknown in ipe-enlighten.conf(5))\n")
    copy.unlink()
    with configured(f"judge = {first}\n"):
        contains(under_shim(need("cat"), first).stderr,
                 "; it counts as code, because the configuration has it judged\n")


def test_bad_configuration():
    """a configuration that is malformed or not trusted has every file judged"""
    untrusted, trusted = make("settings", "data\n")
    for text, is_trusted in (("judge = relative\n", True), ("inline = securebits\n", False)):
        with configured(text, is_trusted):
            equal(under_shim(need("cat"), trusted).stdout, "data\n")
            equal(under_shim(need("cat"), untrusted).stdout, "")
            equal(under_shim(need("dash"), "-c", "echo ran").returncode, 126)


def listen(path):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(path)
    listener.setblocking(False)
    return listener


def records(listener):
    found = []
    while True:
        try:
            found.append(listener.recv(8192).decode())
        except BlockingIOError:
            return found


def test_journal():
    """the journal gets one record with its fields"""
    untrusted, _ = make("a\nPRIORITY=0.sh")
    with tools.mounted("tmpfs", "/run"):
        listener = listen(JOURNAL)
        under_shim(need("dash"), untrusted)
        (record,) = records(listener)
        fields = dict(line.split("=", 1) for line in record.splitlines())
        equal(fields["PRIORITY"], "4")
        equal(fields["IPE_REASON"], "noexec-mount")
        contains(fields["IPE_FILE"], r"/a\012PRIORITY=0.sh")
        contains(fields["MESSAGE"], "refused (noexec-mount)")
        listener.close()


def test_rate_limit():
    """a program that tries a thousand files makes a handful of records"""
    for number in range(1000):
        (places().untrusted / f"many{number}.sh").write_text(":\n")
    with tools.mounted("tmpfs", "/run"):
        listener = listen(JOURNAL)
        got, stop = [], threading.Event()

        def drain():
            while not stop.is_set():
                got.extend(records(listener))
        reader = threading.Thread(target=drain)
        reader.start()
        code = f"""
from ctypes import CDLL
libc = CDLL(None)
for number in range(1000):
    libc.fopen(f'{places().untrusted}/many{{number}}.sh'.encode(), b'r')
"""
        with configured(f"judge = {places().untrusted}/\n"):
            done = under_shim(need("python3"), "-c", code)
        stop.set()
        reader.join()
        listener.close()
    equal(done.stderr.count("ipe-shim: "), 1000)
    assert 1 <= len(got) <= 20, len(got)


def test_syslog():
    """without a journal /dev/log gets it"""
    untrusted, _ = make()
    with tools.mounted("tmpfs", "/run"), tools.mounted("tmpfs", "/dev"):
        os.mknod("/dev/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        listener = listen("/dev/log")
        subprocess.run([need("dash"), untrusted], env={**CLEAN, "LD_PRELOAD": SHIM},
                       stderr=subprocess.PIPE, check=False)
        (record,) = records(listener)
        contains(record, "<84>ipe-shim[")
        contains(record, f"reason=noexec-mount file={untrusted}")
        listener.close()


def test_full_log_does_not_block():
    """a log that nobody reads does not hold a program up"""
    untrusted, _ = make()
    with tools.mounted("tmpfs", "/run"):
        listener = listen(JOURNAL)
        sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sender.setblocking(False)
        try:
            while True:
                sender.sendto(b"x" * 1000, JOURNAL)
        except BlockingIOError:
            pass
        start = time.monotonic()
        under_shim(need("dash"), untrusted)
        assert time.monotonic() - start < 20
        listener.close()


if __name__ == "__main__":
    main(sys.modules[__name__])
