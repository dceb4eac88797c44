# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ipe-check --freeze prints: a policy with comments, or JSON."""

from __future__ import annotations

from ..policy import Policy
from .inventory import Inventory
from .report import Report, complain, escape

# Of a signed policy. Linux's own IPE reads no more of one.
_SIZE_LIMIT = 65535

_HEAD = """\
# A policy for Linux IPE, begun by 'ipe-check --freeze {top}'.
#
# It allows what that program needs and no other. Put the rules into the policy of the device; check
# and sign that by ipectl-policy(1).
policy_name=device policy_version=0.0.1

DEFAULT action=DENY

# Files with fs-verity and these contents, wherever they lie.
"""


def _text_of(inventory: Inventory, top: str, encoding: str) -> str:
    lines, places = [_HEAD.format(top=escape(top, encoding))], dict[str, list[str]]()
    for path in sorted(inventory.files):
        file = inventory.files[path]
        note = f"{escape(path, encoding)}: {file.kind}, {escape(file.why, encoding)}"
        places.setdefault(file.rule, []).append(note)
    for rule, (first, *others) in places.items():
        lines.append(f"{rule} # {first}\n")
        lines.extend(f"#   the same: {other}\n" for other in others)
    for what in sorted(inventory.missing):
        who = ", ".join(escape(name, encoding) for name in sorted(set(inventory.missing[what])))
        lines.append(f"# not found: {escape(what, encoding)}, which {who} asks for\n")
    return "".join(lines)


def _warn_of_size(text: str, policy: Policy) -> None:
    if len(text.encode(errors="surrogateescape")) <= _SIZE_LIMIT:
        return
    bare = len(str(policy).encode(errors="surrogateescape"))
    advice = "'ipectl policy print' leaves the comments out"
    if bare > _SIZE_LIMIT:
        advice = "put the program on a volume with dm-verity instead"
    complain(f"the policy is longer than the {_SIZE_LIMIT} bytes that Linux reads; {advice}")


def print_policy(report: Report, inventory: Inventory, top: str) -> None:
    """Print the policy, if it is complete; each file and what was not found as JSON."""
    if report.json:
        for path in sorted(inventory.files):
            report.needed(inventory.files[path])
        for what in sorted(inventory.missing):
            report.missing(what, sorted(set(inventory.missing[what])))
    elif inventory.complete:
        text = _text_of(inventory, top, report.encoding())
        _warn_of_size(text, Policy(text))
        report.text(text)
    else:
        complain("there is no policy, because not every file could be read")
