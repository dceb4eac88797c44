# SPDX-License-Identifier: LGPL-2.1-or-later
"""Configure, build and test with meson, and count what its tests said, subtest by subtest."""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tap

EXIT_SKIP = 77
BAD_RESULTS = {"FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS"}


def _run_quietly(command, out):
    """Run `command` with its output in the file `out`; whether it succeeded."""
    out.write(f"\n$ {' '.join(command)}\n".encode())
    out.flush()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    return done.returncode == 0


def _build(source, directory, options, out):
    setup = ["meson", "setup", *options, directory, source]
    configured = os.path.exists(os.path.join(directory, "meson-private", "coredata.dat"))
    done = configured and _run_quietly([*setup, "--reconfigure"], out)
    if not done and not _run_quietly([*setup, "--wipe"] if configured else setup, out):
        return False
    return _run_quietly(["meson", "compile", "-C", directory], out)


def build(source, directory, options):
    """Configure `directory` anew or again with `options` and compile; None, or the log that says
    what went wrong."""
    os.makedirs(directory, exist_ok=True)
    log = os.path.join(directory, "build.log")
    # Wiping takes all files of the directory.
    with tempfile.TemporaryFile() as out:
        try:
            done = _build(source, directory, options, out)
        finally:
            out.seek(0)
            with open(log, "wb") as kept:
                shutil.copyfileobj(out, kept)
    return None if done else log


def print_log(log, lines=60):
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.readlines()[-lines:]
    print("".join(f"  | {line}" for line in text), end="", file=sys.stderr, flush=True)


def _protocols(directory):
    tests = json.loads(subprocess.run(["meson", "introspect", "--tests", directory], check=True,
                                      capture_output=True, text=True).stdout)
    return {test["name"]: test["protocol"] for test in tests}


def _count_plain(name, record):
    tally = tap.Tally()
    if record["result"] in BAD_RESULTS:
        tally.fail(name, tap.describe_status(record["returncode"]))
    elif record["result"] in ("OK", "EXPECTEDFAIL"):
        tally.passed += 1
    elif record["result"] == "SKIP":
        said = (record["stdout"] or record.get("stderr") or "").strip().splitlines()
        tally.skip(name, said[-1] if said else f"ended with status {EXIT_SKIP}")
    else:
        tally.fail(name, f"meson says {record['result']}")
    return tally


def short_name(record):
    """Suite and test, without the project's name before them."""
    return re.sub(r"^[\w-]+(:| / )", "", record["name"])


def count_record(record, protocol, prefix=""):
    """Tally of one line of meson's testlog.json."""
    name = prefix + short_name(record)
    if protocol != "tap":
        return _count_plain(name, record)
    tally = tap.count(name, record["stdout"] or "", record["returncode"])
    if record["result"] in BAD_RESULTS and not tally.failed:
        tally.fail(name, f"meson says {record['result']}")
    return tally


def count_log(text, protocols, prefix=""):
    """Yield (record, tally) for each test in the text of a testlog.json."""
    for line in text.splitlines():
        record = json.loads(line)
        protocol = protocols[record["name"].rsplit(" / ", 1)[-1]]
        yield record, count_record(record, protocol, prefix)


def test(directory, arguments, prefix=""):
    """Run `meson test` and yield (record, tally) for each test."""
    logs = os.path.join(directory, "meson-logs", "testlog*.json")
    for log in glob.glob(logs):
        os.unlink(log)
    run = subprocess.run(["meson", "test", "-C", directory, "--no-rebuild", *arguments],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, errors="replace")
    counted = 0
    for log in glob.glob(logs):
        with open(log, encoding="utf-8") as file:
            for record, tally in count_log(file.read(), _protocols(directory), prefix):
                counted += 1
                yield record, tally
    if counted == 0:
        tally = tap.Tally()
        tally.fail(f"{prefix}meson test", "ran no test: " + run.stdout.strip()[-500:])
        yield {"name": "meson test", "stdout": run.stdout}, tally
