#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Adapters and their lists of symbols: an interpreter that lacks one is not started.

Usage: test_hosts.py SHIM HALF...
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

from shimtest import CLEAN, SHIM, contains, equal, lacks, main, need, places, under_shim

SOURCE = Path(__file__).resolve().parents[2]
HALVES = [Path(argument).resolve() for argument in sys.argv[2:]]
LISTED = re.compile(r"^IPE_(FUNCTION|VARIABLE|COMMON|ONE_OF|SIGN)\((\w+)", re.M)
NOT_OURS = {"_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable", "__cxa_finalize",
            "__gmon_start__", "_dl_find_object"}


def symbols(name):
    """The symbols of an adapter's list: name to kind."""
    text = (SOURCE / f"shim/host-{name}.def").read_text()
    listed = {found[2]: found[1] for found in LISTED.finditer(text)}
    equal(len(listed), text.count("\nIPE_"))
    return listed


def adapters():
    text = (SOURCE / "shim/hosts.def").read_text()
    return re.findall(r"^IPE_HOST\((\w+)\)", text, re.M)


def test_lists_are_whole():
    """the shim refers to what the lists have, weakly, and to nothing else of an interpreter"""
    out = subprocess.run([need("nm"), "-D", "--undefined-only", SHIM], capture_output=True,
                         text=True, check=True).stdout
    weak = {line.split()[1].split("@")[0] for line in out.splitlines() if line.split()[0] in "wv"}
    equal(weak - NOT_OURS, {symbol for name in adapters() for symbol in symbols(name)})


def test_one_symbol():
    """a program with one symbol of an interpreter is refused, and told what is missing"""
    equal(len(HALVES), len(adapters()))
    for half in HALVES:
        name = half.name.split("-")[1].split(".")[0]
        done = under_shim(need("true"), env={"LD_PRELOAD": f"{SHIM} {half}"})
        equal(done.returncode, 126)
        kinds = symbols(name)
        own = half.name.split("-")[2].split(".")[0]
        for symbol, kind in kinds.items():
            if kind != "SIGN" and symbol != own:
                contains(done.stderr, symbol)
        lacks(done.stderr.replace(half.name, ""), own + ",")


def test_name_alone():
    """so is one that is called an interpreter and has no symbol of it"""
    for name in ("perl5.99", "python3", "lua5.4", "luajit", "php8.4", "ruby", "node"):
        copy = places().trusted / name
        shutil.copy(need("true"), copy)
        done = subprocess.run([str(copy)], env={**CLEAN, "LD_PRELOAD": SHIM}, capture_output=True,
                              text=True, check=False)
        equal(done.returncode, 126)
        contains(done.stderr, "no-symbols")
        copy.unlink()


def test_settings_of_php():
    """PHP ends if settings of its own are refused, and not for those that do not exist"""
    places().both("settings/x.ini", "precision = 7\n")
    places().both("settings/plain", "precision = 7\n")
    (places().trusted / "main.php").write_text("<?php echo ini_get('precision'), PHP_EOL;\n")
    script = str(places().trusted / "main.php")
    for folder, wanted in ((places().trusted, ("7\n", 0)), (places().untrusted, ("", 126))):
        settings = folder / "settings"
        for options, env in ((["-c", f"{settings}/x.ini"], {}), (["-c", f"{settings}/plain"], {}),
                             ([], {"PHPRC": f"{settings}/plain"}),
                             ([], {"PHP_INI_SCAN_DIR": str(settings)})):
            done = under_shim(need("php"), *options, script, env=env)
            equal((done.stdout, done.returncode), wanted)
            equal("ipe-shim: " in done.stderr, bool(wanted[1]))
    done = under_shim(need("php"), "-c", f"{places().untrusted}/none.ini", script)
    equal(done.returncode, 0)


def test_other_programs():
    """others start, and those that have a whole interpreter in them, too"""
    for program in ("true", "sed", "perl", "python3", "lua5.4", "luajit", "php", "ruby", "gdb",
                    "node", "cmake"):
        path = next((path for path in (f"/usr/bin/{program}", f"/bin/{program}")
                     if Path(path).exists()), None)
        if path:
            equal(under_shim(path, "-v" if "lua" in program else "--version").returncode, 0)


if __name__ == "__main__":
    main(sys.modules[__name__])
