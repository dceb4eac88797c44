#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""--help, manual pages and completion say the same. Usage: test_help.py IPECTL MAN COMPLETION"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import Skip, contains, equal, ipectl, run_tests

MAN = Path(sys.argv[2])
COMPLETION = sys.argv[3]
# An argument for each kind that an option takes.
ARGUMENTS = {"DIR": "/", "FILE": "x", "NAME": "x", "PATH": "/libipe-shim.so"}


def commands_of_help():
    listed = ipectl("--help").out.decode().split("Commands:\n")[1].split("\nOptions:")[0]
    return re.findall(r"^  (\w+) ", listed, re.M)


def options_of_help(*command):
    got = ipectl(*command, "--help")
    equal((got.status, got.err), (0, b""))
    listed = got.out.decode().split("\nOptions:\n")[1].split("\nExit status")[0]
    pairs = re.findall(r"^  (-\S), (--[\w-]+) ", listed, re.M)
    equal(len(pairs), len(listed.strip().split("\n")))
    return {option for pair in pairs for option in pair}


def argument_of_help(command, option):
    """What the option takes, as words of a command line."""
    text = ipectl(*command, "--help").out.decode()
    taken = re.search(rf"^  (?:-\S, )?{option}(?:, --\S+)? ([A-Z]+) ", text, re.M)
    return [ARGUMENTS[taken.group(1)]] if taken else []


def page_of(command):
    return (MAN / ("-".join(["ipectl", *command]) + ".1")).read_text()


def options_of_page(command):
    own = page_of(command).split("\n.Ss ")[0]
    pairs = re.findall(r"^\.It Fl (\S) , Fl -(\S+)(?: Ar \w+)?$", own, re.M)
    return {f"-{short}" for short, _ in pairs} | {f"--{long}" for _, long in pairs}


def synopsis_of_page(command):
    synopsis = page_of(command).split(".Sh DESCRIPTION")[0]
    (letters,) = re.findall(r"^\.Op Fl (\w+)$", synopsis, re.M)
    others = re.findall(r"^\.Op Fl (\w) Ar \w+$", synopsis, re.M)
    return {f"-{letter}" for letter in [*letters, *others]}


def completed(*words):
    call = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); '
            '_ipectl; printf "%s\\n" "${COMPREPLY[@]}"')
    got = subprocess.run(["bash", "--norc", "-c", call, "bash", COMPLETION, "ipectl", *words],
                         capture_output=True, text=True, check=True)
    equal(got.stderr, "")
    return set(got.stdout.split("\n")) - {""}


def every_command():
    commands = commands_of_help()
    assert commands, "no command in --help"
    return [(), *((command,) for command in commands)]


def test_pages_have_the_options():
    """Every option in --help is in the manual page, and the reverse"""
    for command in every_command():
        equal(options_of_page(command), options_of_help(*command))


def test_synopses_have_the_options():
    """The synopsis of each manual page names each option"""
    for command in every_command():
        equal(synopsis_of_page(command),
              {option for option in options_of_help(*command) if len(option) == 2})


def test_completion_has_the_options():
    """Every option in --help is completed, and the reverse"""
    for command in every_command():
        equal(completed(*command, "-"), options_of_help(*command))
    equal(completed("check", "--nu"), {"--null"})


def test_options_are_accepted():
    """Every option in --help is one that the program knows, with the argument that it takes"""
    for command in every_command():
        for option in options_of_help(*command) - {"-V", "--version", "-h", "--help"}:
            got = ipectl(*command, option, *argument_of_help(command, option), "--help")
            equal((got.status, got.out), (0, ipectl(*command, "--help").out))


def test_commands():
    """Every command in --help is completed and in ipectl(1), and the reverse"""
    commands = set(commands_of_help())
    equal(completed("") - {"--help", "-h", "--version", "-V"}, commands)
    equal(set(re.findall(r"^\.It Cm (\w+)$", page_of(()), re.M)), commands)
    equal({page.stem.partition("-")[2] for page in MAN.glob("ipectl-*.1")}, commands)


def test_completion_of_names():
    """File names are completed for the commands that take them"""
    with tempfile.TemporaryDirectory() as tmp:
        (Path(tmp) / "a script.py").touch()
        for command in ("check", "why"):
            equal(completed(command, f"{tmp}/a"), {f"{tmp}/a script.py"})
        equal(completed("status", f"{tmp}/a"), set())


def test_statuses():
    """The exit statuses in --help are those in the manual page"""
    for command in every_command():
        summary = ipectl(*command, "--help").out.decode().split("Exit status:")[1]
        text = page_of(command).split(".Sh EXIT STATUS")[1]
        equal(re.findall(r"(\d+) [a-z]", summary.split("See ")[0]),
              re.findall(r"^\.It (\d+)$", text, re.M))


def test_sections():
    """Each command's --help names its manual page"""
    for command in every_command():
        page = "-".join(["ipectl", *command])
        contains(ipectl(*command, "--help").out.decode(), f"See {page}(1).\n")


def lint(tool):
    """The complaints of a tool about each page."""
    complaints = []
    for page in sorted(MAN.glob("*.[1-8]")):
        try:
            got = subprocess.run([*tool, page], capture_output=True, text=True, check=False,
                                 env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
        except FileNotFoundError:
            raise Skip(f"{tool[0]} is not installed") from None
        complaints += got.stderr.splitlines()
        if tool[0] == "mandoc":
            complaints += got.stdout.splitlines()
    return complaints


def test_mandoc():
    """mandoc has no warning about any page"""
    equal(lint(["mandoc", "-T", "lint", "-W", "warning"]), [])


def test_man():
    """man formats every page without a warning"""
    equal(lint(["man", "--warnings", "-E", "UTF-8", "-Tutf8", "-l"]), [])


if __name__ == "__main__":
    sys.exit(run_tests(sys.modules[__name__]))
