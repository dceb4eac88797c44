# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each interpreter is given to read: files of code and files of data, by every way it has."""
import re
from dataclasses import dataclass, field


@dataclass
class Call:
    """@T@ stands for the folder with the files."""
    arguments: list[str]
    env: dict[str, str] = field(default_factory=dict)
    stdin: str = ""
    argv0: str | None = None


@dataclass
class Lesson:
    """Files of code and of data, text to name. @P@ stands for the program."""
    code: dict[str, str]
    data: dict[str, str]
    calls: list[Call]


SHELL_READS = """\
read word < data_read
while read word; do :; done < ./data_loop
exec 3< data_exec
exec 3<&-
cat < data_child > /dev/null
true < data_builtin
{ read word; } < data_group
( read word < data_subshell )
word=$(cat < data_command)
read_all() { read word; }
read_all < data_function
exec 4<> data_both
"""

SHELL_DATA = {name: "word\n" for name in (
    "data_read", "data_loop", "data_exec", "data_child", "data_builtin", "data_group",
    "data_subshell", "data_command", "data_function", "data_both")}

SHELL_CODE = """\
. ./code_dot
source_it() { . ./code_function; }
source_it
( . ./code_subshell )
PATH=@T@/bin:$PATH
. code_path
eval '. ./code_eval'
word=$(. ./code_command)
""" + SHELL_READS + ". ./code_again\n"

SHELL_SCRIPT = ":\n" + SHELL_READS

POSIX_SHELL = Lesson(
    code={"code_main": SHELL_CODE, "code_dot": SHELL_SCRIPT, "code_function": ":\n",
          "code_subshell": ":\n", "bin/code_path": ":\n", "code_eval": ":\n",
          "code_command": ":\n", "code_again": SHELL_SCRIPT, ".profile": SHELL_SCRIPT,
          "code_env": SHELL_SCRIPT},
    data=SHELL_DATA,
    calls=[Call(["code_main"]), Call(["-c", ". ./code_main"]), Call(["-s"], stdin=SHELL_CODE),
           Call(["-l", "-c", ":"]), Call(["code_main"], argv0="-sh"),
           Call(["-i"], env={"ENV": "@T@/code_env"}, stdin=SHELL_READS)])

BASH = Lesson(
    code={**POSIX_SHELL.code, ".bash_profile": SHELL_SCRIPT, ".bash_logout": ":\n",
          ".bashrc": SHELL_SCRIPT, "code_source": SHELL_SCRIPT, "code_rc": SHELL_SCRIPT,
          "code_main": SHELL_CODE + "source ./code_source\n"},
    data={**SHELL_DATA, "data_file": "word\n", "data_map": "word\n", "data_history": "word\n"},
    calls=[Call(["code_main"]), Call(["-c", ". ./code_main"]), Call(["-s"], stdin=SHELL_CODE),
           Call(["-l", "-c", ":"]), Call(["-l"], stdin="exit\n"),
           Call(["code_main"], argv0="-bash"), Call(["-c", ":"], env={"BASH_ENV": "@T@/code_env"}),
           Call(["--rcfile", "code_rc", "-i"], stdin=SHELL_READS), Call(["-i"], stdin=":\n"),
           Call(["--posix", "-i"], env={"ENV": "@T@/code_env"}, stdin=":\n"),
           Call(["-c", ": $(< data_file); mapfile lines < data_map; "
                 "set -o history; history -r data_history"]),
           Call(["-c", ". ./.profile"])])

ZSH = Lesson(
    code={**{name: text for name, text in POSIX_SHELL.code.items()
             if name not in (".profile", "code_env")},
          ".zshenv": SHELL_SCRIPT, ".zprofile": SHELL_SCRIPT, ".zshrc": SHELL_SCRIPT,
          ".zlogin": ":\n", ".zlogout": ":\n", "code_source": SHELL_SCRIPT,
          "functions/code_autoload": ":\n",
          "code_main": SHELL_CODE + "source ./code_source\nfpath=(@T@/functions)\n"
          "autoload -Uz code_autoload\ncode_autoload\n"},
    data={**SHELL_DATA, "data_file": "word\n", "data_history": "word\n"},
    calls=[Call(["code_main"]), Call(["-c", ". ./code_main"]), Call(["-s"], stdin=SHELL_CODE),
           Call(["-l", "-i"], stdin="exit\n"), Call(["code_main"], argv0="-zsh"),
           Call(["-f", "-c", ": $(< data_file); HISTSIZE=9; fc -R data_history"])])

AWK_CODE = """\
BEGIN {
	while ((getline line < "data_getline") > 0)
		;
	close("data_getline")
	getline line < "data_once"
}
function later() { getline line < "data_function" }
END { later() }
"""
AWK = Lesson(
    code={"code_main": AWK_CODE, "code_second": "BEGIN { }\n"},
    data={name: "word\n" for name in ("data_getline", "data_once", "data_function", "data_operand",
                                      "data_next")},
    calls=[Call(["-f", "code_main", "data_operand", "data_next"]),
           Call(["-f", "code_second", "-f", "code_main", "data_operand"])])

GAWK = Lesson(
    code={**AWK.code, "code_include": '@include "code_nested"\n', "code_nested": "BEGIN { }\n",
          "code_option": "BEGIN { }\n", "code_exec": AWK_CODE},
    data=AWK.data,
    calls=[*AWK.calls, Call(["-f", "code_include", "-f", "code_main", "data_operand"]),
           Call(["-i", "./code_option", '@include "./code_nested"; { }', "data_operand"]),
           Call(["-E", "code_exec", "data_operand"])])

SED = Lesson(
    code={"code_main": "r data_r\n/word/R data_R\nw /dev/null\n", "code_second": "p\n"},
    data={name: "word\n" for name in ("data_r", "data_R", "data_operand", "data_next")},
    calls=[Call(["-f", "code_main", "data_operand", "data_next"]),
           Call(["-n", "-f", "code_main", "-f", "code_second", "data_operand"]),
           Call(["-s", "--file=code_main", "data_operand"])])

MAKE = Lesson(
    code={"Makefile": "include code_include\n-include code_optional\nall: ; @:\n"
                      "word := $(file < data_file)\n",
          "code_include": "sinclude code_silent\n", "code_optional": "word := 1\n",
          "code_silent": "include code_deep\n", "code_deep": "word := $(file < data_file)\n",
          "code_main": "include code_include\nall: ; @:$(file < data_file)\n",
          "code_environment": "word := 1\n"},
    data={"data_file": "word\n"},
    calls=[Call([]), Call(["-f", "code_main"]),
           Call(["-f", "code_main"], env={"MAKEFILES": "code_environment"})])

# One program for all, which an argument tells apart.
BUSYBOX = Lesson(
    code={**POSIX_SHELL.code, "code_awk": AWK_CODE},
    data={**SHELL_DATA, **AWK.data},
    calls=[*(Call(["ash", *call.arguments], call.env, call.stdin) for call in POSIX_SHELL.calls),
           Call(["awk", "-f", "code_awk", "data_operand", "data_next"])])

TCL_READS = """\
set f [open data_open]
read $f
close $f
proc later {} { set f [open data_later r]; gets $f; close $f }
later
"""
TCLSH = Lesson(
    code={"code_main": "source code_source\n" + TCL_READS
          + "proc again {} { source -encoding utf-8 code_again }\nagain\n"
          + "uplevel #0 {source code_uplevel}\n",
          "code_source": TCL_READS, "code_again": "set x 1\n", "code_uplevel": "set x 1\n",
          ".tclshrc": "set x 1\n"},
    data={"data_open": "word\n", "data_later": "word\n"},
    calls=[Call(["code_main"]), Call(["-encoding", "utf-8", "code_main"]),
           Call([], stdin="set tcl_interactive 1\nsource code_source\n" + TCL_READS)])

GUILE_READS = """\
(call-with-input-file "data_call" (lambda (port) (read-char port)))
(define port (open-input-file "data_open"))
(close-port port)
(with-input-from-file "data_with" (lambda () (read-char)))
"""
GUILE = Lesson(
    code={"code_main": '(primitive-load "code_primitive")\n(load "code_load")\n' + GUILE_READS,
          "code_primitive": GUILE_READS, "code_load": GUILE_READS},
    data={name: "word\n" for name in ("data_call", "data_open", "data_with")},
    calls=[Call(["--no-auto-compile", "-s", "code_main"]), Call(["--no-auto-compile", "code_main"])])

M4 = Lesson(
    code={"code_main": "include(`code_include')sinclude(`code_silent')\n", "code_include": "word\n",
          "code_silent": "include(`code_include')\n", "code_second": "word\n"},
    data={"data_undivert": "word\n"},
    calls=[Call(["code_main", "code_second"]), Call(["-I", "@T@", "code_second", "code_main"]),
           Call(["-"], stdin="undivert(`data_undivert')include(`code_include')\n")])

LESSONS = {
    "dash": POSIX_SHELL, "busybox": BUSYBOX, "bash": BASH, "zsh": ZSH,
    "mawk": AWK, "gawk": GAWK, "original-awk": AWK, "sed": SED, "make": MAKE, "tclsh": TCLSH,
    "guile": GUILE, "m4": M4,
}


def lesson_for(name: str) -> Lesson | None:
    """By the program's file name, with or without a version."""
    for known in sorted(LESSONS, key=len, reverse=True):
        if re.fullmatch(re.escape(known) + r"([0-9.-].*)?", name):
            return LESSONS[known]
    return None
