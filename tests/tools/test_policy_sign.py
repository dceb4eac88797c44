#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl policy sign and verify, against OpenSSL's own program. Usage: test_policy_sign.py IPECTL
VM"""
import contextlib
import os
import resource
import shutil
import struct
import subprocess
import sys
from pathlib import Path

from harness import Skip, UNPRIVILEGED, contains, equal, ipectl, run_tests, scratch

sys.path.insert(0, sys.argv[2])
sys.dont_write_bytecode = True
import signatures  # noqa: E402

TEXT = b"policy_name=p policy_version=0.0.1\nDEFAULT action=DENY\n"
MAGIC = b"~Module signature appended~\n"


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=True,
                          **options).stdout


def certificate(tmp, name, *key_options, key=None, extra=()):
    key = key or (tmp / f"{name}.key")
    if key_options:
        openssl("genpkey", *key_options, "-out", key)
    openssl("req", "-x509", "-key", key, "-sha256", "-days", 2, "-subj", f"/CN={name} signer",
            *extra, "-out", tmp / f"{name}.crt")


@contextlib.contextmanager
def workshop():
    """A policy p and pairs NAME.key, NAME.crt of two RSA keys and one on a curve."""
    with scratch() as tmp:
        (tmp / "p").write_bytes(TEXT)
        for name in ("rsa", "evil"):
            certificate(tmp, name, "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
        certificate(tmp, "ec", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        yield tmp


def sign(tmp, *options, pair="rsa", file="p", **rest):
    return ipectl("policy", "sign", tmp / file, "--key", tmp / f"{pair}.key", "--cert",
                  tmp / f"{pair}.crt", *options, **rest)


def verify(path, certificate_path, **options):
    return ipectl("policy", "verify", path, "--cert", certificate_path, **options)


def cms_sign(tmp, *options, pair="rsa", out="o.p7b"):
    openssl("cms", "-sign", "-binary", "-nosmimecap", "-md", "sha256", "-outform", "der", *options,
            "-in", tmp / "p", "-signer", tmp / f"{pair}.crt", "-inkey", tmp / f"{pair}.key",
            "-out", tmp / out)
    return tmp / out


def cms_verify(tmp, path, pair, *options):
    return openssl("cms", "-verify", "-binary", "-inform", "der", "-in", path, "-certfile",
                   tmp / f"{pair}.crt", "-nointern", "-noverify", *options)


def test_openssl_verifies():
    """OpenSSL's program finds what sign makes good, and the text in it"""
    with workshop() as tmp:
        for pair in ("rsa", "ec"):
            equal((sign(tmp, pair=pair).status, cms_verify(tmp, tmp / "p.p7b", pair)), (0, TEXT))


def test_same_bytes():
    """With RSA the bytes are those of 'openssl cms' without attributes and certificates"""
    with workshop() as tmp:
        equal(sign(tmp).status, 0)
        theirs = cms_sign(tmp, "-nocerts", "-noattr", "-nodetach")
        equal((tmp / "p.p7b").read_bytes(), theirs.read_bytes())


def test_openssl_signs():
    """verify finds good what OpenSSL's program signs in other forms, too"""
    with workshop() as tmp:
        for pair in ("rsa", "ec"):
            for options in (["-nocerts", "-noattr"], ["-noattr"], ["-nocerts"], [], ["-keyid"]):
                path = cms_sign(tmp, "-nodetach", *options, pair=pair)
                got = verify(path, tmp / f"{pair}.crt")
                equal((got.status, got.out), (0, f"good  {path}: policy p 0.0.1\n".encode()))


def test_smime():
    """verify finds good what 'openssl smime' signs, as IPE's documentation shows it"""
    with workshop() as tmp:
        openssl("smime", "-sign", "-binary", "-nocerts", "-noattr", "-nodetach", "-nosmimecap", "-in",
                tmp / "p", "-signer", tmp / "rsa.crt", "-inkey", tmp / "rsa.key", "-outform", "der",
                "-out", tmp / "s.p7b")
        equal(verify(tmp / "s.p7b", tmp / "rsa.crt").status, 0)


def test_wrong_certificate():
    """Another certificate is refused, also one with the same name and serial"""
    with workshop() as tmp:
        sign(tmp)
        equal(verify(tmp / "p.p7b", tmp / "evil.crt").status, 1)
        certificate(tmp, "rsa2", extra=["-set_serial", "7"], key=tmp / "rsa.key")
        certificate(tmp, "rsa3", extra=["-set_serial", "7"], key=tmp / "evil.key")
        (tmp / "rsa2.key").write_bytes((tmp / "rsa.key").read_bytes())
        equal(sign(tmp, "-o", tmp / "seven", pair="rsa2").status, 0)
        openssl("req", "-x509", "-key", tmp / "evil.key", "-subj", "/CN=rsa2 signer", "-set_serial",
                "7", "-out", tmp / "twin.crt")
        equal((verify(tmp / "seven", tmp / "rsa2.crt").status,
               verify(tmp / "seven", tmp / "twin.crt").status), (0, 1))


def issue(tmp, name, *options, extensions="authorityKeyIdentifier=keyid"):
    """A certificate for the key NAME.key that the key rsa vouches for."""
    (tmp / "ext").write_text(f"{extensions}\n")
    openssl("req", "-new", "-key", tmp / f"{name}.key", "-subj", f"/CN={name}", "-out", tmp / "csr")
    openssl("x509", "-req", "-in", tmp / "csr", "-CA", tmp / "rsa.crt", "-CAkey", tmp / "rsa.key",
            "-CAcreateserial", "-extfile", tmp / "ext", *options, "-out", tmp / f"{name}.crt")


def test_issued_certificate():
    """A signer whose certificate is inside is good if the given one has issued it, by its key's name"""
    with workshop() as tmp:
        (tmp / "leaf.key").write_bytes((tmp / "ec.key").read_bytes())
        for extensions, status in (("authorityKeyIdentifier=keyid", 0), ("authorityKeyIdentifier=none", 1),
                                   ("authorityKeyIdentifier=issuer:always", 0)):
            issue(tmp, "leaf", extensions=extensions)
            path = cms_sign(tmp, "-nodetach", pair="leaf")
            equal((extensions, verify(path, tmp / "rsa.crt").status, verify(path, tmp / "leaf.crt").status,
                   verify(path, tmp / "evil.crt").status), (extensions, status, 0, 1))


def test_forms():
    """verify says of each form of signature what the kernel says, and lint of those it cannot read"""
    with workshop() as tmp:
        (tmp / "forms").mkdir()
        for row in signatures.make_all(tmp / "forms", tmp / "rsa", tmp / "evil"):
            path = tmp / "forms" / row["file"]
            got = ipectl("policy", "verify", "--json", path, "--cert", tmp / "rsa.crt")
            said = got.json()
            equal((row["about"], said["error"], said["good"], got.status),
                  (row["about"], row["error"], row["error"] is None, 0 if row["error"] is None else 1))
            (linted,) = ipectl("policy", "lint", "--json", path).json()
            needs_key = (None, "ENOKEY") if "changed" not in row["about"] else ("EKEYREJECTED", None)
            if row["error"] in needs_key or "expired" in row["about"]:
                continue
            equal((row["about"], linted["error"], linted["valid"]), (row["about"], row["error"], False))
            contains(linted["findings"][0]["message"], "the signature: ")


def test_certificates():
    """Certificates that the kernel cannot read are named by sign and verify, with its errno"""
    with workshop() as tmp:
        for name, options, error in (
                ("k1", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"], "secp256k1; use P-256 (ENOPKG)"),
                ("bp", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:brainpoolP384r1"], "P384r1; use P-256 (ENOPKG)"),
                ("odd", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2304"], "2304 bits; use 2048"),
                ("small", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:768"], "768 bits; use 2048")):
            certificate(tmp, name, *options)
            got = sign(tmp, pair=name)
            equal((name, got.status, (tmp / "p.p7b").exists()), (name, 1, False))
            contains(got.err.decode(), error)
            equal(sign(tmp, "--no-check", pair=name, *["-o", tmp / "n.p7b"]).status, 0)
            got = verify(tmp / "n.p7b", tmp / f"{name}.crt")
            equal(got.status, 1)
            contains(got.out.decode(), error)


def test_names():
    """sign and verify complain of the names that lint complains of, with the kernel's errno"""
    with workshop() as tmp:
        for name, error in (("a/b", "EACCES"), ("..", "EACCES"), ("x" * 256, "ENAMETOOLONG")):
            (tmp / "n").write_bytes(TEXT.replace(b"=p", f"={name}".encode(), 1))
            got = sign(tmp, file="n")
            equal((got.status, (tmp / "n.p7b").exists()), (1, False))
            contains(got.err.decode(), "n:1:13: the kernel makes a directory")
            equal(sign(tmp, "--no-check", "-o", tmp / "m", file="n").status, 0)
            got = verify(tmp / "m", tmp / "rsa.crt")
            contains(got.out.decode(), f"does not take the policy's name ({error})")
            equal((got.status, ipectl("policy", "lint", tmp / "m").status), (1, 1))
        (tmp / "n").write_bytes(TEXT.replace(b"=p", b'="p"', 1))
        got = sign(tmp, file="n")
        equal(got.status, 0)
        contains(got.err, b"a quotation mark belongs to the policy's name")


def test_purpose_and_time():
    """As for the kernel, neither a certificate's purpose nor its time matters"""
    with workshop() as tmp:
        certificate(tmp, "code", key=tmp / "rsa.key", extra=["-addext", "extendedKeyUsage=codeSigning"])
        openssl("req", "-new", "-key", tmp / "rsa.key", "-subj", "/CN=old", "-out", tmp / "old.csr")
        openssl("x509", "-req", "-in", tmp / "old.csr", "-signkey", tmp / "rsa.key", "-days", "-1",
                "-out", tmp / "old.crt")
        for name in ("code", "old"):
            (tmp / f"{name}.key").write_bytes((tmp / "rsa.key").read_bytes())
            equal(sign(tmp, pair=name).status, 0)
            equal(verify(tmp / "p.p7b", tmp / f"{name}.crt").status, 0)


def test_tampered():
    """Each changed byte of text or signature is found"""
    with workshop() as tmp:
        for options in ([], ["--appended"]):
            sign(tmp, *options, "-o", tmp / "s")
            good = (tmp / "s").read_bytes()
            for at in (good.index(b"DENY"), good.index(b"DENY") + 10 if not options else len(TEXT) - 2,
                       len(good) - (100 if options else 10)):
                (tmp / "s").write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
                assert verify(tmp / "s", tmp / "rsa.crt").status in (1, 3), at
            for cut in (1, 20, len(good) - 3):
                (tmp / "s").write_bytes(good[:-cut])
                assert verify(tmp / "s", tmp / "rsa.crt").status in (1, 3), cut
            (tmp / "s").write_bytes(good + b"\0")
            assert verify(tmp / "s", tmp / "rsa.crt").status in (1, 3)


def test_appended():
    """The appended form is text, detached PKCS#7 and the trailer that Linux describes"""
    with workshop() as tmp:
        equal(sign(tmp, "--appended").status, 0)
        file = (tmp / "p.signed").read_bytes()
        assert file.startswith(TEXT) and file.endswith(MAGIC)
        trailer = file[-len(MAGIC) - 12:-len(MAGIC)]
        *zeros, length = struct.unpack(">8BI", trailer)
        equal((zeros, length), ([0, 0, 2, 0, 0, 0, 0, 0], len(file) - len(TEXT) - 12 - len(MAGIC)))
        (tmp / "signature").write_bytes(file[len(TEXT):len(TEXT) + length])
        equal(cms_verify(tmp, tmp / "signature", "rsa", "-content", tmp / "p"), TEXT)
        theirs = cms_sign(tmp, "-nocerts", "-noattr")
        equal((tmp / "signature").read_bytes(), theirs.read_bytes())


def test_appended_is_read():
    """Every command reads the appended form back, and verify knows it"""
    with workshop() as tmp:
        sign(tmp, "--appended", pair="ec")
        equal(ipectl("policy", "print", tmp / "p.signed").out, TEXT)
        got = verify(tmp / "p.signed", tmp / "ec.crt")
        equal((got.status, got.out), (0, f"good  {tmp}/p.signed: policy p 0.0.1\n".encode()))
        equal(verify(tmp / "p.signed", tmp / "rsa.crt").status, 1)
        row = ipectl("policy", "verify", "--json", tmp / "p.signed", "--cert", tmp / "ec.crt").json()
        equal((row["good"], row["appended"], row["name"]), (True, True, "p"))


def test_appended_from_openssl():
    """verify takes a trailer that another program has written"""
    with workshop() as tmp:
        signature = cms_sign(tmp, "-nocerts", "-noattr").read_bytes()
        file = TEXT + signature + struct.pack(">8BI", 0, 0, 2, 0, 0, 0, 0, 0, len(signature)) + MAGIC
        (tmp / "s").write_bytes(file)
        equal(verify(tmp / "s", tmp / "rsa.crt").status, 0)
        # With a text of its own it is signed, but not this text.
        inner = cms_sign(tmp, "-nocerts", "-noattr", "-nodetach").read_bytes()
        (tmp / "s").write_bytes(TEXT.replace(b"DENY", b"ALLOW") + inner
                                + struct.pack(">8BI", 0, 0, 2, 0, 0, 0, 0, 0, len(inner)) + MAGIC)
        got = verify(tmp / "s", tmp / "rsa.crt")
        equal(got.status, 1)
        contains(got.out, b"text of its own")


def test_malformed_trailer():
    """A malformed trailer is no policy's text"""
    with workshop() as tmp:
        for trailer in (b"", bytes(12), struct.pack(">8BI", 0, 0, 2, 0, 0, 0, 0, 0, 1 << 31)):
            (tmp / "s").write_bytes(TEXT + trailer + MAGIC)
            for command in (["lint"], ["verify", "--cert", tmp / "rsa.crt"]):
                got = ipectl("policy", *command, tmp / "s")
                equal((got.status, got.out), (3, b""))
                contains(got.err, b"malformed signature appended")


def test_not_signed():
    """A text and a detached signature are not signed policies"""
    with workshop() as tmp:
        got = verify(tmp / "p", tmp / "rsa.crt")
        equal((got.status, got.out), (1, f"bad   {tmp}/p: policy p 0.0.1: it is not signed "
                                    "(EBADMSG)\n".encode()))
        equal(verify(cms_sign(tmp), tmp / "rsa.crt").status, 3)


def test_invalid_policy():
    """An invalid policy is not signed unless that is asked for, and never found good"""
    with workshop() as tmp:
        (tmp / "bad").write_text("policy_name=p\n")
        got = sign(tmp, file="bad")
        equal((got.status, (tmp / "bad.p7b").exists()), (1, False))
        contains(got.err, b"bad:1:14: ")
        equal(sign(tmp, "--no-check", file="bad").status, 0)
        got = verify(tmp / "bad.p7b", tmp / "rsa.crt")
        equal(got.status, 1)
        contains(got.out, b"the signature is good, but the policy is invalid")


def test_keys_that_cannot_sign():
    """A pair that does not belong together and a kind that the kernel lacks are refused"""
    with workshop() as tmp:
        got = ipectl("policy", "sign", tmp / "p", "-k", tmp / "evil.key", "-c", tmp / "rsa.crt")
        equal(got.status, 3)
        contains(got.err, b"do not belong together")
        certificate(tmp, "ed", "-algorithm", "ED25519")
        got = sign(tmp, pair="ed")
        equal(got.status, 3)
        contains(got.err, b"use RSA or an elliptic curve")
        equal((tmp / "p.p7b").exists(), False)


def test_encrypted_key():
    """An encrypted key needs its passphrase, which is never asked for without a terminal"""
    with workshop() as tmp:
        openssl("pkey", "-in", tmp / "rsa.key", "-aes256", "-passout", "pass:a b", "-out", tmp / "e.key")
        key = ["--key", tmp / "e.key"]
        got = sign(tmp, *key)
        equal(got.status, 3)
        contains(got.err, b"it is encrypted; give its passphrase with --passphrase-file")
        (tmp / "word").write_text("a b\nc")
        equal(sign(tmp, *key, "--passphrase-file", tmp / "word").status, 0)
        equal(verify(tmp / "p.p7b", tmp / "rsa.crt").status, 0)
        for word in ("a b\r\n", "a b\r", "a b\r\nc"):
            (tmp / "word").write_bytes(word.encode())
            equal((word, sign(tmp, *key, "--passphrase-file", tmp / "word").status), (word, 0))
        for word in ("a b ", "a b\t\n", "a b \r\n"):
            (tmp / "word").write_bytes(word.encode())
            got = sign(tmp, *key, "--passphrase-file", tmp / "word")
            equal(got.status, 3)
            contains(got.err, b"this passphrase opens, and it ends with a blank; correct the passphrase")
        for word in ("", "a", "a b x", "x" * 100000):
            (tmp / "word").write_text(word)
            got = sign(tmp, *key, "--passphrase-file", tmp / "word")
            equal(got.status, 3)
            contains(got.err, b"correct the passphrase")
        equal(sign(tmp, *key, "--passphrase-file", tmp / "missing").status, 3)


SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"


def test_token():
    """A key in a token signs by its pkcs11: URI; a missing PIN, a wrong one and a wrong URI are told"""
    if not (os.path.exists(SOFTHSM) and shutil.which("softhsm2-util")):
        raise Skip("softhsm2 is not installed")
    with workshop() as tmp:
        (tmp / "tokens").mkdir()
        (tmp / "conf").write_text(f"directories.tokendir = {tmp}/tokens\n")
        env = {"SOFTHSM2_CONF": str(tmp / "conf"), "PKCS11_MODULE_PATH": SOFTHSM}
        for words in (["--init-token", "--free", "--so-pin", "12345678"],
                      ["--import", tmp / "rsa.key", "--token", "bench", "--id", "01"]):
            subprocess.run(["softhsm2-util", *words, "--label", "bench", "--pin", "1234"], check=True,
                           env={**os.environ, **env}, capture_output=True)
        (tmp / "pin").write_text("1234\n")
        (tmp / "wrong").write_text("4321\n")
        uri = "pkcs11:token=bench;object=bench"

        def sign_by(key, *options):
            return sign(tmp, "--key", key, *options, env=env)
        got = sign_by(uri, "--passphrase-file", tmp / "pin")
        if b"install libengine-pkcs11-openssl" in got.err:
            raise Skip("OpenSSL has neither provider nor engine for PKCS#11 here")
        equal((got.status, verify(tmp / "p.p7b", tmp / "rsa.crt").status), (0, 0))
        for key, options, said in (
                (uri, [], b"it wants its PIN; give that with --passphrase-file"),
                (uri, ["--passphrase-file", tmp / "wrong"], b"correct the PIN or the URI"),
                (uri + "x", ["--passphrase-file", tmp / "pin"], b"correct the PIN or the URI"),
                ("pkcs11:token=other;object=x", [], b"in a token; correct the URI")):
            got = sign_by(key, *options)
            equal((key, got.status), (key, 3))
            contains(got.err, said)


def test_no_token_support():
    """Without provider and engine the packages to install are named"""
    with workshop() as tmp:
        got = sign(tmp, "--key", "pkcs11:token=x", env={"OPENSSL_ENGINES": str(tmp), "OPENSSL_MODULES": str(tmp)})
        equal((got.status, got.out), (3, b""))
        contains(got.err, b"install libengine-pkcs11-openssl (Debian 12) or pkcs11-provider (Debian 13)")


def test_hostile_keys():
    """What holds no key or certificate is named in a sentence, and nothing is written"""
    with workshop() as tmp:
        (tmp / "noise").write_bytes(os.urandom(3000))
        (tmp / "empty").touch()
        (tmp / "locked").write_bytes((tmp / "rsa.key").read_bytes())
        (tmp / "locked").chmod(0)
        for where in ("noise", "empty", "locked", "missing", ".", "rsa.crt", "p"):
            got = sign(tmp, "--key", tmp / where, prefix=UNPRIVILEGED)
            equal((got.status, got.out), (3, b""))
            assert got.err.startswith(b"ipectl: ") and got.err.count(b"\n") == 1, got.err
        for where in ("noise", "empty", "missing", ".", "rsa.key", "p"):
            equal(sign(tmp, "--cert", tmp / where).status, 3)
            equal(verify(tmp / "p", tmp / where).status, 3)
        equal((tmp / "p.p7b").exists(), False)


def test_der_keys():
    """Keys and certificates in DER are as good as in PEM"""
    with workshop() as tmp:
        openssl("pkey", "-in", tmp / "rsa.key", "-outform", "der", "-out", tmp / "d.key")
        openssl("x509", "-in", tmp / "rsa.crt", "-outform", "der", "-out", tmp / "d.crt")
        equal((sign(tmp, pair="d").status, verify(tmp / "p.p7b", tmp / "d.crt").status), (0, 0))


def test_output():
    """The result goes where it is told to, whole or not at all"""
    with workshop() as tmp:
        sign(tmp)
        wanted = (tmp / "p.p7b").read_bytes()
        equal(sign(tmp, "-o", "-").out, wanted)
        got = ipectl("policy", "sign", "-", "-k", tmp / "rsa.key", "-c", tmp / "rsa.crt", stdin=TEXT)
        equal((got.status, got.out), (0, wanted))
        for where in (tmp, tmp / "missing" / "x"):
            got = sign(tmp, "-o", where)
            equal(got.status, 3)
            contains(got.err, b"ipectl: cannot write '")
        with open("/dev/full", "wb") as full:
            equal(sign(tmp, "-o", "-", stdout=full).status, 3)
        before = set(os.listdir(tmp))
        equal(sign(tmp, "-o", tmp / "p.p7b").status, 0)
        equal(((tmp / "p.p7b").read_bytes(), set(os.listdir(tmp))), (wanted, before))


def test_output_is_no_input():
    """What is read is never overwritten: the policy, its key, its certificate, by whatever name"""
    with workshop() as tmp:
        (tmp / "link").symlink_to("p")
        os.link(tmp / "p", tmp / "hard")
        (tmp / "p.p7b").symlink_to("p")
        files = {name: (tmp / name).read_bytes() for name in ("p", "rsa.key", "rsa.crt")}
        for words in (["-o", tmp / "p"], ["-o", tmp / "link"], ["-o", tmp / "hard"], [],
                      ["-o", f"{tmp}/../{tmp.name}/p"], ["-o", tmp / "rsa.key"], ["-o", tmp / "rsa.crt"]):
            got = sign(tmp, *words)
            equal((got.status, got.out), (2, b""))
            contains(got.err, b"is read and would be overwritten; name another file with -o")
            equal({name: (tmp / name).read_bytes() for name in files}, files)
        with open(tmp / "p", "rb") as text:
            got = subprocess.run([sys.argv[1], "policy", "sign", "-", "-k", tmp / "rsa.key", "-c", tmp / "rsa.crt",
                                  "-o", tmp / "p"], stdin=text, capture_output=True, check=False)
        equal((got.returncode, (tmp / "p").read_bytes()), (2, TEXT))


def test_file_size_limit():
    """A result that is too long for the limit on files is told, and nothing stays behind"""
    with workshop() as tmp:
        before = set(os.listdir(tmp))
        for words in (["-o", tmp / "new"], ["-o", tmp / "p2"]):
            got = sign(tmp, *words, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
            equal((got.status, got.out), (3, b""))
            contains(got.err, b"File too large; raise the limit on the size of files")
        equal(set(os.listdir(tmp)), before)


def test_too_long():
    """A policy that does not fit into PKCS#7 for Linux is refused, and fits when appended"""
    with workshop() as tmp:
        rule = "op=EXECUTE fsverity_digest=sha256:" + "a" * 64 + " action=ALLOW\n"
        Path(tmp / "p").write_bytes(TEXT + rule.encode() * 600)
        got = sign(tmp)
        equal((got.status, (tmp / "p.p7b").exists()), (1, False))
        contains(got.err, b"no more than 65535; sign it with --appended")
        equal(sign(tmp, "--appended").status, 0)
        equal(verify(tmp / "p.signed", tmp / "rsa.crt").status, 0)


def test_signing_again():
    """What is signed already is signed anew, by another key"""
    with workshop() as tmp:
        for options in ([], ["--appended"]):
            sign(tmp, *options, "-o", tmp / "first")
            equal(sign(tmp, "-o", tmp / "second", file="first", pair="ec").status, 0)
            equal((verify(tmp / "second", tmp / "ec.crt").status,
                   ipectl("policy", "print", tmp / "second").out), (0, TEXT))


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules[__name__]))
