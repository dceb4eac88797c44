# SPDX-License-Identifier: LGPL-2.1-or-later
import enum

class _Described(enum.IntEnum):
    @property
    def label(self) -> str: ...
    @property
    def advice(self) -> str: ...

class Reason(_Described):
    UNDECIDED = 0
    ALLOWED = 1
    POLICY = 2
    NOEXEC_MOUNT = 3
    UNMAPPABLE = 4
    NOT_REGULAR = 5
    NO_EXECUTE_BIT = 6
    OPEN_FOR_WRITING = 7
    INTERACTIVE = 8
    ANONYMOUS_MEMORY = 9
    INLINE = 10
    BAD_CONFIGURATION = 11
    CHANGED = 12
    READ_ERROR = 13
    TOO_LARGE = 14
    RESOURCE = 15
    UNKNOWN = 16
