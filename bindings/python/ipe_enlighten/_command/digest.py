# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fs-verity digest of content that is in memory, so that it is of the very bytes looked at."""

from __future__ import annotations

import hashlib
import struct

from ..policy import Digest

_BLOCK = 4096
_NO_HASH = bytes(32)
# struct fsverity_descriptor of Linux: version, algorithm, log2 of the block, no salt, no signature.
_DESCRIPTOR = struct.Struct("<BBBBIQ64s32s144x")
_SHA256 = 1


def _hash_blocks(data: bytes) -> bytes:
    blocks = (data[at : at + _BLOCK] for at in range(0, len(data), _BLOCK))
    return b"".join(hashlib.sha256(block.ljust(_BLOCK, b"\0")).digest() for block in blocks)


def fsverity_digest(content: bytes) -> Digest:
    """Return what ``fsverity digest`` prints: SHA-256, blocks of 4096 bytes, no salt.

    >>> str(fsverity_digest(b""))[:24]
    'sha256:3d248ca542a24fc62'
    """
    level = _hash_blocks(content)
    while len(level) > len(_NO_HASH):
        level = _hash_blocks(level)
    header = (1, _SHA256, _BLOCK.bit_length() - 1, 0, 0, len(content), level or _NO_HASH, b"")
    return Digest("sha256", hashlib.sha256(_DESCRIPTOR.pack(*header)).digest())
