#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an interpreter reads and does not run is data: what it only parses, compiles, packs or copies.

Usage: test_reading.py SHIM
"""
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from shimtest import (CLEAN, SHIM, configured, contains, equal, lacks, main, make, need, places,
                      scratch, under_shim)


def wait_for(text, path):
    deadline = time.monotonic() + 60
    while not (path.exists() and text in path.read_text()):
        assert time.monotonic() < deadline, f"no {text} in {path}"
        time.sleep(0.01)


def swap_between_two_looks():
    """How often Emacs has opened its file, that was swapped after the first look; what it said."""
    untrusted, _ = make("other.el", '(princ "ran")\n')
    _, trusted = make("twice.el", '(princ "good")\n')
    _, outer = make("outer.el", f'(load "{trusted}")\n')
    link = Path(trusted).with_suffix(".new")
    link.symlink_to(untrusted)
    with scratch() as folder:
        opened = folder / "opened"
        with subprocess.Popen([need("strace"), "-f", "-qq", "-o", opened, "-e", "trace=openat", "-P", trusted,
                               "-e", "inject=openat:delay_enter=3000000:when=2", "-E",
                               f"LD_PRELOAD={SHIM}", need("emacs-nox"), "-Q", "--batch", "-l", outer],
                              env=CLEAN, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as process:
            wait_for("O_RDONLY", opened)
            os.rename(link, trusted)
            out, err = process.communicate(timeout=60)
        os.unlink(trusted)
        equal(out, "")
        contains(err, f"ipe-shim: {trusted}: refused")
        return opened.read_text().count("openat(")


def test_read_twice():
    """Emacs, which opens a file once more to read it, reads what was judged or asks again"""
    # strace may tell of the first look before it is over: then the swap comes too early.
    assert any(swap_between_two_looks() == 2 for _ in range(5))


def test_guile_compiles_nothing():
    """what Guile would compile, and read as data, it loads and asks for"""
    untrusted, _ = make("module", "(display \"ran\")\n")
    _, trusted = make("load.scm", f"(load \"{untrusted}\")\n")
    home = Path(trusted).parent / "home"
    home.mkdir(exist_ok=True)
    done = under_shim(need("guile"), trusted,
                      env={"HOME": str(home), "XDG_CACHE_HOME": str(home), "GUILE_AUTO_COMPILE": "1"})
    equal(done.stdout, "")
    contains(done.stderr, f"ipe-shim: {untrusted}: refused")


def test_python_only_compiles():
    """what py_compile only compiles is data, what another reads by a loader is not"""
    untrusted, _ = make("compiled.py", "print('ran')\n")
    for module in ("py_compile", "compileall", "compileall"):
        done = under_shim(need("python3"), "-m", module, untrusted)
        equal((done.returncode, done.stderr), (0, ""))
    made = list((places().untrusted / "__pycache__").glob("compiled.*.pyc"))
    equal(len(made), 1)
    lacks(under_shim(need("python3"), str(made[0])).stdout, "ran")
    for command in (["-m", "modulefinder", untrusted], ["-m", "pyclbr", untrusted],
                    ["-c", "import linecache; linecache.lazycache('x', {'__name__': 'm', '__loader__': __import__("
                     "'importlib.machinery').machinery.SourceFileLoader('m', '%s')}); "
                     "print(linecache.getline('x', 1))" % untrusted]):
        done = under_shim(need("python3"), *command)
        lacks(done.stdout.splitlines(), "ran")
        equal((done.returncode, done.stderr), (0, ""))
    _, trusted = make("loader.py", "import importlib.machinery, sys\n"
                      "exec(importlib.machinery.SourceFileLoader('m', sys.argv[1]).get_data(sys.argv[1]))\n")
    done = under_shim(need("python3"), trusted, untrusted)
    equal(done.stdout, "")
    contains(done.stderr, f"ipe-shim: {untrusted}: refused")


def test_start_up_files_as_text():
    """a start-up file is data for who edits it, and code for who starts with it"""
    folder = places().untrusted
    for name, text in ((".vimrc", "silent !echo ran\n"), (".bashrc", "echo ran\n")):
        (folder / name).write_text(text)
    done = under_shim(need("vim"), "-es", "-u", "NONE", "-c", "%print", "-c", "q", ".vimrc", cwd=folder)
    contains(done.stdout, "silent !echo ran")
    lacks(done.stderr, "ipe-shim: ")
    done = under_shim(need("vim"), "-es", "-u", ".vimrc", "-c", "q", cwd=folder)
    lacks(done.stdout, "ran")
    contains(done.stderr, ".vimrc: refused")
    done = under_shim(need("bash"), "-c", "read a b < .bashrc; echo $b", cwd=folder)
    equal((done.stdout, done.stderr), ("ran\n", ""))
    done = under_shim(need("bash"), "-ic", ":", env={"HOME": str(folder)}, cwd=folder)
    equal(done.stdout, "")
    contains(done.stderr, ".bashrc: refused")


def test_shells_that_only_parse():
    """sh -n reads a script and runs nothing of it; with another option it is judged"""
    untrusted, _ = make("parsed", "echo ran\nif\n")
    for shell in ("dash", "bash", "zsh", "mksh", "ksh93", "yash"):
        if shutil.which(shell) is None:
            continue
        done = under_shim(need(shell), "-n", untrusted)
        lacks(done.stdout, "ran")
        lacks(done.stderr, "ipe-shim: ")
        assert done.returncode not in (0, 126), f"{shell}: {done}"
        for options in (["-n", "-i"], ["-ni"], ["-n", "+n"], ["+n"], ["-x", "-n"], ["-n", "--"]):
            done = under_shim(need(shell), *options, untrusted)
            lacks(done.stdout, "ran")
            contains(done.stderr, "ipe-shim: ")


def test_shells_that_only_parse_standard_input():
    """sh -n < FILE runs nothing of it; with another option, or from a socket, it is judged"""
    untrusted, _ = make("parsed", "echo ran\nexec < /nonexistent\nset +n\necho ran\nif\n")
    for shell in filter(shutil.which, ("dash", "bash", "zsh", "mksh", "ksh93", "yash")):
        with open(untrusted, encoding="ascii") as script:
            done = under_shim(need(shell), "-n", stdin=script)
        lacks(done.stdout + done.stderr, "ran")
        lacks(done.stderr, "ipe-shim: ")
        assert done.returncode not in (0, 126), f"{shell}: {done}"
        for options in (["-n", "+n"], ["-n", "-s"], ["-s", "-n"], ["-ni"], ["+n"], ["-vn"], ["-n", "--"]):
            with open(untrusted, encoding="ascii") as script:
                done = under_shim(need(shell), *options, stdin=script)
            lacks(done.stdout, "ran")
            contains(done.stderr, "ipe-shim: ")
    ours, theirs = socket.socketpair()
    with ours, theirs, configured("inline = deny\n"):
        ours.sendall(b"echo ran\n")
        ours.shutdown(socket.SHUT_WR)
        equal(under_shim(need("bash"), "-n", stdin=theirs).returncode, 126)
        done = under_shim(need("bash"), "-n", input="if\n")
        contains(done.stderr, "syntax error")


def refused_but_not_run(program, arguments, env=None):
    done = under_shim(need(program), *arguments, env=env, cwd=places().untrusted)
    lacks(done.stdout, "ran\n")
    contains(done.stderr, "ipe-shim: ")


def test_others_that_only_parse():
    """php -l, ruby -c and node -c read a script and run nothing of it; any other form of them is judged"""
    for program, option, suffix, text in (
            ("php", "-l", "php", "<?php declare(ticks=1); echo \"ran\\n\";\n"),
            ("ruby", "-c", "rb", "# encoding: euc-jp\nBEGIN { puts 'ran' }\nputs 'ran'\n"),
            ("ruby", "-wc", "rb", "BEGIN { puts 'ran' }\nputs 'ran'\n"),
            ("node", "--check", "js", "console.log('ran')\n"),
            ("node", "-c", "cjs", "console.log('ran')\n"),
            ("node", "-c", "mjs", "import fs from 'fs'; console.log('ran')\n")):
        for name in (f"lint.{suffix}", f"lint{suffix}"):
            if name == "lintmjs":
                continue
            for more, fine in (("", True), ("\n)(\n", False)):
                untrusted, _ = make(name, text + more)
                for path in (untrusted, name):
                    done = under_shim(need(program), option, path, cwd=places().untrusted)
                    lacks(done.stdout, "ran\n")
                    lacks(done.stderr, "ipe-shim: ")
                    equal((name, done.returncode == 0), (name, fine))
        refused_but_not_run(program, [untrusted])
        refused_but_not_run(program, [option, option, untrusted])
        if program != "php":
            refused_but_not_run(program, [option, "--", untrusted])
    make("link.js", "console.log('ran')\n")
    (places().untrusted / "linked.js").symlink_to("link.js")
    done = under_shim(need("node"), "-c", "linked.js", cwd=places().untrusted)
    equal((done.returncode, done.stdout, done.stderr), (0, "", ""))


def test_others_that_only_parse_standard_input():
    """php -l < FILE runs nothing of it; in any other form, or where a variable names code, it is judged"""
    make("named.js", "console.log('ran')\n")
    make("named.rb", "puts 'ran'\n")
    for program, option, variable, value, text in (
            ("php", "-l", "PHPRC", "named.js", "<?php echo \"ran\\n\";\n"),
            ("php", "-w", "PHPRC", "named.js", "<?php echo 'no';\n"),
            ("ruby", "-c", "RUBYOPT", "-r./named.rb", "BEGIN { puts 'ran' }\nputs 'ran'\n"),
            ("node", "--check", "NODE_OPTIONS", "--require=./named.js", "console.log('ran')\n")):
        untrusted, _ = make("parsed", text)
        for words in ([option], [option, "-"]):
            if program == "php" and "-" in words:
                continue
            with open(untrusted, encoding="ascii") as script:
                done = under_shim(need(program), *words, stdin=script)
            lacks(done.stdout, "ran\n")
            equal((program, done.returncode, done.stderr), (program, 0, ""))
        for words, env in (([], {}), (["-"], {}), ([option, option], {}), ([option, "--"], {}),
                           ([option], {variable: value})):
            with open(untrusted, encoding="ascii") as script:
                done = under_shim(need(program), *words, env=env, stdin=script, cwd=places().untrusted)
            lacks(done.stdout, "ran\n")
            contains(done.stderr, "ipe-shim: ")


def test_luajit_that_only_compiles():
    """luajit -b writes byte code and runs none; where its own module is to be another, the file is judged"""
    luajit, folder = need("luajit"), places().untrusted
    untrusted, _ = make("compiled.lua", "print('ran')\n")
    make("jit/bcsave.lua", "print('ran')\n")
    elsewhere = places().trusted / "elsewhere"
    elsewhere.mkdir()
    for options, text in ((["-b", untrusted, "out.raw"], ""), (["-bg", untrusted, "out.raw"], ""),
                          (["-bl", untrusted], "BYTECODE")):
        done = under_shim(luajit, *options, cwd=elsewhere)
        contains(done.stdout, text)
        equal((done.returncode, done.stderr), (0, ""))
    for options, env in ((["-b", "./jit/bcsave.lua", "out.raw"], {}), (["-b", untrusted, "out.raw"], {}),
                         (["-b", "-g", untrusted, "out.raw"], {}), (["-bgx", untrusted], {}),
                         (["-bl", untrusted], {"LUA_PATH": untrusted}),
                         (["-bl", untrusted], {"LUA_PATH_5_1": f"{folder}/?.lua;;"}),
                         (["-bl", untrusted], {"LUA_INIT": f"@{untrusted}"}),
                         (["-bl", untrusted], {"LUA_INIT": f"dofile('{untrusted}')"})):
        refused_but_not_run(luajit, options, env)
    shutil.rmtree(folder / "jit")
    _, runner = make("runner.lua", "dofile()\n")
    with open(make("input.lua", "print('ran')\n")[0], encoding="ascii") as script:
        done = under_shim(luajit, "-bl", "-", env={"LUA_PATH": runner}, stdin=script)
    lacks(done.stdout, "ran\n")
    contains(done.stderr, "ipe-shim: ")


def test_byte_code_as_data():
    """byte code that Python packs, copies or reads is data; that it runs or imports is code"""
    folder = places().untrusted / "packed"
    make("packed/__main__.py", "print('ran')\n")
    python = need("python3")
    subprocess.run([python, "-m", "compileall", "-q", folder], check=True)
    (byte_code,) = (folder / "__pycache__").iterdir()
    for command in (["-m", "zipapp", folder, "-o", places().trusted / "packed.pyz"],
                    ["-m", "tarfile", "-c", places().trusted / "packed.tar", folder],
                    ["-c", f"import shutil; shutil.copytree('{folder}', '{places().trusted}/copied')"],
                    ["-c", f"print(len(open('{byte_code}', 'rb').read()))"]):
        done = under_shim(python, *map(str, command))
        equal((done.returncode, done.stderr), (0, ""))
    for command in ([byte_code],
                    ["-c", f"import runpy; runpy.run_path('{byte_code}')"],
                    ["-c", f"import imp; imp.load_compiled('m', '{byte_code}')"],
                    ["-c", "from importlib.machinery import SourcelessFileLoader as L; "
                     f"L('m', '{byte_code}').load_module()"]):
        lacks(under_shim(python, *map(str, command)).stdout, "ran")


def test_parsed_and_loaded():
    """what else loads the script that is only parsed, runs it and is refused"""
    script, _ = make("lint.js", "console.log('ran')\n")
    loader = places().trusted / "loader.js"
    loader.write_text(f"require('{script}')\n")
    for options in (f"--require={script}", f"--import={script}", f"--require={loader}",
                    f"--import=data:text/javascript,import('{script}')"):
        refused_but_not_run("node", ["--check", script], {"NODE_OPTIONS": options})
    done = under_shim(need("node"), "--check", script, env={"NODE_OPTIONS": "--max-old-space-size=500"})
    equal((done.returncode, done.stdout, done.stderr), (0, "", ""))
    for name in ("lint.rb", "rubygems/defaults/operating_system.rb", "did_you_mean.rb", "rubygems.rb"):
        script, _ = make(name, "puts 'ran'\n")
        folder = str(places().untrusted)
        for env in ({"RUBYLIB": folder}, {"RUBYOPT": f"-r{script}"}, {"RUBYOPT": f"--disable-gems -r{script}"},
                    {"RUBYOPT": f"-I{folder}", "RUBYLIB": folder}):
            done = under_shim(need("ruby"), "-c", script, env=env)
            lacks(done.stdout, "ran\n")
    refused_but_not_run("ruby", ["-c", script], {"RUBYOPT": f"-r{script}"})
    script, _ = make("lint.php", "<?php echo \"ran\\n\";\n")
    make("php.ini", f"opcache.enable_cli=1\nzend_extension=opcache\nopcache.preload={script}\n"
         "opcache.preload_user=root\n")
    for folder in (places().untrusted, places().trusted):
        done = under_shim(need("php"), "-l", script, env={"PHPRC": str(folder)})
        lacks(done.stdout, "ran\n")
        contains(done.stderr, "ipe-shim: ")
    settings, _ = make("scanned/lint.ini", "auto_prepend_file=x\n")
    refused_but_not_run("php", ["-l", settings], {"PHP_INI_SCAN_DIR": os.path.dirname(settings)})
    archive, _ = make("lint.phar", "<?php echo \"ran\\n\"; __HALT_COMPILER(); ?>\n")
    refused_but_not_run("php", ["-l", archive])


def test_own_memory():
    """R starts and reads where its stack is without a word, and nothing of another file with that name"""
    _, trusted = make("words.R", "cat('ran\\n')\n")
    done = under_shim(need("Rscript"), trusted)
    equal((done.stdout, done.stderr), ("ran\n", ""))
    maps, _ = make("maps", "cat('ran\\n')\n")
    _, trusted = make("reads.R", f"source('{maps}')\n")
    done = under_shim(need("Rscript"), trusted)
    equal(done.stdout, "")
    contains(done.stderr, f"ipe-shim: {maps}: refused")
    done = under_shim(need("Rscript"), "/proc/self/maps")
    contains(done.stderr, "ipe-shim: /proc/self/maps: refused")


def test_data_is_data():
    """programs that interpret nothing read what they like"""
    untrusted, _ = make()
    done = under_shim(need("cat"), untrusted)
    equal((done.stdout, done.stderr), ("echo ran\n", ""))
    done = under_shim(need("python3"), "-c", f"print(open({untrusted!r}).read(), end='')")
    equal((done.stdout, done.stderr), ("echo ran\n", ""))


if __name__ == "__main__":
    main(sys.modules[__name__])
