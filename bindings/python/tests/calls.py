# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each function of the extension with what it takes and what it refuses, to be called often.

Usage: calls.py references|often ALLOWED REFUSED

The directories hold a file "script.py". With "references", for a debug build of Python, tells for
each call how many references are held after it that were not before, as JSON; with "often" it
just makes the calls, for valgrind to watch. Under ipe-python3 also what goes through the launcher.
"""

import importlib.machinery
import io
import json
import marshal
import os
import sys

from ipe_enlighten import _ipe_enlighten, _policy, _strict

ROUNDS = 1000
WARM_UP = 50
GATED = "ipe-python3" in os.path.basename(sys.executable)
SEED = bytes(16)
GOOD_POLICY = (
    b"policy_name=p policy_version=1.2.3\nDEFAULT op=EXECUTE action=DENY\nDEFAULT action=ALLOW\n"
    b"op=EXECUTE fsverity_digest=sha256:" + b"00" * 32 + b" boot_verified=TRUE action=ALLOW\n"
)


class Unusable:
    """An argument of which every use fails."""

    def __fspath__(self):
        raise ValueError

    def fileno(self):
        raise ValueError


def extension_calls(good, bad, descriptor):
    nothing = os.path.join(os.path.dirname(good), "nothing")
    for path in good, bad, nothing, "a\0b", Unusable(), None, os.fsencode(good):
        yield _ipe_enlighten.check_path, path, None
        yield _ipe_enlighten.open_code, path, None
    for directory in -1, "x", 1 << 70, descriptor, Unusable():
        yield _ipe_enlighten.check_path, "script.py", directory
        yield _ipe_enlighten.open_code, "script.py", directory
    for function in _ipe_enlighten.check_fd, _ipe_enlighten.check_stdin:
        for fd in descriptor, -1, "x", 1 << 70:
            yield function, fd
    for fd, limit in (descriptor, 100), (descriptor, 0), (descriptor, -1), (-1, 1), ("x", 1):
        yield _ipe_enlighten.load_fd, fd, limit
    for function in "check_inline", "restrictions", "reasons":
        yield (getattr(_ipe_enlighten, function),)
        yield getattr(_ipe_enlighten, function), 1


def policy_calls():
    policy, _ = _policy.parse(GOOD_POLICY, False, SEED)
    for text, extensions, seed in (
        (GOOD_POLICY, True, SEED),
        (b"policy_name=p policy_version=1.0\n", False, SEED),
        (b"", False, SEED),
        (GOOD_POLICY, False, b"short"),
        ("text", False, SEED),
        (GOOD_POLICY, Unusable(), SEED),
    ):
        yield _policy.parse, text, extensions, seed
    for handle in policy, object(), None:
        yield _policy.describe, handle
        yield _policy.canonical, handle
        for number in 0, 7, -1, "x":
            yield _policy.rule, handle, number
            yield _policy.default_of, handle, number
        for digests in (), ((0, "sha256", bytes(32)),), ((0, None, None),), ((9, None, None),), (
            (0, "sha256", None),
        ), (1,), [], ((0, b"x", b"x"),):
            yield _policy.decide, handle, 0, 1, 1, digests
    yield (_policy.vocabulary,)
    yield _policy.vocabulary, 1


def strict_calls():
    def refuse():
        raise PermissionError

    library = os.fsencode(os.path.dirname(os.__file__))
    for content, path in (b"text", "x.py"), (b"0" * 20, "x.pyc"), ("x", "x"), (b"x", b"x"), (1, 1):
        yield _strict.note, content, path
    yield _strict.hook, library, refuse
    yield _strict.hook, "text", refuse
    hook = _strict.hook(library, refuse)
    for event in "compile", "marshal.loads", "code.__new__", "cpython.PyInterpreterState_New", "x":
        for arguments in (), (b"text", "x"), ("other", "x"), (None, None), (Unusable(),), 1:
            yield hook, event, arguments
    yield hook, 1, ()


def launcher_calls(good, bad):
    """Through the hooks, which are in place under ipe-python3 alone."""
    yield io.open_code, good
    yield io.open_code, bad
    loader = importlib.machinery.SourceFileLoader("script", good)
    for path in good, bad, 1, "a\0b":
        yield loader.get_data, path
    yield io.open_code, "a\0b"
    yield compile, "text", "x", "exec"
    yield marshal.loads, marshal.dumps(repeat.__code__)
    yield open, good
    for event in "run_command", "run_stdin", "run_module", "run_startup":
        yield sys.audit, f"cpython.{event}", "timeit"


def all_calls(allowed, refused, descriptor):
    good, bad = os.path.join(allowed, "script.py"), os.path.join(refused, "script.py")
    yield from extension_calls(good, bad, descriptor)
    yield from policy_calls()
    yield from strict_calls()
    if GATED:
        yield from launcher_calls(good, bad)


def repeat(function, arguments, rounds):
    for _ in range(rounds):
        try:
            result = function(*arguments)
            for member in result if isinstance(result, tuple) else [result]:
                if isinstance(member, io.IOBase):
                    member.close()
        except (OSError, ValueError, TypeError, OverflowError, IndexError):
            pass
    member = result = None


def count(calls):
    for function, *arguments in calls:
        repeat(function, arguments, WARM_UP)
        before = sys.gettotalrefcount()
        repeat(function, arguments, ROUNDS)
        kept = sys.gettotalrefcount() - before
        yield [f"{function.__name__}{arguments!r}", kept]


def main():
    what, allowed, refused = sys.argv[1:]
    os.chdir(allowed)
    descriptor = os.open("script.py", os.O_RDONLY)
    kept = []
    calls = list(all_calls(allowed, refused, descriptor))
    names = {function.__name__ for function, *_ in calls}
    for module in _ipe_enlighten, _policy, _strict:
        for name in vars(module):
            assert name.startswith("__") or name in names, f"{name} is called by nobody"
    if what == "references":
        # The last one shows that a reference that is kept is seen.
        print(json.dumps(list(count([*calls, (kept.append, "kept")]))))
    else:
        for function, *arguments in calls:
            repeat(function, arguments, 10)


if __name__ == "__main__":
    main()
