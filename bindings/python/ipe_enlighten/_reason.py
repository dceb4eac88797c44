# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library's reasons as an enumeration; _reason.pyi is the same for a type checker."""

import enum

from . import _ipe_enlighten

_REASONS = _ipe_enlighten.reasons()


class _Described(enum.IntEnum):
    @property
    def label(self):
        return _REASONS[self][0]

    @property
    def advice(self):
        return _REASONS[self][1]


# The library may be newer than this file and know more reasons.
Reason = _Described(
    "Reason",
    [(name.upper().replace("-", "_"), value) for value, (name, advice) in enumerate(_REASONS)],
    module=__package__,
)
Reason.__doc__ = """Why a verdict is what it is.

The members are those of ``enum ipe_reason``, named by ``ipe_reason_name()``.

>>> Reason.NOEXEC_MOUNT.label
'noexec-mount'
>>> Reason.NOEXEC_MOUNT.advice
'Move the file to a file system that is not mounted noexec.'
"""
