#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipe-lua beside the stock interpreter. Usage: test_launcher.py IPE-LUA LUA"""
import contextlib
import itertools
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

from harness import (DENY_INTERACTIVE, contains, enter_private_mounts, equal, need_securebits,
                     run_tests, scratch, set_securebits)
from places import configured, not_under_valgrind, observed, places, race, write

GATED, STOCK = os.path.abspath(sys.argv[1]), sys.argv[2]


def run(*arguments, program=GATED, stdin=b"", env=None, **options):
    environment = {"PATH": os.environ["PATH"], "LUA_PATH": "./?.lua", **(env or {})}
    with observed(program) if program == GATED else contextlib.nullcontext([program]) as command:
        done = subprocess.run([*command, *map(str, arguments)], input=stdin, env=environment,
                              capture_output=True, timeout=60, check=False, **options)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def same(*arguments, **options):
    """Both do the same; where there is a message it differs in the program's name alone."""
    gated, stock = run(*arguments, **options), run(*arguments, program=STOCK, **options)
    equal((gated[0], gated[1], gated[2].replace(GATED, "lua").replace("ipe-lua:", "lua:")),
          (stock[0], stock[1], stock[2].replace(STOCK, "lua").replace("lua5.4:", "lua:")))
    return gated


def denied(path, reason="noexec-mount"):
    return f"cannot open {path}: Permission denied (ipe: {reason})"


def refused(path, *arguments, reason="noexec-mount", **options):
    status, out, err = run(*arguments, **options)
    equal((status, out), (1, ""))
    contains(err, denied(path, reason))


def test_script():
    """A script gets its arguments and leaves its exit status, as with the stock interpreter"""
    with scratch() as tmp:
        path = write(tmp / "x.lua", "print(arg[0], arg[1], #arg, ...) os.exit(tonumber(arg[2]))")
        same(path, "one", 7)
        same("-W", "-E", "--", path, "", 0)
        path = write(tmp / "x.lua", "warn('@on') warn('a') error({})")
        same(path)
        same(write(tmp / "x.lua", "#!/x\nlocal function f() error('here') end f()"))
        same(write(tmp / "x.lua",
                   "error(setmetatable({}, {__tostring = function() return 'm' end}))"))
        same(write(tmp / "x.lua", "x = = 1"))
        same(write(tmp / "x.lua", "return 1"), "-i")
        equal(run(tmp / "nowhere.lua")[::2],
              (1, f"ipe-lua: cannot open {tmp}/nowhere.lua: No such file or directory\n"))


def test_options():
    """-e, -l, -v, -W and -E do what they do in the stock interpreter, in their order"""
    with scratch() as tmp:
        write(tmp / "mod.lua", "print('mod', ...) return {name = 'mod'}")
        for arguments in (["-e", "print(1)", "-eprint(arg[0] == nil, arg[1])", "-l", "mod", "-e",
                           "print(mod.name)"], ["-l", "g=mod", "-e", "print(g.name, mod)"],
                          ["-lmod"], ["-v"], ["-v", "-e", "print(1)"], ["-e", "error('x')"],
                          ["-W", "-e", "warn('on')"], ["-e", "warn('off')"], ["-e", "x ="],
                          ["-l", "nowhere", "-e", "print(1)"], ["-E", "-e", "print(package.path)"],
                          ["-e", "print(package.path)"], ["-e", "os.exit(3)"]):
            same(*arguments, cwd=tmp, stdin=b"print('stdin')")
        same("-E", "-e", "print(1)", env={"LUA_INIT": "print('init')"})


def test_usage():
    """A wrong option is told, with a summary, and nothing runs"""
    for arguments in (["-x"], ["-e"], ["-l"], ["-ix"], ["-vv"], ["-e", "-v"], ["--version"]):
        status, out, err = run(*arguments, "-e", "print(1)")
        equal((status, out), (1, ""))
        contains(err, "usage: ipe-lua [options] [script [args]]")


def test_environment():
    """LUA_INIT runs as in the stock interpreter, the one for 5.4 before the other"""
    with scratch() as tmp:
        path = write(tmp / "init.lua", "print('from a file')")
        for env in ({"LUA_INIT": "print('init')"}, {"LUA_INIT": f"@{path}"},
                    {"LUA_INIT": "print(1)", "LUA_INIT_5_4": "print(2)"}, {"LUA_INIT": ""},
                    {"LUA_INIT": "error('x')"}):
            same("-e", "print('main')", env=env)


def test_standard_input():
    """A program on standard input runs as in the stock interpreter"""
    for arguments in ([], ["-"], ["-", "a", "b"]):
        same(*arguments, stdin=b"#!/x\nprint(arg[0] ~= nil, ...) print(debug.getinfo(1).source)")


def test_pipe_as_script():
    """A pipe that is named as the script runs as in the stock interpreter, where inline code may"""
    for arguments in (["/dev/stdin"], ["/dev/stdin", "a", "b"]):
        same(*arguments, stdin=b"#!/x\nprint(arg[0], ...) print(debug.getinfo(1).source)")
    with configured("inline = deny"):
        refused("/dev/stdin", "/dev/stdin", stdin=b"print('evil')", reason="inline")
    with scratch() as tmp:
        (tmp / "x").mkdir()
        refused(tmp / "x", tmp / "x", reason="not-regular")


def test_untrusted():
    """Nothing of an untrusted script, module or LUA_INIT file runs, and the message says why"""
    with places() as (trusted, other):
        evil = write(other / "evil.lua", "print('evil')")
        refused(evil, evil)
        refused(evil, "-e", f"dofile('{evil}')")
        refused(evil, "-e", f"assert(loadfile('{evil}'))")
        refused("./evil.lua", "-l", "evil", cwd=other)
        refused("./evil.lua", "-e", "require 'evil'", cwd=other)
        refused(evil, "-e", "print('main')", env={"LUA_INIT": f"@{evil}"})
        main = write(trusted / "main.lua", f"print(pcall(dofile, '{evil}'))")
        equal(run(main), (0, f"false\t{denied(evil)}\n", ""))


def test_untrusted_input():
    """An untrusted file on standard input is refused"""
    with places() as (_, other):
        evil = write(other / "evil.lua", "print('evil')")
        for arguments in ([], ["-"]):
            with open(evil, "rb") as file:
                done = subprocess.run([GATED, *arguments], stdin=file, capture_output=True,
                                      check=False)
            equal((done.returncode, done.stdout), (1, b""))
            contains(done.stderr.decode(), denied("stdin"))


def test_byte_code():
    """Byte code runs from a trusted file, not from a string, a pipe or an untrusted file"""
    with places() as (trusted, other):
        code = f"local f = io.open('{trusted}/b.luac', 'wb') f:write(string.dump(" \
               "load('print(\"byte code\")'))) f:close()"
        equal(run("-e", code), (0, "", ""))
        equal(run(trusted / "b.luac"), (0, "byte code\n", ""))
        data = (trusted / "b.luac").read_bytes()
        refused(write(other / "b.luac", data), other / "b.luac")
        status, out, err = run("-", stdin=data)
        equal((status, out), (1, ""))
        contains(err, "attempt to load a binary chunk")
        contains(run("-e", "\x1bLua")[2], "attempt to load a binary chunk")
        equal(run("-e", f"print(load(io.open('{trusted}/b.luac', 'rb'):read('a')))")[1],
              "nil\tbyte code is loaded from judged files alone (ipe)\n")


def test_inline_denied():
    """Where inline code is denied, -e, LUA_INIT, a pipe and a prompt are refused; a script runs"""
    with scratch() as tmp, configured("inline = deny"):
        path = write(tmp / "x.lua", "print('script')")
        what = "code that is in no file"
        refused(what, "-e", "print('evil')", reason="inline")
        refused(what, path, env={"LUA_INIT": "print('evil')"}, reason="inline")
        refused("stdin", stdin=b"print('evil')", reason="inline")
        refused("stdin", "-", stdin=b"print('evil')", reason="inline")
        equal(run(path), (0, "script\n", ""))
        equal(run(path, env={"LUA_INIT": f"@{path}"}), (0, "script\nscript\n", ""))
        status, out, err = run("-i", path, stdin=b"print('evil')\n")
        equal((status, out.splitlines()[1:]), (1, ["script"]))
        contains(err, denied("stdin", "inline"))


def test_securebits():
    """SECBIT_EXEC_DENY_INTERACTIVE refuses -e, a pipe and a prompt"""
    need_securebits()

    def deny():
        set_securebits(DENY_INTERACTIVE)
    refused("code that is in no file", "-e", "print('evil')", reason="interactive", preexec_fn=deny)
    refused("stdin", "-", stdin=b"print('evil')", reason="interactive", preexec_fn=deny)


def test_prompt():
    """The prompt evaluates, continues incomplete statements and goes on after errors"""
    text = (b"1 + 1, 'x'\nfor i = 1, 2 do\nprint(i)\nend\nerror('e')\nx = = 1\nreturn 7\n\n"
            b"print(x)\n")
    status, out, err = run("-i", stdin=text)
    lines = [line for line in out.splitlines() if not line.startswith("Lua ")]
    equal((status, [line.lstrip("> ") for line in lines if line.strip("> ")]),
          (0, ["2\tx", "1", "2", "7", "nil"]))
    contains(err, "ipe-lua: stdin:1: e\nstack traceback:")
    contains(err, "unexpected symbol near '='")


def terminal(*arguments):
    pid, master = pty.fork()
    if pid == 0:
        os.execv(GATED, [GATED, *arguments])
    return pid, master


def read_until(master, text):
    seen, end = b"", time.monotonic() + 20
    while text not in seen and time.monotonic() < end:
        try:
            seen += os.read(master, 4096)
        except OSError:
            break
    contains(seen.decode(), text.decode())


def test_terminal():
    """Without arguments a terminal gets a prompt, and ^C interrupts what runs there"""
    pid, master = terminal()
    read_until(master, b"> ")
    os.write(master, b"print('started') while true do end\n")
    read_until(master, b"started\r\n")
    os.write(master, b"\x03")
    read_until(master, b"interrupted!")
    os.write(master, b"os.exit(5)\n")
    equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 5)
    os.close(master)


def test_interrupted_script():
    """SIGINT ends a script with a message"""
    with subprocess.Popen([GATED, "-e", "print('x') io.stdout:flush() while true do end"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        equal(process.stdout.readline(), b"x\n")
        process.send_signal(signal.SIGINT)
        contains(process.communicate(timeout=20)[1].decode(), "interrupted!")
        equal(process.returncode, 1)


def test_swapped():
    """A script swapped for an untrusted one while it is opened is refused or is the trusted one"""
    not_under_valgrind("it is too slow to meet the change")
    with places() as (trusted, other):
        good, evil = write(trusted / "g.lua", "print('good')"), write(other / "e.lua", "evil()")
        path = trusted / "x.lua"
        path.symlink_to(good)
        targets = itertools.cycle([good, evil])

        def swap():
            (trusted / "next").symlink_to(next(targets))
            (trusted / "next").rename(path)
        race(lambda: run(path), swap, {(0, "good\n", ""), (1, "", f"ipe-lua: {denied(path)}\n")})


def test_rewritten():
    """A script that is written to while it is read is refused, never run in part"""
    not_under_valgrind("it is too slow to meet the change")
    with scratch() as tmp:
        text = ("print('good')\n" + "-" * (1 << 20)).encode()
        path = write(tmp / "x.lua", text)

        def rewrite():
            with open(path, "r+b", buffering=0) as file:
                os.pwrite(file.fileno(), text, 0)
            time.sleep(0.001)
        race(lambda: run(path), rewrite,
             {(0, "good\n", ""), (1, "", f"ipe-lua: {denied(path, 'changed')}\n")})


SHIPPED = Path("/usr/share/lua/5.4")


def test_shipped_files():
    """Every Lua file that Debian's packages brought loads as it does in the stock interpreter"""
    not_under_valgrind("it takes too long")
    files = sorted(Path("/usr/share/lua").rglob("*.lua"))
    assert files, "Debian's Lua packages are not installed"
    with scratch() as tmp:
        same(write(tmp / "load.lua", "for i = 1, #arg do "
                   "print(arg[i], (select(2, loadfile(arg[i])))) end"), *files)


def test_shipped_modules():
    """Every module among them gives the same with require"""
    not_under_valgrind("it takes too long")
    modules = [".".join(path.relative_to(SHIPPED).with_suffix("").parts)
               for path in sorted(SHIPPED.rglob("*.lua"))]
    assert modules, "Debian's Lua packages are not installed"
    code = ("for i = 1, #arg do local ok, what = pcall(require, arg[i]) "
            "print(arg[i], ok, ok and type(what) or tostring(what):gsub('0x%x+', '')) end")
    with scratch() as tmp:
        same(write(tmp / "require.lua", code), *modules, env={"LUA_PATH": ";;"})


def test_shipped_program():
    """Debian's busted runs a specification as it does with the stock interpreter"""
    not_under_valgrind("it takes too long")
    with scratch() as tmp:
        spec = write(tmp / "x_spec.lua", "describe('arithmetic', function() it('adds', function() "
                     "assert.are.equal(2, 1 + 1) end) "
                     "it('fails', function() assert.are.equal(1, 2) end) end)")
        status, out, _ = same("/usr/bin/busted", "--output=TAP", spec, env={"LUA_PATH": ";;"},
                              cwd=tmp)
        equal(status, 1)
        contains(out, "ok 1 - arithmetic adds")


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
