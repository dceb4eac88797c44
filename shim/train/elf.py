# SPDX-License-Identifier: LGPL-2.1-or-later
"""What there is to know of an ELF file: its build-id, what it needs, and who calls whom in it."""
import struct
from pathlib import Path
from typing import Iterator, NamedTuple

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE = 1, 2, 3, 4
DT_NEEDED, DT_STRTAB = 1, 5
NT_GNU_BUILD_ID = 3
PF_X = 1
EM_X86_64 = 62
CALL = b"\xe8"


class Malformed(Exception):
    """No 64-bit little-endian ELF file, or a damaged one."""


class Segment(NamedTuple):
    kind: int
    offset: int
    address: int
    size: int
    executable: bool


def read(path: Path) -> bytes:
    data = path.read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        raise Malformed(f"{path} is no 64-bit little-endian ELF file")
    return data


def segments(data: bytes) -> Iterator[Segment]:
    try:
        (offset,) = struct.unpack_from("<Q", data, 32)
        size, count = struct.unpack_from("<HH", data, 54)
        for i in range(count):
            kind, flags, start, address, _, length = struct.unpack_from("<IIQQQQ", data,
                                                                        offset + i * size)
            yield Segment(kind, start, address, length, bool(flags & PF_X))
    except (struct.error, OverflowError) as error:
        raise Malformed("its program headers are not in it") from error


def notes(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Type, name and description of each note."""
    for segment in segments(data):
        start, end = segment.offset, min(segment.offset + segment.size, len(data))
        while segment.kind == PT_NOTE and start + 12 <= end:
            name_size, text_size, note = struct.unpack_from("<III", data, start)
            name = start + 12
            text = name + (name_size + 3 & ~3)
            yield note, data[name:name + name_size], data[text:text + text_size]
            start = text + (text_size + 3 & ~3)


def build_id(path: Path) -> str | None:
    """In hexadecimal, or None if the file has none."""
    for kind, name, text in notes(read(path)):
        if kind == NT_GNU_BUILD_ID and name == b"GNU\0":
            return text.hex()
    return None


def is_dynamic(path: Path) -> bool:
    """Whether there is a loader that could preload something."""
    return any(segment.kind == PT_INTERP for segment in segments(read(path)))


def dynamic(data: bytes) -> Iterator[tuple[int, int]]:
    for segment in segments(data):
        for at in range(segment.offset, segment.offset + segment.size, 16):
            if segment.kind != PT_DYNAMIC or at + 16 > len(data):
                break
            tag, value = struct.unpack_from("<QQ", data, at)
            if tag == 0:
                break
            yield tag, value


def in_file(data: bytes, address: int) -> int:
    for segment in segments(data):
        if segment.kind == PT_LOAD and 0 <= address - segment.address < segment.size:
            return segment.offset + address - segment.address
    raise Malformed("its names are not in it")


def needs(path: Path) -> list[str]:
    """The libraries that it names, as it names them."""
    data = read(path)
    entries = list(dynamic(data))
    strings = next((value for tag, value in entries if tag == DT_STRTAB), None)
    if strings is None:
        return []
    start = in_file(data, strings)
    names = (data[start + value:].split(b"\0", 1)[0] for tag, value in entries if tag == DT_NEEDED)
    return [name.decode(errors="surrogateescape") for name in names]


def direct_calls(path: Path) -> dict[int, int]:
    """By return address, what is called there: of x86-64 alone, and a few that are none among them."""
    data = read(path)
    found: dict[int, int] = {}
    if struct.unpack_from("<H", data, 18) != (EM_X86_64,):
        return found
    for segment in segments(data):
        if segment.kind != PT_LOAD or not segment.executable:
            continue
        code = data[segment.offset:segment.offset + segment.size]
        at = code.find(CALL)
        while 0 <= at <= len(code) - 5:
            back = segment.address + at + 5
            target = back + struct.unpack_from("<i", code, at + 1)[0]
            if 0 <= target - segment.address < segment.size:
                found[back] = target
            at = code.find(CALL, at + 1)
    return found
