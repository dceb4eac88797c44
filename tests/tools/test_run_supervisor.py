#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The supervisor of ipectl run: does it open as the kernel would, and what if it is attacked?
Usage: test_run_supervisor.py IPECTL TARGET MATRIX"""
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from harness import (PROGRAM, Skip, contains, enter_private_mounts, equal, ipectl, mounted,
                     run_tests, scratch)
from run_harness import (TARGET, is_gone, make_32_bit, need_busybox, places, put, running, supervised,
                         supervisor_of, target)

MATRIX = os.path.abspath(sys.argv[3])
ALARM_RESTARTS = 0x10000000
AS_NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]

# The kernel lets a thread write to its own name whoever owns the file by now.
TOLERATED = {"as-user": re.compile(r"^/proc/thread-self/comm (rw|C|CT|Cn): ")}


def matrix(kind, prefix, supervise):
    with scratch() as tmp:
        tmp.chmod(0o777)
        (tmp / "stdin").write_text("x")
        (tmp / "stdin").chmod(0o666)
        (tmp / "here").mkdir()
        (tmp / "here").chmod(0o777)
        command = [*prefix, *([PROGRAM, "run", "-s", "--"] if supervise else []), MATRIX, kind]
        with open(tmp / "stdin", "rb") as stdin:
            done = subprocess.run(command, stdin=stdin, cwd=tmp / "here", capture_output=True,
                                  timeout=100, check=False)
        equal(done.returncode, 0)
        return done.stdout.decode().splitlines()


def compare(kind, prefix=()):
    need_root(prefix or kind not in ("", "in-user-namespace"))
    without = matrix(kind, prefix, False)
    assert len(without) > 1900, len(without)
    tolerated = TOLERATED.get(kind, re.compile("$^"))
    differences = [(a, b) for a, b in zip(without, matrix(kind, prefix, True), strict=True)
                   if a != b and not tolerated.match(a)]
    equal(differences, [])


def need_root(needed=True):
    with open("/proc/self/uid_map", encoding="ascii") as uid_map:
        whole = uid_map.read().split() == ["0", "0", "4294967295"]
    if needed and (os.geteuid() != 0 or not whole):
        raise Skip("this needs to be root, and not only of a user namespace")


def test_opens():
    """Two thousand ways to open something end as they do without a supervisor"""
    compare("")


def test_opens_as_user():
    """So they do for a process that has given up being root without an execve"""
    compare("as-user")


def test_opens_in_root():
    """So they do in another root"""
    compare("in-root")


def test_opens_in_namespaces():
    """So they do in other mount, UTS, network and IPC namespaces"""
    compare("in-namespaces")


def test_opens_in_user_namespace():
    """So they do in another user namespace"""
    compare("in-user-namespace")


def test_opens_unprivileged():
    """So they do where nobody has privileges, the supervisor neither, and in a user namespace there"""
    compare("", AS_NOBODY)
    compare("in-user-namespace", AS_NOBODY)


def test_opens_in_pid_namespace():
    """So they do in a pid namespace with a proc file system of its own"""
    compare("", ["unshare", "--pid", "--fork", "--mount-proc"])


def test_pid_namespace_below():
    """/proc/self is the process's own in a pid namespace that it made itself"""
    need_root()
    got = supervised("unshare", "--pid", "--fork", "--mount-proc", "sh", "-c",
                     "read pid rest < /proc/self/stat; echo $pid $$")
    equal((got.status, got.out, got.err), (0, b"1 1\n", b""))


def test_other_ways():
    """No other system call opens the file, none of another architecture, and none to come"""
    with places() as tmp:
        got = target("calls", put(tmp / "bad/x.sh"))
        wanted = ["open EACCES", "openat2 EACCES", "openat2-path ENOSYS", "io_uring_setup EPERM",
                  "io_uring_enter EPERM", "io_uring_register EPERM", "open_by_handle_at EPERM",
                  "landlock_create_ruleset EOPNOTSUPP", "later ENOSYS", "x32 ENOSYS",
                  "int80 EACCES"]
        lines = got.out.decode().splitlines()
        equal(lines, wanted[:len(lines)])
        assert len(lines) > 8
        contains(got.err, b"openat2(2) with O_PATH cannot be supervised")


def test_32_bit():
    """A 32-bit program is supervised"""
    with places() as tmp:
        source = Path(__file__).parent / "run_target.c"
        make_32_bit(tmp / "good/target", source, "-static", "-pthread", "-w")
        good, bad = put(tmp / "good/x.sh"), put(tmp / "bad/x.sh")
        got = supervised(tmp / "good/target", "read", good, bad)
        equal((got.status, got.out), (0, b"echo evil\nEACCES\n"))
        large = tmp / "good/large"
        large.touch()
        os.truncate(large, 1 << 31)
        for command in ([tmp / "good/target", "read", large],):
            without = subprocess.run(command, capture_output=True, check=False).stdout
            equal((without, supervised(*command).out), (b"EOVERFLOW\n", b"EOVERFLOW\n"))


def test_again():
    """What was opened for its path or for writing cannot be opened again for reading"""
    with places() as tmp:
        got = target("again", put(tmp / "bad/x.sh"))
        equal(got.out.decode().split("\n")[:6],
              ["first ok", "again EACCES", "again EACCES"] * 2)


def race(*arguments):
    got = target(*arguments)
    counts = {name: int(count) for name, count in
              zip(*[iter(got.out.decode().split())] * 2, strict=True)}
    equal(counts["bad"], 0)
    assert counts["good"] > 0 and counts["refused"] > 0, counts
    return counts


def test_path_is_rewritten():
    """A thread that rewrites the path in memory 100000 times never gets what is refused"""
    with places() as tmp:
        good, bad = put(tmp / "good/x.sh", "good"), put(tmp / "bad/x.sh", "bad")
        race("race-path", str(good).replace("/good", "//good"), bad, "100000")


def test_link_is_exchanged():
    """Nor does one that exchanges a symbolic link"""
    with places() as tmp:
        good, bad = put(tmp / "good/x.sh", "good"), put(tmp / "bad/x.sh", "bad")
        race("race-link", tmp / "good/link.sh", good, bad, "20000", )


def test_directory_is_exchanged():
    """Nor does one that exchanges the directory that the path starts from"""
    with places() as tmp:
        put(tmp / "good/x.sh", "good"), put(tmp / "bad/x.sh", "bad")
        race("race-directory", "x.sh", tmp / "good", tmp / "bad", "20000")


def test_threads():
    """32 threads open at once, and a child of vfork does"""
    with places() as tmp:
        path = put(tmp / "good/x.sh")
        equal(target("many", "32", "200", path).out, b"failed 0\n")
        equal(target("vfork", path).out, b"ok\n")


def test_supervisor_is_killed():
    """Without its supervisor a process cannot open anything for reading"""
    with running(TARGET, "later", "/etc/passwd") as process:
        equal(process.stdout.readline(), b"ok\n")
        supervisor = supervisor_of(process)
        os.kill(supervisor, signal.SIGKILL)
        assert is_gone(supervisor)
        equal(process.communicate(b"go\n", timeout=20)[0], b"ENOSYS\n")


def test_supervisor_is_signalled():
    """No other signal ends the supervisor, nor does one make a call return what was not opened"""
    with places() as tmp, running(TARGET, "later", put(tmp / "good/x", "good")) as process:
        equal(process.stdout.readline(), b"ok\n")
        supervisor = supervisor_of(process)
        for number in set(signal.Signals) - {signal.SIGKILL}:
            os.kill(supervisor, number)
        os.kill(supervisor, signal.SIGCONT)
        equal(process.communicate(b"go\n", timeout=20)[0], b"ok\n")
    with places() as tmp:
        process = subprocess.Popen([PROGRAM, "run", "-s", "--", TARGET, "many-zero", "50000",
                                    put(tmp / "good/x", "good")], stdout=subprocess.PIPE)
        supervisor = supervisor_of(process)
        while process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(supervisor, signal.SIGSTOP)
                os.kill(supervisor, signal.SIGCONT)
        equal(process.communicate()[0], b"zero 0 failed 0\n")


def test_supervisor_is_taken_over():
    """Not even root can trace the supervisor, or read or write its memory and descriptors"""
    for prefix in ([], AS_NOBODY):
        need_root()
        process = subprocess.Popen([*prefix, PROGRAM, "run", "-s", "--", "sh", "-c",
                                    f"read pid; exec {TARGET} attack $pid"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        process.args = process.args[len(prefix):]
        pid = supervisor_of(process)
        out, _ = process.communicate(f"{pid}\n".encode(), timeout=20)
        results = dict(line.split() for line in out.decode().splitlines())
        # Nothing is behind its descriptors but the command's standard error and what it is handling.
        equal({name for name, result in results.items() if result == "ok"} - {"fd"}, set())
        equal(len(results), 8)


def test_supervisor_ends():
    """The supervisor ends with the last process that it supervises, and not before"""
    reader, writer = os.pipe()
    with running("sh", "-c", f"(read x <&{reader}; cat /etc/hosts >/dev/null; echo $?) & exit 0",
                 pass_fds=[reader]) as process:
        supervisor = supervisor_of(process)
        process.wait(20)
        time.sleep(0.2)
        os.write(writer, b"go\n")
        equal(process.stdout.readline(), b"0\n")
    assert is_gone(supervisor)
    os.close(reader)
    os.close(writer)


def test_standard_error_ends():
    """When the command has ended nobody holds its standard error open but what it has left behind"""
    with running("sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!; exit 0") as process:
        supervisor = supervisor_of(process)
        sleeper = int(process.stdout.readline())
        equal(process.stderr.read(), b"")
        assert not is_gone(supervisor, 0)
        os.kill(sleeper, signal.SIGTERM)
    assert is_gone(supervisor)


def test_fifo():
    """Opening a FIFO waits for its writer, and is interrupted by a signal as it is without"""
    with places() as tmp:
        os.mkfifo(tmp / "good/fifo")
        got = supervised("sh", "-c", f"(sleep 0.3; echo text >{tmp}/good/fifo) & cat {tmp}/good/fifo")
        equal((got.status, got.out), (0, b"text\n"))
        got = target("wait", tmp / "good/fifo", "0")
        equal((got.status, got.out), (0, b"signal\nopen EINTR\n"))
        with running(TARGET, "wait", tmp / "good/fifo", str(ALARM_RESTARTS)) as process:
            equal(process.stdout.readline(), b"signal\n")
            time.sleep(0.3)
            equal(process.poll(), None)
            with open(tmp / "good/fifo", "wb"):
                equal(process.stdout.readline(), b"open ok\n")


def test_fifos_hold_nobody_up():
    """Hundreds of threads that wait for a FIFO keep nobody else from opening"""
    with places() as tmp:
        os.mkfifo(tmp / "good/fifo")
        got = target("block", "300", tmp / "good/fifo", put(tmp / "good/x"))
        equal((got.status, got.out, got.err), (0, b"open ok\n", b""))
        got = target("block", "1500", tmp / "good/fifo", put(tmp / "good/x"))
        assert got.out in (b"open ok\n", b"open ENOMEM\n"), got.out


def test_descriptors_run_out():
    """Where descriptors run out, the caller's or the supervisor's, opening fails and then works again"""
    with places() as tmp:
        path = put(tmp / "good/x")
        for limit in ("ulimit -Sn 40", "ulimit -n 40"):
            got = supervised("sh", "-c", f"{limit}; exec {TARGET} exhaust 100 {path}")
            equal((got.status, got.out), (0, b"last EMFILE\nfreed ok\n"))
        os.mkfifo(tmp / "good/fifo")
        got = ipectl("run", "-s", "--", TARGET, "block", "100", tmp / "good/fifo", path,
                     prefix=["prlimit", "--nofile=60:60"])
        equal((got.status, got.out), (0, b"open ENFILE\n"))
        contains(got.err, b"the supervisor has no descriptors left")


def test_too_few_descriptors():
    """where the limit of open files is too low to start with this is the reason that is told"""
    done = subprocess.run(["sh", "-c", 'ulimit -n 5; exec "$0" run --supervise -- true', PROGRAM],
                          capture_output=True, check=False, timeout=60)
    equal((done.returncode, done.stdout), (126, b""))
    contains(done.stderr, b"the limit of open files is too low")


def test_memory_cannot_be_read():
    """A process that the supervisor may not look at is refused, and told why"""
    need_root()
    with places() as tmp:
        path = put(tmp / "good/x")
        equal(target("undumpable", path).out, b"open ok\n")
        got = ipectl("run", "-s", "--", TARGET, "undumpable", path, prefix=AS_NOBODY)
        equal((got.status, got.out), (0, b"open EACCES\n"))
        contains(got.err, b"its memory cannot be read: it is not dumpable")


def test_own_filters():
    """A program can confine itself further with filters of its own"""
    with places() as tmp:
        got = target("filter", put(tmp / "good/x"))
        equal(got.out.decode().splitlines(),
              ["listener EBUSY", "before ok", "filter ok", "after EXDEV", "other ok"])


def test_nested():
    """A second supervisor is an error that says so"""
    got = supervised(PROGRAM, "run", "--supervise", "--", "echo", "evil")
    equal((got.status, got.out), (126, b""))
    contains(got.err, b"this process is under a supervisor already")
    contains(got.err, b"nothing was run")


def test_roots():
    """In another root a file is judged that is found there, by root and by a user"""
    need_root()
    need_busybox()
    with places() as tmp:
        for where in ("good", "bad"):
            put(tmp / where / "x", "echo " + where)
        (tmp / "root").mkdir()
        with mounted("none", tmp / "root", "bind", tmp / "good"):
            subprocess.run(["cp", "/bin/busybox", tmp / "good/busybox"], check=True)
            (tmp / "good/inner").mkdir()
            with mounted("none", tmp / "root/inner", "bind", tmp / "bad"):
                for name, status in (("x", 0), ("inner/x", 2)):
                    got = supervised("chroot", tmp / "root", "/busybox", "sh", f"/{name}")
                    equal((name, got.status), (name, status))
                    got = supervised("chroot", "--userspec=65534:65534", tmp / "root", "/busybox",
                                     "sh", f"/{name}")
                    equal((name, got.status), (name, status))


def test_privileges():
    """As root nothing is given up but CAP_SYS_PTRACE; a user gives up gaining privileges"""
    need_root()
    status = supervised("cat", "/proc/self/status").out.decode()
    own = Path("/proc/self/status").read_text(encoding="ascii")

    def line(text, name):
        return re.search(f"^{name}:\\s*(\\S+)$", text, re.M)[1]
    for name in ("CapPrm", "CapEff", "CapBnd"):
        equal(int(line(status, name), 16), int(line(own, name), 16) & ~(1 << 19))
    equal(line(status, "NoNewPrivs"), "0")
    got = ipectl("run", "-s", "--", "cat", "/proc/self/status", prefix=AS_NOBODY)
    equal(line(got.out.decode(), "NoNewPrivs"), "1")


def test_umask_and_owner():
    """What is created has the mode and the owner that the caller gives it"""
    need_root()
    with scratch() as tmp:
        tmp.chmod(0o777)
        got = supervised("setpriv", "--reuid", "1000", "--regid", "1001", "--clear-groups", "sh",
                         "-c", f"umask 027; exec 3<>{tmp}/made; umask 0; exec 3<>{tmp}/other")
        equal((got.status, got.err), (0, b""))
        for name, mode in (("made", 0o640), ("other", 0o666)):
            st = os.stat(tmp / name)
            equal((st.st_mode & 0o7777, st.st_uid, st.st_gid), (mode, 1000, 1001))


def test_many_groups():
    """A process in thousands of groups can open what one of them may read"""
    need_root()
    with scratch() as tmp:
        tmp.chmod(0o755)
        path = put(tmp / "x", "text\n", 0o040)
        os.chown(path, 0, 54321)
        groups = ",".join(str(group) for group in range(50000, 55000))
        got = supervised("setpriv", "--reuid", "1000", "--regid", "1000", "--groups", groups,
                         TARGET, "read", path)
        equal((got.status, got.out), (0, b"text\n"))
        got = supervised("setpriv", "--reuid", "1000", "--regid", "1000", "--groups", "5",
                         TARGET, "read", path)
        equal((got.status, got.out), (0, b"EACCES\n"))


def test_no_proc():
    """Without a /proc of its pid namespace nothing is run"""
    need_root()
    got = ipectl("run", "-s", "--", "echo", "evil", prefix=["unshare", "--pid", "--fork"])
    equal((got.status, got.out), (126, b""))
    contains(got.err, b"the supervisor needs /proc: mount the proc file system")


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
