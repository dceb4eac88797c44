#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""require "ipe" in a stock interpreter. Usage: test_module.py LUA IPE.SO"""
import functools
import itertools
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

from harness import (RESTRICT_FILE, contains, enter_private_mounts, equal, need_securebits,
                     run_tests, scratch, set_securebits)
from places import configured, disturbed, not_under_valgrind, observed, places, write

LUA, MODULE = sys.argv[1], Path(sys.argv[2]).resolve()
VERSION = MODULE.parent.name
LOAD = "load" if VERSION != "5.1" else "loadstring"


def lua(code, directory="/nowhere", prefix="", **options):
    environment = {
        "PATH": os.environ["PATH"],
        "LD_LIBRARY_PATH": os.environ["IPE_LIBRARY"],
        "LUA_CPATH": f"{MODULE.parent}/?.so",
        "LUA_PATH": f"{prefix}{directory}/?.lua;{directory}/?/init.lua",
    }
    with observed(LUA) as command:
        done = subprocess.run([*command, "-e", 'local ipe = require "ipe"; ' + code],
                              env=environment, capture_output=True, timeout=60, check=False,
                              stdin=options.pop("stdin", subprocess.DEVNULL), **options)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def prints(code, *lines, **options):
    status, out, err = lua(code, **options)
    equal((out.splitlines(), err, status), (list(lines), "", 0))


def denied(path, reason="noexec-mount"):
    return f"cannot open {path}: Permission denied (ipe: {reason})"


def byte_code(directory):
    """A function's byte code, as this interpreter makes it."""
    path = directory / "byte.luac"
    status, _, err = lua(f"local f = io.open('{path}', 'wb'); f:write(string.dump("
                         f"{LOAD}('print(\"from byte code\")'))); f:close()")
    equal((status, err), (0, ""))
    assert path.read_bytes()[:1] == b"\x1b"
    return path.read_bytes()


def test_check():
    """check says true, or nil with message, errno and reason, for a path and for an open file"""
    with places() as (trusted, other):
        good, evil = write(trusted / "good.lua", ""), write(other / "evil.lua", "")
        prints(f"print(ipe.check('{good}')) print(ipe.check('{evil}'))"
               f"print(ipe.check(io.open('{good}'))) print(ipe.check(io.open('{evil}')))"
               f"print(ipe.check('{trusted}/nowhere'))",
               "true", f"nil\t{denied(evil)}\t13\tnoexec-mount",
               "true", f"nil\t{denied('the file')}\t13\tnoexec-mount",
               f"nil\tcannot open {trusted}/nowhere: No such file or directory\t2\tundecided")


def test_check_rejects():
    """check raises an error for a closed file and for what is neither path nor file"""
    for value in ("(function() local f = io.open('/dev/null') f:close() return f end)()", "nil",
                  "{}", "true", "newproxy and newproxy() or print"):
        equal(lua(f"print(pcall(ipe.check, {value}))")[1][:6], "false\t")


def test_reasons():
    """reasons has advice for every reason, and check names no other"""
    prints("local n = 0 for k, v in pairs(ipe.reasons) do assert(#k > 2 and #v > 10) n = n + 1 end "
           "print(n > 10, ipe.reasons['noexec-mount'] ~= nil)", "true\ttrue")


def test_loadfile():
    """loadfile loads what is allowed and says why it does not load the rest"""
    with places() as (trusted, other):
        write(trusted / "good.lua", "return 'good', ...")
        evil = write(other / "evil.lua", "print('evil')")
        broken = write(trusted / "broken.lua", "x = = 1")
        prints(f"print(ipe.loadfile('{trusted}/good.lua')(7)) print(ipe.loadfile('{evil}'))"
               f"print(select('#', ipe.loadfile('{broken}')), (ipe.loadfile('{broken}')))"
               f"print(pcall(ipe.dofile, '{evil}')) print(ipe.dofile('{trusted}/good.lua'))",
               "good\t7", f"nil\t{denied(evil)}\t13\tnoexec-mount", "2\tnil",
               f"false\t{denied(evil)}", "good")


def test_environment():
    """loadfile gives the chunk the environment that is asked for, nil included"""
    with scratch() as tmp:
        path = write(tmp / "x.lua", "x = 1")
        prints(f"local e = {{}} ipe.loadfile('{path}', 't', e)() print(e.x, x)", "1\tnil")
        if VERSION != "5.1":
            prints(f"print(pcall(ipe.loadfile('{path}', nil, nil)))".replace("pcall(", "(pcall("
                   ).replace("))", ")))"), "false")


def test_first_line():
    """A byte order mark and a first line with # are skipped, and lines keep their numbers"""
    with scratch() as tmp:
        for head in (b"#!/usr/bin/lua\n", b"\xef\xbb\xbf#!\n", b"\xef\xbb\xbf\n"):
            path = write(tmp / "x.lua", head + b"error('here')")
            contains(lua(f"print(pcall(ipe.loadfile('{path}')))")[1], "x.lua:2: here")
        for text in (b"", b"#", b"#\n", b"\xef\xbb\xbf", b"\xef\xbb"):
            path = write(tmp / "x.lua", text)
            equal(lua(f"print(type(ipe.loadfile('{path}')))")[1],
                  "nil\n" if text == b"\xef\xbb" else "function\n")


def test_byte_code():
    """Byte code runs from a judged file, after a first line with # too, and is refused elsewhere"""
    with places() as (trusted, other):
        code = byte_code(trusted)
        headed = write(trusted / "headed.luac", b"#!lua\n" + code)
        evil = write(other / "evil.luac", code)
        prints(f"ipe.dofile('{trusted}/byte.luac') ipe.dofile('{headed}')"
               f"print((select(2, ipe.loadfile('{evil}'))))"
               f"print((select(2, ipe.loadfile('{trusted}/byte.luac', 't'))))"
               f"print((select(2, ipe.loadfile('{evil}', 't'))))",
               "from byte code", "from byte code", denied(evil),
               "attempt to load a binary chunk (mode is 't')", denied(evil))


def test_mode():
    """Mode b refuses text"""
    with scratch() as tmp:
        path = write(tmp / "x.lua", "return 1")
        prints(f"print(ipe.loadfile('{path}', 'b')) print((ipe.loadfile('{path}', 'bt'))())",
               "nil\tattempt to load a text chunk (mode is 'b')", "1")


def test_open():
    """open hands out a file of the io library that is the judged one, and nothing else"""
    with places() as (trusted, other):
        good, evil = write(trusted / "good.lua", "text"), write(other / "evil.lua", "")
        os.mkfifo(trusted / "fifo")
        prints(f"local f = ipe.open('{good}') print(f:read('*a'), io.type(f)) f:close()"
               f"print(ipe.open('{evil}')) print((select(4, ipe.open('{trusted}/fifo'))))"
               f"print((select(3, ipe.open('{trusted}/nowhere'))))",
               "text\tfile", f"nil\t{denied(evil)}\t13\tnoexec-mount", "not-regular", "2")


def test_install_require():
    """After install, require takes allowed modules, and a refusal ends the search"""
    with places() as (trusted, other):
        write(trusted / "good.lua", "return {name = ..., n = 42}")
        write(trusted / "evil.lua", "print('the second one')")
        evil = write(other / "evil.lua", "print('evil')")
        (trusted / "pack").mkdir()
        write(trusted / "pack/init.lua", "return 'pack'")
        write(trusted / "pack/part.lua", "return ...")
        code = ("ipe.install() print(require('good').n, require('good').name)"
                "print((require('pack')), (require('pack.part')))"
                "local ok, why = pcall(require, 'evil') print(ok) print(why)"
                "print(package.loaded.evil)")
        status, out, err = lua(code, directory=trusted, prefix=f"{other}/?.lua;")
        equal((status, err), (0, ""))
        lines = out.splitlines()
        equal(lines[:3], ["42\tgood", "pack\tpack.part", "false"])
        contains(out, f"error loading module 'evil' from file '{evil}':\n\t{denied(evil)}")
        equal(lines[-1], "nil")


def test_install_missing():
    """After install, a module that does not exist is reported as the stock interpreter does"""
    code = "local _, why = pcall(require, 'no.such') print(why)"
    equal(lua("ipe.install() " + code), lua(code))
    contains(lua("ipe.install() package.path = nil print(pcall(require, 'x'))")[1],
             "'package.path' must be a string")


def test_install_unreadable():
    """A module that may not be read is passed over, as the stock interpreter does"""
    with scratch() as tmp:
        os.symlink("loop.lua", tmp / "loop.lua")
        (tmp / "loop").mkdir()
        write(tmp / "loop/init.lua", "return 'second'")
        prints("ipe.install() print((require('loop')))", "second", directory=tmp)


def test_install_files():
    """After install, loadfile and dofile are the gate's"""
    with places() as (trusted, other):
        evil = write(other / "evil.lua", "print('evil')")
        good = write(trusted / "good.lua", "return ...")
        prints(f"ipe.install() print(loadfile('{evil}')) print(pcall(dofile, '{evil}'))"
               f"print(loadfile('{good}')(1, 2))",
               f"nil\t{denied(evil)}\t13\tnoexec-mount", f"false\t{denied(evil)}", "1\t2")


def test_install_load_text():
    """After install, load takes text, from functions too, and no byte code"""
    with scratch() as tmp:
        byte_code(tmp)
        pieces = ("local function pieces(...) local p, i = {...}, 0 "
                  "return function() i = i + 1 return p[i] end end "
                  f"local f = io.open('{tmp}/byte.luac', 'rb') local b = f:read('*a') f:close() ")
        refused = "byte code is loaded from judged files alone (ipe)"
        prints(pieces + f"ipe.install() print({LOAD}('return 1')())"
               "print(load(pieces('return ', '1 + 1'))())"
               f"print({LOAD}(b)) print((load(pieces(b))) == nil)"
               "print((load(pieces(b:sub(1, 1), b:sub(2)))) == nil)"
               "local f = load(pieces('', b)) print(f and f(), (load(pieces('x ='))))",
               "1", "2", f"nil\t{refused}", "true", "true", "nil\tnil")
        if VERSION != "5.1":
            prints(pieces + f"ipe.install() print(load(b, 'b', 'b')) local e = {{}}"
                   "load('x = 1', 'name', 't', e)() print(e.x, x)", f"nil\t{refused}", "1\tnil")


def test_install_load_settings():
    """load can be judged as inline code or denied, and a later install cannot loosen it"""
    denied_text = "cannot open code that is in no file: Permission denied (ipe: inline)"
    prints(f"ipe.install{{load = 'deny'}} print({LOAD}('return 1'))", f"nil\t{denied_text}")
    prints(f"ipe.install{{load = 'deny'}} ipe.install{{load = 'text'}} ipe.install()"
           f"print({LOAD}('return 1'))", f"nil\t{denied_text}")
    prints(f"ipe.install{{load = 'inline'}} print({LOAD}('return 1')())", "1")
    with configured("inline = deny"):
        prints(f"ipe.install{{load = 'inline'}} print({LOAD}('return 1'))", f"nil\t{denied_text}")
        prints("print(ipe.check_inline())", f"nil\t{denied_text}\t13\tinline")


def test_install_rejects():
    """install raises an error for an option or value that it does not know"""
    for option in ("{lood = 'deny'}", "{load = 'dny'}", "{load = true}", "'deny'", "{'deny'}", "1"):
        status, out, _ = lua(f"print(pcall(ipe.install, {option}))")
        equal((status, out[:5]), (0, "false"))


def test_standard_input():
    """loadfile without a name reads standard input where that may be interpreted, as text"""
    with scratch() as tmp, configured("inline = deny"):
        write(tmp / "in", "return 'from a file'")
        read, write_end = os.pipe()
        os.write(write_end, b"print('evil')")
        os.close(write_end)
        with open(read, "rb") as pipe, open(tmp / "in", "rb") as file:
            prints("print(ipe.loadfile())",
                   f"nil\t{denied('stdin', 'inline')}\t13\tinline", stdin=pipe)
            prints("print(ipe.loadfile()())", "from a file", stdin=file)
        write(tmp / "in", byte_code(tmp))
        with open(tmp / "in", "rb") as file:
            contains(lua("print(ipe.loadfile())", stdin=file)[1], "attempt to load a binary chunk")


def test_descriptors():
    """Nothing that goes wrong leaves a descriptor behind"""
    not_under_valgrind("it has descriptors of its own")
    with places() as (trusted, other):
        evil, broken = write(other / "evil.lua", ""), write(trusted / "broken.lua", "= 1")
        good = write(trusted / "good.lua", "return 1")
        limit = functools.partial(resource.setrlimit, resource.RLIMIT_NOFILE, (32, 32))
        prints("collectgarbage('stop') for _ = 1, 100 do "
               f"ipe.loadfile('{evil}') ipe.loadfile('{broken}') ipe.loadfile('{good}')"
               f"ipe.check('{evil}') ipe.check('{good}') ipe.open('{evil}')"
               f"end print(ipe.check('{good}'))", "true", preexec_fn=limit)


def test_memory():
    """Where memory runs out, loading fails with a message"""
    not_under_valgrind("it takes more memory than that itself")
    with scratch() as tmp:
        path = write(tmp / "big.lua", "x = 1\n")
        os.truncate(path, 1 << 31)
        limit = functools.partial(resource.setrlimit, resource.RLIMIT_AS, (1 << 30, 1 << 30))
        equal(lua(f"print(ipe.loadfile('{path}'))", preexec_fn=limit),
              (0, f"nil\tcannot open {path}: Cannot allocate memory\t12\tundecided\n", ""))


def swapped(use):
    """What use says of a path that is good and evil by turns may only be good or denied."""
    with places() as (trusted, other):
        good = write(trusted / "good.lua", "return 'good'")
        evil = write(other / "evil.lua", "return 'evil'")
        path = trusted / "x.lua"
        path.symlink_to(good)
        targets = itertools.cycle([good, evil])

        def swap():
            (trusted / "next").symlink_to(next(targets))
            (trusted / "next").rename(path)
        code = (f"local path, seen = '{path}', {{}} for _ = 1, 2000 do {use} end "
                "for k in pairs(seen) do print(k) end")
        with disturbed(swap):
            results = [lua(code) for _ in range(5)]
        equal({line for _, out, _ in results for line in out.splitlines()}, {"good", denied(path)})
        equal({(status, err) for status, _, err in results}, {(0, "")})


def test_swapped_load():
    """A script swapped for an untrusted one while it is loaded is refused or is the trusted one"""
    swapped("local f, why = ipe.loadfile(path) seen[f and f() or why] = true")


def test_swapped_open():
    """A file swapped for an untrusted one while it is opened is refused or is the trusted one"""
    swapped("local f, why = ipe.open(path) "
            "seen[f and f:read('*a'):match(\"'(.*)'\") or why] = true if f then f:close() end")


# Says what a module did, over and over: it sets "begun", and its last line returns "good".
REQUIRE = """ipe.install() local seen = {}
for _ = 1, %d do
	package.loaded.x, begun = nil
	local ok, what = pcall(require, 'x')
	what = ok and what or what:match('ipe: ([%%w-]+)') or what:match('not found') or what
	seen[begun and what ~= 'good' and 'a part of it ran' or tostring(what)] = true
end
for what in pairs(seen) do print(what) end"""
MODULE_TEXT = "begun = true " + "--\n" * 100000 + "return 'good'"


def required(trusted, disturb, wanted, possible=frozenset()):
    """What require makes of the module x beside a disturbance: all that is wanted, and no more than
    that and what is possible."""
    not_under_valgrind("it is too slow to meet the change")

    def disturb_now_and_then():
        disturb()
        time.sleep(0.001)
    write(trusted / "x.lua", MODULE_TEXT)
    seen, rounds = set(), 0
    with disturbed(disturb_now_and_then):
        while rounds < 5 or (not seen >= wanted and rounds < 100):
            status, out, err = lua(REQUIRE % 200, directory=trusted)
            equal((status, err), (0, ""))
            seen |= set(out.splitlines())
            rounds += 1
    assert wanted <= seen <= wanted | possible, seen


def test_module_deleted():
    """A module that is deleted while it is required runs whole or is not found"""
    with scratch() as tmp:
        path = tmp / "x.lua"

        def delete():
            path.unlink()
            time.sleep(0.001)
            write(tmp / "next", MODULE_TEXT).rename(path)
        # To lose its name is a change, too.
        required(tmp, delete, {"good", "not found"}, {"changed"})


def test_module_replaced():
    """A module that is replaced by a link to an untrusted one is refused or is the trusted one"""
    with places() as (trusted, other):
        path, evil = trusted / "x.lua", write(other / "evil.lua", "return 'evil'")

        def replace():
            (trusted / "next").symlink_to(evil)
            (trusted / "next").rename(path)
            time.sleep(0.001)
            write(trusted / "next", MODULE_TEXT).rename(path)
        required(trusted, replace, {"good", "noexec-mount"}, {"changed"})


def test_module_truncated():
    """A module that is cut short while it is read never runs in part"""
    with scratch() as tmp:
        path = tmp / "x.lua"

        def truncate():
            os.truncate(path, 0)
            time.sleep(0.001)
            write(tmp / "next", MODULE_TEXT).rename(path)
        # Empty, it is a module that does nothing.
        required(tmp, truncate, {"good", "changed"}, {"true"})


def test_irregular():
    """A pipe or a directory is refused without waiting for it"""
    with scratch() as tmp:
        os.mkfifo(tmp / "fifo")
        prints(f"print((select(4, ipe.loadfile('{tmp}/fifo')))) print((select(4, ipe.loadfile("
               f"'{tmp}')))) print(pcall(ipe.dofile, '/dev/zero'))", "not-regular", "not-regular",
               f"false\t{denied('/dev/zero', 'not-regular')}")


def test_securebits():
    """SECBIT_EXEC_RESTRICT_FILE demands an execute bit"""
    need_securebits()
    with scratch() as tmp:
        path = write(tmp / "x.lua", "return 1")
        prints(f"print(ipe.loadfile('{path}'))", f"nil\t{denied(path, 'no-execute-bit')}"
               "\t13\tno-execute-bit", preexec_fn=lambda: set_securebits(RESTRICT_FILE))


def test_annotations():
    """What types/ipe.lua tells the language server of is what there is"""
    annotated = Path(__file__).parents[1] / "types/ipe.lua"
    code = ("local names = {} for name, value in pairs(%s) do names[#names + 1] = name .. ' ' .. "
            "type(value) end table.sort(names) for _, line in ipairs(names) do print(line) end")
    functions = lua(code % f"dofile('{annotated}')")
    assert functions[1].count(" function\n") > 5, functions
    equal(lua(code % "ipe"), (0, functions[1] + "reasons table\n", ""))
    reasons = re.findall(r'^---\| "([a-z-]+)"', annotated.read_text(), re.MULTILINE)
    equal(lua(code % "ipe.reasons")[1].split(" string\n"), [*sorted(reasons), ""])


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
