# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs scripts in every way and tells what came of it, on a kernel that enforces IPE.

Called with a plan, which quickstart writes. Prints TAP; under each result, as JSON, its row, and
at the end the kernel's audit lines. What is evidence that a script ran:

* a demonstration script multiplies two fresh numbers: only code that was run prints the product;
* a script of the user's may do anything, so nothing that it prints or returns counts. Started by
  execve(2), the kernel's answer says whether it was let through. In the tmpfs its access time,
  set to 0 before, tells whether an interpreter read it: a refused mmap(2) does not touch it.
"""

import contextlib
import errno
import json
import mmap
import os
import re
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

STOCK = {
    "python3": "/usr/bin/python3",
    "lua5.4": "/usr/bin/lua5.4",
    "perl": "/usr/bin/perl",
    "bash": "/bin/bash",
    "dash": "/bin/dash",
}
OUTPUT_LIMIT = 1 << 20
PROCESS_LIMIT = 64
REFUSED_STATUS = 1
# All that a gate says when it refuses; of a name, ipe-check leaves no newline as it is.
REFUSAL = re.compile(r"ipe-check: deny [^\n]*?: (policy|noexec-mount|[a-z]+-[a-z-]+): [^\n]*"
                     r"|[a-z-]+: .*\(ipe: ([a-z-]+)\)", re.DOTALL)


class Outcome(NamedTuple):
    """How a command ended: errno of a failed start, else a status, None if it was stopped."""
    error: int
    status: Optional[int]
    output: str
    errors: str


class Script(NamedTuple):
    interpreter: str
    name: str
    path: str
    where: str
    demo: bool
    demand: str

    @property
    def trusted(self) -> bool:
        return self.demand == "allowed"


class Setting:
    """The plan's part that all cells share."""

    def __init__(self, plan: Dict[str, Any]) -> None:
        self.user: Optional[int] = plan["user"]
        self.seconds: int = plan["seconds"]
        self.gates: Dict[str, List[str]] = plan["gates"]
        self.ipectl: str = plan["ipectl"]
        self.environment: Dict[str, str] = plan["environment"]


def limit_resources() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_LIMIT, OUTPUT_LIMIT))
    resource.setrlimit(resource.RLIMIT_NPROC, (PROCESS_LIMIT, PROCESS_LIMIT))


def end_all_of(user: int) -> None:
    """End what a script left behind, in whatever session it hides."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(OSError):
            os.setgid(user)
            os.setuid(user)
            os.kill(-1, signal.SIGKILL)
        os._exit(0)
    os.waitpid(child, 0)


def text_of(file: Any) -> str:
    file.seek(0)
    return file.read(OUTPUT_LIMIT).decode(errors="replace")


def start(setting: Setting, command: List[str]) -> Outcome:
    """Run a command in an empty directory, as an ordinary user where the plan names one."""
    identity: Dict[str, Any] = {}
    if setting.user is not None:
        identity = {"user": setting.user, "group": setting.user, "extra_groups": [],
                    "preexec_fn": limit_resources}
    with tempfile.TemporaryDirectory(prefix="cwd-") as directory, \
            tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        if setting.user is not None:
            os.chown(directory, setting.user, setting.user)
        try:
            process = subprocess.Popen(command, cwd=directory, stdin=subprocess.DEVNULL,
                                       stdout=output, stderr=errors, start_new_session=True,
                                       env={**setting.environment, "HOME": directory}, **identity)
        except OSError as error:
            return Outcome(error.errno, None, "", "")
        try:
            status: Optional[int] = process.wait(setting.seconds)
        except subprocess.TimeoutExpired:
            status = None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if setting.user is not None:
            end_all_of(setting.user)
        return Outcome(0, status, text_of(output), text_of(errors))


def kernel_answer(path: str) -> str:
    """What an executable mapping of the file says, asked without the library under test."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        mmap.mmap(descriptor, 1, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC).close()
    except OSError as error:
        return {errno.EACCES: "policy", errno.EPERM: "noexec-mount"}.get(error.errno, "unknown")
    finally:
        os.close(descriptor)
    return "allowed"


def reset_witness(path: str) -> None:
    os.utime(path, ns=(0, os.stat(path).st_mtime_ns))


def was_read(path: str) -> bool:
    return os.stat(path).st_atime_ns != 0


class Cell:
    """One row in the making."""

    def __init__(self, setting: Setting, script: Script, how: str) -> None:
        self.setting = setting
        self.script = script
        self.how = how
        self.ran = False
        self.verdict = self.reason = "none"
        self.by = "nobody"
        self.note = ""

    def attempt(self, command: List[str]) -> Outcome:
        """Run the script by `command` and find out whether its code ran."""
        script = self.script
        numbers = [secrets.randbelow(9000) + 1000 for _ in range(2)]
        witness = script.where == "tmpfs"
        if witness:
            reset_witness(script.path)
        outcome = start(self.setting, [*command, script.path, *map(str, numbers)])
        if script.demo:
            self.ran = f"ran {numbers[0] * numbers[1]}" in outcome.output.splitlines()
        elif witness and self.how != "direct":
            self.ran = was_read(script.path)
        else:
            self.ran = outcome.error == 0
        if outcome.error == 0 and outcome.status is None:
            self.note = f"still running after {self.setting.seconds} s, stopped"
        return outcome

    def run_direct(self) -> bool:
        self.by = "the kernel"
        outcome = self.attempt([])
        if outcome.error in (errno.EACCES, errno.EPERM):
            self.verdict, self.reason = "deny", kernel_answer(self.script.path)
        else:
            self.verdict, self.reason = "allow", "allowed"
            if outcome.error == errno.ENOEXEC:
                self.note = "the kernel allows it, but it has no #! line"
            elif outcome.error:
                self.note = f"its #! line does not work here: {os.strerror(outcome.error)}"
        startable = outcome.error in (errno.ENOENT, errno.ENOEXEC) and not self.script.demo
        return self.is_demanded() and (self.ran == self.script.trusted or startable)

    def run_unprotected(self) -> bool:
        """What IPE cannot see: a stock interpreter is expected to run everything."""
        self.attempt([STOCK[self.script.interpreter]])
        if not self.ran:
            self.reason = "did-not-run"
        else:
            self.reason = "not-asked" if self.script.trusted else "gap"
        return self.ran

    def run_gated(self) -> bool:
        self.ask()
        gate = self.setting.gates.get(self.script.interpreter)
        if gate is None:
            self.by = "ipectl check, verdict only"
            return self.is_demanded()
        self.by = " ".join([os.path.basename(gate[0]), *gate[1:]])
        outcome = self.attempt(gate)
        refused = outcome.error == 0 and outcome.status == REFUSED_STATUS and \
            self.reason_said(outcome) is not None
        if self.script.where != "tmpfs" and not self.script.demo:
            self.ran = outcome.error == 0 and not refused
        if self.verdict == "deny":
            self.reason = self.reason_said(outcome) or "none"
        return self.is_demanded() and self.ran == self.script.trusted and \
            refused == (not self.script.trusted)

    def ask(self) -> None:
        """Verdict and reason by ipectl."""
        outcome = start(self.setting, [self.setting.ipectl, "check", "--json", self.script.path])
        with contextlib.suppress(ValueError, LookupError, TypeError):
            answer = json.loads(outcome.output)[0]
            self.verdict, self.reason = answer["verdict"], answer["reason"]

    def reason_said(self, outcome: Outcome) -> Optional[str]:
        """The reason in the gate's own refusal of this script, if that is all that was said."""
        match = REFUSAL.fullmatch(outcome.errors.strip())
        if match is None or os.path.dirname(self.script.path) not in match[0]:
            return None
        return match[1] or match[2]

    def is_demanded(self) -> bool:
        """Whether the verdict is the one that the policy demands, and for the policy's reason."""
        verdict = "allow" if self.script.trusted else "deny"
        return (self.verdict, self.reason) == (verdict, self.script.demand)

    def row(self) -> Dict[str, Any]:
        good = {"direct": self.run_direct, "unprotected": self.run_unprotected,
                "gated": self.run_gated}[self.how]()
        return {"interpreter": self.script.interpreter, "script": self.script.name,
                "where": self.script.where, "how": self.how, "ran": self.ran,
                "verdict": self.verdict, "reason": self.reason, "as_expected": good,
                "by": self.by, "note": self.note}


def scripts_of(plan: Dict[str, Any], tmpfs: str) -> Iterator[Script]:
    """Every script where it lies, and its copy in the tmpfs. In a guest it is known which of them
    the policy must trust; elsewhere only the kernel knows its policy."""
    for index, entry in enumerate(plan["scripts"]):
        directory = os.path.join(tmpfs, str(index))
        os.mkdir(directory)
        copy = os.path.join(directory, os.path.basename(entry["path"]))
        shutil.copyfile(entry["path"], copy)
        os.chmod(copy, 0o755)
        places = (("sealed", entry["path"], "allowed"), ("tmpfs", copy, "policy"))
        for where, path, demand in places:
            if plan["local"]:
                demand = kernel_answer(path)
                where = where if where == "tmpfs" or demand == "allowed" else "unsealed"
            yield Script(entry["interpreter"], entry["name"], path, where, entry["demo"], demand)


class AuditLog:
    """What IPE tells the kernel log about `paths`; nothing where the log is not readable."""

    def __init__(self, paths: List[str]) -> None:
        self.lines: Dict[str, List[str]] = {path: [] for path in paths}
        self.log: Optional[int] = None
        with contextlib.suppress(OSError):
            self.log = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
            os.lseek(self.log, 0, os.SEEK_END)

    def read(self) -> None:
        """Take what is new; what the kernel has overwritten meanwhile (EPIPE) is lost."""
        while self.log is not None:
            try:
                record = os.read(self.log, 8192).decode(errors="replace")
            except BlockingIOError:
                return
            except BrokenPipeError:
                continue
            text = record.partition(";")[2].partition("\n")[0]
            for path, lines in self.lines.items():
                if " ipe_op=EXECUTE " in text and names_path(text, path):
                    lines.append(text)


def names_path(line: str, path: str) -> bool:
    """Whether an audit line is about `path`, which the kernel writes in hex if it is unusual."""
    raw = os.fsencode(path)
    return f'path="{path}"' in line or f"path={raw.hex().upper()} " in line


class Report:
    """TAP: a result says only that there is a fact, and the comment below it is the fact."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, kind: str, fact: Any) -> None:
        self.count += 1
        print(f"ok {self.count} - {kind}\n# {json.dumps({kind: fact})}", flush=True)


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    setting, report = Setting(plan), Report()
    with tempfile.TemporaryDirectory(prefix="quickstart-", dir=plan["tmpfs"]) as tmpfs:
        os.chmod(tmpfs, 0o755)
        scripts = list(scripts_of(plan, tmpfs))
        audit = AuditLog([script.path for script in scripts])
        for script in scripts:
            for how in ("direct", "unprotected", "gated"):
                report.add("row", Cell(setting, script, how).row())
                audit.read()
    for script in scripts:
        if not script.trusted:
            report.add("audit", {"script": script.name, "lines": audit.lines[script.path]})
    print(f"1..{report.count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
