# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipe_enlighten.policy: the vectors that the core and the kernel are tested with, and the types.

IPE_VECTORS is their folder."""

import errno
import importlib.machinery
import importlib.util
import json
import os
import threading
import unittest

from ipe_enlighten.policy import (
    DIGEST_KINDS,
    FLAGS,
    OPS,
    Action,
    Basis,
    Default,
    Digest,
    Policy,
    PolicyError,
)

VECTORS = os.environ["IPE_VECTORS"]
BASIS = {"nothing": Basis.NOTHING, "rule": Basis.RULE, "op": Basis.OP_DEFAULT,
         "global": Basis.GLOBAL_DEFAULT}
SMALL = "policy_name=p policy_version=1.2.3\nDEFAULT action=DENY\n"


def make_header():
    """The program that reads the vectors for C; it has no suffix."""
    loader = importlib.machinery.SourceFileLoader("make_header", f"{VECTORS}/make-header")
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("make_header", loader))
    loader.exec_module(module)
    return module


def vectors(name):
    with open(f"{VECTORS}/policy-{name}.json", encoding="utf-8") as file:
        return json.load(file)


def as_bytes(text):
    return text.encode("utf-8", "surrogateescape")


def facts_of(given):
    """What a case does not mention is known to be false or absent."""
    flags = {name: given.get(name, False) for name in FLAGS if given.get(name) != "unknown"}
    digests = {}
    for kind in DIGEST_KINDS:
        value = given.get(kind)
        if value is None:
            digests[kind] = None
        elif value != "unknown":
            algorithm, digits = value.split(":")
            digests[kind] = Digest(algorithm, bytes.fromhex(digits))
    return {"flags": flags, "digests": digests}


class VectorsTest(unittest.TestCase):
    def test_texts_are_accepted_and_refused_as_the_language_says(self):
        text_of = make_header().syntax_text
        for vector in vectors("syntax"):
            with self.subTest(vector["name"]):
                extensions = vector.get("extensions", False)
                text = text_of(vector)
                if "error" not in vector:
                    policy = Policy(text, extensions=extensions)
                    self.assertEqual(as_bytes(str(policy)), vector["canonical"].encode("latin-1"))
                    continue
                with self.assertRaises(PolicyError) as caught:
                    Policy(text, extensions=extensions)
                error = caught.exception
                name, _, line, column = vector["error"]
                self.assertEqual((errno.errorcode[error.errno], error.line, error.column),
                                 (name, line, column))
                self.assertEqual(as_bytes(error.token), vector["token"].encode("latin-1"))
                self.assertIn(error.reason, str(error))

    def test_decisions_are_those_of_the_language(self):
        for vector in vectors("decisions"):
            text = "\n".join(vector["policy"]).encode("latin-1")
            policy = Policy(text, extensions=vector.get("extensions", False))
            for case in vector["cases"]:
                with self.subTest(vector["name"], case=case):
                    decision = policy.decide(case["op"], **facts_of(case["facts"]))
                    by, line = case["by"]
                    self.assertEqual((decision.action.name, decision.basis, decision.line),
                                     (case["action"], BASIS[by], line))
                    self.assertEqual(decision.certain, case.get("certain", True))
                    self.assertEqual(decision.rule is not None, by == "rule")


class PolicyTest(unittest.TestCase):
    def test_rules_and_defaults_can_be_listed(self):
        policy = Policy(
            SMALL + "op=EXECUTE fsverity_digest=sha256:0102 boot_verified=FALSE action=ALLOW\n"
            "DEFAULT op=KMODULE action=ALLOW\nop=FIRMWARE boot_verified=TRUE boot_verified=FALSE "
            "action=ALLOW\n")
        first, second = policy
        self.assertEqual(first, (3, "EXECUTE", Action.ALLOW, (("boot_verified", False),),
                                 (("fsverity_digest", Digest("sha256", b"\1\2")),), False))
        self.assertTrue(second.never)
        self.assertEqual(len(policy), 2)
        self.assertEqual(policy.default(), Default(Action.DENY, 2))
        self.assertEqual(policy.default("KMODULE"), Default(Action.ALLOW, 4))
        self.assertIsNone(policy.default("EXECUTE"))
        self.assertTrue(Policy(SMALL))

    def test_names_that_do_not_exist_are_errors(self):
        policy = Policy(SMALL)
        for call in (lambda: policy.default("EXEC"), lambda: policy.decide("EXECUTE",
                     flags={"boot": True}), lambda: policy.decide("EXECUTE", digests={"x": None})):
            with self.assertRaisesRegex(ValueError, "use one of"):
                call()
        self.assertEqual(policy.decide("NO_SUCH_OP").basis, Basis.GLOBAL_DEFAULT)

    def test_facts_of_other_types_are_errors(self):
        policy = Policy(SMALL)
        for digest in ("sha256", None), (None, b""), ("sha256", 1), (1, b""):
            with self.assertRaises((TypeError, ValueError)):
                policy.decide("EXECUTE", digests={"fsverity_digest": digest})
        for text in (1, None, bytearray(b"")):
            with self.assertRaises((TypeError, AttributeError)):
                Policy(text)

    def test_bytes_that_are_no_utf_8_are_kept(self):
        policy = Policy(b"policy_name=\xff policy_version=0.0.0\nDEFAULT action=DENY\n")
        self.assertEqual(policy.name, "\udcff")
        self.assertEqual(str(Policy(str(policy))), str(policy))

    def test_the_canonical_text_gives_the_same_policy(self):
        policy = Policy(SMALL + "op=EXECUTE\tfsverity_digest=sha256:AB action=ALLOW # why\n")
        self.assertEqual(str(Policy(str(policy))), str(policy))
        self.assertIn("fsverity_digest=sha256:ab action=ALLOW", str(policy))

    def test_many_threads_may_ask_and_parse(self):
        rules = "".join(f"op=EXECUTE fsverity_digest=sha256:{n:064x} action=ALLOW\n"
                        for n in range(2000))
        policy, wrong = Policy(SMALL + rules), []

        def ask():
            for number in range(0, 2000, 7):
                digest = Digest("sha256", number.to_bytes(32, "big"))
                if policy.decide("EXECUTE", digests={"fsverity_digest": digest}).rule != number:
                    wrong.append(number)
            if str(Policy(SMALL + rules)) != str(policy):
                wrong.append("parse")
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_the_vocabulary_is_the_languages(self):
        self.assertIn("EXECUTE", OPS)
        self.assertIn("fsverity_signature", FLAGS)
        self.assertEqual(DIGEST_KINDS, ("dmverity_roothash", "fsverity_digest"))
