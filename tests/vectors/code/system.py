# SPDX-License-Identifier: LGPL-2.1-or-later
"""The system calls that Python 3.11 has no words for, and mounts made of them."""

import ctypes
import errno
import functools
import mmap
import os
from typing import Callable, List

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 8, 32, 4096, 16384, 1 << 18
MS_NOSUID, MS_NODEV = 2, 4
PR_SET_PDEATHSIG, PR_GET_SECUREBITS, PR_SET_SECUREBITS = 1, 27, 28
SECBIT_NOROOT = 1
SECUREBITS = {'restrict-file': 1 << 8, 'deny-interactive': 1 << 10}
NOBODY = 65534

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f'{what}: {os.strerror(number)}')


def unshare(flags: int) -> None:
    _check(_libc.unshare(flags), 'unshare')


def prctl(option: int, value: int) -> None:
    _check(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), 'prctl')


def mount(source: str, target: str, fstype: str = '', flags: int = 0, data: str = '') -> None:
    arguments = [word.encode() or None for word in (source, target, fstype)]
    _check(_libc.mount(*arguments, ctypes.c_ulong(flags), data.encode() or None),
           f'mount {fstype or "bind"} {source} on {target}')


def bind(source: str, target: str, noexec: bool = False) -> None:
    mount(source, target, flags=MS_BIND | MS_REC)
    if noexec:
        mount('', target, flags=MS_BIND | MS_REMOUNT | MS_NOEXEC)


def tmpfs(target: str, mode: str = '0755') -> None:
    os.makedirs(target, exist_ok=True)
    mount('tmpfs', target, 'tmpfs', MS_NOSUID | MS_NODEV, f'mode={mode}')


def overlay(lower: List[str], target: str) -> None:
    """The directories, the first on top, and below them what the target shows now."""
    mount('overlay', target, 'overlay', data='lowerdir=' + ':'.join([*lower, target]))


def map_user(inside: int, outside: int, group: int) -> None:
    """The one user that a new user namespace of an ordinary user has."""
    for name, text in (('setgroups', 'deny'), ('uid_map', f'{inside} {outside} 1'),
                       ('gid_map', f'{inside} {group} 1')):
        with open(f'/proc/self/{name}', 'w', encoding='ascii') as file:
            file.write(text)


def enter_namespaces() -> None:
    """New ones of every kind that matters; their first process is a child that forks next."""
    flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        unshare(flags)
        return
    unshare(flags | CLONE_NEWUSER)
    map_user(0, uid, gid)


def in_namespaces(action: Callable[[], None]) -> None:
    """Does something in the first process of new namespaces; raises OSError with what it says."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            enter_namespaces()
            child = os.fork()
            if child == 0:
                action()
                os._exit(0)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) and 1
        except BaseException as error:  # pylint: disable=broad-except
            os.write(writer, str(error).encode()[:4000])
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as file:
        why = file.read()
    if os.waitpid(pid, 0)[1]:
        raise OSError(errno.ECHILD, why or 'it was ended')


def namespaces_possible() -> bool:
    try:
        in_namespaces(lambda: None)
    except OSError:
        return False
    return True


def many_users() -> bool:
    """Whether other users than ours can be had here."""
    with open('/proc/self/uid_map', encoding='ascii') as file:
        return int(file.read().split()[2]) > NOBODY


def give_to_nobody(descriptor: int) -> None:
    """So that it can be opened again by its name in /dev/fd."""
    if many_users():
        os.fchown(descriptor, NOBODY, NOBODY)


def drop_privileges() -> None:
    """To nobody, for good: capabilities go with execve."""
    if many_users():
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    else:
        # The one user that there is keeps the name of root, as whose the files appear.
        unshare(CLONE_NEWUSER)
        map_user(0, 0, 0)
        prctl(PR_SET_SECUREBITS, SECBIT_NOROOT)


def set_securebits(bits: int) -> None:
    """The bits of Linux 6.14, which take no privilege."""
    before = _libc.prctl(PR_GET_SECUREBITS, 0, 0, 0, 0)
    if bits & ~before:
        prctl(PR_SET_SECUREBITS, before | bits)


@functools.lru_cache(maxsize=None)
def securebits_known() -> bool:
    """Whether the kernel has the securebits of Linux 6.14."""
    pid = os.fork()
    if pid == 0:
        try:
            prctl(PR_SET_SECUREBITS, SECUREBITS['deny-interactive'])
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0


@functools.lru_cache(maxsize=None)
def anonymous_refused() -> bool:
    """Whether the kernel's policy refuses executable memory without a file."""
    try:
        mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS,
                  prot=mmap.PROT_READ | mmap.PROT_EXEC).close()
    except OSError:
        return True
    return False
