# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs interpreters where nobody sees their mounts, files and children, and nothing is left."""

import errno
import fcntl
import os
import pty
import select
import shutil
import signal
import socket
import stat
import termios
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import system
from judge import Attempt
from vectors import HOME, PROGRAMS, SAFE, TEST, Content, Marker, Vector, program_of

STORE = '/mnt/store'
EXECUTABLE = '/mnt/trees/executable'  # libraries with execute permission
OUTPUT_LIMIT = 1 << 20
CLEAN = {'PATH': '/usr/local/bin:/usr/bin:/bin', 'HOME': HOME, 'LC_ALL': 'C.UTF-8', 'TERM': 'dumb'}


@dataclass(frozen=True)
class Place:
    """Where the copies of a vector's files are."""
    trusted: str
    untrusted: str
    plain: str
    safe: str
    settings: str
    noexec: bool  # whether it is the mount that makes the untrusted copy untrusted


@dataclass
class Job:
    """One attempt: everything that is not the vector's own."""
    place: Place
    copy: str = 'trusted'
    setting: str = 'default'
    prefix: List[str] = field(default_factory=list)
    env: Dict[str, str] = field(default_factory=dict)
    tree: str = ''
    timeout: float = 20


def write_file(path: Path, content: Content, marker: Marker, vector: Vector) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, list):
        content = '\n'.join(content) + '\n'
    if isinstance(content, str):
        path.write_text(marker.fill(content, vector))
        path.chmod(0o755)
    elif 'symlink' in content:
        path.symlink_to(marker.fill(content['symlink'], vector))
    elif 'copy' in content:
        shutil.copyfile(marker.fill(content['copy'], vector), path)
        path.chmod(0o755)
    elif 'fifo' in content:
        os.mkfifo(path, 0o755)
        path.chmod(0o755)


def without_execute_bits(source: str, target: str) -> None:
    shutil.copytree(source, target, symlinks=True)
    for directory, _, names in os.walk(target):
        for name in names:
            path = os.path.join(directory, name)
            if not os.path.islink(path):
                os.chmod(path, 0o644)


def materialise(vector: Vector, marker: Marker, directory: str) -> None:
    """Writes a vector's files into DIRECTORY, each with execute permission, and prepares them."""
    for place, files in (('test', vector.test), ('safe', vector.safe)):
        os.makedirs(f'{directory}/{place}')
        for name, content in files.items():
            write_file(Path(directory, place, name), content, marker, vector)
    if vector.prepare:
        prepare(vector, marker, directory)
    for name in vector.remove:
        os.unlink(f'{directory}/test/{name}')
    for folder, folders, names in os.walk(f'{directory}/test'):
        for name in [*folders, *names]:
            if not os.path.islink(os.path.join(folder, name)):
                os.chmod(os.path.join(folder, name), 0o755)
    without_execute_bits(f'{directory}/test', f'{directory}/plain')


def prepare(vector: Vector, marker: Marker, directory: str) -> None:
    """Runs the stock programs that make byte code and the like, with the paths of an attempt."""
    for command in vector.prepare:
        arguments = [marker.fill(word, vector) for word in command]
        pid = os.fork()
        if pid == 0:
            try:
                system.unshare(system.CLONE_NEWNS)
                system.bind(f'{directory}/test', TEST)
                system.bind(f'{directory}/safe', SAFE)
                os.chdir(TEST)
                quiet = os.open(os.devnull, os.O_RDWR)
                for number in range(3):
                    os.dup2(quiet, number)
                os.execve(arguments[0], arguments, CLEAN)
            finally:
                os._exit(127)
        if os.waitpid(pid, 0)[1] != 0:
            raise OSError(errno.EINVAL, f'{vector.title}: preparing failed: {arguments}')


def build_root(scratch: str) -> None:
    """What all attempts of a worker have in common; called once in its namespaces."""
    system.mount('', '/', flags=system.MS_REC | system.MS_PRIVATE)
    system.mount('proc', '/proc', 'proc')
    kept = os.open(scratch, os.O_PATH)
    system.tmpfs('/mnt')
    for directory in (TEST, SAFE, HOME, PROGRAMS, '/mnt/trees'):
        os.mkdir(directory, 0o755)
    os.mkdir(STORE, 0o700)
    system.bind(f'/proc/self/fd/{kept}', '/mnt/trees')
    os.close(kept)
    if os.path.isdir('/mnt/trees/programs'):
        system.bind('/mnt/trees/programs', PROGRAMS)


def write_settings(directory: str) -> None:
    """An /etc for each setting that a file makes; securebits make them where the kernel has any."""
    for setting, text in (('anonymous', 'inline = anonymous\n'), ('deny', 'inline = deny\n')):
        path = Path(directory, setting, 'ipe-enlighten.conf')
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding='ascii')


def lay_etc(vector: Vector, job: Job) -> None:
    """An /etc with what the route installs there, with the setting, and with every file that
    something is about to be bound over."""
    layers = [f'{job.tree}/etc'] if os.path.isdir(f'{job.tree}/etc') and job.tree else []
    missing = [target for target in vector.bind
               if target.startswith('/etc/') and not os.path.exists(target)]
    if missing:
        layers.append('/mnt/etc')
    for target in missing:
        path = Path('/mnt/etc') / Path(target).relative_to('/etc')
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    if job.setting == 'restrict-file' and os.path.isdir(f'{EXECUTABLE}/etc'):
        layers.append(f'{EXECUTABLE}/etc')
    if job.setting == 'anonymous':
        layers.append(f'{job.place.settings}/anonymous')
    if job.setting == 'deny-interactive' and not system.securebits_known():
        layers.append(f'{job.place.settings}/deny')
    if layers:
        system.overlay(layers, '/etc')


def lay_tree(tree: str, setting: str = 'default') -> None:
    """What a route installs, over what the machine has."""
    layers = [f'{tree}/usr'] if tree else []
    if setting == 'restrict-file':
        layers.append(f'{EXECUTABLE}/usr')
    layers = [layer for layer in layers if os.path.isdir(layer)]
    if layers:
        system.overlay(layers, '/usr')
    if tree and os.path.isdir(f'{tree}/programs'):
        system.bind(f'{tree}/programs', PROGRAMS)


def lay_mounts(vector: Vector, job: Job, marker: Marker) -> None:
    system.unshare(system.CLONE_NEWNS)
    system.tmpfs('/mnt/etc')
    system.tmpfs(HOME, '0777')
    lay_tree(job.tree, job.setting)
    system.bind(getattr(job.place, job.copy), TEST,
                noexec=job.place.noexec and job.copy == 'untrusted')
    system.bind(job.place.safe, SAFE)
    lay_etc(vector, job)
    for target, source in vector.bind.items():
        system.bind(marker.fill(source, vector), target)
    system.tmpfs('/tmp', '1777')


def command(vector: Vector, job: Job, marker: Marker) -> Tuple[List[str], Dict[str, str]]:
    words = [*vector.interpreter.arguments, *vector.arguments]
    argv = [*job.prefix, program_of(vector.interpreter),
            *(marker.fill(word, vector) for word in words)]
    env = {**CLEAN, **vector.interpreter.env, **vector.env, **job.env}
    return argv, {name: marker.fill(value, vector) for name, value in env.items()}


def start(vector: Vector, job: Job, marker: Marker) -> None:
    """In the child, its descriptors in place: becomes the interpreter."""
    lay_mounts(vector, job, marker)
    if 'file' in vector.stdin:
        os.dup2(os.open(marker.fill(vector.stdin['file'], vector), os.O_RDONLY), 0)
    os.chdir(marker.fill(vector.cwd, vector))
    system.drop_privileges()
    if system.securebits_known():
        system.set_securebits(system.SECUREBITS.get(job.setting, 0))
    argv, env = command(vector, job, marker)
    os.execve(argv[0], [vector.argv0 or argv[0], *argv[1:]], env)


@dataclass
class Streams:
    """The interpreter's ends of its standard streams, and ours."""
    theirs: Tuple[int, int, int]
    ours: Tuple[int, int]
    terminal: bool = False


def feed(text: str) -> Tuple[int, int]:
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 1 << 20)
    os.write(writer, text.encode())
    os.close(writer)
    return reader, -1


def open_terminal(text: str) -> Streams:
    """The text is typed ahead; nothing is echoed."""
    ours, theirs = pty.openpty()
    mode = termios.tcgetattr(theirs)
    mode[1] &= ~termios.OPOST
    mode[3] &= ~termios.ECHO
    termios.tcsetattr(theirs, termios.TCSANOW, mode)
    os.write(ours, text.encode())
    return Streams((theirs, theirs, theirs), (ours, ours), True)


def open_streams(stdin: Dict[str, str]) -> Streams:
    if 'terminal' in stdin:
        return open_terminal(stdin['terminal'])
    if 'pipe' in stdin:
        source = feed(stdin['pipe'])[0]
    elif 'socket' in stdin:
        near, far = socket.socketpair()
        near.sendall(stdin['socket'].encode())
        near.shutdown(socket.SHUT_WR)
        near.close()
        source = far.detach()
    else:
        source = os.open('/dev/null', os.O_RDONLY)
    out, out_end = os.pipe()
    err, err_end = os.pipe()
    return Streams((source, out_end, err_end), (out, err))


def in_child(vector: Vector, job: Job, marker: Marker, streams: Streams, report: int) -> None:
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        for caught in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGINT):
            signal.signal(caught, signal.SIG_DFL)
        os.setsid()
        for number, descriptor in enumerate(streams.theirs):
            if stat.S_ISFIFO(os.fstat(descriptor).st_mode) or streams.terminal:
                system.give_to_nobody(descriptor)
            os.dup2(descriptor, number)
        if streams.terminal:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        start(vector, job, marker)
    except BaseException as error:  # pylint: disable=broad-except
        os.write(report, str(error).encode()[:4000])
    finally:
        os._exit(127)


class Reader:
    """Collects what comes out of descriptors until all have ended."""

    def __init__(self, descriptors: Tuple[int, int]) -> None:
        self.data: Dict[int, bytearray] = {number: bytearray() for number in set(descriptors)}
        self.open = set(self.data)

    def read(self, timeout: float) -> None:
        if not self.open:
            time.sleep(min(timeout, 0.002))
            return
        for number in select.select(list(self.open), [], [], timeout)[0]:
            try:
                data = os.read(number, 65536)
            except OSError:  # a terminal that nobody has open any more
                data = b''
            if not data:
                self.open.discard(number)
            else:
                self.data[number] += data

    def too_much(self) -> bool:
        return any(len(data) > OUTPUT_LIMIT for data in self.data.values())


def reap(wanted: int) -> Tuple[bool, Optional[int]]:
    """Whether no child is left, and the exit status of one of them if it ended now."""
    status = None
    while True:
        try:
            pid, code = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True, status
        if pid == 0:
            return False, status
        if pid == wanted:
            status = os.waitstatus_to_exitcode(code)


def kill_all() -> None:
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass


def watch(pid: int, reader: Reader, timeout: float) -> Tuple[Optional[int], bool]:
    """Waits for a process and for everything that it left behind: orphans are ours to reap."""
    status: Optional[int] = None
    deadline, alone, pause = time.monotonic() + timeout, False, 0.002
    while not alone or reader.open:
        if time.monotonic() > deadline or reader.too_much():
            kill_all()
            while not reap(pid)[0] or reader.open:
                reader.read(0.01)
            return status, True
        reader.read(pause)
        pause = min(pause * 1.5, 0.02)
        if not alone:
            alone, ended = reap(pid)
            status = ended if ended is not None else status
    return status, False


def attempt(vector: Vector, job: Job, marker: Marker) -> Attempt:
    """Runs one attempt to its end, in a process that is the first of its process namespace."""
    stdin = {name: marker.fill(text, vector) for name, text in vector.stdin.items()}
    streams = open_streams(stdin)
    failure, failure_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        in_child(vector, job, marker, streams, failure_end)
    for descriptor in {*streams.theirs, failure_end}:
        os.close(descriptor)
    reader = Reader(streams.ours)
    status, hung = watch(pid, reader, job.timeout)
    why = os.read(failure, 4096).decode(errors='replace')
    if reader.too_much():
        why = 'it printed too much'
    for descriptor in {*streams.ours, failure}:
        os.close(descriptor)
    out, err = (bytes(reader.data[number]) for number in streams.ours)
    return Attempt(out, b'' if streams.terminal else err, status, hung, why)
