#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl scan. Usage: test_scan.py IPECTL SHIM EMBED-LUA IPE-LUA IPE-PYTHON3 GATE"""
import atexit
import functools
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import (UNPRIVILEGED, Skip, contains, enter_private_mounts, equal, ipectl,
                     is_sanitized, lacks, mounted, need_small_program, run_tests, scratch)

SHIM, EMBED_LUA, IPE_LUA, IPE_PYTHON3, GATE = map(os.path.abspath, sys.argv[2:7])
MUTATIONS = 600
# What a machine may lack; the rest is needed by the project's other tests.
OPTIONAL = {"klibc": "/usr/lib/klibc/bin/sh", "tclsh": "/usr/bin/tclsh8.6", "bc": "/usr/bin/bc",
            "mksh": "/usr/bin/mksh", "expect": "/usr/bin/expect", "troff": "/usr/bin/troff",
            "pic": "/usr/bin/pic"}

EMBEDDER = """
#include <stdio.h>
struct lua_State *luaL_newstate(void);
int main(void) { return luaL_newstate() == NULL; }
"""
LUA_IN_FULL = """
#include <stdio.h>
struct lua_State *luaL_newstate(void);
void luaL_openlibs(struct lua_State *);
int main(void) { luaL_openlibs(luaL_newstate()); return 0; }
"""
PYTHON_EMBEDDER = """
void Py_InitializeEx(int);
int main(void) { Py_InitializeEx(0); return 0; }
"""
PLAIN = "int main(void) { return 0; }\n"
NOVEL = """
#include <stdio.h>
int main(void) { return puts("an interpreter that nobody has heard of") < 0; }
"""


def find(name):
    path = shutil.which(name)
    assert path, f"{name} is not installed"
    return os.path.realpath(path)


def compiled(path, text, *arguments):
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["gcc", "-O1", "-x", "c", "-", "-x", "none", "-o", path, *arguments],
                   input=text.encode(), check=True, capture_output=True)
    return path


def as_built(archive):
    """What a program that is linked with `archive` is linked with as well."""
    return ["-fsanitize=address,undefined"] if is_sanitized(archive) else []


def copied(source, path, mode=0o755):
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, path)
    path.chmod(mode)
    return path


def changed(path, *command):
    subprocess.run([*command, path], check=True, capture_output=True)
    return path


def without_sections(path):
    """As sstrip leaves it: no section header at all."""
    elf = bytearray(path.read_bytes())
    elf[40:48] = bytes(8)
    elf[58:64] = bytes(6)
    path.write_bytes(elf)
    return path


def for_machine(path, machine):
    elf = bytearray(path.read_bytes())
    elf[18:20] = machine.to_bytes(2, "little")
    path.write_bytes(elf)
    return path


def written(path, text, mode=0o755):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def plant_copies(root):
    """Real interpreters under their own names, other names, stripped and in odd places."""
    wanted = {}
    places = ["usr/bin/{}", "opt/a b/{}.bin", "srv/.hidden/x{}"]
    for number, (program, kind) in enumerate([
            ("dash", "dash"), ("bash", "bash"), ("perl", "perl"), ("python3", "python"),
            ("lua5.1", "lua"), ("lua5.3", "lua"), ("lua5.4", "lua"), ("luajit", "luajit"),
            ("ruby", "ruby"), ("php", "php"), ("gawk", "gawk"), ("mawk", "mawk"), ("sed", "sed"),
            ("make", "make"), ("m4", "m4"), ("zsh", "zsh"), ("tclsh", "tclsh")]):
        source = find(program)
        with open(source, "rb") as file:
            if file.read(2) == b"#!":
                continue
        kept = copied(source, root / places[number % 3].format(program))
        wanted[kept] = (kind, "open")
        renamed = copied(source, root / f"opt/app{number}/backend")
        changed(renamed, "strip", "-s")
        wanted[renamed] = (kind, "open")
    guile = "/usr/lib/x86_64-linux-gnu/guile/3.0/bin/guile"
    if os.path.exists(guile):
        wanted[copied(guile, root / "opt/scheme/run")] = ("guile", "open")
    return wanted


def plant_oddities(root):
    wanted = {}
    dash = find("dash")
    wanted[copied(dash, root / "boot/with\nnewline")] = ("dash", "open")
    wanted[copied(dash, root / "boot" / os.fsdecode(b"bytes\xff"))] = ("dash", "open")
    wanted[copied(dash, root / "var/no-execute-bit", 0o644)] = ("dash", "open")
    wanted[copied(dash, root / "var/secret", 0o700)] = ("dash", "open")
    wanted[copied(dash, root / "usr/bin/suid", 0o4755)] = ("dash", "open")
    wanted[without_sections(copied(dash, root / "opt/sstripped"))] = ("dash", "open")
    wanted[for_machine(copied(dash, root / "opt/arm64"), 183)] = ("dash", "open")
    wanted[for_machine(copied(dash, root / "opt/s390"), 22)] = ("dash", "open")
    first = copied(find("bash"), root / "usr/bin/first")
    os.link(first, root / "usr/bin/second")
    wanted[first] = ("bash", "open")
    wanted[changed(copied(dash, root / "opt/musl"), "patchelf", "--set-interpreter",
                   "/lib/ld-musl-x86_64.so.1")] = ("dash", "supervised only")
    wanted[copied(find("busybox"), root / "bin/busybox")] = ("busybox", "supervised only")
    wanted[copied(find("busybox"), root / "opt/initd")] = ("busybox", "supervised only")
    for kind, name, state in (("dash", "klibc", "supervised only"), ("tclsh", "tclsh", "open"),
                              ("bc", "bc", "open"), ("mksh", "mksh", "open"),
                              ("expect", "expect", "open")):
        if os.path.exists(OPTIONAL[name]):
            wanted[copied(OPTIONAL[name], root / f"opt/optional/{name}-x")] = (kind, state)
    return wanted


def plant_forged(root):
    """An interpreter that defines what only the shim does."""
    return {compiled(root / "opt/forged", "const char ipe_shim_is_required; " + LUA_IN_FULL, "-rdynamic",
                     "-l:liblua5.4.a", "-lm"): ("lua", "open")}


def plant_built(root):
    """Programs that somebody wrote around an interpreter."""
    wanted = {}
    static = ["-Wl,--start-group", "-l:liblua5.4.a", "-lm", "-ldl", "-Wl,--end-group"]
    wanted[compiled(root / "opt/embedder", EMBEDDER, "-llua5.4")] = ("lua", "open")
    wanted[changed(compiled(root / "opt/static-lua", LUA_IN_FULL, *static, "-static"), "strip",
                   "-s")] = ("lua", "supervised only")
    wanted[changed(compiled(root / "opt/static-pie-lua", LUA_IN_FULL, *static, "-static-pie"),
                   "strip", "-s")] = ("lua", "supervised only")
    wanted[changed(compiled(root / "opt/linked-lua", LUA_IN_FULL, "-l:liblua5.4.a", "-lm"), "strip",
                   "-s")] = ("lua", "open")
    wanted[compiled(root / "opt/py", PYTHON_EMBEDDER, "-lpython3.11")] = ("python", "open")
    library = compiled(root / "opt/lib/libengine.so", "int engine(void) { return 0; }", "-shared",
                       "-fPIC", "-Wl,--no-as-needed", "-llua5.4", "-Wl,-soname,libengine.so")
    wanted[compiled(root / "opt/game", "int engine(void);int main(void) { return engine(); }",
                    library)] = ("lua", "open")
    novel = compiled(root / "usr/bin/novel", NOVEL)
    wanted[novel] = (None, "open")
    wanted[changed(copied(novel, root / "opt/novel-copy"), "strip", "-s")] = (None, "open")
    return wanted


def plant_closed(root):
    wanted = {}
    wanted[copied(EMBED_LUA, root / "usr/bin/patched-lua")] = ("lua", "patched")
    wanted[changed(compiled(root / "usr/bin/patched-static", """
        int ipe_check_fd(int, int, void *); const char *ipe_reason_name(int);
        """ + LUA_IN_FULL.replace("return 0;", "return ipe_check_fd(0, 0, 0) + !ipe_reason_name(1);"),
        "-l:liblua5.4.a", "-lm", GATE, *as_built(GATE)), "strip", "-s")] = ("lua", "patched")
    wanted[copied(IPE_LUA, root / "usr/bin/ipe-lua")] = ("lua", "launcher")
    wanted[copied(IPE_PYTHON3, root / "usr/bin/ipe-python3")] = ("python", "launcher")
    copied(SHIM, root / "usr/lib/libipe-shim.so")
    lit = copied(find("dash"), root / "usr/bin/lit")
    novel, like = (compiled(root / f"usr/bin/{name}", NOVEL) for name in ("novel-lit", "like-dash"))
    for path, kind, options in ((lit, "dash", ()), (novel, None, ()), (like, "dash", ("-i", "dash"))):
        got = ipectl("enlighten", "--root", root, "--shim", "/usr/lib/libipe-shim.so", *options,
                     f"/usr/bin/{path.name}")
        equal(got.status, 0)
        wanted[path] = (kind, "enlightened")
    for name, shim in (("by-name", "libipe-shim.so"), ("by-path", "/usr/lib/libipe-shim.so")):
        for program, interpreter in (("dash", "dash"), ("lua5.4", "lua")):
            wanted[changed(copied(find(program), root / "opt/lit" / name / program), "patchelf",
                           "--add-needed", shim)] = (interpreter, "open")
        # What needs the shim interprets nothing for that.
        changed(compiled(root / "opt/lit" / name / "harmless",
                         "#include <stdio.h>\nint main(void) { return puts(\"x\") < 0; }"),
                "patchelf", "--add-needed", shim)
    return wanted


def plant_scripts(root):
    """Scripts in every way of naming an interpreter; the interpreters are nowhere else."""
    wanted = {}
    for name in ("by-path", "by-env", "by-env-s", "by-link", "by-absolute-link", "twice", "by-vS"):
        wanted[compiled(root / f"usr/bin/{name}", NOVEL.replace("nobody", name))] = (None, "open")
    (root / "usr/bin/link").symlink_to("by-link")
    (root / "usr/bin/absolute").symlink_to("/usr/bin/by-absolute-link")
    written(root / "usr/share/1", "#! /usr/bin/by-path -x\n")
    written(root / "usr/share/2", "#!/usr/bin/env by-env\n", 0o644)
    written(root / "usr/share/3", "#!/usr/bin/env -S -i A=b -u C \"by-env-s\" --x\n")
    written(root / "usr/share/4", "#!/usr/bin/link")
    written(root / "usr/share/5", "#!/usr/bin/absolute\n")
    written(root / "usr/share/6", "#!/usr/bin/wrapper\n")
    written(root / "usr/bin/wrapper", "#!/usr/bin/twice\n")
    written(root / "usr/share/7", "#!/usr/bin/env -vSby-vS x\n")
    written(root / "usr/share/8", "#!/usr/bin/novel\n")
    return wanted


def plant_harmless(root):
    """Nothing of it interprets, and much of it speaks of interpreters."""
    for name in ("cat", "ls", "grep", "file", "nano", "ctags", "less", "git", "openssl", "strings",
                 "gcc", "ld", "readelf", "objdump", "tar", "gzip", "find", "xargs", "sort", "mount",
                 "ps", "patchelf", "strace", "dpkg", "apt-get", "login", "su", "passwd", "man",
                 "diff", "cmp", "env", "stat", "id", "date", "dd", "du", "luac5.4", "mandoc"):
        path = shutil.which(name)
        if path:
            copied(path, root / f"usr/bin/{name}-harmless")
    # Called as one, and none.
    for name in ("perl", "python3", "lua5.4", "bash", "node", "ruby"):
        copied(find("true"), root / f"usr/local/bin/{name}")
    words = subprocess.run(["strings", "-n", "6", find("bash"), find("perl"), find("python3")],
                           capture_output=True, check=True).stdout
    written(root / "usr/share/words", words)
    written(root / "usr/share/magic.mgc", b"\x1bLua PERL5LIB" * 100)
    written(root / "usr/share/9", "#!/bin/false\n")
    written(root / "usr/share/10", "#!/missing/interpreter\n")
    written(root / "usr/share/11", "#!\n")
    written(root / "usr/share/12", "#! \t \n")
    written(root / "usr/share/13", "#!" + "x" * 5000)
    written(root / "usr/share/14", b"#!/usr/bin/\0\xff\n")
    written(root / "usr/share/15", "#!/usr/bin/env\n")
    written(root / "usr/share/16", "#!/usr/bin/env -S\n")
    written(root / "usr/share/17", "#!/usr/share/17\n")
    copied(find("false"), root / "bin/false")
    compiled(root / "opt/lib/libwords.so", "const char *words[] = { \"PERL5LIB\", \"PYTHONHOME\" };",
             "-shared", "-fPIC")
    compiled(root / "opt/one-word", "#include <stdio.h>\nint main(void) { puts(\"Fatal Python error: "
             "\"); puts(\"PERL5LIB\"); puts(\"ZDOTDIR\"); puts(\"reader function must return a "
             "string\"); return 0; }")
    copied(find("gcc"), root / "opt/gcc")
    changed(copied(find("dash"), root / "opt/dash.debug"), "objcopy", "--only-keep-debug")
    compiled(root / "opt/object.o", LUA_IN_FULL, "-c")
    copied(sys.argv[1], root / "usr/bin/ipectl")
    copied(SHIM, root / "usr/lib/libipe-shim.so")
    (root / "opt/loop").symlink_to("/opt")
    (root / "opt/outside").symlink_to("/usr/bin/perl")
    (root / "opt/dangling").symlink_to("nowhere")
    os.mkfifo(root / "opt/fifo")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(root / "opt/s"))
    written(root / "opt/empty", "")
    written(root / "opt/elf-begins", b"\x7fELF")


@functools.cache
def planted():
    """The tree and what has to be found in it; made once."""
    root = Path(tempfile.mkdtemp(prefix="ipectl-test-scan-"))
    atexit.register(shutil.rmtree, os.fsencode(root))
    root.chmod(0o755)
    wanted = {}
    for plant in (plant_copies, plant_oddities, plant_forged, plant_built, plant_closed, plant_scripts):
        wanted |= plant(root)
    plant_harmless(root)
    return root, wanted


def scan(*arguments, **options):
    return ipectl("scan", *arguments, **options)


def real_path(item):
    """A name exactly, whatever its bytes are."""
    if "path_hex" in item:
        return os.fsdecode(bytes.fromhex(item["path_hex"]))
    return item["path"]


def without_notes(lines):
    """The trees have scripts whose interpreter is not there."""
    return [line for line in lines if b": scan: note: " not in line]


def found(root, *arguments):
    got = scan("--root", root, "--json", *arguments)
    assert got.status in (0, 1), (got.status, got.err)
    equal(without_notes(got.err.splitlines()), [])
    return {real_path(item): item for item in got.json()}


def test_nothing_missed():
    """Of more than forty planted interpreters of all kinds none is missed"""
    root, wanted = planted()
    assert len(wanted) >= 60, len(wanted)
    items = found(root)
    equal([str(path) for path in wanted if "/" + str(path.relative_to(root)) not in items], [])


def test_nothing_invented():
    """Of as many programs and files that speak of interpreters none is called one"""
    root, wanted = planted()
    expected = {"/" + str(path.relative_to(root)) for path in wanted}
    equal({path: item["evidence"] for path, item in found(root).items() if path not in expected}, {})


def test_states_and_kinds():
    """Each is told by what interprets in it and by whether it asks"""
    root, wanted = planted()
    items = found(root)
    wrong = []
    for path, (kind, state) in wanted.items():
        item = items["/" + str(path.relative_to(root))]
        if item["state"] != state or (kind not in item["interpreters"] if kind
                                      else item["interpreters"]):
            wrong.append((str(path), kind, state, item["state"], item["interpreters"]))
    equal(wrong, [])


def test_missing_interpreters():
    """An interpreter that a script names and that is not there is told, for it may come later"""
    with scratch() as root:
        for name, line in (("a", "/opt/later"), ("b", "/opt/later"), ("c", "/usr/bin/env later"),
                           ("d", "/bin/cat"), ("e", "/opt/there")):
            written(root / "srv" / name, f"#!{line}\n")
        written(root / "opt/there", "x\n")
        got = scan("--root", root)
    equal((got.status, got.out), (0, b"0 interpreters: 0 open, 0 supervised only\n"))
    equal(sorted(got.err.splitlines()),
          [b"ipectl: scan: note: '/srv/a' and 1 more of its kind name '/opt/later' as interpreter, "
           b"which is not there",
           b"ipectl: scan: note: '/srv/c' names 'later' as interpreter, which is not there"])


def test_hard_links():
    """A file is told once, with all of its names"""
    root, _ = planted()
    item = found(root)["/usr/bin/first"]
    equal([real_path(name) for name in item["names"]], ["/usr/bin/first", "/usr/bin/second"])


def test_advice():
    """Each says what to do: to enlighten, to take a bit away, to supervise; or nothing"""
    root, _ = planted()
    items = found(root)
    for path, part in (("/opt/embedder", "run 'ipectl enlighten'"),
                       ("/usr/bin/suid", "set-user-ID"),
                       ("/usr/bin/novel-lit", "enlighten -i NAME"),
                       ("/usr/bin/like-dash", "have ipe-shim-train learn them"),
                       ("/usr/bin/lit", "nothing needs to be done"),
                       ("/opt/s390", "no shim for its architecture"),
                       ("/opt/static-lua", "--supervise"),
                       ("/usr/bin/ipe-lua", "nothing needs to be done")):
        contains(items[path]["advice"], part)


def test_evidence():
    """Each says why it is believed to be one"""
    root, _ = planted()
    items = found(root)

    def has(path, kind, what=None):
        assert any(reason["kind"] == kind and (what is None or reason["what"] == what)
                   for reason in items[path]["evidence"]), (path, items[path]["evidence"])
    has("/opt/embedder", "needed", "liblua5.4.so.0")
    has("/opt/embedder", "symbol")
    has("/opt/game", "library")
    has("/opt/static-lua", "strings")
    has("/usr/bin/by-env", "script", "/usr/share/2")
    has("/opt/novel-copy", "build", "/usr/bin/novel")
    equal(len(items["/usr/bin/first"]["build_id"]), 40)
    equal(items["/usr/bin/suid"]["mode"], 0o4755)


def test_table():
    """The table has a line for each, escapes what a terminal would not show, and counts"""
    root, _ = planted()
    got = scan("--root", root)
    equal((got.status, without_notes(got.err.splitlines())), (1, []))
    contains(got.out, b"STATE            INTERPRETER  FILE\n")
    contains(got.out, b"open             dash         /boot/with\\nnewline\n")
    contains(got.out, b"/boot/bytes\\xff\n")
    contains(got.out, b"= /usr/bin/second\n")
    contains(got.out, b"supervised only  ")
    contains(got.out.splitlines()[-1], b"interpreters: ")


def test_status():
    """0 if none is open; 1 if one is, or is for the supervisor alone; --supervised forgives that"""
    with scratch() as tmp:
        equal(scan("--root", tmp).status, 0)
        equal(found(tmp), {})
        copied(EMBED_LUA, tmp / "closed")
        equal(scan("--root", tmp).status, 0)
        copied(find("busybox"), tmp / "static")
        equal(scan("--root", tmp).status, 1)
        equal(scan("--root", tmp, "--supervised").status, 0)
        copied(find("dash"), tmp / "open")
        equal(scan("--root", tmp, "-s").status, 1)


def test_without_shim():
    """What needs the shim and does not find it, or another one, is told, and is no success"""
    with scratch() as tmp:
        copied(SHIM, tmp / "usr/lib/libipe-shim.so")
        copied(find("dash"), tmp / "usr/bin/dash")
        equal(ipectl("enlighten", "--root", tmp, "--shim", "/usr/lib/libipe-shim.so",
                     "/usr/bin/dash").status, 0)
        equal(scan("--root", tmp).status, 0)
        for text in (None, "x", find("true")):
            (tmp / "usr/lib/libipe-shim.so").unlink(missing_ok=True)
            if text and text.startswith("/"):
                copied(text, tmp / "usr/lib/libipe-shim.so")
            elif text:
                written(tmp / "usr/lib/libipe-shim.so", text)
            equal((scan("--root", tmp, "--supervised").status, found(tmp)["/usr/bin/dash"]["state"]),
                  (1, "without shim"))
        got = scan("--root", tmp)
        contains(got.out, b"it does not start")
        contains(got.out, b"0 supervised only, 1 without the shim that they need")


def test_call_sites():
    """Where none are known of a build it is told, unless a profile is where the shim finds it"""
    with scratch() as tmp:
        shim = copied(SHIM, tmp / "usr/lib/libipe-shim.so")
        dash = copied(find("dash"), tmp / "usr/bin/dash")
        identity = bytes.fromhex(found(tmp)["/usr/bin/dash"]["build_id"])
        dash.write_bytes(dash.read_bytes().replace(identity, identity[::-1]))
        equal(ipectl("enlighten", "--root", tmp, "--shim", f"/usr/lib/{shim.name}",
                     "/usr/bin/dash").status, 0)
        contains(found(tmp)["/usr/bin/dash"]["advice"], "have ipe-shim-train learn them")
        profile = written(tmp / "etc/ipe-enlighten/profiles" / identity[::-1].hex(), "code 0 00+1")
        contains(found(tmp)["/usr/bin/dash"]["advice"], "nothing needs to be done")
        for mode, text in ((0o666, "code 0 00+1"), (0o644, "")):
            profile.write_text(text)
            profile.chmod(mode)
            contains(found(tmp)["/usr/bin/dash"]["advice"], "have ipe-shim-train learn them")


def test_paths():
    """Names are looked for inside the root, links too; what a script names is met outside of PATH"""
    root, _ = planted()
    equal(set(found(root, "/opt/app0")), {"/opt/app0/backend"})
    equal(set(found(root, "opt/app0/backend")), {"opt/app0/backend"})
    equal(set(found(root, "/usr/share/1")), {"/usr/bin/by-path"})
    # The link leads to /usr/bin/perl, which is none in this root.
    got = scan("--root", root, "/opt/outside")
    if (root / "usr/bin/perl").exists():
        equal(got.status, 1)
    else:
        equal(got.status, 3)
    got = scan("--json", root / "opt/app0")
    equal([item["path"] for item in got.json()], [f"{root}/opt/app0/backend"])


def test_links_stay_inside():
    """No symbolic link leads out of the root, neither one in the tree nor one that a script names"""
    with scratch() as tmp:
        out = compiled(tmp / "outside/engine", NOVEL)
        root = tmp / "root"
        (root / "bin").mkdir(parents=True)
        (root / "bin/up").symlink_to("../../../../../../../.." + str(out))
        (root / "bin/folder").symlink_to(out.parent)
        written(root / "script", "#!/bin/up\n")
        written(root / "other", f"#!{out}\n")
        written(root / "dots", f"#!/../../..{out}\n")
        equal(found(root), {})


def test_nothing_is_executed():
    """Nothing of the tree is executed or mapped"""
    if not shutil.which("strace"):
        raise Skip("strace is not installed")
    root, _ = planted()
    got = subprocess.run(["strace", "-f", "-qq", "-y", "-e", "trace=execve,execveat,mmap",
                          sys.argv[1], "scan", "--root", root], capture_output=True, check=False,
                         env=os.environ | {"ASAN_OPTIONS": "detect_leaks=0"})
    calls = got.stderr.splitlines()
    assert len(calls) > 1, calls
    calls = without_notes(calls)
    equal([call for call in calls[1:] if not call.startswith(b"mmap(") or bytes(root) in call], [])


def test_unreadable():
    """What cannot be read is named, the rest is told, and the status is 3"""
    with scratch() as tmp:
        tmp.chmod(0o755)
        copied(find("dash"), tmp / "open")
        copied(find("bash"), tmp / "secret", 0o000)
        (tmp / "closed").mkdir(mode=0o000)
        prefix = UNPRIVILEGED if os.geteuid() == 0 else ()
        got = scan("--root", tmp, "-j", prefix=prefix)
        equal((got.status, [item["path"] for item in got.json()]), (3, ["/open"]))
        contains(got.err, b"cannot read '/secret': Permission denied")
        contains(got.err, b"cannot read '/closed': Permission denied")
        (tmp / "closed").chmod(0o755)


def test_wrong_roots():
    """A root that is missing, a file or a loop, and a PATH that is not there, are status 3"""
    with scratch() as tmp:
        written(tmp / "file", "x")
        (tmp / "loop").symlink_to("loop")
        for arguments, reason in ((["--root", tmp / "missing"], b"No such file or directory"),
                                  (["--root", tmp / "file"], b"Not a directory"),
                                  (["--root", tmp / "loop"], b"Too many levels"),
                                  ([tmp / "missing"], b"No such file or directory"),
                                  ([tmp / "loop"], b"Too many levels"),
                                  ([tmp / "file/x"], b"Not a directory")):
            got = scan(*arguments)
            equal(got.status, 3)
            contains(got.err, reason)
        equal(scan(tmp / "file").status, 0)


def test_usage():
    """A wrong command line is status 2"""
    for arguments in (["--nonsense"], ["--root"], ["-x"]):
        got = scan(*arguments)
        equal((got.status, got.out), (2, b""))
        contains(got.err, b"try 'ipectl scan --help'")


def test_mounts():
    """A file system mounted in the tree is looked at; /proc is not, unless it is named"""
    with scratch() as tmp:
        (tmp / "mnt").mkdir()
        (tmp / "proc").mkdir()
        with mounted("tmpfs", tmp / "mnt"), mounted("proc", tmp / "proc"):
            copied(find("dash"), tmp / "mnt/x")
            equal(set(found(tmp)), {"/mnt/x"})


def test_a_folder_bound_into_itself():
    """A folder that is bound into itself is looked at once"""
    with scratch() as tmp:
        copied(find("dash"), tmp / "a/x")
        (tmp / "a/b").mkdir()
        with mounted("none", tmp / "a/b", "bind", tmp / "a"):
            equal(set(found(tmp)), {"/a/x"})


def test_a_deep_tree():
    """A tree that is too deep to be named is said to be so"""
    with scratch() as tmp:
        here = os.open(tmp, os.O_RDONLY)
        for _ in range(300):
            os.mkdir("d" * 20, dir_fd=here)
            below = os.open("d" * 20, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        os.close(here)
        got = scan("--root", tmp)
        equal(got.status, 3)
        contains(got.err, b"File name too long")


def test_memory():
    """A large tree of large files takes little memory"""
    need_small_program()
    with scratch() as tmp:
        dash = Path(find("dash")).read_bytes()
        for i in range(50):
            (tmp / str(i)).write_bytes(dash)
            os.truncate(tmp / str(i), 4 << 30)
        got = scan("--root", tmp, "-j", prefix=["prlimit", "--as=200000000"])
        equal((got.status, got.err, len(got.json())), (1, b"", 50))


def mutate(elf, chance):
    """Bytes of the headers, of the dynamic segment or anywhere, or a file cut short."""
    elf = bytearray(elf)
    kind = chance.randrange(5)
    if kind == 0:
        return elf[:chance.randrange(len(elf))]
    sections = int.from_bytes(elf[40:48], "little")
    start, limit = {1: (4, 64), 2: (64, 64 + 56 * 14), 3: (sections, len(elf)),
                    4: (0, len(elf))}[kind]
    for _ in range(chance.randrange(1, 8)):
        elf[chance.randrange(start, limit)] = chance.choice([0, 1, 0x7f, 0x80, 0xff,
                                                             chance.randrange(256)])
    return elf


def test_malformed():
    """Hundreds of damaged programs end in an answer"""
    chance = random.Random(20261130)
    originals = [Path(find(name)).read_bytes() for name in ("dash", "mawk", "lua5.4")]
    with scratch() as tmp:
        for i in range(MUTATIONS):
            (tmp / str(i)).write_bytes(mutate(chance.choice(originals), chance))
        got = scan("--root", tmp, "--json")
        assert got.status in (1, 3), (got.status, got.err)
        assert len(got.json()) > MUTATIONS / 2, len(got.json())


def test_progress():
    """Nothing is said of progress where standard error is no terminal"""
    root, _ = planted()
    lacks(scan("--root", root).err, b"\r")


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
