#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The row runner on a tmpfs that is mounted noexec: a kernel that refuses, without IPE. Gates that
lie must be found out."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
LIB = Path(__file__).resolve().parents[2] / "scripts" / "lib"
sys.path.insert(0, str(LIB))
import rows  # noqa: E402

INSIDE = "--inside"
HONEST = """import json, mmap, os, sys
try:
    mmap.mmap(os.open(sys.argv[-1], os.O_RDONLY), 1, mmap.MAP_PRIVATE, 5)
    print(json.dumps([{"verdict": "allow", "reason": "allowed"}]))
except OSError:
    print(json.dumps([{"verdict": "deny", "reason": "noexec-mount"}]))
"""
GATE = """if ipectl check "$1" | grep -q allow; then exec /bin/dash "$@"; fi
echo "gate: $1: refused (ipe: noexec-mount)" >&2
exit 1
"""
DEMO = '#!/bin/dash\necho "ran $(($1 * $2))"\n'

# sentence, the script, a change to ipectl or the gate, whether it is a demonstration script,
# what is expected of the gated rows where the script lies and in the tmpfs
GATES = [
    ("an honest gate is as expected", DEMO, {}, True, True, True),
    ("a gate that runs everything is found out", DEMO, {"gate": 'exec /bin/dash "$@"'}, True,
     True, False),
    ("a gate that refuses everything is found out", DEMO,
     {"gate": 'echo "gate: $1 (ipe: noexec-mount)" >&2; exit 1'}, True, False, True),
    ("a gate that gives no reason is found out", DEMO, {"gate": "exit 1"}, True, False, False),
    ("a gate that gives another reason is found out", DEMO,
     {"gate": GATE.replace("noexec-mount", "policy")}, True, True, False),
    ("a gate that says that it refuses and runs is found out", DEMO,
     {"gate": '/bin/dash "$@"; echo "gate: $1 (ipe: noexec-mount)" >&2; exit 1'}, True,
     False, False),
    ("a gate that crashes is found out", DEMO, {"gate": "kill -9 $$"}, True, False, False),
    ("an ipectl that allows everything is found out", DEMO,
     {"ipectl": 'print(\'[{"verdict": "allow", "reason": "allowed"}]\')'}, True, True, False),
    ("an ipectl that says nothing is found out", DEMO, {"ipectl": ""}, True, False, False),
    ("a user's script may end with status 1", "#!/bin/dash\nexit 1\n", {}, False, True, True),
    ("a user's script may print what a demonstration script would", "#!/bin/dash\necho ran 4\n",
     {}, False, True, True),
    ("a user's script may hang", "#!/bin/dash\nsleep 99\n", {}, False, True, True),
    ("a user's script that a gate read although refused is found out",
     "#!/bin/dash\necho \"gate: $0 (ipe: noexec-mount)\" >&2; exit 1\n",
     {"gate": 'exec /bin/dash "$@"'}, False, False, False),
]


def write_program(path, interpreter, text):
    Path(path).write_text(f"#!{interpreter}\n{text}\n")
    os.chmod(path, 0o755)


def run_rows(work, tmpfs, text, change, demo):
    """The six rows of one dash script, by (where, how)."""
    write_program(f"{work}/ipectl", "/usr/bin/python3", change.get("ipectl", HONEST))
    write_program(f"{work}/gate", "/bin/dash", change.get("gate", GATE))
    Path(work, "script").write_text(text)
    os.chmod(f"{work}/script", 0o755)
    plan = {"local": True, "user": None, "seconds": 1, "tmpfs": tmpfs,
            "ipectl": f"{work}/ipectl", "gates": {"dash": [f"{work}/gate"]},
            "environment": {"PATH": f"{work}:/usr/bin:/bin"},
            "scripts": [{"interpreter": "dash", "name": "s", "path": f"{work}/script",
                         "demo": demo}]}
    Path(work, "plan").write_text(json.dumps(plan))
    done = subprocess.run(["/usr/bin/python3", "-B", LIB / "rows.py", f"{work}/plan"], check=True,
                          stdout=subprocess.PIPE, text=True)
    found = [json.loads(line[2:]) for line in done.stdout.splitlines() if line[0] == "#"]
    rows_only = [fact["row"] for fact in found if "row" in fact]
    return {(row["where"], row["how"]): row for row in rows_only}


def plain_facts(work, tmpfs):
    row = run_rows(work, tmpfs, DEMO, {}, True)
    direct, refused = row["sealed", "direct"], row["tmpfs", "direct"]
    yield "there are six rows", len(row) == 6
    yield "a script runs where the kernel lets it", direct["ran"] and direct["as_expected"]
    yield "a script that the kernel refuses does not", not refused["ran"] and refused["as_expected"]
    yield "its reason is the kernel's", refused["reason"] == "noexec-mount"
    gap = row["tmpfs", "unprotected"]
    yield "an unprotected interpreter runs it all the same: the gap", \
        gap["ran"] and gap["reason"] == "gap" and gap["verdict"] == "none"
    row = run_rows(work, tmpfs, "#!/bin/dash\nexit 5\n", {}, False)
    yield "a read by an unprotected interpreter is seen", row["tmpfs", "unprotected"]["ran"]
    yield "a refusal by a gate leaves a script unread", not row["tmpfs", "gated"]["ran"]
    row = run_rows(work, tmpfs, "#!/no/such/dash\n", {}, False)
    yield "a #! line without its program is noted", "#! line" in row["sealed", "direct"]["note"]
    row = run_rows(work, tmpfs, "#!/bin/dash\nsleep 99 & sleep 99\n", {}, False)
    yield "a script that hangs ran, and is stopped", \
        row["sealed", "direct"]["ran"] and "stopped" in row["sealed", "direct"]["note"]
    yield "audit lines are found by name", rows.names_path('path="/a b" ', "/a b")
    yield "also by one in hexadecimal", rows.names_path("path=2FFF20 dev", "/\udcff ")
    yield "and not by another's", not rows.names_path('path="/a b" ', "/a")


def facts(work, tmpfs):
    yield from plain_facts(work, tmpfs)
    for sentence, text, change, demo, *expected in GATES:
        row = run_rows(work, tmpfs, text, change, demo)
        good = [row[where, "gated"]["as_expected"] for where in ("sealed", "tmpfs")]
        yield sentence if good == expected else f"{sentence}: {row}", good == expected


def inside():
    failed = count = 0
    with tempfile.TemporaryDirectory() as work:
        tmpfs = f"{work}/tmpfs"
        os.mkdir(tmpfs)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "noexec", "tmpfs", tmpfs], check=True)
        try:
            for count, (sentence, true) in enumerate(facts(work, tmpfs), 1):
                failed += not true
                print(f"{'ok' if true else 'not ok'} {count} - {sentence}")
        finally:
            subprocess.run(["umount", tmpfs], check=True)
    print(f"1..{count}")
    return 1 if failed else 0


def main():
    if INSIDE in sys.argv:
        return inside()
    unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    if subprocess.run([*unshare, "true"], stderr=subprocess.DEVNULL).returncode:
        print("1..0 # SKIP no mount namespace can be made here")
        return 0
    return subprocess.run([*unshare, sys.executable, __file__, INSIDE]).returncode


if __name__ == "__main__":
    sys.exit(main())
