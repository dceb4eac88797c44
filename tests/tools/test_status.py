#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl status. Usage: test_status.py IPECTL VERSION"""
import contextlib
import ctypes
import os
import sys

from harness import (DENY_INTERACTIVE, LIBC, RESTRICT_FILE, RESTRICT_FILE_LOCKED, UNPRIVILEGED,
                     contains, enter_private_mounts, equal, ipectl, lacks, mounted,
                     need_securebits, run_tests, set_securebits)

LSM_LIST_MODULES = 461
SECURITYFS = "/sys/kernel/security"


def status(**options):
    got = ipectl("status", "--json", **options)
    equal((got.status, got.err), (0, b""))
    return got.json()


@contextlib.contextmanager
def fake_securityfs(files):
    """What the program reads of securityfs, for this program and its children alone."""
    with mounted("tmpfs", SECURITYFS):
        for name, content in files.items():
            path = os.path.join(os.fsencode(SECURITYFS), os.fsencode(name))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="ascii") as file:
                file.write(content)
        yield


IPE = {"lsm": "capability,landlock,bpf,ipe", "ipe/enforce": "1", "ipe/success_audit": "0",
       "ipe/policies/base/active": "1", "ipe/policies/base/version": "1.2.3"}


def test_versions():
    """Version and kernel are told"""
    got = status()
    kernel = os.uname()
    equal((got["version"], got["kernel"], got["machine"]),
          (sys.argv[2], kernel.release, kernel.machine))
    equal(ipectl("--version").out, f"ipectl {sys.argv[2]}\n".encode())


def test_without_securityfs():
    """Without securityfs the modules come from the kernel by system call"""
    with mounted("tmpfs", SECURITYFS):
        got = status()
        contains(got["modules"], "capability")
        ids, size = (ctypes.c_uint64 * 64)(), ctypes.c_uint32(512)
        equal(len(got["modules"]),
              LIBC.syscall(LSM_LIST_MODULES, ids, ctypes.byref(size), 0))
        equal(got["ipe"]["present"], "ipe" in got["modules"])


def test_ipe_enforcing():
    """IPE's state and policies are told"""
    with fake_securityfs({**IPE, "ipe/policies/old/active": "0",
                          "ipe/policies/old/version": "0.0.1"}):
        got = status()
        equal(got["modules"], ["capability", "landlock", "bpf", "ipe"])
        ipe = got["ipe"]
        equal((ipe["present"], ipe["enforce"], ipe["success_audit"]), (True, True, False))
        equal(sorted(ipe["policies"], key=lambda policy: policy["name"]),
              [{"name": "base", "version": "1.2.3", "active": True},
               {"name": "old", "version": "0.0.1", "active": False}])
        text = ipectl("status").out.decode()
        contains(text, "base version 1.2.3, active: yes\n")
        contains(text, "enforcing     yes\n")


def enforcing(*arguments, **options):
    got = ipectl("status", "--enforcing", *arguments, **options)
    return got.status, got.out.decode()


def test_summary():
    """The first line says what is enforced; --enforcing says it to scripts"""
    policy = {key: value for key, value in IPE.items() if "policies" in key}
    cases = [
        (IPE, (0, "IPE enforces the policy base, version 1.2.3.\n"), True),
        ({**IPE, "ipe/enforce": "0"}, (1, "permissive, and refusals are only logged"), False),
        ({**IPE, "ipe/policies/base/active": "0"}, (1, "no policy is active"), False),
        ({**IPE, "lsm": "landlock"}, (1, "this kernel does not use it"), False),
        ({**IPE, "ipe/enforce": "x"}, (3, "cannot be told"), None),
        ({**IPE, "ipe/policies/base/active": "x"}, (3, "cannot be told"), None),
        ({"lsm": "ipe", **policy}, (3, "cannot be told"), None)]
    for files, (wanted, words), enforced in cases:
        with fake_securityfs(files):
            code, line = enforcing()
            equal(code, wanted)
            contains(line, words)
            equal(ipectl("status").out.decode().splitlines(True)[0], line)
            equal(status()["enforced"], enforced)
            equal(enforcing("-j"),
                  (wanted, f'{{"enforced": {str(enforced).lower().replace("none", "null")}}}\n'))
    with fake_securityfs(IPE):
        os.chmod(f"{SECURITYFS}/ipe/enforce", 0)
        equal(enforcing(prefix=UNPRIVILEGED)[0], 3)
    equal(enforcing("file")[0], 2)


def test_ipe_permissive():
    """Permissive mode and the absence of a policy are told"""
    with fake_securityfs({"lsm": "ipe", "ipe/enforce": "0", "ipe/success_audit": "1",
                          "ipe/policies/.keep": ""}):
        os.unlink(f"{SECURITYFS}/ipe/policies/.keep")
        got = status()["ipe"]
        equal((got["enforce"], got["success_audit"], got["policies"]), (False, True, []))
        text = ipectl("status").out
        contains(text, b"no: permissive")
        contains(text, b"none: IPE allows everything")


def test_ipe_hidden():
    """What the caller may not see is null, not false"""
    with fake_securityfs(IPE):
        for name in ("enforce", "success_audit", "policies/base/active"):
            os.chmod(f"{SECURITYFS}/ipe/{name}", 0)
        got = status(prefix=UNPRIVILEGED)["ipe"]
        equal((got["present"], got["enforce"], got["success_audit"]), (True, None, None))
        equal(got["policies"], [{"name": "base", "version": "1.2.3", "active": None}])
        contains(ipectl("status", prefix=UNPRIVILEGED).out,
                 b"enforcing     hidden from you, ask as root\n")


def test_ipe_nonsense():
    """What is neither 0 nor 1 is null"""
    with fake_securityfs({**IPE, "ipe/enforce": "yes"}):
        equal(status()["ipe"]["enforce"], None)


def test_ipe_absent():
    """A module whose name contains ipe is not IPE"""
    with fake_securityfs({**IPE, "lsm": "capability,ipex,xipe"}):
        equal(status()["ipe"], {"present": False, "enforce": None, "success_audit": None,
                                "policies": None})


def test_hostile_policy_name():
    """A policy's name, which may be any bytes, is escaped in text and exact in JSON"""
    name = b"p\xff\x1b[31m"
    with fake_securityfs({**IPE, b"ipe/policies/" + name + b"/active": "0"}):
        (got,) = [p for p in status()["ipe"]["policies"] if "name_hex" in p]
        equal((bytes.fromhex(got["name_hex"]), got["version"]), (name, None))
        text = ipectl("status").out
        contains(text, b"p\\xff\\x1b[31m version unknown")
        lacks(text, b"\x1b")


def test_securebits():
    """The securebits are those of the process, and the library's answers follow them"""
    need_securebits()
    plain = status()
    equal((plain["securebits"]["exec_restrict_file"], plain["restrictions"]["restrict_file"]),
          (False, False))
    if plain["restrictions"]["inline_setting"] == "securebits":
        equal(plain["inline"], {"verdict": "allow", "reason": "allowed"})
    got = status(preexec_fn=lambda: set_securebits(RESTRICT_FILE | RESTRICT_FILE_LOCKED))
    equal(got["securebits"], {"value": RESTRICT_FILE | RESTRICT_FILE_LOCKED,
                              "exec_restrict_file": True, "exec_restrict_file_locked": True,
                              "exec_deny_interactive": False,
                              "exec_deny_interactive_locked": False})
    equal((got["restrictions"]["restrict_file"], got["restrictions"]["deny_interactive"]),
          (True, False))
    got = status(preexec_fn=lambda: set_securebits(DENY_INTERACTIVE))
    equal((got["securebits"]["exec_deny_interactive"], got["restrictions"]["deny_interactive"]),
          (True, True))
    equal(got["inline"], {"verdict": "deny", "reason": "interactive"})


def test_engines():
    """Each policy engine has its row, and a kernel without the exec check shows none of it"""
    with fake_securityfs(IPE):
        got = status()
    engines = {engine["name"]: engine for engine in got["engines"]}
    equal({name: (e["in_use"], e["mmap_probe"]) for name, e in engines.items()},
          {"ipe": (True, "yes"), "systemd-restrict-file-system-access": (None, "yes"),
           "noexec-mount": (True, "yes"), "execute-bit": (True, "no"), "landlock": (True, "no"),
           "fanotify": (None, "no")})
    if not got["restrictions"]["exec_check_known"]:
        equal({e["exec_probe"] for e in engines.values()}, {"no-probe"})
        return
    equal({name: e["exec_probe"] for name, e in engines.items() if name != "ipe"},
          {"systemd-restrict-file-system-access": "no", "noexec-mount": "yes",
           "execute-bit": "yes", "landlock": "yes", "fanotify": "yes"})


def test_engines_absent():
    """An engine whose security module is not in use is told as such"""
    with fake_securityfs({"lsm": "capability"}):
        engines = {engine["name"]: engine["in_use"] for engine in status()["engines"]}
    equal((engines["ipe"], engines["landlock"], engines["systemd-restrict-file-system-access"]),
          (False, False, False))


def test_usage():
    """An operand is status 2"""
    got = ipectl("status", "x")
    equal((got.status, got.out), (2, b""))
    contains(got.err, b"it takes no argument; try 'ipectl status --help'")


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
