# SPDX-License-Identifier: LGPL-2.1-or-later
"""The build-id of an ELF file."""
import struct
from pathlib import Path
from typing import Iterator

PT_NOTE = 4
NT_GNU_BUILD_ID = 3


def notes(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Type, name and description of each note of a 64-bit little-endian file."""
    (offset,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for i in range(count):
        kind, _, start, _, _, length = struct.unpack_from("<IIQQQQ", data, offset + i * size)
        end = start + length
        while kind == PT_NOTE and start + 12 <= end:
            name_size, text_size, note = struct.unpack_from("<III", data, start)
            name = start + 12
            text = name + (name_size + 3 & ~3)
            yield note, data[name:name + name_size], data[text:text + text_size]
            start = text + (text_size + 3 & ~3)


def build_id(path: Path) -> str | None:
    """In hexadecimal, or None if the file has none."""
    data = path.read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        return None
    for kind, name, text in notes(data):
        if kind == NT_GNU_BUILD_ID and name == b"GNU\0":
            return text.hex()
    return None
