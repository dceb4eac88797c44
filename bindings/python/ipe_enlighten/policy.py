# SPDX-License-Identifier: LGPL-2.1-or-later
"""IPE policies: parse them, ask them, print them. Nothing of this touches the running kernel.

docs/policy-language.md defines the language.

>>> policy = Policy(
...     "policy_name=device policy_version=1.0.0\\n"
...     "DEFAULT action=ALLOW\\n"
...     "DEFAULT op=EXECUTE action=DENY\\n"
...     "op=EXECUTE dmverity_signature=TRUE action=ALLOW\\n"
... )
>>> policy.name, policy.version
('device', (1, 0, 0))
>>> policy.decide("EXECUTE", flags={"dmverity_signature": True}).allowed
True
>>> policy.decide("EXECUTE", flags={"dmverity_signature": False})
Decision(action=<Action.DENY: 0>, basis=<Basis.OP_DEFAULT: 2>, rule=None, line=3, certain=True)
"""

from __future__ import annotations

import enum
import os
from typing import Iterator, Mapping, NamedTuple, Optional, Union

from . import _policy

OPS, FLAGS, DIGEST_KINDS = (tuple(names) for names in _policy.vocabulary())


class Action(enum.IntEnum):
    """What a rule or a DEFAULT says."""

    DENY = 0
    ALLOW = 1


class Basis(enum.IntEnum):
    """What a decision rests on."""

    NOTHING = 0
    RULE = 1
    OP_DEFAULT = 2
    GLOBAL_DEFAULT = 3


class PolicyError(ValueError):
    """A policy is refused, with the errno that the kernel gives for it.

    ``line`` and ``column`` are counted from 1, the column in bytes; ``token`` is the word at fault.

    >>> try:
    ...     Policy("policy_name=p policy_version=1.0\\n")
    ... except PolicyError as error:
    ...     print(error)
    line 1, column 33: a version is exactly three numbers with dots: X.Y.Z
    """

    def __init__(self, errno: int, reason: str, line: int, column: int, token: str) -> None:
        super().__init__(errno, reason, line, column, token)
        self.errno = errno
        self.reason = reason
        self.line = line
        self.column = column
        self.token = token

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.reason}"


class Digest(NamedTuple):
    """A digest as policies write it.

    >>> str(Digest("sha256", bytes(2)))
    'sha256:0000'
    """

    algorithm: str
    value: bytes

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.value.hex()}"


class Decision(NamedTuple):
    """What a policy says.

    ``rule`` is the rule's number, counted from 0, ``line`` where it or the DEFAULT stands.
    ``certain`` is False if a DENY rule decided that applies for all one knows.
    """

    action: Action
    basis: Basis
    rule: Optional[int]
    line: int
    certain: bool

    @property
    def allowed(self) -> bool:
        """True if the action is to allow."""
        return self.action is Action.ALLOW


class Rule(NamedTuple):
    """One rule. ``never`` says that it contradicts itself and so never applies."""

    line: int
    op: str
    action: Action
    flags: tuple[tuple[str, bool], ...]
    digests: tuple[tuple[str, Digest], ...]
    never: bool


class Default(NamedTuple):
    """A DEFAULT, and its line."""

    action: Action
    line: int


def _index(names: tuple[str, ...], name: str, what: str) -> int:
    try:
        return names.index(name)
    except ValueError:
        raise ValueError(f"there is no {what} {name!r}: use one of {', '.join(names)}") from None


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _bits(truth: int, falsehood: int) -> tuple[tuple[str, bool], ...]:
    return tuple(
        (name, value)
        for number, name in enumerate(FLAGS)
        for value, bits in ((True, truth), (False, falsehood))
        if bits >> number & 1
    )


class Policy:
    """A policy. It does not change, and any thread may ask it.

    Raises PolicyError for a text that the kernel refuses. With extensions=True the properties that
    Linux's own IPE does not know are accepted.
    """

    def __init__(self, text: Union[str, bytes], *, extensions: bool = False) -> None:
        if isinstance(text, str):
            text = text.encode("utf-8", "surrogateescape")
        policy, error = _policy.parse(text, extensions, os.urandom(16))
        if error is not None:
            errno, reason, line, column, token = error
            raise PolicyError(errno, reason, line, column, _text(token))
        assert policy is not None
        self._policy = policy
        name, version, self._count = _policy.describe(policy)
        self.name = _text(name)
        self.version = version >> 32, version >> 16 & 0xFFFF, version & 0xFFFF

    def __str__(self) -> str:
        """Return the canonical text."""
        return _text(_policy.canonical(self._policy))

    def __len__(self) -> int:
        """Return the number of rules, without the DEFAULTs."""
        return self._count

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Rule]:
        """Go through the rules in their order."""
        return map(self._rule, range(self._count))

    def _rule(self, number: int) -> Rule:
        line, op, action, truth, falsehood, never, digests = _policy.rule(self._policy, number)
        return Rule(
            line,
            OPS[op],
            Action(action),
            _bits(truth, falsehood),
            tuple((DIGEST_KINDS[kind], Digest(_text(a), value)) for kind, a, value in digests),
            never,
        )

    def default(self, op: Optional[str] = None) -> Optional[Default]:
        """Return the DEFAULT of an operation, or the global one; None if there is none.

        Raises ValueError for an operation that does not exist.
        """
        number = len(OPS) if op is None else _index(OPS, op, "operation")
        found = _policy.default_of(self._policy, number)
        return found and Default(Action(found[0]), found[1])

    def decide(
        self,
        op: str,
        *,
        flags: Optional[Mapping[str, bool]] = None,
        digests: Optional[Mapping[str, Optional[Digest]]] = None,
    ) -> Decision:
        """Judge a file or memory by what is known of it.

        What is left out is unknown: a rule that may apply because of it applies if it denies, and
        does not if it allows. A digest that is None says that the file has none. An operation that
        does not exist is judged by the global DEFAULT.

        Raises ValueError for a flag or a kind of digest that does not exist.
        """
        known = truth = 0
        for name, value in (flags or {}).items():
            bit = 1 << _index(FLAGS, name, "flag")
            known |= bit
            truth |= bit if value else 0
        facts = tuple(
            (_index(DIGEST_KINDS, kind, "kind of digest"),)
            + ((None, None) if digest is None else (digest[0], digest[1]))
            for kind, digest in (digests or {}).items()
        )
        number = OPS.index(op) if op in OPS else len(OPS)
        action, basis, rule, line, certain = _policy.decide(
            self._policy, number, known, truth, facts
        )
        by_rule = basis == Basis.RULE
        return Decision(Action(action), Basis(basis), rule if by_rule else None, line, certain)


__all__ = [
    "DIGEST_KINDS",
    "FLAGS",
    "OPS",
    "Action",
    "Basis",
    "Decision",
    "Default",
    "Digest",
    "Policy",
    "PolicyError",
    "Rule",
]
