#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl policy lint, print, diff, eval and explain. Usage: test_policy.py IPECTL VECTORS"""
import base64
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

HEAD = "policy_name=p policy_version=0.0.1\nDEFAULT action=DENY\n"
A, B = "a" * 64, "b" * 64


def policy(*arguments, text=None, **options):
    """A text is standard input, for '-' among the arguments."""
    data = text.encode("latin-1") if isinstance(text, str) else text or b""
    return ipectl("policy", *arguments, stdin=data, **options)


def lint(text, *options):
    got = policy("lint", "--json", *options, "-", text=text)
    (row,) = got.json()
    equal(got.status, 0 if row["valid"] else 1)
    return row


def warnings(rules, *options):
    """Code and line of what is found in a policy with these rules below two lines."""
    return [(finding["code"], finding["line"]) for finding in lint(HEAD + rules, *options)["findings"]]


def test_error_form():
    """An error has file, line, column, sentence, errno, the line and a caret below the place"""
    got = policy("lint", "-", text=HEAD + "op=EXECUTE\tboot=TRUE action=ALLOW\n")
    equal((got.status, got.err), (1, b""))
    equal(got.out.decode(), "-:3:12: unknown property; names and values are case-sensitive; did "
          "you mean 'boot_verified='? (EBADMSG)\n  op=EXECUTE boot=TRUE action=ALLOW\n"
          "             ^~~~~~~~~\n")


def test_error_wide():
    """The caret stands right below a place behind wide and escaped characters"""
    got = policy("lint", "-", text=(HEAD + "op=EXECUTE \u4e2d\u6587=\x1b boot=1 action=DENY").encode())
    first, line, caret = got.out.decode().splitlines()[:3]
    contains(first, "-:3:12: ")
    contains(first, "byte 12 of the line is 0xe4 0xb8 0xad, not a character of ASCII")
    equal(line, "  op=EXECUTE \u4e2d\u6587=\\x1b boot=1 action=DENY")
    equal(caret, "  " + " " * len("op=EXECUTE ") + "^" + "~" * 8)


def test_underline():
    """What is marked ends where the word ends, also if only its end is wrong"""
    text = "policy_name=x policy_version=0.0.1\nDEFAULT action=DENY\n"
    for rule, column, width in (("op=FIRMWARES action=ALLOW", 4, 9),
                                ("op=KMODULE boot_verified=yes action=ALLOW", 26, 3),
                                ("op=KMODULE bootverified=TRUE action=ALLOW", 12, 17)):
        (found,) = lint(text + rule + "\n")["findings"]
        equal((found["column"], found["width"]), (column, width))


def test_long_line():
    """Of a huge line only the surroundings of the place are shown"""
    got = policy("lint", "-", text=HEAD + "op=EXECUTE " + "x" * 3_000_000 + " action=DENY\n")
    equal(got.status, 1)
    assert len(got.out) < 400, len(got.out)
    got = policy("lint", "-", text=HEAD + "op=EXECUTE " + "boot_verified=TRUE " * 100 + "y action=DENY")
    contains(got.out.decode().splitlines()[1], "...")
    equal(got.out.decode().splitlines()[2].strip(" "), "^")


def test_errnos():
    """EBADMSG, EINVAL and ERANGE are told apart"""
    for version, error in (("1.2", "EBADMSG"), ("1.2.x", "EINVAL"), ("1.2.65536", "ERANGE")):
        (finding,) = lint(f"policy_name=p policy_version={version}\nDEFAULT action=DENY\n")["findings"]
        equal((finding["severity"], finding["code"], finding["line"]), ("error", error, 1))


def errors(text):
    """Line, column and message of the errors in a text."""
    return [(f["line"], f["column"], f["message"]) for f in lint(text)["findings"]
            if f["severity"] == "error"]


def test_all_errors():
    """All errors of a text are told, several of a line too, each at its place"""
    text = ("policy_nam=p policy_version=0.0.x y\nDEFALT action=DENY\n\n"
            "op=EXECUT boot_verfied=true dmverity_signature=true action=ALLO\n"
            "DEFAULT op=KMODUL action=DENY\nDEFAULT op=FIRMWARE action=DENY # a\n"
            "DEFAULT\top=FIRMWARE action=ALLOW\nop=EXECUTE fsverity_digest=sha256:0g "
            "fsverity_digest= fsverity_digest=x op=KMODULE action=DENY\nop=EXECUTE\n")
    places = [(line, column) for line, column, _ in errors(text)]
    equal(places, [(1, 1), (1, 33), (1, 35), (2, 1), (4, 4), (4, 11), (4, 48), (4, 60), (5, 12),
                   (7, 9), (8, 36), (8, 54), (8, 71), (8, 73), (9, 1)])
    equal(lint(text)["error"], "EBADMSG")
    got = policy("print", "-", text=text)
    equal((got.status, got.err.count(b"\n-:") + 1), (1, len(places)))


def test_no_cascade():
    """What follows from an error before it is not told"""
    for text, wanted in (
            ("x y\n", [(1, 1)]),
            ("DEFAULT action=DENY\nop=EXECUTE boot_verified=TRUE action=ALLOW\n", [(1, 1)]),
            ("policy_version=1.0.0 policy_name=p\nDEFAULT action=DENY\n", [(1, 1)]),
            ("policy_name=p policy_version=1.0.0\nDEFAULT action=X\n", [(2, 16)]),
            ("policy_name=p policy_version=1.0.0\ndefault action=DENY\n", [(2, 1)]),
            ("policy_name=p policy_version=1.0.0\nop=EXECUTE action=DENY boot_verified=TRUE\n"
             "DEFAULT action=DENY\n", [(2, 12)]),
            ("# only\n\f\n", [(3, 1)])):
        equal((text, [place[:2] for place in errors(text)]), (text, wanted))


def test_errno_is_the_kernels():
    """Of several errors, the errno of the one that the kernel meets first is the policy's"""
    text = "policy_name=. policy_version=1.2.x\nDEFAULT action=DENY\n"
    equal((lint(text)["error"], lint(text.replace("x", "3"))["error"]), ("EINVAL", "EACCES"))
    equal(lint("x\n" + text)["error"], "EBADMSG")
    equal(lint("policy_name=p\0 policy_version=1.2.x\nDEFAULT action=DENY\n")["error"], "EBADMSG")
    equal(lint(HEAD)["error"], None)


def test_missing_default():
    """The operations that lack a DEFAULT are named"""
    head = "policy_name=p policy_version=0.0.1\n"
    ((line, column, message),) = errors(head + "".join(
        f"DEFAULT op={op} action=DENY\n" for op in ("EXECUTE", "KMODULE", "POLICY", "X509_CERT")))
    equal((line, column), (6, 1))
    contains(message, "no DEFAULT for FIRMWARE, KEXEC_IMAGE, KEXEC_INITRAMFS; add it")


def test_did_you_mean():
    """Near misses of operations, properties, values, header keys and algorithms are told"""
    for line, meant in (("op=MODULE action=DENY", "op=KMODULE"), ("op=execute action=DENY", "op=EXECUTE"),
                        ("op=EXEC action=DENY", "op=EXECUTE"), ("Op=EXECUTE action=DENY", "op="),
                        ("op=EXECUTE boot_verifeid=TRUE action=DENY", "boot_verified="),
                        ("op=EXECUTE fsverity_digets=x action=DENY", "fsverity_digest="),
                        ("op=EXECUTE boot_verified=true action=DENY", "boot_verified=TRUE"),
                        ("op=EXECUTE boot_verified action=DENY", "boot_verified="),
                        ("op=EXECUTE action=DNEY", "action=DENY"),
                        ("op=EXECUTE Action=DENY", "action="), ("DEFUALT action=DENY", "DEFAULT")):
        contains(errors(HEAD + line)[0][2], f"did you mean '{meant}'?")
    for line in ("op=SOCKET action=DENY", "op=EXECUTE trusted=TRUE action=DENY", "op=EXECUTE boot_verified=1 "
                 "action=DENY", "op=EXECUTE boot_verified=TRUE", "xyz"):
        lacks(errors(HEAD + line)[0][2], "did you mean")
    contains(errors("policyname=p policy_versoin=0.0.1\n")[0][2], "did you mean 'policy_name='?")
    contains(errors("policyname=p policy_versoin=0.0.1\n")[1][2], "did you mean 'policy_version='?")
    (finding,) = lint(HEAD + "op=EXECUTE dmverity_roothash=SHA-256:00 action=ALLOW\n")["findings"]
    contains(finding["message"], "did you mean 'sha256'?")


def test_odd_bytes():
    """What looks like a blank between words and is none is shown, and quotes"""
    for blank, shown in (("\u00a0", "0xc2 0xa0, a no-break space"), ("\u3000", "0xe3 0x80 0x80, an"),
                         ("\u200b", "0xe2 0x80 0x8b, a zero-width"), ("\v", "0x0b, a vertical tab")):
        for text, byte in ((HEAD + f"op=EXECUTE{blank}action=DENY\n", 11), (HEAD.replace(
                " policy", f"{blank}policy"), 14), (HEAD + f"DEFAULT{blank}action=DENY\n", 8)):
            contains(errors(text.encode())[0][2], f"byte {byte} of the line is {shown}")
    contains(errors((HEAD + "op=EXECUTE").encode() + b"\xa0action=DENY")[0][2], "is 0xa0, a no-break")
    for quote, shown in (('"', "0x22"), ("\u201c", "0xe2 0x80 0x9c")):
        contains(errors((HEAD + f"op=EXECUTE boot_verified={quote}TRUE{quote} action=DENY\n").encode())[0][2],
                 f"byte 26 of the line is {shown}, a quotation mark")


def test_other_forms():
    """A file that is no policy's text is called what it is, and nothing else is told"""
    der = b"\x30\x82" + bytes(range(1, 200))
    forms = [(HEAD.encode(name), "UTF-16") for name in ("utf-16", "utf-16-le", "utf-16-be")]
    forms += [(HEAD.encode("utf-32"), "UTF-32"), (b"\xef\xbb\xbf" + HEAD.encode(), "byte order mark"),
              (b"-----BEGIN PKCS7-----\nMII\n", "openssl pkcs7"), (b"-----BEGIN CMS-----\n", "openssl cms"),
              (b"-----BEGIN CERTIFICATE-----\n", "a certificate"), (b"-----BEGIN PRIVATE KEY-----", "PEM"),
              (b"MIME-Version: 1.0\nContent-Type: x\n", "S/MIME"), (base64.encodebytes(der), "base64"),
              (base64.b64encode(der), "base64"), (b"\x1f\x8b\x08" + der, "gzip"), (b"\x7fELF\x02", "ELF")]
    for text, said in forms:
        ((line, column, message),) = errors(text)
        equal((line, column), (1, 1))
        contains(message, said)
        got = policy("print", "-", text=text)
        equal(got.status, 1)
        contains(got.err.decode(), said)


def test_names():
    """Names that no directory can have are errors with the kernel's errno; odd ones are told"""
    for name, error in ((".", "EACCES"), ("..", "EACCES"), ("a/b", "EACCES"), ("/", "EACCES"),
                        ("x" * 256, "ENAMETOOLONG"), ("x" * 255, None), ("...", None), ("a.b", None)):
        row = lint(f"# c\n  {HEAD}".replace("=p", f"={name}", 1))
        equal((name, row["valid"], row["error"]), (name, error is None, error))
        equal([(f["code"], f["line"], f["column"], f["width"]) for f in row["findings"]],
              [(error, 2, 15, len(name))] if error else [])
    for name in ('"x"', "'x'", "x\u00a0", "\u201cx\u201d", "x\x1b"):
        (found,) = lint(HEAD.replace("=p", f"={name}", 1).encode())["findings"]
        equal((found["code"], found["severity"]), ("name", "warning"))
        contains(found["message"], "belongs to the policy's name")


def test_extensions():
    """Extensions are refused unless asked for, and then there is a warning"""
    rule = "op=EXECUTE memfd_sealed=TRUE action=ALLOW\n"
    (finding,) = lint(HEAD + rule)["findings"]
    equal((finding["severity"], finding["code"]), ("error", "EBADMSG"))
    equal(warnings(rule, "--extensions"), [("extension", 3)])


def test_no_warning():
    """A policy that is as it should be has no warning"""
    equal(warnings(f"op=EXECUTE fsverity_digest=sha256:{A} action=ALLOW # x\n"
                   f"op=EXECUTE dmverity_signature=TRUE fsverity_signature=TRUE action=ALLOW\n"
                   f"op=KMODULE dmverity_roothash=sha1:{'0' * 40} action=ALLOW\n"), [])


def test_warning_digests():
    """A digest's length and algorithm are checked, and the place of the digest is told"""
    rules = (f"op=EXECUTE boot_verified=FALSE fsverity_digest=sha256:{A}b0 action=ALLOW\n"
             "op=EXECUTE dmverity_roothash=SHA1:00 action=DENY\n"
             f"op=EXECUTE fsverity_digest=sha1:{A[:40]} action=ALLOW\n")
    equal(warnings(rules), [("digest-length", 3), ("algorithm", 4), ("algorithm", 5)])
    equal([finding["column"] for finding in lint(HEAD + rules)["findings"]], [32, 12, 12])


def test_warning_never():
    """Rules that nothing can fulfil are told"""
    for properties in ("boot_verified=TRUE boot_verified=FALSE",
                       f"fsverity_digest=sha256:{A} fsverity_digest=sha256:{B}",
                       "boot_verified=TRUE dmverity_signature=TRUE",
                       f"boot_verified=TRUE fsverity_digest=sha256:{A}"):
        equal(warnings(f"op=EXECUTE {properties} action=ALLOW\n"), [("never", 3)])
    equal(warnings("op=EXECUTE memfd_sealed=TRUE anonymous_memory=TRUE action=DENY\n",
                   "--extensions"), [("extension", 3), ("never", 3)])


def test_warning_shadowed():
    """Rules that an earlier one forestalls are told, with its line; others are not"""
    rules = ("op=EXECUTE boot_verified=TRUE action=ALLOW\n"
             f"op=EXECUTE fsverity_signature=TRUE fsverity_digest=sha256:{A} action=ALLOW\n"
             "op=KMODULE boot_verified=TRUE action=ALLOW\n"
             "op=EXECUTE boot_verified=TRUE fsverity_signature=FALSE action=DENY\n"
             f"op=EXECUTE fsverity_digest=sha256:{A} action=ALLOW\n"
             f"op=EXECUTE fsverity_digest=sha256:{A} dmverity_signature=TRUE action=ALLOW\n"
             f"op=EXECUTE fsverity_digest=sha256:{B} dmverity_signature=TRUE action=ALLOW\n")
    equal(warnings(rules), [("shadowed", 6), ("shadowed", 8)])
    first, second = lint(HEAD + rules)["findings"]
    contains(first["message"], "line 3 already applies to all that it applies to, and allows it")
    contains(second["message"], "line 7 ")


def test_warning_duplicate():
    """The same rule twice is a duplicate; with another action it is shadowed"""
    rule = f"op=EXECUTE fsverity_digest=sha256:{A} boot_verified=FALSE action="
    other = f"op=EXECUTE boot_verified=FALSE fsverity_digest=sha256:{A.upper()} action="
    equal(warnings(f"{rule}ALLOW\n{other}ALLOW\n"), [("duplicate", 4)])
    equal(warnings(f"{rule}ALLOW\n{other}DENY\n"), [("shadowed", 4)])
    equal(warnings(f"op=EXECUTE dmverity_roothash=sha256:{A} action=ALLOW\n"
                   f"op=EXECUTE dmverity_roothash=sm3:{A} action=ALLOW\n"), [])


def test_warning_default():
    """An EXECUTE default of ALLOW below DENY rules is told; others are not"""
    head = "policy_name=p policy_version=0.0.1\n"
    deny = "op=EXECUTE boot_verified=TRUE action=DENY\n"

    def codes(text):
        return [(found["code"], found["line"]) for found in lint(head + text)["findings"]]
    equal(codes(deny + "DEFAULT action=ALLOW\n"), [("default-allow", 3)])
    equal(codes(deny + "DEFAULT action=DENY\nDEFAULT op=EXECUTE action=ALLOW\n"),
          [("default-allow", 4)])
    equal(codes(deny + "DEFAULT action=ALLOW\nDEFAULT op=EXECUTE action=DENY\n"), [("no-effect", 2)])
    equal(codes("op=KMODULE boot_verified=TRUE action=DENY\nDEFAULT action=ALLOW\n"), [])


def test_warning_open():
    """Rules that admit anonymous memory and tmpfs, or everything, are told"""
    equal(warnings("op=EXECUTE dmverity_signature=FALSE action=ALLOW\n"), [("admits-tmpfs", 3)])
    equal(warnings("op=EXECUTE dmverity_signature=FALSE action=DENY\n"), [("no-effect", 3)])
    equal(warnings("op=EXECUTE boot_verified=FALSE fsverity_signature=TRUE action=ALLOW\n"), [])
    equal(warnings("op=KMODULE action=ALLOW\n"), [("allows-all", 3)])


def test_warning_effect():
    """Rules that say what their DEFAULT says anyway are told, and policies that refuse nothing"""
    boot, fs = (f"op=EXECUTE {name}=TRUE action=" for name in ("boot_verified", "fsverity_signature"))
    equal(warnings(boot + "DENY\n"), [("no-effect", 3)])
    equal(warnings(boot + "DENY\n" + fs + "ALLOW\n" + fs.replace("=TRUE", "=FALSE") + "DENY\n"),
          [("no-effect", 5)])
    equal(warnings(boot + "DENY\nop=KMODULE boot_verified=TRUE action=ALLOW\n"), [("no-effect", 3)])
    head = "policy_name=p policy_version=0.0.1\nDEFAULT action=ALLOW\n"

    def codes(rules):
        return [(found["code"], found["line"]) for found in lint(head + rules)["findings"]]
    equal(codes(boot + "ALLOW\n"), [("refuses-nothing", 0), ("no-effect", 3)])
    equal(codes(boot + "ALLOW\nop=KMODULE boot_verified=FALSE action=DENY\n"), [("no-effect", 3)])
    equal(codes("DEFAULT op=X509_CERT action=DENY\n"), [])
    equal(codes("op=KMODULE boot_verified=TRUE boot_verified=FALSE action=DENY\n"),
          [("refuses-nothing", 0), ("never", 3)])


def test_warning_policy():
    """That op=POLICY leaves IPE's own policies alone is told where it denies"""
    equal(warnings("DEFAULT op=POLICY action=DENY\n"), [("policy-op", 3)])
    equal(warnings("op=POLICY boot_verified=TRUE action=ALLOW\n"), [])


def test_warning_line_ends():
    """CR LF is told once, CR alone each time, because it hides a rule behind a comment"""
    equal(warnings("#a\r\n#b\r\n#c\rop=EXECUTE boot_verified=TRUE action=ALLOW\r"),
          [("crlf", 3), ("carriage-return", 5), ("carriage-return", 6)])


def test_warning_size():
    """A policy that does not fit into PKCS#7 is told"""
    rules = "".join(f"op=EXECUTE fsverity_digest=sha256:{i:064x} action=ALLOW\n" for i in range(640))
    equal(warnings(rules), [("size", 0)])
    equal(warnings(rules[:60000].rpartition("\n")[0]), [])


def test_lint_is_linear():
    """100 000 rules, each found fault with, are linted in seconds"""
    rule = f"op=EXECUTE boot_verified=TRUE fsverity_digest=sha256:{A} action=DENY\n"
    got = policy("lint", "-", text=HEAD + rule * 100_000)
    equal((got.status, got.out.count(b"[never]")), (0, 100_000))
    got = policy("lint", "-", text=HEAD + rule.replace("op", "po") * 50_000)
    equal((got.status, got.out.count(b"(EBADMSG)")), (1, 50_000))
    got = policy("lint", "-", text=HEAD + "op=EXECUTE " + "x=1 " * 50_000 + "action=DENY")
    equal((got.status, got.out.count(b"(EBADMSG)")), (1, 50_000))


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
