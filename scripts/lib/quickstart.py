# SPDX-License-Identifier: LGPL-2.1-or-later
"""The main job: scripts, run in every way under a kernel that enforces IPE, as rows."""

import argparse
import importlib.machinery
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List

import meson
import table
from scripts_given import BadScript, Given, escaped, read_demonstration, read_script

SOURCE = Path(__file__).resolve().parents[2]
LIB = SOURCE / "scripts" / "lib"
VM = SOURCE / "tests" / "vm"
SECONDS = 30
ORDINARY_USER = 1000
FIELDS = ("interpreter", "script", "where", "how", "ran", "verdict", "reason", "as_expected")
PYTHON_GATE = ["/usr/bin/python3", "-m", "ipe-check", "--run"]
PATH = "/usr/local/bin:/usr/bin:/bin"


class Trouble(Exception):
    """The rows cannot be made; says what failed and what to do."""


def say(text: str) -> None:
    print(f"quickstart: {text}", file=sys.stderr, flush=True)


class Step:
    """A progress line for something long, and another one when it is done."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __enter__(self) -> None:
        self.begun = time.monotonic()
        say(f"{self.text} ...")

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is None:
            say(f"{self.text}: done in {time.monotonic() - self.begun:.0f} s")


def import_bench() -> Any:
    """tests/vm/run, which is a program, as a module."""
    loader = importlib.machinery.SourceFileLoader("vm_run", str(VM / "run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("vm_run", loader))
    loader.exec_module(module)
    return module


def build(directory: str) -> None:
    with Step(f"building into {directory}"):
        log = meson.build(str(SOURCE), directory, ["--buildtype=release", "--prefix=/usr"])
    if log:
        meson.print_log(log)
        raise Trouble(f"the build failed; all of its output is in {log}")


def write_plan(scripts: List[Given], directory: Path, seen_as: str, **setting: Any) -> None:
    """Put the scripts under `directory`, which the runner will see as `seen_as`, and the plan."""
    entries = []
    for index, script in enumerate(scripts):
        relative = os.path.join(b"scripts", b"%d" % index, script.base)
        path = os.path.join(os.fsencode(directory), relative)
        os.makedirs(os.path.dirname(path))
        with open(path, "wb") as file:
            file.write(script.text)
        os.chmod(path, 0o755)
        entries.append({"interpreter": script.interpreter, "name": script.name, "demo": script.demo,
                        "path": os.path.join(seen_as, os.fsdecode(relative))})
    plan = {"scripts": entries, "seconds": SECONDS, **setting}
    (directory / "plan.json").write_text(json.dumps(plan))


def sealed_part(bench: Any, run: Any, scripts: List[Given], build_directory: str,
                output: Path) -> Path:
    """The second sealed volume: scripts, plan and runner, and the Lua host, which no package
    installs."""
    tree, part = output / "volume", output / "part"
    tree.mkdir()
    shutil.copy(LIB / "rows.py", tree)
    shutil.copy(Path(build_directory, "examples", "embed-lua"), tree)
    write_plan(scripts, tree, "/srv", local=False, user=ORDINARY_USER, tmpfs="/tmp",
               ipectl="/usr/bin/ipectl",
               gates={"python3": PYTHON_GATE, "lua5.4": ["/srv/embed-lua"]},
               environment={"PATH": PATH, "LANG": "C.UTF-8"})
    images = part / "tree" / "images"
    images.mkdir(parents=True)
    (part / "disks").mkdir()
    run.call(VM / "seal", "--key", bench.keys / "good", images / "scripts", tree)
    (images / "scripts" / "image").rename(part / "disks" / "scripts")
    return part


def run_guest(scripts: List[Given], kernel: str, build_directory: str, output: Path) -> List[Any]:
    run = import_bench()
    try:
        with Step(f"making keys and getting the kernel \"{kernel}\""):
            bench = run.Bench(kernel, Path(build_directory))
        with Step("sealing Debian's interpreters, the library and the scripts"):
            part = sealed_part(bench, run, scripts, build_directory, output)
            suite = run.Suite("quickstart", LIB / "guest-quickstart")
            parts = [*bench.parts(suite), part]
        with Step(f"running {len(scripts)} script(s) in a guest with Linux {bench.release}"):
            timeout = 120 + 6 * SECONDS * len(scripts)
            result = bench.run(suite, parts, timeout, output / "guest")
    except run.BenchError as error:
        raise Trouble(str(error)) from error
    if result.anomalies:
        for line in run.tail(output / "guest"):
            say(f"| {line}")
        raise Trouble("the guest's word cannot be trusted: " + "; ".join(result.anomalies))
    return [line for point in result.points for line in point.diagnostics]


def run_here(scripts: List[Given], setting: Dict[str, Any], output: Path) -> List[str]:
    """The same rows on this machine."""
    write_plan(scripts, output, str(output), local=True, user=None, tmpfs="/dev/shm", **setting)
    with Step(f"running {len(scripts)} script(s) on this machine, whose kernel has an IPE policy"):
        done = subprocess.run(["/usr/bin/python3", "-B", LIB / "rows.py", output / "plan.json"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise Trouble(f"the runner ended with status {done.returncode}")
    return [line for line in done.stdout.splitlines() if line.startswith("#")]


def installed_setting() -> Dict[str, Any]:
    host = shutil.which("embed-lua", path=PATH)
    return {"ipectl": shutil.which("ipectl", path=PATH),
            "gates": {"python3": PYTHON_GATE, **({"lua5.4": [host]} if host else {})},
            "environment": {"PATH": PATH, "LANG": "C.UTF-8"}}


def built_setting(build_directory: str) -> Dict[str, Any]:
    """What was built here, installed below the build directory."""
    build(build_directory)
    stage = Path(build_directory, "stage")
    shutil.rmtree(stage, ignore_errors=True)
    subprocess.run(["meson", "install", "-C", build_directory, "--no-rebuild", "--quiet",
                    "--destdir", stage], check=True, stdout=sys.stderr)
    python = next(stage.rglob("ipe_enlighten")).parent
    library = next(stage.rglob("libipe-enlighten.so.1")).parent
    return {"ipectl": str(next(stage.rglob("bin/ipectl"))),
            "gates": {"python3": PYTHON_GATE,
                      "lua5.4": [str(Path(build_directory, "examples", "embed-lua"))]},
            "environment": {"PATH": PATH, "LANG": "C.UTF-8", "PYTHONPATH": str(python),
                            "LD_LIBRARY_PATH": str(library)}}


def local_setting(build_directory: str) -> Dict[str, Any]:
    """Programs to judge with: installed ones, else those that are built here."""
    if shutil.which("ipectl", path=PATH):
        return installed_setting()
    setting = built_setting(build_directory)
    try:
        subprocess.run([setting["ipectl"], "--help"], check=True, stdout=subprocess.DEVNULL,
                       env=setting["environment"])
    except (OSError, subprocess.CalledProcessError) as error:
        raise Trouble("the policy refuses what was built here: install it on a volume that the "
                      "policy trusts, or use a virtual machine by --kernel stock") from error
    return setting


def facts(lines: List[str], scripts: List[Given]) -> Dict[str, List[Any]]:
    found: Dict[str, List[Any]] = {"row": [], "audit": []}
    for line in lines:
        for kind, fact in json.loads(line.lstrip("# ")).items():
            found[kind].append(fact)
    if len(found["row"]) != 6 * len(scripts):
        raise Trouble(f"{6 * len(scripts)} rows were expected, {len(found['row'])} came")
    return found


def show(found: Dict[str, List[Any]], options: argparse.Namespace) -> int:
    rows, as_json = found["row"], options.json
    if as_json:
        print(json.dumps([{field: row[field] for field in FIELDS} for row in rows], indent=1))
    else:
        table.print_table(rows)
    out = sys.stderr if as_json else sys.stdout
    table.print_notes(rows, out)
    table.print_audit(found["audit"], out)
    table.print_summary(rows, out)
    if not options.here and not all(audit["lines"] for audit in found["audit"]):
        say("the kernel's log lacks a refusal: it was not IPE that refused")
        return 1
    return 0 if all(row["as_expected"] for row in rows) else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--kernel", choices=["stock", "newest", "ours", "upstream"], default="stock")
    parser.add_argument("--here", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("scripts", nargs="*")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    os.umask(0o022)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        scripts = read_demonstration(str(SOURCE / "scripts" / "demo"))
        scripts += [read_script(path) for path in options.scripts]
    except BadScript as error:
        say(str(error))
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="ipe-quickstart-") as scratch:
            if options.here:
                lines = run_here(scripts, local_setting(options.build), Path(scratch))
            else:
                build(options.build)
                lines = run_guest(scripts, options.kernel, options.build, Path(scratch))
            return show(facts(lines, scripts), options)
    except Trouble as error:
        say(escaped(str(error)))
        return 3
    except KeyboardInterrupt:
        say("interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main())
