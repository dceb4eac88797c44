#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl policy lint. Usage: test_policy_lint.py IPECTL"""
import base64
import sys

from harness import contains, enter_private_mounts, equal, lacks, run_tests
from policy_harness import A, B, HEAD, lint, policy, warnings


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

if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
