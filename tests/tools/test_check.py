#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl check. Usage: test_check.py IPECTL"""
import os
import resource
import socket
import subprocess
import sys

from harness import (DENY_INTERACTIVE, RESTRICT_FILE, UNPRIVILEGED, contains,
                     enter_private_mounts, equal, ipectl, lacks, mounted, need_securebits,
                     need_small_program, run_tests, scratch, script, set_securebits)

HOSTILE = [b"new\nline", b"esc\x1b[31mape", b"not\xffutf8\xc3", b"back\\slash", b"tab\there",
           "turn\u202ered".encode(), "caf\u00e9".encode(), b"deny   x: policy", b" ", b"\x7f\x01"]


def hostile_files(directory):
    paths = [os.fsencode(directory) + b"/" + name for name in HOSTILE]
    for path in paths:
        with open(path, "wb"):
            pass
    return paths


def limit_memory(mebibytes):
    resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))


def test_allowed():
    """A file that nothing refuses is allowed, whatever its mode"""
    with scratch() as tmp:
        for mode in (0o755, 0o644):
            path = script(tmp / f"{mode:o}", mode)
            got = ipectl("check", path)
            equal((got.status, got.out, got.err), (0, f"allow  {path}\n".encode(), b""))


def test_noexec():
    """A file on a noexec mount is denied with reason and advice"""
    with scratch() as tmp, mounted("tmpfs", tmp, "noexec"):
        path = script(tmp / "x")
        got = ipectl("check", path)
        equal(got.status, 1)
        assert got.out.startswith(f"deny   {path}: noexec-mount: Move the file".encode()), got.out
        equal((got.out.count(b"\n"), got.err), (1, b""))


def test_noexec_json():
    """The JSON of a refusal has verdict, reason and the probe's errno"""
    with scratch() as tmp, mounted("tmpfs", tmp, "noexec"):
        path = script(tmp / "x")
        got = ipectl("check", "--json", path)
        equal(got.status, 1)
        (row,) = got.json()
        equal((row["path"], row["verdict"], row["reason"], row["error"]),
              (str(path), "deny", "noexec-mount", None))
        equal((row["mmap_probe"], row["exec_probe"], row["size"]), ("EPERM", "not-asked", 10))


def test_missing():
    """A missing file is not judged: status 3, and the error says what, why and what to do"""
    with scratch() as tmp:
        got = ipectl("check", tmp / "missing")
        equal((got.status, got.out), (3, b""))
        equal(got.err, f"ipectl: check: cannot judge '{tmp}/missing': No such file or directory; "
                       "correct the name\n".encode())


def test_missing_json():
    """A missing file's JSON verdict is deny, its reason undecided, its error the errno"""
    with scratch() as tmp:
        got = ipectl("check", "--json", tmp / "missing")
        (row,) = got.json()
        equal((got.status, row["verdict"], row["reason"], row["error"]),
              (3, "deny", "undecided", "ENOENT"))


def test_not_regular():
    """A directory, a FIFO and a device are denied at once"""
    with scratch() as tmp:
        os.mkfifo(tmp / "fifo")
        for path in (tmp, tmp / "fifo", "/dev/null", "/dev/zero"):
            got = ipectl("check", path)
            equal(got.status, 1)
            contains(got.out, b": not-regular: ")


def test_unreadable():
    """A file that may not be read is not judged"""
    with scratch() as tmp:
        path = script(tmp / "x", 0)
        got = ipectl("check", path, prefix=UNPRIVILEGED)
        equal((got.status, got.out), (3, b""))
        contains(got.err, b"Permission denied; run ipectl as a user who may read it")


def test_worst_status():
    """Of several files the worst counts: not judged before refused before allowed"""
    with scratch() as tmp:
        good = script(tmp / "good")
        for names, status in (([good, tmp, good], 1), ([tmp / "missing", tmp, good], 3),
                              ([tmp, tmp / "missing", good], 3), ([good, good], 0)):
            equal(ipectl("check", *names).status, status)


def test_usage():
    """A wrong command line is status 2, and nothing is judged"""
    with scratch() as tmp:
        good = script(tmp / "good")
        for arguments in (["check"], ["check", "--nonsense", good], ["check", "-x", good],
                          ["check", "--json=1", good], ["nonsense", good], [], ["--nonsense"],
                          ["check", "--\x1b[31m", good], ["\x1b[31m"]):
            got = ipectl(*arguments)
            equal((got.status, got.out), (2, b""))
            contains(got.err, b"--help'")
            lacks(got.err, b"\x1b")


def test_options_end():
    """What follows -- is a name, even --help"""
    with scratch() as tmp:
        script(tmp / "--help", 0o644)
        script(tmp / "-")
        good = script(tmp / "good")
        got = ipectl("check", good, "--", "--help", "--", cwd=tmp)
        equal((got.status, got.out), (3, f"allow  {good}\nallow  --help\n".encode()))
        equal(ipectl("check", "--", "--help", cwd=tmp).out, b"allow  --help\n")
        equal(ipectl("check", "./-", cwd=tmp).out, b"allow  ./-\n")


def test_list():
    """A list on standard input is judged in its place among the operands"""
    with scratch() as tmp:
        a, b, c = (script(tmp / name) for name in "abc")
        got = ipectl("check", a, "-", c, stdin=f"{b}\n{tmp}\n".encode())
        equal(got.status, 1)
        equal([line.split(b":")[0] for line in got.out.splitlines()],
              [f"{v} {p}".encode() for v, p in
               (("allow ", a), ("allow ", b), ("deny  ", tmp), ("allow ", c))])


def test_list_without_newline():
    """The last name of a list may lack its newline"""
    with scratch() as tmp:
        a, b = script(tmp / "a"), script(tmp / "b")
        got = ipectl("check", "-", stdin=f"{a}\n{b}".encode())
        equal((got.status, got.out), (0, f"allow  {a}\nallow  {b}\n".encode()))
        equal(ipectl("check", "-", stdin=f"{a}\n{tmp}".encode()).status, 1)


def test_list_null():
    """With --null names end with NUL and may hold any other byte"""
    with scratch() as tmp:
        paths = hostile_files(tmp)
        for option in ("--null", "-0"):
            got = ipectl("check", option, "--json", "-", stdin=b"\0".join(paths))
            equal(got.status, 0)
            equal(len(got.json()), len(paths))


def test_list_embedded_nul():
    """A name with a NUL in it is not judged by its start"""
    with scratch() as tmp:
        good = os.fsencode(script(tmp / "good"))
        got = ipectl("check", "-", stdin=good + b"\0.evil\n" + good + b"\n")
        equal((got.status, got.out), (3, b"allow  " + good + b"\n"))
        contains(got.err, good + b"\\x00.evil': the name contains a NUL byte")


def test_list_empty_name():
    """An empty name is not judged; an empty list has nothing to refuse"""
    equal(ipectl("check", "-", stdin=b"\n").status, 3)
    got = ipectl("check", "-", stdin=b"")
    equal((got.status, got.out, got.err), (0, b"", b""))
    got = ipectl("check", "--json", "-", stdin=b"")
    equal((got.status, got.json()), (0, []))


def test_long_name():
    """A name longer than a path can be is not judged, in little memory, and the next one is"""
    need_small_program()
    with scratch() as tmp:
        good = os.fsencode(script(tmp / "good"))
        for name in (b"x" * (96 << 20), b"./" * 2047 + b"x", b"./" * 2048):
            got = ipectl("check", "--json", "-", stdin=name + b"\n" + good,
                         preexec_fn=lambda: limit_memory(64))
            rows = got.json()
            equal((got.status, len(rows), rows[1]["verdict"]), (3, 2, "allow"))
            equal(rows[0].get("path_cut", False), len(name) > 4095)
            equal(rows[0]["error"], "ENAMETOOLONG" if len(name) > 4095 else "ENOENT")


def test_cut_name():
    """A name that is too long is not judged by its start"""
    with scratch() as tmp:
        good = os.fsencode(script(tmp / "good"))
        directory, _, name = good.rpartition(b"/")
        longest = directory + b"/" * (4095 - len(directory) - len(name)) + name
        equal((len(longest), ipectl("check", longest).status), (4095, 0))
        for got in (ipectl("check", longest + b".evil"),
                    ipectl("check", "-", stdin=longest + b".evil")):
            equal((got.status, got.out), (3, b""))
            contains(got.err, b"good...': File name too long")


def test_list_streams():
    """Each verdict is written when it is made, before the list ends"""
    with scratch() as tmp:
        good = script(tmp / "good")
        with subprocess.Popen([sys.argv[1], "check", "-"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            for _ in range(3):
                process.stdin.write(f"{good}\n".encode())
                process.stdin.flush()
                equal(process.stdout.readline(), f"allow  {good}\n".encode())
            process.stdin.close()
            equal(process.wait(10), 0)


def test_unreadable_list():
    """A list that cannot be read is an error, not an empty list"""
    directory = os.open("/", os.O_RDONLY)
    got = subprocess.run([sys.argv[1], "check", "-"], stdin=directory, capture_output=True,
                         check=False)
    os.close(directory)
    equal(got.returncode, 3)
    contains(got.stderr, b"cannot read the list of files from standard input: Is a directory")


def test_hostile_names_text():
    """No name reaches the output unescaped, in any locale"""
    with scratch() as tmp:
        paths = hostile_files(tmp)
        for locale in ("C.UTF-8", "C"):
            got = ipectl("check", *paths, env={"LC_ALL": locale})
            equal((got.status, got.err), (0, b""))
            lines = got.out.split(b"\n")
            equal((len(lines), lines[-1]), (len(paths) + 1, b""))
            assert all(line.startswith(b"allow  ") for line in lines[:-1]), lines
            for bad in (b"\x1b", b"\xff", b"\x7f", b"\x01", b"\t", "\u202e".encode()):
                lacks(got.out, bad)
            contains(got.out, b"new\\nline\n")
            contains(got.out, b"back\\\\slash\n")
            contains(got.out, b"not\\xffutf8\\xc3\n")
            contains(got.out, "caf\u00e9\n".encode() if locale != "C" else b"caf\\xc3\\xa9\n")


def test_hostile_names_errors():
    """No name reaches standard error unescaped"""
    got = ipectl("check", *(b"/nonexistent/" + name for name in HOSTILE))
    equal((got.status, got.out, got.err.count(b"\n")), (3, b"", len(HOSTILE)))
    for bad in (b"\x1b", b"\xff", b"\x7f"):
        lacks(got.err, bad)


def test_hostile_names_json():
    """JSON keeps every name exactly, as a string or in hexadecimal"""
    with scratch() as tmp:
        paths = hostile_files(tmp)
        rows = ipectl("check", "--json", *paths).json()
        equal([bytes.fromhex(row["path_hex"]) if "path_hex" in row else row["path"].encode()
               for row in rows], paths)
        equal(sum("path_hex" in row for row in rows), 1)
        equal([row["path"] for row in rows if "path_hex" in row],
              [f"{tmp}/not\ufffdutf8\ufffd"])


def test_full_device():
    """Output that cannot be written is status 3, and says so"""
    with scratch() as tmp:
        good = script(tmp / "good")
        for arguments in (["check", good], ["check", "--json", good], ["--help"], ["--version"],
                          ["why", good], ["why", "--json", good], ["status"],
                          ["status", "--json"], ["check", "--help"]):
            with open("/dev/full", "wb") as full:
                got = ipectl(*arguments, stdout=full)
            equal(got.status, 3)
            contains(got.err, b"cannot write to standard output: No space left on device")


def test_options_anywhere():
    """Options may stand behind the files; what follows -- is a file"""
    with scratch() as tmp:
        good = script(tmp / "good")
        script(tmp / "--json")
        for arguments in ([good, "--json"], [good, "-j"], ["-j", good, "--load"]):
            equal(ipectl("check", *arguments).json()[0]["path"], str(good))
        equal(ipectl("why", good, "--json").json()["path"], str(good))
        got = ipectl("check", "--", "--json", cwd=tmp)
        equal((got.status, got.out), (0, b"allow  --json\n"))


def test_other_file_types():
    """What is no regular file is refused as such, a socket that cannot be opened, too"""
    with scratch() as tmp:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp / "socket"))
        listener.close()
        os.mkfifo(tmp / "fifo")
        for path in (tmp, tmp / "socket", tmp / "fifo", "/dev/null"):
            got = ipectl("check", path)
            equal(got.status, 1)
            contains(got.out, b": not-regular: ")


def test_kernel_files():
    """Where the kernel keeps its own data nothing is executed, whatever the mount says"""
    for path in ("/proc/version", "/sys/kernel/notes"):
        got = ipectl("check", path)
        equal(got.status, 1)
        contains(got.out, b": noexec-mount: ")


def test_many_links():
    """Too many symbolic links are said to be in a circle or too many"""
    with scratch() as tmp:
        script(tmp / "0")
        for number in range(1, 46):
            (tmp / str(number)).symlink_to(str(number - 1))
        equal(ipectl("check", tmp / "40").status, 0)
        got = ipectl("check", tmp / "45")
        equal(got.status, 3)
        contains(got.err, b"circle, or there are more than 40")


def test_closed_descriptors():
    """A closed standard descriptor is never taken by a file that is judged"""
    with scratch() as tmp:
        good = script(tmp / "good")
        got = ipectl("check", good, preexec_fn=lambda: os.close(1), stdout=None)
        equal(got.status, 3)
        contains(got.err, b"cannot write to standard output")
        equal(good.read_text(), "#!/bin/sh\n")
        got = ipectl("check", "-", preexec_fn=lambda: os.close(0))
        equal(got.status, 3)
        contains(got.err, b"cannot read the list")
        got = ipectl("check", good, tmp, preexec_fn=lambda: os.close(2), stderr=None)
        equal(got.status, 1)


def test_broken_pipe():
    """A reader that goes away ends the program, and never with status 0"""
    with scratch() as tmp:
        good = script(tmp / "good")
        for ignore in (False, True):
            reader, writer = os.pipe()
            os.close(reader)
            got = subprocess.run([sys.argv[1], "check", good], stdout=writer, check=False,
                                 stderr=subprocess.PIPE, restore_signals=not ignore)
            os.close(writer)
            equal(got.returncode, 3 if ignore else -13)


def test_load():
    """With --load a file is read through, up to 256 MiB"""
    with scratch() as tmp:
        good = script(tmp / "good")
        empty = tmp / "empty"
        empty.touch()
        huge = tmp / "huge"
        huge.touch()
        os.truncate(huge, (256 << 20) + 1)
        got = ipectl("check", "--load", "--json", good, empty, tmp, huge)
        equal([(row["verdict"], row["reason"]) for row in got.json()],
              [("allow", "allowed"), ("allow", "allowed"), ("deny", "not-regular"),
               ("deny", "too-large")])
        equal(got.status, 1)
        got = ipectl("check", huge)
        equal(got.status, 0)


def test_load_without_memory():
    """A file that does not fit into memory is not judged"""
    need_small_program()
    with scratch() as tmp:
        big = tmp / "big"
        big.touch()
        os.truncate(big, 200 << 20)
        got = ipectl("check", "-l", big, preexec_fn=lambda: limit_memory(64))
        equal((got.status, got.out), (3, b""))
        contains(got.err, b"Cannot allocate memory")


def test_restrict_file():
    """Under SECBIT_EXEC_RESTRICT_FILE a file without an execute bit is denied"""
    need_securebits()
    with scratch() as tmp:
        plain, executable = script(tmp / "plain", 0o644), script(tmp / "executable")
        got = ipectl("check", "--json", plain, executable,
                     preexec_fn=lambda: set_securebits(RESTRICT_FILE))
        equal([(row["verdict"], row["reason"], row["exec_probe"]) for row in got.json()],
              [("deny", "no-execute-bit", "EACCES"), ("allow", "allowed", "passed")])
        got = ipectl("check", plain, preexec_fn=lambda: set_securebits(DENY_INTERACTIVE))
        equal(got.status, 0)


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
