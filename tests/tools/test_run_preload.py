#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ipectl run with the shim: it comes up, or nothing runs on.
Usage: test_run_preload.py IPECTL TARGET SHIM BROKEN-IPECTL BROKEN-SHIM"""
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

from harness import PROGRAM, Skip, contains, enter_private_mounts, equal, ipectl, lacks, run_tests
from run_harness import TARGET, make_32_bit, places, put

SHIM = os.path.abspath(sys.argv[3])
# An ipectl that preloads what lies at a path of the test's own.
BROKEN, BROKEN_SHIM = map(os.path.abspath, sys.argv[4:6])


def run(*command, **keywords):
    return ipectl("run", "--", *command, **keywords)


def not_run(got, *reasons):
    equal((got.status, got.out), (126, b""))
    for reason in reasons:
        contains(got.err, reason)


def need_root():
    if os.geteuid() != 0:
        raise Skip("this needs root")


def test_comes_up():
    """A program in which the shim comes up runs, and what the kernel refuses it does not interpret"""
    got = run("sh", "-c", "echo ran; exit 5")
    equal((got.status, got.out, got.err), (5, b"ran\n", b""))
    with places() as tmp:
        equal(run("sh", put(tmp / "good/x")).out, b"evil\n")
        got = run("sh", put(tmp / "bad/x"))
        lacks(got.out, b"evil")
        contains(got.err, b"Permission denied")


def test_script():
    """So does the interpreter of a script"""
    with places() as tmp:
        equal(run(put(tmp / "good/x", "#!/bin/sh\necho evil\n")).out, b"evil\n")
        not_run(run(put(tmp / "bad/x", "#!/bin/sh\necho evil\n")), b"Permission denied")


def test_static():
    """A static program does not run, and is told which way is left"""
    not_run(run(TARGET, "read", "/etc/passwd"), os.fsencode(TARGET), b"it is static",
            b"use --supervise")


def test_set_id():
    """Nor does one that gains privileges by its mode or by capabilities"""
    need_root()
    with places() as tmp:
        program = tmp / "good/x"
        shutil.copy("/bin/echo", program)
        equal(run(program, "evil").out, b"evil\n")
        for mode in (0o4755, 0o2755):
            program.chmod(mode)
            not_run(run(program, "evil"), b"it gains privileges", b"--supervise as root")
        program.chmod(0o755)
        os.setxattr(program, "security.capability",
                    b"\x01\x00\x00\x02" + b"\x00\x04\x00\x00" + bytes(12))
        for prefix in ([], ["setpriv", "--reuid", "65534", "--clear-groups"]):
            not_run(ipectl("run", "--", program, "evil", prefix=prefix), b"it gains privileges")


def test_other_architecture():
    """Nor does one for another architecture, whose loader leaves the shim out"""
    with places() as tmp:
        source = tmp / "good/x.c"
        source.write_text('#include <stdio.h>\nint main(void) { puts("evil"); }\n')
        make_32_bit(tmp / "good/x", source)
        not_run(run(tmp / "good/x"), b"it is for another architecture")


def broken(*command, **keywords):
    done = subprocess.run([BROKEN, "run", "--", *command], capture_output=True, timeout=60,
                          check=False, **keywords)
    done.status, done.out, done.err = done.returncode, done.stdout, done.stderr
    return done


def place_broken(content):
    with open(BROKEN_SHIM, "wb") as file:
        file.write(content)


def test_missing():
    """Without a shim nothing runs"""
    if os.path.exists(BROKEN_SHIM):
        os.unlink(BROKEN_SHIM)
    not_run(broken("echo", "evil"), b"cannot open the shim", b"No such file", b"install it")


def test_broken():
    """Nor with one that the loader cannot load, though that only warns"""
    with open(SHIM, "rb") as file:
        shim = file.read()
    for content in (b"", b"garbage" * 100, shim[:16] + b"\3\0\xb7\0" + shim[20:]):
        place_broken(content)
        not_run(broken("echo", "evil"), b"the shim did not come up in it")
    # The loader itself touches what is not there.
    place_broken(shim[:5000])
    got = broken("echo", "evil", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
    equal((got.status, got.out), (-signal.SIGBUS, b""))
    contains(got.err, b"it was killed while it was being loaded")
    place_broken(shim)
    equal(broken("echo", "evil").out, b"evil\n")
    os.unlink(BROKEN_SHIM)


def test_other_library():
    """Nor with a library in its place that loads, but that does not answer"""
    made = subprocess.run(["gcc", "-shared", "-x", "c", "-o", BROKEN_SHIM, "/dev/null"], check=False)
    equal(made.returncode, 0)
    not_run(broken("echo", "evil"), b"the shim did not come up in it")
    os.unlink(BROKEN_SHIM)


def test_refused_shim():
    """Nor with one that the kernel refuses to map"""
    with places() as tmp:
        shutil.copy(SHIM, tmp / "bad/shim.so")
        os.symlink(tmp / "bad/shim.so", BROKEN_SHIM)
        try:
            not_run(broken("echo", "evil"), b"is refused, so the loader would leave it out",
                    b"noexec-mount: ")
        finally:
            os.unlink(BROKEN_SHIM)


def test_not_found():
    """A command that is not found is status 127"""
    with places() as tmp:
        got = run(tmp / "good/none")
        equal((got.status, got.out), (127, b""))


def test_no_permission():
    """A file without execute permission is told as such"""
    with places() as tmp:
        path = put(tmp / "good/x", "#!/bin/sh\necho evil\n")
        os.chmod(path, 0o644)
        not_run(run(path), b"Permission denied; give it execute permission with chmod(1)")
        not_run(run(tmp), b"'ipectl why' says")


def test_other_preloads():
    """What else is to be preloaded still is, behind the shim"""
    got = run("sh", "-c", "echo $LD_PRELOAD", env={"LD_PRELOAD": "libdl.so.2"})
    equal((got.status, got.out.strip()), (0, os.fsencode(SHIM) + b":libdl.so.2"))


def test_nothing_is_left():
    """The command has no tracer, no child and no descriptor that it does not have without"""
    got = run("sh", "-c", "grep TracerPid /proc/self/status; ls /proc/self/fd | wc -l")
    without = subprocess.run(["sh", "-c", "ls /proc/self/fd | wc -l"], capture_output=True,
                             stdin=subprocess.PIPE, check=True)
    equal(got.out.split(), [b"TracerPid:", b"0", without.stdout.strip()])
    got = run("/usr/bin/python3", "-c", "import os\ntry:\n os.wait()\n"
              "except ChildProcessError:\n print('none')")
    equal((got.status, got.out), (0, b"none\n"))


def test_death_by_signal():
    """A command that a signal ends is seen to end by it"""
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGTRAP):
        got = run("sh", "-c", f"ulimit -c 0; kill -{int(number)} $$")
        equal(got.status, -number)


def test_signals_at_the_start():
    """Signals that come while the program is loaded are neither lost nor taken for the end of it"""
    for _ in range(20):
        process = subprocess.Popen([PROGRAM, "run", "--", "sh", "-c",
                                    "trap 'echo term; exit 3' TERM; echo ready; "
                                    "while :; do sleep 0.05; done"],
                                   stdout=subprocess.PIPE)
        over = threading.Event()

        def disturb(pid=process.pid, over=over):
            while not over.is_set():
                os.kill(pid, signal.SIGSTOP)
                os.kill(pid, signal.SIGCONT)
                os.kill(pid, signal.SIGWINCH)
                time.sleep(0.0005)
        thread = threading.Thread(target=disturb)
        thread.start()
        time.sleep(0.4)
        over.set()
        thread.join()
        equal(process.stdout.readline(), b"ready\n")
        process.terminate()
        out, _ = process.communicate(timeout=30)
        equal((process.returncode, out), (3, b"term\n"))


def test_helper_is_killed():
    """If the one that watches the start is killed, the program is killed with it"""
    ended = set()
    for delay in range(40):
        process = subprocess.Popen([PROGRAM, "run", "--", "sh", "-c", "exit 0"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(delay / 8000)
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == process.pid:
                continue
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    if file.read().split(b"\0")[:2] == [os.fsencode(PROGRAM), b"run"]:
                        os.kill(int(entry), signal.SIGKILL)
            except OSError:
                continue
        process.communicate(timeout=30)
        ended.add(process.returncode)
    assert ended <= {0, 126, -signal.SIGKILL}, ended


def test_as_user():
    """A user has it, too"""
    need_root()
    got = ipectl("run", "--", "sh", "-c", "id -u",
                 prefix=["setpriv", "--reuid", "65534", "--clear-groups"])
    equal((got.status, got.out, got.err), (0, b"65534\n", b""))


def test_with_other_options():
    """--no-jit goes with it"""
    got = run("sh", "-c", "echo ran")
    equal(got.out, b"ran\n")
    got = ipectl("run", "--no-jit", "--", "/usr/bin/python3", "-c",
                 "import mmap\ntry:\n mmap.mmap(-1, 4096, prot=7)\n"
                 "except PermissionError:\n print('refused')")
    equal((got.status, got.out), (0, b"refused\n"))


def checked(*command, **keywords):
    return ipectl("run", "--check-children", "--", *command, **keywords)


# Past the shim's wrappers, as the program's own machine code would.
RAW_EXECVE = """import ctypes, sys
libc = ctypes.CDLL(None)
libc.execve.restype = ctypes.c_int
real = ctypes.CDLL("libc.so.6").execve
def strings(*words):
    return (ctypes.c_char_p * (len(words) + 1))(*[w.encode() for w in words], None)
real(sys.argv[1].encode(), strings(*sys.argv[1:]), strings())
"""


def test_child_static():
    """With --check-children a static child is not run, whoever starts it; without, it is"""
    script = f"{TARGET} read /etc/hostname >/dev/null; echo $?"
    equal(run("sh", "-c", script).out, b"0\n")
    for command in (script, f"( sh -c '{TARGET} read /etc/hostname' ); echo $?",
                    f"env -i {TARGET} read /etc/hostname; echo $?"):
        got = checked("sh", "-c", command)
        equal((got.status, got.out), (0, b"126\n"))
        contains(got.err, b"not run: '" + os.fsencode(TARGET))
        contains(got.err, b"it is static")


def test_child_without_environment():
    """Nor is one that was started without the shim, past its wrappers"""
    with places() as tmp:
        program = put(tmp / "good/raw.py", RAW_EXECVE)
        reading = ["/usr/bin/python3", program, "/bin/sh", "-c", "echo evil"]
        equal(run(*reading).out, b"evil\n")
        not_run(checked(*reading), b"not run: ", b"the shim did not come up in it")


def test_child_by_syscall():
    """One that syscall(2) starts without an environment has the shim"""
    with places() as tmp:
        for number, before, behind in ((59, "", ""), (322, "-100, ", ", 0")):
            program = put(tmp / "good/syscall.pl", f"""my ($p, @a) = map {{ "$_\\0" }} '/bin/sh', 'sh', $ARGV[0];
my $argv = pack('p*Q', @a, 0); my $envp = pack('Q', 0);
syscall({number}, {before}$p, $argv, $envp{behind});
""")
            trusted, untrusted = put(tmp / "good/s.sh", "echo ran\n"), put(tmp / "bad/s.sh", "echo ran\n")
            equal(run("/usr/bin/perl", program, trusted).out, b"ran\n")
            got = run("/usr/bin/perl", program, untrusted)
            equal(got.out, b"")
            contains(got.err, b"refused")


def test_child_untraced():
    """Nor is a child made that is hidden from tracers"""
    with places() as tmp:
        program = put(tmp / "good/hidden.py", """import ctypes, os, platform
libc = ctypes.CDLL(None, use_errno=True)
number = {"x86_64": 56}.get(platform.machine(), 220)
for number, flags in ((number, 0x00800000 | 17), (435, 0)):
    if libc.syscall(number, flags, 0, 0, 0, 0) == 0:
        os.execve("/bin/sh", ["sh", "-c", "echo evil"], {})
    print(os.strerror(ctypes.get_errno()))
""")
        got = checked("/usr/bin/python3", program)
        equal(got.out, b"Operation not permitted\nFunction not implemented\n")


def test_child_with_other_preload():
    """Nor one with another library of the shim's name in its place"""
    with places() as tmp:
        made = subprocess.run(["gcc", "-shared", "-x", "c", "-o", tmp / "good/libipe-shim.so",
                               "/dev/null"], check=False)
        equal(made.returncode, 0)
        program = put(tmp / "good/raw.py", RAW_EXECVE.replace(
            "strings())", f"strings('LD_PRELOAD={tmp}/good/libipe-shim.so'))"))
        not_run(checked("/usr/bin/python3", program, "/bin/sh", "-c", "echo evil"),
                b"the shim did not come up in it")


def test_child_set_id():
    """Nor one that gains privileges, though a user starts it"""
    need_root()
    with places() as tmp:
        shutil.copy("/bin/echo", tmp / "good/x")
        (tmp / "good/x").chmod(0o4755)
        got = checked("sh", "-c", f"{tmp}/good/x evil; echo $?",
                      prefix=["setpriv", "--reuid", "65534", "--clear-groups"])
        equal(got.out, b"126\n")
        contains(got.err, b"it gains privileges")


def test_children_run():
    """Children in which it comes up run as they do without: pipes, threads, vfork, job control"""
    equal(checked("sh", "-c", "seq 200 | while read n; do env -i /bin/true || exit; done; "
                  "(sleep 0.2; echo late) & wait; exit 7").status, 7)
    got = checked("/usr/bin/python3", "-c", """
import os, subprocess, threading
def work():
    for _ in range(10):
        assert subprocess.run(["sh", "-c", "exit 3"], env={}).returncode == 3
threads = [threading.Thread(target=work) for _ in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
pid = os.posix_spawn("/bin/sh", ["sh", "-c", "kill -STOP $$; exit 5"], {})
assert os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1])
os.kill(pid, 18)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 5
assert subprocess.run(["sh", "-c", "kill -TRAP $$"]).returncode == -5
threading.Thread(target=lambda: os.execv("/bin/echo", ["echo", "replaced"])).start()
threading.Event().wait(30)
""")
    equal((got.status, got.out, got.err), (0, b"replaced\n", b""))


def test_children_judge():
    """In them the kernel's refusals count as in the command"""
    with places() as tmp:
        got = checked("sh", "-c", f"env -i sh {put(tmp / 'bad/x')}; sh {put(tmp / 'good/x')}")
        equal(got.out, b"evil\n")


def test_children_die_with_the_helper():
    """If the one that follows them is killed, nothing runs on"""
    process = subprocess.Popen([PROGRAM, "run", "--check-children", "--", "sh", "-c",
                                "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE)
    child = int(process.stdout.readline())
    with open(f"/proc/{child}/status", encoding="ascii") as file:
        tracer = int(file.read().split("TracerPid:")[1].split()[0])
    os.kill(tracer, signal.SIGKILL)
    equal(process.wait(timeout=30), -signal.SIGKILL)
    for _ in range(100):
        if not os.path.exists(f"/proc/{child}"):
            break
        time.sleep(0.05)
    else:
        assert "State:\tZ" in open(f"/proc/{child}/status", encoding="ascii").read()


def test_children_and_supervisor():
    """The option is not for --supervise, which covers them anyhow"""
    equal(ipectl("run", "-cs", "--", "true").status, 2)


if __name__ == "__main__":
    enter_private_mounts()
    sys.exit(run_tests(sys.modules[__name__]))
