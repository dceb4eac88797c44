#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl policy load, activate, remove and list on files in place of securityfs, for what no kernel
at hand can be made to answer; the rest is asked of a kernel, in tests/vm/suites/policy.
Usage: test_policy_kernel.py IPECTL FAIL_WRITE"""
import contextlib
import errno
import subprocess
import sys
from pathlib import Path

from harness import Skip, contains, enter_private_mounts, equal, ipectl, mounted, run_tests, scratch

SECURITYFS = Path("/sys/kernel/security")
TEXT = b"policy_name=p policy_version=0.0.1\nDEFAULT action=DENY\n"


@contextlib.contextmanager
def fake_ipe():
    """Files where IPE has them, with a policy p."""
    if not SECURITYFS.is_dir():
        raise Skip("this kernel has no securityfs")
    with mounted("tmpfs", str(SECURITYFS)):
        policy = SECURITYFS / "ipe/policies/p"
        policy.mkdir(parents=True)
        (SECURITYFS / "lsm").write_text("capability,ipe")
        for name in ("new_policy", "enforce", "success_audit"):
            (SECURITYFS / "ipe" / name).touch()
        for name, text in (("active", "0"), ("version", "0.0.1"), ("update", ""), ("delete", "")):
            (policy / name).write_text(text)
        yield policy


def ask(*arguments, error=0, file=b""):
    """Runs 'ipectl policy' with a file as last operand, if there is one, whose write fails."""
    with scratch() as tmp:
        if file:
            (tmp / "file").write_bytes(file)
            arguments = (*arguments, tmp / "file")
        env = {"ASAN_OPTIONS": "verify_asan_link_order=0"}
        if error:
            env |= {"LD_PRELOAD": sys.argv[2], "FAIL_WRITE": str(error)}
        return ipectl("policy", *arguments, env=env)


REFUSALS = [
    ("load", "ENOKEY", "mokutil --import"), ("load", "EKEYREJECTED", "sign it again"),
    ("load", "EKEYREVOKED", "sign with another one"), ("load", "EKEYEXPIRED", "sign with another one"),
    ("load", "ENOPKG", "SHA-256"), ("load", "ENODATA", "no text inside"),
    ("load", "EMSGSIZE", "65535 bytes"), ("load", "EEXIST", "--update"), ("load", "EACCES", "no '/'"),
    ("load", "ENAMETOOLONG", "shorten it"), ("load", "EPERM", "CAP_MAC_ADMIN"),
    ("load", "ENOMEM", "free some"), ("load", "EBADMSG", "not signed"), ("load", "ERANGE", "not signed"),
    ("update", "ESTALE", "raise policy_version"), ("update", "ENOKEY", "secondary_trusted_keys"),
    ("update", "EPERM", "CAP_MAC_ADMIN"), ("update", "ENOENT", "load it"),
    ("activate", "EINVAL", "higher version"), ("activate", "ESTALE", "higher version"),
    ("activate", "EPERM", "CAP_MAC_ADMIN"), ("activate", "ENOENT", "policy list"),
    ("remove", "EPERM", "CAP_MAC_ADMIN"), ("remove", "ENOENT", "policy list"),
    *((command, "EXDEV", "dmesg") for command in ("load", "update", "activate", "remove")),
]


def test_refusals():
    """Every errno of every request has a sentence that says what to do"""
    with fake_ipe():
        for command, error, sentence in REFUSALS:
            words = {"load": ["load"], "update": ["load", "--update"]}.get(command, [command, "p"])
            text = TEXT if command in ("load", "update") else b""
            got = ask(*words, error=getattr(errno, error), file=text)
            equal((command, error, got.status, got.out), (command, error, 1, b""))
            contains(got.err.decode(), f"({error}): ")
            contains(got.err.decode(), sentence)
            equal(got.err.count(b"\n"), 1)


def test_without_ipe():
    """Where IPE is not in the kernel, every request says so, as list does"""
    if not SECURITYFS.is_dir():
        raise Skip("this kernel has no securityfs")
    with mounted("tmpfs", str(SECURITYFS)):
        (SECURITYFS / "lsm").write_text("capability,landlock")
        for words, text in ((["load"], TEXT), (["load", "--update"], TEXT), (["activate", "p"], b""),
                            (["remove", "p"], b""), (["list"], b"")):
            got = ask(*words, file=text)
            equal((got.status, got.out, got.err.count(b"\n")), (3, b"", 1))
            contains(got.err, b"IPE is not running; boot a kernel with CONFIG_SECURITY_IPE")


def test_faulty_text():
    """Where the kernel refuses a text, its fault is told with line and column"""
    with fake_ipe():
        for error in (errno.EBADMSG, errno.EINVAL, errno.ERANGE):
            got = ask("load", error=error, file=TEXT + b"op=EXECUTE x action=DENY\n")
            contains(got.err, b"line 3, column 12: unknown property")


def test_one_write():
    """A policy is written as it is, and the request goes to the file that is meant"""
    text = TEXT + b"# " + b"x" * 300000 + b"\n"
    with fake_ipe() as policy:
        got = ask("load", file=text)
        equal((got.status, got.out), (0, b"loaded p 0.0.1\n"))
        equal((SECURITYFS / "ipe/new_policy").read_bytes(), text)
        equal(ask("load", "--update", file=text).out, b"updated p 0.0.1\n")
        equal((policy / "update").read_bytes(), text)
        equal(ask("activate", "p").out, b"activated p\n")
        equal((policy / "active").read_bytes(), b"1")
        equal(ask("list").out, b"active    p 0.0.1\n")
        equal(ask("list", "--json").json(), [{"name": "p", "version": "0.0.1", "active": True}])
        got = ask("remove", "p", error=errno.EPERM)
        contains(got.err, b"the policy is active; activate another one first")
        equal((ask("remove", "p").out, (policy / "delete").read_bytes()), (b"removed p\n", b"1"))


def test_json():
    """The JSON of an answer has the errno's name and the advice"""
    with fake_ipe():
        (row,) = ask("load", "--json", error=errno.ENOKEY, file=TEXT).json()
        equal((row["name"], row["version"], row["error"]), ("p", "0.0.1", "ENOKEY"))
        contains(row["advice"], "mokutil")
        (row,) = ask("activate", "--json", "p").json()
        equal((row["name"], row["error"], row["advice"]), ("p", None, None))


def test_names():
    """A name that is a path reaches no other file"""
    with fake_ipe() as policy:
        for name in ("", ".", "..", "../policies/p", "p/../p", "/etc", "x" * 300, "q", "\x1b"):
            for command in ("activate", "remove"):
                got = ask(command, name)
                equal((got.status, got.out), (3, b""))
        equal(((policy / "active").read_text(), (policy / "delete").read_text()), ("0", ""))


def test_no_update_without_name():
    """A text whose name cannot be read updates nothing"""
    with fake_ipe():
        got = ask("load", "--update", file=b"policy_version=1.2.3\n")
        equal(got.status, 1)
        contains(got.err, b"line 1, column 1: ")


def test_several():
    """Several files and names are each answered, and the largest status counts"""
    with fake_ipe(), scratch() as tmp:
        (tmp / "a").write_bytes(TEXT)
        got = ipectl("policy", "load", "--json", tmp / "a", tmp / "missing", tmp / "a")
        equal((got.status, len(got.json())), (3, 2))
        got = ipectl("policy", "remove", "p", "q")
        equal((got.status, got.out), (3, b"removed p\n"))


def test_no_ipe():
    """Without IPE, or with securityfs not mounted, that is what is said"""
    if not SECURITYFS.is_dir():
        raise Skip("this kernel has no securityfs")
    with mounted("tmpfs", str(SECURITYFS)):
        # Linux 6.8 and later tell without securityfs that there is none.
        said = b"IPE is not running" if b"not running" in ask("list").err else b"mount -t securityfs"
        contains(ask("load", file=TEXT).err, said)
        (SECURITYFS / "lsm").write_text("capability,yama")
        got = ask("load", file=TEXT)
        equal(got.status, 3)
        contains(got.err, b"IPE is not running; boot a kernel with CONFIG_SECURITY_IPE")
        got = ask("list")
        equal((got.status, got.out), (3, b""))
        contains(got.err, b"IPE is not running")


def test_ordinary_user():
    """An ordinary user is told to be root, and sees which policies there are"""
    if subprocess.run(["setpriv", "--reuid=1", "true"], check=False).returncode:
        raise Skip("not root")
    with fake_ipe() as policy, scratch() as tmp:
        (tmp / "file").write_bytes(TEXT)
        tmp.chmod(0o755)
        (SECURITYFS / "ipe/new_policy").chmod(0o200)
        (policy / "active").chmod(0o600)
        user = ["setpriv", "--reuid=1", "--regid=1", "--clear-groups"]
        got = ipectl("policy", "load", tmp / "file", prefix=user)
        equal(got.status, 3)
        contains(got.err, b"only root may change IPE's policies")
        got = ipectl("policy", "list", prefix=user)
        equal((got.status, got.out), (0, b"unknown   p 0.0.1\n"))


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
