#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl policy: the files that it reads, print, diff, eval and explain. Usage: test_policy.py IPECTL VECTORS"""
import contextlib
import ctypes
import importlib.machinery
import importlib.util
import json
import os
import resource
import sys
from pathlib import Path

from harness import (LIBC, UNPRIVILEGED, contains, enter_private_mounts, equal, ipectl, lacks,
                     mounted, run_tests, scratch)
from policy_harness import A, B, HEAD, lint, policy


def test_several_files():
    """Of several files the largest exit status counts, and every one is linted"""
    with scratch() as tmp:
        (tmp / "good").write_text(HEAD)
        (tmp / "bad").write_text("x")
        got = policy("lint", tmp / "bad", tmp / "missing", tmp / "good", tmp)
        equal(got.status, 3)
        contains(got.out, f"{tmp}/bad:1:1: ".encode())
        contains(got.err, f"cannot read '{tmp}/missing': No such file or directory".encode())
        contains(got.err, f"cannot read '{tmp}': it is a directory; name a file".encode())
        equal(policy("lint", tmp / "bad", tmp / "good").status, 1)


def test_hostile_files():
    """Binary files, names, devices and unreadable files are refused in sentences"""
    with scratch() as tmp:
        random = tmp / "\x1b[31mred"
        for content in (os.urandom(10000), b"\x30\x82" + os.urandom(100), b"\x30\x80", b"\0", b""):
            random.write_bytes(content)
            for command in (["lint"], ["print"], ["eval", "--op", "EXECUTE"]):
                got = policy(*command, random)
                assert got.status in (1, 3), got.status
                assert got.out + got.err, content
                lacks(got.out + got.err, b"\x1b")
        random.chmod(0)
        got = policy("print", random, prefix=UNPRIVILEGED)
        equal((got.status, got.out), (3, b""))
        contains(got.err, b"Permission denied; run ipectl as a user who may read it")


def test_endless_file():
    """An endless file ends with a sentence, in bounded memory"""
    got = policy("lint", "/dev/zero", preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_CPU, (30, 30)))
    equal((got.status, got.out), (3, b""))
    contains(got.err, b"no policy is")


def test_full_output():
    """Output that cannot be written is an error"""
    with scratch() as tmp, open("/dev/full", "wb") as full:
        (tmp / "p").write_text(HEAD)
        for command in (["print"], ["lint", "--json"]):
            got = policy(*command, tmp / "p", stdout=full)
            equal(got.status, 3)
            contains(got.err, b"No space left on device")


def test_print():
    """Printing is canonical, and printing it again changes nothing"""
    text = ("#c\n policy_name=p\tpolicy_version=+1.02.3#\r\nop=EXECUTE\t"
            f"fsverity_digest=sha256:{A.upper()}  boot_verified=FALSE action=ALLOW\nDEFAULT action=DENY")
    wanted = ("policy_name=p policy_version=1.2.3\nDEFAULT action=DENY\n"
              f"op=EXECUTE boot_verified=FALSE fsverity_digest=sha256:{A} action=ALLOW\n")
    equal(policy("print", "-", text=text).out.decode(), wanted)
    equal(policy("print", "-", text=wanted).out.decode(), wanted)


def vectors():
    directory = Path(sys.argv[2])
    loader = importlib.machinery.SourceFileLoader("make_header", str(directory / "make-header"))
    maker = importlib.util.module_from_spec(importlib.util.spec_from_loader("make_header", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(maker)
    return maker, directory


def test_vectors():
    """lint gives each vector's errno, line and column; print gives its canonical text"""
    maker, directory = vectors()
    for vector in json.loads((directory / "policy-syntax.json").read_text()):
        text = maker.syntax_text(vector)
        row = lint(text, *(["--extensions"] if vector.get("extensions") else []))
        if "error" in vector:
            error, _, line, column = vector["error"]
            equal(row["error"], error)
            contains([(found["code"], found["line"], found["column"]) for found in row["findings"]],
                     (error, line, column))
        else:
            equal(policy("print", "-", text=text).out, vector["canonical"].encode("latin-1"))


def diff(old, new, *options):
    with scratch() as tmp:
        (tmp / "old").write_text(old)
        (tmp / "new").write_text(new)
        return policy("diff", *options, tmp / "old", tmp / "new")


def changed(old, new):
    got = diff(HEAD + old, HEAD + new, "--json")
    row = got.json()
    equal(got.status, 0 if row["same_meaning"] else 1)
    return ([x["line"] for x in row["removed"]], [x["line"] for x in row["added"]], row["reordered"])


def test_diff_rules():
    """Rules that were removed and added are told with their lines"""
    a, b, c = (f"op=EXECUTE fsverity_digest=sha256:{x * 64} action=ALLOW\n" for x in "abc")
    equal(changed(a + b, b + c), ([3], [4], []))
    got = diff(HEAD + a, HEAD + b)
    contains(got.out.decode(), f"- 3: {a}")
    contains(got.out.decode(), f"+ 3: {b}")


def test_diff_meaning():
    """What decides nothing makes no difference"""
    a, b = (f"op=EXECUTE fsverity_digest=sha256:{x * 64} action=ALLOW\n" for x in "ab")
    boot = "op=EXECUTE boot_verified=TRUE action=ALLOW\n"
    for old, new in ((a + b, b + a), (a, "# c\n" + a.replace("a" * 64, "A" * 64)), (a, a + a),
                     (a, a + "op=EXECUTE boot_verified=TRUE boot_verified=FALSE action=ALLOW\n"),
                     (boot, boot + "op=EXECUTE boot_verified=TRUE fsverity_signature=FALSE action=DENY\n"),
                     (a, a + "op=EXECUTE boot_verified=TRUE action=DENY\n"),
                     (a, a + "DEFAULT op=EXECUTE action=DENY\n")):
        equal(changed(old, new), ([], [], []))


def test_diff_order():
    """Order makes a difference between rules that allow and rules that deny"""
    allow = "op=EXECUTE boot_verified=TRUE action=ALLOW\n"
    deny = "op=EXECUTE fsverity_signature=FALSE action=DENY\n"
    last = "op=EXECUTE dmverity_signature=TRUE action=ALLOW\n"
    equal(changed(allow + deny + last, deny + allow + last), ([], [], ["EXECUTE"]))
    contains(diff(HEAD + allow + deny + last, HEAD + deny + last + allow).out,
             b"order    EXECUTE: rules that allow have moved past rules that deny\n")


def test_diff_head():
    """Name, version and defaults are compared"""
    old = "policy_name=a policy_version=1.2.3\nDEFAULT action=DENY\n"
    same = diff(old, old.replace("1.2.3", "1.3.0"), "--json")
    equal((same.status, same.json()["version_rises"]), (0, True))
    equal(diff(old, old, "--json").json()["version_rises"], False)
    other = diff(old, "policy_name=b policy_version=1.2.3\nDEFAULT action=ALLOW\n"
                 + "DEFAULT op=EXECUTE action=DENY\n", "--json")
    row = other.json()
    equal((other.status, row["same_name"], len(row["defaults"])), (1, False, 6))
    contains(diff(old, old).out, b"1.2.3 -> 1.2.3: does not rise")


def test_diff_trouble():
    """An invalid policy is trouble and no difference"""
    equal((diff(HEAD, "x").status, diff("x", HEAD).status), (3, 3))


def evaluate(text, *arguments):
    got = policy("eval", "--json", *arguments, "-", text=text)
    row = got.json()
    equal(got.status, 0 if row["action"] == "ALLOW" else 1)
    return row["action"], row["line"], row["basis"], row["certain"]


def test_eval():
    """The first rule that applies decides, then the operation's default, then the global one"""
    text = (HEAD + "DEFAULT op=KMODULE action=ALLOW\nop=EXECUTE boot_verified=TRUE action=ALLOW\n"
            f"op=EXECUTE fsverity_digest=sha256:{A} action=ALLOW\n")
    rest = "--rest-absent"
    equal(evaluate(text, "-o", "EXECUTE", rest, "-f", "boot_verified=TRUE"),
          ("ALLOW", 4, "rule", True))
    equal(evaluate(text, "-o", "EXECUTE", rest, "-f", f"fsverity_digest=sha256:{A.upper()}"),
          ("ALLOW", 5, "rule", True))
    equal(evaluate(text, "-o", "EXECUTE", rest), ("DENY", 2, "default", True))
    equal(evaluate(text, "-o", "EXECUTE", rest, "-f", f"fsverity_digest=sha256:{B}"),
          ("DENY", 2, "default", True))
    equal(evaluate(text, "-o", "KMODULE", rest), ("ALLOW", 3, "op-default", True))


def test_eval_unknown():
    """What is unknown denies, and the answer says that it is uncertain and why"""
    allow = HEAD + "op=EXECUTE boot_verified=TRUE action=ALLOW\n"
    deny = HEAD.replace("DENY", "ALLOW") + "op=EXECUTE boot_verified=TRUE action=DENY\n"
    equal(evaluate(allow, "-o", "EXECUTE"), ("DENY", 2, "default", False))
    equal(evaluate(deny, "-o", "EXECUTE"), ("DENY", 3, "rule", False))
    equal(evaluate(deny, "-o", "EXECUTE", "-f", "boot_verified=FALSE"),
          ("ALLOW", 2, "default", True))
    contains(policy("eval", "-o", "EXECUTE", "-", text=deny).out,
             b"uncertain; it is not known what these are: boot_verified\n")


def test_eval_anonymous():
    """Anonymous memory has no property but its own"""
    text = HEAD + "op=EXECUTE fsverity_signature=FALSE action=ALLOW\n"
    equal(evaluate(text, "-o", "EXECUTE", "--anonymous"), ("ALLOW", 3, "rule", True))


def test_eval_decisions():
    """The policy core's vectors of decisions come out the same"""
    maker, directory = vectors()
    bases = {"global": "default", "op": "op-default"}
    asked = 0
    for group in json.loads((directory / "policy-decisions.json").read_text()):
        text = "".join(f"{line}\n" for line in group["policy"])
        for case in group["cases"]:
            given = {**dict.fromkeys(maker.FLAGS, False), **dict.fromkeys(maker.DIGESTS, "none")}
            given.update({name: "none" if value is None else value
                          for name, value in case["facts"].items()})
            facts = [word for name, value in given.items() if value != "unknown" for word in
                     ("-f", f"{name}={value if isinstance(value, str) else str(value).upper()}")]
            if case["op"] == "UNKNOWN":
                continue
            basis, line = case["by"]
            got = evaluate(text, "-o", case["op"], *facts)
            equal((case, *got[:3]), (case, case["action"], line, bases.get(basis, basis)))
            asked += 1
    assert asked > 20, asked


def test_eval_usage():
    """A fact, an operation or a number of files that cannot be is a usage error"""
    for arguments in (["-o", "execute"], ["-f", "boot_verified=true"], ["-f", "x=TRUE"], ["-f", "x"],
                      ["-f", "fsverity_digest=sha256"], ["-f", "fsverity_digest=sha256:0"],
                      ["-f", "fsverity_digest=sha256:0g"], ["-f", "boot_verified=none"], []):
        got = policy("eval", *arguments, "/dev/null")
        equal((got.status, got.out), (2, b""))
        contains(got.err, b"--help'")


def test_explain_plain():
    """A file without any property is explained, operands before options as well"""
    with scratch() as tmp, mounted("tmpfs", tmp):
        (tmp / "p").write_text(HEAD + "op=EXECUTE boot_verified=TRUE action=ALLOW\n")
        (tmp / "x").touch()
        got = policy("explain", tmp / "p", "--file", tmp / "x")
        equal(got.status, 1)
        contains(got.out.decode(), f"DENY   {tmp}/x: line 2, DEFAULT action=DENY\n")
        for line in ("boot_verified      FALSE; it does not lie in the initramfs",
                     "dmverity_signature FALSE", "fsverity_digest    none; the file has no fs-verity",
                     "memfd_sealed       FALSE"):
            contains(got.out.decode(), f"  {line}")
        row = policy("explain", "--json", tmp / "p", "--file", tmp / "x").json()
        equal((row["path"], row["op"], row["certain"]), (str(tmp / "x"), "EXECUTE", True))


@contextlib.contextmanager
def memfd(seals):
    fd = os.memfd_create("x", os.MFD_ALLOW_SEALING)
    if seals:
        assert LIBC.fcntl(fd, 1033, ctypes.c_int(seals)) == 0
    try:
        yield fd
    finally:
        os.close(fd)


def test_explain_memfd():
    """A memfd is sealed only with all four seals"""
    text = HEAD + "op=EXECUTE memfd_sealed=TRUE action=ALLOW\n"
    with scratch() as tmp:
        (tmp / "p").write_text(text)
        for seals, status in ((15, 0), (14, 1), (7, 1), (0, 1)):
            with memfd(seals) as fd:
                got = policy("explain", tmp / "p", "--file", f"/dev/fd/{fd}", pass_fds=(fd,))
                equal(got.status, status)


def test_explain_overlay():
    """Where an overlay hides the volume, that is said, and not to be root"""
    with scratch() as tmp:
        (tmp / "p").write_text(HEAD + f"op=EXECUTE dmverity_roothash=sha256:{A} action=ALLOW\n")
        for name in ("base", "merged"):
            (tmp / name).mkdir()
        with mounted("tmpfs", str(tmp / "base")):
            for name in ("lower", "upper", "work"):
                (tmp / "base" / name).mkdir()
            (tmp / "base/lower/x").write_text("#!/bin/sh\n")
            with mounted("overlay", str(tmp / "merged"), ",".join(
                    f"{name}dir={tmp}/base/{name}" for name in ("lower", "upper", "work"))):
                # What is mounted over the layers hides them.
                with mounted("tmpfs", str(tmp / "base")):
                    got = policy("explain", tmp / "p", "--file", tmp / "merged/x")
    contains(got.out, b"it cannot be told through the overlay")
    lacks(got.out, b"as root")


def test_explain_trouble():
    """What is no file of this system cannot be explained"""
    with scratch() as tmp:
        (tmp / "p").write_text(HEAD)
        for path in (tmp, tmp / "missing", "/dev/null"):
            got = policy("explain", tmp / "p", "--file", path)
            equal((got.status, got.out), (3, b""))
            contains(got.err, b"ipectl: policy explain: cannot judge '")
        equal(policy("explain", tmp / "p", "--file", "/bin/sh", "--op", "X").status, 2)
        equal(policy("explain", tmp / "p").status, 2)


def test_usage():
    """A command that is unknown or lacks its operand is a usage error"""
    for arguments in ([], ["x"], ["\x1b"], ["--x"], ["lint"], ["print"], ["print", "a", "b"],
                      ["diff", "a"], ["list", "x"], ["activate"], ["activate", "a", "b"], ["remove"],
                      ["load"], ["sign", "x"], ["verify", "x"], ["lint", "--x"], ["explain", "-f"]):
        got = policy(*arguments)
        equal((got.status, got.out), (2, b""))
        contains(got.err, b"ipectl")
        lacks(got.err, b"\x1b")


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))

if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
