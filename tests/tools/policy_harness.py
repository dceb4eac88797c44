# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of ipectl policy share: a text for '-', and policies to begin with."""
from harness import equal, ipectl

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
