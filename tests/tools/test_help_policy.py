#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""--help, manual page and completion of 'ipectl policy' say the same.
Usage: test_help_policy.py IPECTL MAN COMPLETION"""
import re
import sys

from harness import contains, equal, ipectl, lacks, run_tests
from test_help import completed, page_of


def subcommands():
    listed = ipectl("policy", "--help").out.decode().split("Commands:\n")[1].split("\nOptions:")[0]
    found = re.findall(r"^  (\w+) ", listed, re.M)
    assert len(found) > 10, found
    return found


def options_of_help(command):
    """Each option with whether it takes an argument."""
    got = ipectl("policy", command, "--help")
    equal((got.status, got.err), (0, b""))
    listed = got.out.decode().split("\nOptions:\n")[1].split("\nExit status")[0]
    found = re.findall(r"^  (?:(-\w), |    )(--[\w-]+)( [A-Z]\S*)? ", listed, re.M)
    equal(len(found), len(re.findall(r"^ {2,6}-", listed, re.M)))
    return {option: bool(argument) for short, long, argument in found for option in (short, long)
            if option}


def section(command):
    sections = re.split(r"^\.S[sh] ", page_of(("policy",)), flags=re.M)
    (found,) = [text for text in sections if text.startswith(f"{command}\n")]
    return found


def options_of_page(command):
    found = re.findall(r"^\.It Fl (?:(\w) , Fl )?-(\S+)( Ar)?", section(command), re.M)
    return {option: bool(argument) for short, long, argument in found
            for option in (f"-{short}", f"--{long}") if option != "-"}


def test_page():
    """Every option in --help is in the manual page, with an argument or not, and the reverse"""
    for command in subcommands():
        equal((command, options_of_page(command)), (command, options_of_help(command)))


def test_page_sections():
    """Every command has a section in the manual page that begins with its synopsis, and no other"""
    sections = re.findall(r"^\.Ss (\w+)\n\.D1 Nm Cm (\w+)", page_of(("policy",)), re.M)
    equal([a for a, b in sections if a == b], subcommands())
    equal(len(re.findall(r"^\.Ss ", page_of(("policy",)), re.M)), len(subcommands()))


def test_completion():
    """Every command and option in --help is completed, and the reverse"""
    equal(completed("policy", "") - {"-h", "--help"}, set(subcommands()))
    for command in subcommands():
        equal((command, completed("policy", command, "-")), (command, set(options_of_help(command))))
    contains(completed("policy", "eval", "--op", ""), "KEXEC_IMAGE")
    equal(completed("policy", "new", "--hash-alg", ""), {"sha256", "sha512"})


def test_options_are_accepted():
    """Every option in --help is one that the program knows, with an argument or without"""
    values = {"-o": "EXECUTE", "--op": "EXECUTE", "-f": "boot_verified=TRUE", "--hash-alg": "sha512",
              "--fact": "boot_verified=TRUE", "--roothash": "/dev/null"}
    for command in subcommands():
        usage = ipectl("policy", command, "--help").out
        for option, argument in options_of_help(command).items():
            if option in ("-h", "--help", "--roothash"):
                continue
            words = [option, values.get(option, "x")] if argument else [option]
            got = ipectl("policy", command, *words, "--help")
            equal((option, got.status, got.out), (option, 0, usage))


def test_missing_arguments():
    """An option without its argument is named as it was written, with what it needs"""
    for command in subcommands():
        for option, argument in options_of_help(command).items():
            got = ipectl("policy", command, option if argument else f"{option}=x")
            if argument:
                contains(got.err.decode(), f"ipectl: policy {command}: '{option}' needs a")
                lacks(got.err, b"an argument")
            elif option.startswith("--"):
                contains(got.err.decode(), f"ipectl: policy {command}: '{option}' takes no argument; try")
            else:
                continue
            equal((got.status, got.out, got.err.count(b"\n")), (2, b"", 1))
    for words, said in ((["new", "--from-dir"], "'--from-dir' needs a directory; try 'ipectl policy new --help'"),
                        (["new", "--from-di"], "'--from-di' needs a directory"),
                        (["sign", "-ak"], "'-k' needs a key"), (["lint", "-q"], "option '-q' is unknown"),
                        (["lint", "--quick"], "option '--quick' is unknown"),
                        (["lint", "--json=yes"], "'--json' takes no argument")):
        got = ipectl("policy", *words)
        equal(got.status, 2)
        contains(got.err.decode(), f"ipectl: policy {words[0]}: {said}")


def test_warnings_are_listed():
    """The manual page lists each warning, in order, and the policies here show each of them"""
    listed = re.findall(r"^\.It Cm ([\w-]+)\n", section("lint"), re.M)
    equal(listed, sorted(listed))
    rules = "".join(f"op=EXECUTE fsverity_digest=sha256:{i:064x} action=ALLOW\n" for i in range(700))
    text = ("policy_name=p policy_version=1.0.0\r\nDEFAULT action=DENY\r"
            "DEFAULT op=EXECUTE action=ALLOW\n"
            "op=EXECUTE memfd_sealed=TRUE action=DENY\nop=EXECUTE memfd_sealed=TRUE action=DENY\n"
            "op=EXECUTE memfd_sealed=TRUE action=ALLOW\nop=FIRMWARE fsverity_digest=x:00 action=DENY\n"
            "op=FIRMWARE dmverity_roothash=sha1:00 action=DENY\nop=POLICY action=DENY\nop=X509_CERT action=ALLOW\n"
            "op=KMODULE boot_verified=TRUE boot_verified=FALSE action=DENY\n"
            "op=KMODULE boot_verified=FALSE action=ALLOW\n" + rules)
    idle = "policy_name='p' policy_version=1.0.0\nDEFAULT action=ALLOW\nop=KMODULE action=ALLOW\n"
    found = [finding["code"] for policy in (text, idle) for finding in ipectl(
        "policy", "lint", "--extensions", "--json", "-", stdin=policy.encode()).json()[0]["findings"]]
    equal(set(found), set(listed))


def test_exit_statuses():
    """Each command's --help tells its exit statuses and names the manual page"""
    for command in subcommands():
        usage = ipectl("policy", command, "--help").out.decode()
        statuses = re.findall(r"\b(\d) \w", usage.split("\nExit status: ")[1].split("See ")[0])
        assert statuses[0] == "0" and set(statuses) <= set("0123"), statuses
        contains(usage, "See ipectl-policy(1).\n")


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules[__name__]))
