# SPDX-License-Identifier: LGPL-2.1-or-later
"""A signal while a file is being opened: PEP 475."""

import os

import support

SYSCALLS = {"x86_64": (0xC000003E, 257), "aarch64": (0xC00000B7, 56)}

# The gate opens with O_NOCTTY, Python does not: only the gate's openat(2) answers EINTR.
PROGRAM = """if 1:
    import ctypes, signal, struct, sys
    import ipe_enlighten

    arch, openat = int(sys.argv[1]), int(sys.argv[2])
    LOAD, EQUAL, SET, RETURN = 0x20, 0x15, 0x45, 0x06
    O_NOCTTY, EINTR, ALLOW, ERRNO = 0o400, 4, 0x7FFF0000, 0x00050000
    rules = [
        (LOAD, 0, 0, 4), (EQUAL, 0, 5, arch),
        (LOAD, 0, 0, 0), (EQUAL, 0, 3, openat),
        (LOAD, 0, 0, 32), (SET, 0, 1, O_NOCTTY),
        (RETURN, 0, 0, ERRNO | EINTR), (RETURN, 0, 0, ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
    program = struct.pack("HxxxxxxP", len(rules), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    calls = []

    class Stop(Exception):
        pass

    def handler(number, frame):
        calls.append(number)
        if len(calls) == 3:
            raise Stop

    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, program, 0, 0) == 0
    for function in ipe_enlighten.check, ipe_enlighten.open_code:
        calls.clear()
        try:
            function("/etc/passwd")
        except Stop:
            print(function.__name__, len(calls))
    """


class InterruptedTest(support.GateTest):
    def test_an_interrupted_open_is_made_again_until_a_handler_raises(self):
        machine = os.uname().machine
        if machine not in SYSCALLS:
            self.skipTest(f"the number of openat(2) on {machine} is not known here")
        result = self.python("-c", PROGRAM, *map(str, SYSCALLS[machine]))
        self.assertEqual(result.stdout, "check 3\nopen_code 3\n", result.stderr)
