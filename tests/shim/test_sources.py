#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where a command line and an environment say that code comes from.

Usage: test_sources.py SHIM SOURCES
"""
import os
import shlex
import subprocess
import sys

from shimtest import equal, run_tests

PROGRAM = os.path.abspath(sys.argv[2])

# Name and arguments; what is code: files by their last part, "inline", "stdin", "any" file.
COMMAND_LINES = {
    "dash": [
        ("", "stdin"), ("-", "stdin"), ("script", "script"), ("a/b/script x y", "script"),
        ("-c 'echo' name", "inline"), ("-ec 'echo'", "inline"), ("-ce 'echo'", "inline"),
        ("-e script", "script"), ("-eu -x script", "script"), ("-o errexit script", "script"),
        ("-eo pipefail script", "script"), ("-oe pipefail script", "script"),
        ("+o noglob script", "script"), ("+e script", "script"), ("-- script", "script"),
        ("-- -c", "-c"), ("- script", "script"), ("script -c x", "script"), ("-i", "stdin"),
        ("-i script", "script stdin"), ("-s", "stdin"), ("/dev/fd/3", "3 fd=3"), ("/proc/self/fd/12", "12 fd=12"), ("/dev/fd/x", "any descriptors stdin x"), ("/dev/fd/+3", "any descriptors stdin +3"), ("/dev/fd/4294967299", "any descriptors stdin 4294967299"), ("/dev/fd/1", "1 fd=1"), ("/dev/stderr", "stderr fd=2"), ("/dev//stdout", "stdout fd=1"),
        ("/proc/thread-self/fd/3", "3 fd=3"), ("/dev/./fd/3", "3 fd=3"), ("//dev//fd/3/x", "x fd=3"),
        ("/proc/1/../self/fd/4", "4 fd=4"), ("/proc/self/task/9/fd/5", "5 fd=5"),
        ("/dev/./stdin", "stdin stdin"), ("a/dev/fd/3", "3"), ("--unknown script", "any inline script stdin"),
        ("-Z script", "any inline script stdin"), ("-eZ", "any inline stdin"), ("-o errexit -c y", "inline"), ("-o x script", "any inline script stdin"),
        ("-o stdin script", "any inline script stdin"), ("-eo stdin script", "any inline script stdin"),
        ("-o interactive script", "any inline script stdin"), ("-oerrexit stdin script", "any inline script stdin"),
        ("+o stdin script", "any inline script stdin"), ("-o", "stdin"),
        ("-l script", "script"), ("-a -b -f -C script", "script"),
    ],
    "bash": [
        ("", "stdin"), ("script", "script"), ("--rcfile rc -i", "rc stdin"),
        ("--init-file rc script", "rc script"), ("-rcfile rc script", "rc script"),
        ("--norc --noprofile script", "script"), ("-O extglob script", "script"),
        ("+O extglob script", "script"), ("-O extglob -c x", "inline"), ("--login script", "script"),
        ("--posix -c x", "inline"), ("-lc x", "inline"), ("-cl x", "inline"), ("--version", ""),
        ("--help", ""), ("-eo pipefail -c x", "inline"), ("-x script --rcfile y", "script"),
        ("--rcfile=rc script", "rc script"), ("-D script", "script"), ("--unknown script", "any inline script stdin"),
        ("-rcfile=rc script", "rc script"), ("--debugger script", "script"),
    ],
    "zsh": [
        ("", "stdin"), ("script", "script"), ("-c x", "inline"), ("-fc x", "inline"),
        ("-o errexit script", "script"), ("-oerrexit script", "script"), ("--emulate sh script",
                                                                         "script"),
        ("-i", "stdin"), ("-f script", "script"), ("--version", ""), ("+x script", "script"), ("--no-rcs script", "script"), ("-b -c", "-c"), ("-fb -x", "-x"), ("--norcs script", "script"),
        ("-o promptsubst script", "script"), ("--extended_glob script", "script"),
        ("-o EXTENDED_GLOB script", "script"), ("-o noclobber script", "script"),
        *((f"{way} script", "script stdin") for way in (
            "-o shinstdin", "-o SHIN_STDIN", "-oshinstdin", "-fo shin_stdin", "+o noshinstdin", "-o stdin",
            "--stdin", "--no-shin-stdin", "-o interactive")), ("-o nothing script", "any inline script stdin"),
    ],
    "yash": [
        *((f"{way} script", "script stdin") for way in ("-o stdin", "-o STDIN", "-o std-in", "+o nostdin")),
        ("-o std script", "script stdin"), ("-o cmdline x", "inline"), ("+o nocmdline x", "inline"),
        ("-o errexit script", "script"), ("-o noglob script", "script"),
    ],
    "ksh93": [("-o c x", "any c inline stdin"), ("-o errexit script", "any errexit inline stdin"),
              ("-e script", "script")],
    "ash": [("script", "script"), ("-c x", "inline"), ("", "stdin"),
            ("-o stdin script", "any inline script stdin"), ("-o errexit script", "script")],
    "mksh": [("-o stdin script", "any inline script stdin"), ("-o utf8-mode script", "script"), ("script", "script"), ("-c x", "inline"), ("", "stdin")],
    "python3.11": [
        ("", "stdin"), ("-", "stdin"), ("script.py", "script.py"), ("-c x", "inline"),
        ("-cx", "inline"), ("-Ic x", "inline"), ("-m module", ""), ("-mmodule", ""), ("-m pdb -x a/evil", "evil inline stdin"),
        ("-m trace -r --file=a/p", "p"), ("-m setuptools.launch a/p", "p"), ("-m cProfile -m timeit x", "inline stdin timeit x"),
        ("-m trace --module=timeit x", "inline stdin timeit x"), ("-m asyncio.__main__", "inline stdin"),
        ("-m runpy code", "code inline stdin"), ("-m pickle a/p", "p"), ("-m timeit x", "inline stdin"),
        ("-m timeit_not x", ""), ("--unknown x", "any inline stdin x"), ("-Z x", "any inline stdin x"), ("-m json.tool a", ""),
        ("-m module -c x", ""), ("-c x -i", "inline"), ("-i script", "script stdin"),
        ("-ic x", "inline stdin"), ("-W error script", "script"), ("-Werror script", "script"),
        ("-X dev script", "script"), ("-Xdev script", "script"), ("-IsSBEO script", "script"),
        ("--check-hash-based-pycs always script", "script"), ("-V", ""), ("--version", ""),
        ("-h", ""), ("-V -c x", "inline"), ("-- script", "script"), ("script -c x", "script"),
        ("-bb script", "script"), ("dir/app.zip", "app.zip"),
    ],
    "lua5.4": [
        ("", "stdin"), ("-", "stdin"), ("script", "script"), ("-e x", "inline"),
        ("-ex script", "inline script"), ("-e x script", "inline script"), ("-l mod script", "script"),
        ("-lmod script", "script"), ("-i script", "script stdin"), ("-v", ""), ("-v script", "script"),
        ("-E script", "script"), ("-W script", "script"), ("-- script", "script"),
        ("script -e x", "script"),
    ],
    "luajit-2.1.0-beta3": [
        ("script", "script"), ("-joff script", "script"), ("-j off script", "script"),
        ("-O3 script", "script"), ("-e x", "inline"), ("-be x", "x"),
    ],
    "perl5.36.0": [
        ("", "stdin"), ("-", "stdin"), ("script", "script"), ("-e x", "inline"), ("-ex", "inline"),
        ("-E x", "inline"), ("-ne x", "inline"), ("-lne x", "inline"), ("-l012ne x", "inline"),
        ("-0777ne x", "inline"), ("-0xFFne x", "x"), ("-0xFF -ne x", "inline"), ("-i.bak -pe x file", "inline"),
        ("-CSDe x", "inline"), ("-C7e x", "inline"), ("-Mstrict script", "script"),
        ("-Mstrict -we x", "inline"), ("-I lib script", "script"), ("-Ilib script", "script"),
        ("-w script", "script"), ("-T script", "script"), ("-c script", "script"),
        ("-F: -ane x", "inline"), ("-x script", "script"), ("-S script", "script"),
        ("-d:Trace script", "script"), ("-d:Trace; script", "inline script"), ("-de x", "inline stdin"), ("-d script", "inline script stdin"),
        ("-v", ""), ("-V", ""), ("-V:version", ""), ("-n script", "script"),
        ("script -e x", "script"), ("-- script", "script"), ("-M-strict script", "script"),
        ("-MPOSIX=floor,x; script", "inline script"), ("-MPOSIX=floor,$x script", "script"),
        ("-Mopen=:std,:encoding(UTF-8) script", "script"), ("-MO=Deparse,-p script", "script"), ("-MO script", "script"),
        ("-MO=Deparse+print script", "inline script"), ("-MO=B::Terse() script", "inline script"),
        ("-Mstrict;x script", "inline script"),
        ("-mstrict(x) script", "inline script"), ("-dt:Trace=x script", "script"),
        ("-dt script", "inline script stdin"), ("-dT script", "inline script stdin"),
        ("-F/x/ script", "inline script"), ("-F script", "script"),
        ("'-D -e' x", "inline"), ("'-i.bak -e' x", "inline"), ("'-D -M-strict;x' -V:x", "inline"),
        ("'-w -e' x", "inline"), ("-M5.010 script", "script"), ("-Mv5.36 script", "script"),
        ("-F: script", "script"), ("-F, -ane x", "inline"), ("-d:Mod=a,b script", "script"),
        ("/dev/fd/3/x", "x fd=3"), ("-Z script", "any inline script stdin"),
        ("-Vx", ""), ("-i script", "script"), ("-wMstrict script", "script"), ("-wMstrict; script", "inline script"),
    ],
    "ruby3.1": [
        ("", "stdin"), ("-", "stdin"), ("script", "script"), ("-e x", "inline"), ("-ne x", "inline"),
        ("-r./lib script", "lib script"), ("-r lib script", "lib script"), ("-I dir script", "script"),
        ("-C dir script", "script"), ("-W0 script", "script"), ("-W:no-deprecated script", "script"),
        ("-l -0777 -ne x", "inline"), ("-E utf-8 script", "script"), ("-Ku script", "script"),
        ("--encoding utf-8 script", "script"), ("--encoding=utf-8 script", "script"),
        ("--disable gems script", "script"), ("--disable=gems -e x", "inline"), ("-v", ""),
        ("--version", ""), ("-v script", "script"), ("-T1 script", "script"), ("-x script", "script"), ("-s script", "script"),
        ("--yjit script", "script"), ("-Kue x", "inline"), ("-Ku script", "script"),
        ("-W:no-deprecated -e x", "inline"), ("--enable_yjit script", "script"),
        ("--unknown x", "any inline stdin x"),
    ],
    "php8.2": [
        ("", "stdin"), ("script.php", "script.php"), ("-f script", "script"), ("-fscript", "script"),
        ("-r x", "inline"), ("-B x", "inline"), ("-R x", "inline"), ("-E x", "inline"),
        ("-F script", "script"), ("-d a=b script", "inline script"), ("-da=b script", "inline script"),
        ("-d memory_limit=1G script", "script"), ("-dmemory_limit=1G script", "script"),
        ("-d=memory_limit=1G script", "script"), ("-f=a script", "a"),
        ("-d auto_prepend_file=php://fd/3 script", "inline script"), ("-d html_errors script", "script"),
        ("-- foo", "stdin"), ("--", "stdin"), ("-r x -- y", "inline"), ("-f a -- y", "a"),
        ("--unknown x", "any inline stdin x"),
        ("-c ini script", "ini script"), ("-n -r x", "inline"), ("-a", "stdin"), ("--run x", "inline"),
        ("--file script", "script"), ("-z ext script", "script"), ("-v", ""), ("-i", ""), ("-m", ""),
        ("-q script", "script"),
        ("-S localhost:80 router.php", "router.php"), ("-S localhost:80 -t docs", "stdin"),
        ("--process-code x", "inline"), ("--process-file script", "script"),
    ],
    "node": [
        ("", "stdin"), ("-", "stdin"), ("script.js", "script.js"), ("-e x", "inline"),
        ("--eval x", "inline"), ("--eval=x", "inline"), ("-p x", "inline"), ("-pe x", "inline"),
        ("--print x", "inline"), ("-i", "stdin"), ("-r hook script", "hook script"),
        ("--require hook script", "hook script"), ("--import hook script", "hook script"),
        ("--import=hook script", "hook script"), ("--import data:x script", "inline data:x script"), ("--loader hook script", "hook script"),
        ("--conditions dev script", "script"), ("-C dev script", "script"), ("--no-warnings script",
                                                                          "script"),
        ("--title name script", "script"), ("--stack-size=900 script", "script"),
        ("--env-file vars script", "vars script"), ("-c script", "script"), ("-v", ""),
        ("--version", ""), ("--inspect script", "inline script"),
        ("--inspect-brk=0 script", "inline script"), ("--import DATA:x script", "inline DATA:x script"),
        ("--experimental_loader=hook script", "hook script"), ("--test_reporter=data:x script", "data:x inline script"),
        ("--stack_trace_limit 5", "stdin"), ("--max_http_header_size 99999", "stdin"), ("--title x", "stdin"),
        ("--max-old-space-size=900 script", "script"), ("--no_warnings script", "script"),
        ("--unheard-of 1", "1 any inline stdin"), ("-p -r hook x", "hook x"), ("-p x", "inline"),
        ("-ex", "any inline stdin"), ("--test-shard 1/2", "stdin"), ("--env-file 1", "1 stdin"),
    ],
    "deno": [
        ("", "stdin"), ("run script", "script"), ("script -e", "script"), ("eval x", "inline x"),
        ("run -A script -", "script"), ("run -", "stdin"), ("repl", "inline"), ("repl --eval=x", "inline"),
        ("repl --eval-file=a/f", "inline f"), ("run --preload hook script", "hook script"),
        ("--unheard-of run script", "any inline script stdin"), ("test -A", ""), ("--version", ""),
        ("run --inspect script", "inline script"), ("run -c conf script eval", "conf script"),
    ],
    "bun": [
        ("script", "script"), ("run script -e x", "script"), ("-e x", "inline"), ("exec x", "inline x"),
        ("-", "stdin"), ("--preload hook script", "hook script"), ("-r hook script", "hook script"),
        ("install", ""), ("--unheard-of script", "any inline script stdin"),
    ],
    "gawk": [
        ("'{print}' file", "inline"), ("-f prog file", "prog"), ("-fprog file", "prog"),
        ("-f prog -f more file", "prog more"), ("--file=prog file", "prog"), ("--file prog", "prog"),
        ("-i lib '{print}'", "lib inline"), ("-e x file", "inline"), ("-E prog -f other", "prog"),
        ("--exec prog -f other", "prog"), ("-v a=b -F : x file", "inline"),
        ("-va=b -F: -f prog", "prog"), ("-f -", "stdin"), ("-l ext -f prog", "prog"),
        ("-- x file", "inline"), ("--include lib x", "lib inline"), ("--source x", "inline"),
        ("-V", ""), ("-n -f prog", "prog"), ("-W file=a/x", "x"), ("-W exec=a/x", "x"),
        ("-W include=a/x 1", "inline x"), ("-W source=x", "inline"), ("-W lint x", "inline"),
        ("-W nonsense -f prog", "any inline prog stdin"), ("--csv -f prog", "prog"), ("-Q -f prog", "any inline prog stdin"),
        ("--fil=prog x", "prog"), ("-Dcmd -f prog", "cmd prog"), ("--debug=cmd -f prog", "cmd prog"),
        ("-D -f prog", "stdin prog"), ("-f /dev/stdin", "stdin stdin"), ("-f /dev/fd/7", "7 fd=7"),
    ],
    "mawk": [
        ("x file", "inline"), ("-f prog file", "prog"), ("-F : -v a=b x", "inline"),
        ("-W exec prog file", "prog"), ("-We prog file", "prog"), ("-W interactive x", "inline"),
        ("-Wi -f prog", "prog"), ("-W nonsense -f prog", "any inline prog stdin"), ("-f - file", "stdin"), ("-- x", "inline"),
    ],
    "original-awk": [("x file", "inline"), ("-f prog file", "prog"), ("-safe -f prog", "prog")],
    "sed": [
        ("s/a/b/ file", "inline"), ("-e x file", "inline"), ("-f prog file", "prog"),
        ("-fprog file", "prog"), ("--file=prog file", "prog"), ("--fil prog file", "prog"),
        ("-n -f prog file", "prog"), ("-nf prog file", "prog"), ("-i.bak -f prog file", "prog"),
        ("-E -f prog", "prog"), ("-s -n -e x", "inline"), ("--expression=x", "inline"),
        ("-l 5 x file", "inline"), ("-f -", "stdin"), ("-f prog -- file", "prog"), ("--version", ""),
        ("file -f prog", "inline prog"),
    ],
    "vim.basic": [
        ("a", "stdin"), ("a b +12", "stdin"), ("+ a", "stdin"), ("+q a", "inline stdin"), ("+/x a", "inline stdin"),
        ("- a", "2 fd=2"), ("-es -c q d/a.py", "inline stdin"), ("-es d/a.py", "stdin"), ("-s keys", "keys stdin"),
        ("-E -s a", "stdin"), ("-S -c x", "inline stdin"), ("-S", "stdin"), ("-S a/f x", "f stdin"),
        ("-nu rc a", "rc stdin"), ("-p3 -o2 -w12 a", "stdin"), ("-w3S a/f", "f stdin"), ("-V9log a", "stdin"),
        ("--cmd x a", "inline stdin"), ("-cq", "inline stdin"), ("-- -c x", "stdin"), ("-i info -T term a", "stdin"),
        ("--remote-send x", "inline stdin"), ("--unknown x", "any inline stdin"), ("--help", ""),
    ],
    "bc": [("a", "a stdin"), ("-l one two", "one two stdin"), ("-lq", "stdin"), ("", "stdin"), ("-i a", "a stdin"), ("--version", "")],
    "ex": [("-s a", "stdin"), ("- a", "stdin"), ("-s -S a/f", "f stdin"), ("a +q", "inline stdin")],
    "pic": [("a b", ""), ("-tz a", ""), ("", ""), ("-U a", "any inline stdin"), ("-nU", "any inline stdin"), ("-v", "")],
    "troff": [("-man -Tutf8 a", ""), ("-rLL=78n -i a", ""), ("-U a", "any inline stdin"), ("--version", "")],
    "ed": [
        ("a", "stdin"), ("!id", "inline stdin"), ("-s a !id", "inline stdin"), ("- a", "stdin"), ("-p !x a", "stdin"),
        ("--prompt=x --qui a", "stdin"), ("--unknown", "any inline stdin"), ("-h", ""),
    ],
    "emacs-nox": [
        ("a +12 b", "stdin"), ("--batch a", ""), ("--batch -l f a", "f"), ("-batch -load f", "f"), ("-x f", "f"),
        ("--script f a", "f"), ("--batch --loa f", "f"), ("--batch a --load=d/f", "f"), ("--batch --eval x", "inline"),
        ("--batch --exec=x", "inline"), ("--batch -f batch-byte-compile a", "any"), ("--batch -f ielm", "inline"),
        ("--batch -f org-html-export-to-html a", "any inline"),
        ("--batch a -f eval-buffer", "any inline"), ("--batch a -f save-buffer", ""),
        ("--batch --daemon=x", "inline"), ("-Q -nw -fg red -L d a", "stdin"), ("--batch -- -l f", ""),
        ("--batch --zork", "any inline stdin"), ("--dump-file d/f a", "f stdin"), ("--version", ""),
    ],
    "sqlite3": [
        ("a.db", "stdin"), ("a.db select", "inline"), ("-init f a.db", "f stdin"), ("--init f a.db .quit", "f inline"),
        ("-cmd x a.db", "inline stdin"), ("-lookaside 1 2 a.db", "stdin"), ("a.db -csv -separator x", "stdin"),
        ("-zork a.db", "any inline stdin"), ("-version", ""), ("-A -t a.db", "inline"),
    ],
    "gnuplot": [
        ("", "stdin"), ("a b", "a b"), ("-", "stdin"), ("-e x a", "inline a"), ("-e x", "inline"), ("-c a b -e x", "a"),
        ("-persist a", "a"), ("-p -d a", "a"), ("-geometry 1x1 a", "a"), ("--zork a", "any inline a stdin"), ("-V", ""),
    ],
    "R": [
        ("--slave -f x", "x"), ("--file=a/x --args -f y", "x"), ("-e x", "inline"), ("--no-save", "stdin"),
        ("--args x", "stdin"), ("--zork", "any inline stdin"), ("--vanilla -g Tk x", "stdin"), ("--version", ""),
    ],
    "jq": [
        (". a b", "inline"), ("-n -f a/evil b", "evil evil"), ("-nf evil", "evil evil"), ("evil -f", "evil inline"),
        ("-f -n evil", "evil"), ("--arg a 1 --indent 2 -n x", "inline"), ("--from-file evil --slurpfile a b", "evil evil"),
        ("-f -", "stdin"), ("-L d -nr x", "inline"), ("--args x a", "inline"), ("--zork x", "any inline stdin"),
    ],
    "qjs": [
        ("a b", "a"), ("-e x", "inline"), ("-I lib a", "lib a"), ("", "stdin"), ("-m --std a", "a"), ("-q", ""),
        ("-s --strip-source --no-unhandled-rejection a", "a"), ("-i a", "a stdin"), ("--zork a", "any inline a stdin"),
    ],
    "micropython": [
        ("a b", "a"), ("-c x -i", "inline"), ("-m m", ""), ("", "stdin"), ("-X heapsize=1 -O2 a", "a"), ("-i a", "a stdin"),
    ],
    "expect": [("a", "a"), ("-c x a", "inline a"), ("-f a", "a"), ("-b a", "a"), ("-D 1 a", "inline a"), ("", "stdin"), ("-", "stdin")],
    "make": [
        ("", ""), ("all", ""), ("-f rules", "rules"), ("-frules all", "rules"),
        ("--file=rules", "rules"), ("--makefile rules", "rules"), ("--mak rules", "rules"),
        ("-f -", "stdin"), ("-C dir -f rules", "rules"), ("-j4 all", ""), ("-j 4 all", ""),
        ("--eval x", "inline"), ("--eval=x", "inline"), ("-E x", "inline"), ("A=b all", ""),
        ("'A=$(shell id)'", "inline"), ("'A!=id'", "inline"), ("all -f rules", "rules"),
        ("-kf rules", "rules"), ("-I dir -f rules", "rules"), ("-o file -W file", ""),
        ("'CC=printf PW%s NED' foo", "inline"), ("CC=clang-14", ""), ("CFLAGS=-O2 CC=/usr/bin/cc", ""),
        ("'X:=$(shell id)'", "inline"), ("'CC?=sh -c x'", "inline"), ("--unknown x", "any inline stdin"),
        ("-Otarget -j --debug=a all", ""),
    ],
    "tclsh8.6": [
        ("", "stdin"), ("script", "script"), ("-encoding utf-8 script", "script"),
        ("script -x", "script"), ("-x script", "stdin"), ("-encoding utf-8", "stdin"),
        ("-encoding utf-8 -x", "stdin"),
    ],
    "guile": [
        ("", "stdin"), ("script", "script"), ("-s script -c x", "script"), ("-c x", "inline"),
        ("-l file script", "file script"), ("-e main -s script", "script"),
        ("-e '(x)' -s script", "inline script"), ("-e main", "stdin"), ("-- foo", "stdin"), ("--", "stdin"),
        ("-x .foo -L a script", "any script"), ("-x '' script", "any script"), ("--use-srfi=1", "stdin"),
        ("-q", "stdin"), ("--unknown", "any inline stdin"), ("-L dir script", "script"), ("-x .scm script", "script"), ("-q script", "script"),
        ("-ds -s script", "script"), ("--no-auto-compile script", "script"), ("'\\' script", "script"),
        ("--version", ""), ("--listen script", "inline script"), ("--listen=/a script", "inline script"), ("--language ecmascript x", "x"),
    ],
    "m4": [
        ("", "stdin"), ("one two", "one two"), ("-", "stdin"), ("one - two", "one two stdin"),
        ("-Da=b one", "one"), ("-D a=b one", "one"), ("-D 'a=esyscmd(b)' one", "inline one"), ("-I dir one", "one"), ("-R frozen one",
                                                                           "frozen one"),
        ("--reload-state=frozen one", "frozen one"), ("-P -s one", "one"), ("one -Dx two", "one two"), ("--unknown one", "any inline one stdin"),
    ],
    "expect": [("script", "script"), ("-c x script", "inline script"), ("-f script", "script"),
               ("-b script", "script"), ("-", "stdin")],
    "cat": [("", ""), ("-c x.sh", ""), ("x.sh", "")],
    "unheard-of": [("", ""), ("one two", "one"), ("-x one", "one"), ("-- -x", "-x")],
}

ENVIRONMENTS = [
    ("dash", {"ENV": "/a/rc"}, "rc"),
    ("dash", {"ENV": "$HOME/rc"}, "rc"),
    ("dash", {"ENV": "${HOME}/rc"}, "inline rc"),
    ("dash", {"ENV": "/a/$NAME"}, "any descriptors $NAME"),
    ("ksh93", {"ENV": "$D/stderr"}, "any descriptors stderr"), ("ksh93", {"ENV": "~/stdout"}, "any descriptors stdout"),
    ("ksh93", {"ENV": "$D/+3"}, "any descriptors +3"), ("ksh93", {"ENV": "$D/4294967299"}, "any descriptors 4294967299"),
    ("ksh93", {"ENV": "~/.kshrc"}, ".kshrc"),
    ("dash", {"ENV": "$(id)"}, "any descriptors inline $(id)"),
    ("dash", {"ENV": "`id`"}, "any descriptors inline `id`"),
    ("dash", {"PS4": "$(id)"}, "inline"),
    ("dash", {"PS4": "+ ", "PS1": "$ "}, ""),
    ("dash", {"ENV": ""}, ""),
    ("bash", {"BASH_ENV": "rc"}, "rc"),
    ("bash", {"BASH_FUNC_ls%%": "() {  id; }"}, "inline"),
    ("bash", {"BASH_FUNCTION": "() {  id; }"}, "inline"),
    ("bash", {"BASH_COMPAT": "5.0", "BASHOPTS": "x"}, ""),
    ("bash", {"PS0": "$(id)"}, "inline"), ("bash", {"PS2": "`id`"}, "inline"),
    ("bash", {"MAILPATH": "/a?$(id)"}, "inline"), ("bash", {"MAILPATH": "/a:/b"}, ""),
    ("bash", {"BASH_ENV": "$[y]"}, "any descriptors inline $[y]"), ("bash", {"BASH_ENV": "$y[1]"}, "any descriptors inline $y[1]"),
    ("bash", {"PS1": r"\[\e[0m\]\u@\h:\w\$ \[\e[m\]"}, ""),
    ("zsh", {"PROMPT4": "$(id)"}, "inline"), ("zsh", {"PROMPT2": "$(id)"}, "inline"),
    ("zsh", {"SPROMPT": "$(id)"}, "inline"), ("zsh", {"RPS1": "$(id)"}, "inline"),
    ("bash", {"PROMPT_COMMAND": "id"}, "inline"), ("bash", {"TEXTDOMAINDIR": "/a"}, "any"),
    ("bash", {"TEXTDOMAIN": "a/b"}, "any"), ("bash", {"LANGUAGE": "de:../a"}, "any"),
    ("bash", {"TEXTDOMAIN": "bash", "LANGUAGE": "de_DE.UTF-8:en"}, ""),
    ("bash", {"SHELLOPTS": "xtrace", "PS4": "`id`"}, "inline"),
    ("lua5.4", {"LUA_INIT": "os.exit()"}, "inline"),
    ("lua5.4", {"LUA_INIT_5_4": "@/a/init"}, "init"),
    ("lua5.4", {"LUA_PATH": "/a/?"}, ""),
    ("perl", {"PERL5OPT": "-Mx"}, ""), ("perl", {"PERL5OPT": "Mx;y"}, "inline"),
    ("perl", {"PERLDB_OPTS": "TTY=/a"}, "inline"), ("perl", {"PERL5OPT": "-d", "PERLDB_OPTS": "TTY=/a"}, "any inline stdin"),
    ("perl", {"PERLDB_OPTS": "TTY=/a", "PERL5OPT": "-d"}, "any inline stdin"), ("perl", {"PERL5OPT": "-d"}, "inline stdin"),
    ("perl", {"PERL5OPT": "-w -Mstrict"}, ""), ("perl", {"PERL_UNHEARD_OF": "x"}, "inline"),
    ("perl", {"PERL_HASH_SEED": "0"}, ""),
    ("perl", {"PERL5DB": "x"}, "inline"),
    ("ruby", {"RUBYOPT": "-r./lib -w"}, "lib"), ("ruby", {"RUBYOPT": "w r/a/lib"}, "lib"),
    ("ruby", {"RUBY_UNHEARD_OF": "x"}, "inline"), ("ruby", {"RUBY_GC_HEAP_INIT_SLOTS": "1"}, ""),
    ("php", {"PHPRC": "/a/conf"}, "conf"), ("php", {"PHP_UNHEARD_OF": "x"}, "inline"),
    ("bc", {"BC_ENV_ARGS": "-l /a/lib"}, "lib stdin"), ("bc", {"BC_ENV_ARGS": "'/a b'"}, "any descriptors inline stdin"),
    ("python3", {"PYTHON_UNHEARD_OF": "x"}, "inline"), ("python3", {"PYTHONPATH": "/a:/b"}, ""),
    ("node", {"NODE_UNHEARD_OF": "x"}, "inline"), ("node", {"NODE_ENV": "production"}, ""),
    ("python3", {"PYTHONINSPECT": "1"}, "stdin"),
    ("python3", {"PYTHONSTARTUP": "/a/start"}, "start"),
    ("node", {"NODE_OPTIONS": "--require /a/hook --no-warnings"}, "hook"),
    ("node", {"NODE_OPTIONS": "--import=/a/hook"}, "hook"),
    ("node", {"NODE_OPTIONS": '"--require" "/mnt/u/x"'}, "x"),
    ("node", {"NODE_OPTIONS": r'"--req\uire=/a/x"'}, "x"),
    ("node", {"NODE_OPTIONS": '--require "/a'}, "any descriptors inline stdin"),
    ("node", {"NODE_OPTIONS": "--unheard-of"}, "any inline stdin"),
    ("vim", {"VIMINIT": "x"}, "inline stdin"), ("ex", {"EXINIT": "x"}, "inline stdin"),
    ("vim", {"VIMRUNTIME": "/a"}, "stdin"), ("emacs", {"EMACSLOADPATH": "/a:"}, "stdin"),
    ("emacs", {"EMACS_UNHEARD_OF": "/a:"}, "inline stdin"), ("gnuplot", {"GNUPLOT_LIB": "/a"}, ""),
    ("gnuplot", {"FIT_SCRIPT": "x"}, "inline"), ("R", {"R_PROFILE_USER": "/a/p"}, "p stdin"),
    ("R", {"R_ENVIRON": "/a/e"}, "e stdin"), ("R", {"R_UNHEARD_OF": "x"}, "inline stdin"),
    ("R", {"R_HOME": "/usr/lib/R"}, "stdin"), ("micropython", {"MICROPYINSPECT": "1"}, "stdin"),
    ("jq", {"JQ_COLORS": "x"}, "inline"), ("jq", {"JQ_UNHEARD_OF": "x"}, "inline"),
    ("make", {"MAKEFILES": "one /a/two"}, "one two"),
    ("make", {"MAKEFLAGS": "--eval=x"}, "inline"),
    ("make", {"MAKEFLAGS": "k -- A!=id"}, "inline"),
    ("make", {"CC": "$(shell id)"}, "inline"),
    ("make", {"CC": "cc"}, ""), ("make", {"CC": "printf x"}, "inline"),
    ("make", {"MAKEFLAGS": r"Eall:;@printf\ x"}, "inline"),
    ("make", {"MAKEFLAGS": r"\-\-eval=all:"}, "inline"), ("make", {"MAKEFLAGS": "ks -j4"}, ""),
    ("make", {"MAKEFLAGS": " -j3 --jobserver-auth=3,4 -- A=b"}, ""),
    ("make", {"MAKEFLAGS": "A!=id"}, "inline"),
    ("make", {"MAKEFILES": "x" * 300}, "any"),
    ("lua5.4", {"INPUTRC": "/a/keys"}, "keys"), ("python3", {"EDITRC": "/a/keys"}, "keys"),
    ("gawk", {"AWKPATH": "/usr/share/awk:."}, "inline"),
    ("gawk", {"AWKPATH": "/a:/dev/fd"}, "descriptors inline stdin"),
    ("yash", {"YASH_AFTER_CD": "x"}, "inline"), ("yash", {"YASH_PS4": "$(x)"}, "inline"),
    ("yash", {"YASH_UNHEARD_OF": "x"}, "inline"), ("yash", {"YASH_LOADPATH": "/a"}, ""),
    ("gnuplot", {"GNUTERM": "dumb"}, ""), ("gnuplot", {"GNUTERM": "dumb; print 1"}, "inline"),
    ("perl", {"PERLBREW_ROOT": "/a"}, ""),
    ("bc", {"INPUTRC": "/a/keys"}, "keys stdin"), ("make", {"INPUTRC": "/a/keys"}, ""),
    ("cat", {"ENV": "/a/rc", "BASH_FUNC_ls%%": "() { id; }"}, ""),
]


def sources(name, arguments, env):
    done = subprocess.run([PROGRAM, name, *arguments], env=env, capture_output=True, text=True,
                          check=True)
    return sorted(line.removeprefix("file ") for line in done.stdout.splitlines()
                  if line != "file null")


def wrong(name, arguments, env, wanted):
    got = sources(name, arguments, env)
    # Vim goes on with standard error where standard input ends.
    if name in ("vim", "vim.basic", "ex") and "stdin" in wanted.split():
        wanted += " fd=2"
    if got != sorted(shlex.split(wanted, posix=False)):
        yield f"{env or ''} {name} {shlex.join(arguments)}: got {got}, wanted {wanted}"


def test_environment():
    """the environment is understood"""
    equal([line for name, env, wanted in ENVIRONMENTS
           for line in wrong(name, ["-c", "x"] if name == "cat" else harmless(name), env, wanted)],
          [])


def test_posix():
    """where POSIXLY_CORRECT is set, a word behind an operand is an option and an operand"""
    env = {"POSIXLY_CORRECT": ""}
    # What both readings name is there twice.
    cases = (("dc", "a -h", "-h a a"), ("dc", "-e1 a -V", "-V a a inline"),
             ("bc", "a -s", "-s a a stdin"), ("m4", "a -P -- b", "-- -P a a b b"),
             ("sed", "a -f b", "b inline"), ("sed", "-e p a -f b", "b inline"),
             ("mawk", "p a -f b", "inline"), ("cat", "a -f b", ""))
    equal([line for name, words, wanted in cases
           for line in wrong(name, words.split(), env, wanted)], [])
    equal(sources("bc", ["/dev/null"], {**env, "BC_ENV_ARGS": "a -s"}), ["-s", "a", "a", "stdin"])


def harmless(name):
    """Arguments with which nothing is code but what the environment says."""
    return [] if name == "make" else ["/dev/null"]


def test_working_directory():
    """a relative name where the working directory has descriptors"""
    for folder, name, wanted in (("/proc/self/fd", "./3", "fd=3"), ("/dev/fd", "3", "fd=3"),
                                 ("/dev", "fd/3", "fd=3"), ("/proc", "self/fd/3", "fd=3"),
                                 ("/", "dev/fd/3", "fd=3"), ("/usr", "3", "")):
        done = subprocess.run([PROGRAM, "node", name], cwd=folder, env={}, capture_output=True,
                              text=True, check=True)
        equal((folder, name, " ".join(line for line in done.stdout.split("\n") if "=" in line)),
              (folder, name, wanted))


def test_long_lists():
    """more files than there is room for are all of them"""
    arguments = [f"{number:0200}" for number in range(20)]
    assert "any" in sources("m4", arguments, {})
    assert "any" in sources("dash", ["x" * 256], {})
    assert "any" not in sources("dash", ["x" * 255], {})
    for count, wanted in ((8, False), (9, True)):
        found = sources("gawk", ["-f/dev/fd/9"] * count, {})
        equal({"descriptors" in found, "stdin" in found, "any" in found}, {wanted})


def test_no_arguments_at_all():
    """a program without even a name of its own"""
    done = subprocess.run([PROGRAM, "dash"], executable=PROGRAM, check=True, capture_output=True,
                          env={})
    equal(done.stdout, b"stdin\n")


def add_tests():
    for name, cases in COMMAND_LINES.items():
        def test(name=name, cases=cases):
            equal([line for line_of, wanted in cases
                   for line in wrong(name, shlex.split(line_of), {}, wanted)], [])
        test.__doc__ = f"arguments are understood as {name} does"
        globals()["test_" + name] = test


add_tests()

if __name__ == "__main__":
    sys.exit(run_tests(sys.modules[__name__]))
