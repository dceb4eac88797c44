# SPDX-License-Identifier: LGPL-2.1-or-later
"""The vectors as data: reads and checks data/*.json, whose fields README.md explains."""

import dataclasses
import gzip
import json
import re
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple, Union

# Where a vector's files lie when an interpreter runs, whichever copy it is.
TEST, SAFE, HOME, PROGRAMS = '/mnt/test', '/mnt/safe', '/mnt/home', '/mnt/programs'

KINDS = {
    'file': 'code in a file that is named, found or configured',
    'stdin': 'code in a regular file on standard input',
    'stream': 'code in a pipe or device that is named like a file',
    'inline': 'code without a file: an argument, the environment, a pipe, a terminal',
    'native': 'machine code, and scripts that the kernel starts: the kernel judges these itself',
    'data': 'text that a trusted program reads as data and then decides to run',
}
SETTINGS = ('default', 'restrict-file', 'deny-interactive', 'anonymous')

Content = Union[str, List[str], Dict[str, str]]
Replacements = Sequence[Tuple[str, str]]  # what is replaced, and by what


class DataError(Exception):
    """A data file that is not what README.md says."""


@dataclass(frozen=True)
class Vector:
    """One way for code to get into one interpreter, and an attempt at it."""
    interpreter: 'Interpreter'
    name: str
    way: str
    kind: str
    arguments: List[str] = field(default_factory=list)
    argv0: str = ''
    env: Dict[str, str] = field(default_factory=dict)
    stdin: Dict[str, str] = field(default_factory=dict)
    cwd: str = HOME
    test: Dict[str, Content] = field(default_factory=dict)
    safe: Dict[str, Content] = field(default_factory=dict)
    prepare: List[List[str]] = field(default_factory=list)
    remove: List[str] = field(default_factory=list)
    bind: Dict[str, str] = field(default_factory=dict)
    through_inline: bool = False
    open: Dict[str, str] = field(default_factory=dict)
    broken: Dict[str, str] = field(default_factory=dict)
    machine_only: str = ''
    not_applicable: Dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f'{self.interpreter.name}.{self.name}'


@dataclass
class Interpreter:
    """A program, and what is the same for all its vectors."""
    name: str
    program: str
    package: str
    print: str
    release: str = ''
    static: bool = False
    own_calls: bool = False
    patched: str = ''
    library: List[str] = field(default_factory=list)
    arguments: List[str] = field(default_factory=list)
    env: Dict[str, str] = field(default_factory=dict)
    open: Dict[str, str] = field(default_factory=dict)
    broken: Dict[str, str] = field(default_factory=dict)
    vectors: List[Vector] = field(default_factory=list)


@dataclass(frozen=True)
class Marker:
    """What only an execution prints: the source has the halves apart. Most of it counts as it all,
    because any piece that is longer than a half came from an execution too."""
    first: str
    second: str

    def whole(self, output: bytes) -> bool:
        return (self.first + self.second).encode() in output

    def partly(self, output: bytes) -> bool:
        text, piece = (self.first + self.second).encode(), len(self.first) + 1
        return any(text[start:start + piece] in output for start in range(len(text) - piece + 1))

    def fill(self, text: str, vector: Vector) -> str:
        print_it = vector.interpreter.print if '@PRINT@' in text else ''
        for name, value in (('PRINT', print_it), ('A', self.first), ('B', self.second),
                            ('T', TEST), ('S', SAFE), ('P', PROGRAMS),
                            ('X', program_of(vector.interpreter)),
                            ('I', command_of(vector.interpreter))):
            text = text.replace(f'@{name}@', value)
        return text


def program_of(interpreter: Interpreter) -> str:
    return interpreter.program.replace('@P@', PROGRAMS)


def command_of(interpreter: Interpreter) -> str:
    return ' '.join([program_of(interpreter), *interpreter.arguments])


def check_fields(where: str, raw: Dict[str, Any], kind: type) -> None:
    fields = {item.name: typing.get_origin(item.type) or item.type
              for item in dataclasses.fields(kind)}
    for name, value in raw.items():
        if name not in fields:
            raise DataError(f'{where}: unknown field "{name}"')
        if not isinstance(value, fields[name]):
            raise DataError(f'{where}: "{name}" is not a {fields[name].__name__}')


def check_vector(vector: Vector) -> None:
    where = vector.title
    if not re.fullmatch(r'[a-z0-9_]+', vector.name):
        raise DataError(f'{where}: a name has small letters, digits and underlines')
    if vector.kind not in KINDS:
        raise DataError(f'{where}: unknown kind "{vector.kind}"')
    if not set(vector.stdin) <= {'file', 'pipe', 'socket', 'terminal'} or len(vector.stdin) > 1:
        raise DataError(f'{where}: "stdin" has one of file, pipe, socket, terminal')
    if bool(vector.test) != (vector.kind not in ('inline', 'stream')):
        raise DataError(f'{where}: code in files needs "test", code without files has none')
    text = repr({name: value for name, value in vars(vector).items() if name != 'interpreter'})
    if '@PRINT@' not in text and not ('@A@' in text and '@B@' in text):
        raise DataError(f'{where}: nothing prints the marker')
    if '@A@@B@' in text:
        raise DataError(f'{where}: the source itself shows the marker')


def read_raw(path: Path, replacements: Replacements) -> Dict[str, Any]:
    text = path.read_text()
    for old, new in replacements:
        text = text.replace(old, new)
    raw: Dict[str, Any] = json.loads(text)
    if 'same_as' in raw:
        base = read_raw(path.parent / f'{raw.pop("same_as")}.json', replacements)
        left_out = raw.pop('without', [])
        base.pop('patched', None)
        inherited = [item for item in base['vectors'] if item.get('name') not in left_out]
        raw = {**base, **raw, 'vectors': inherited + raw.get('vectors', [])}
    return raw


def read_interpreter(path: Path, replacements: Replacements) -> Interpreter:
    raw = read_raw(path, replacements)
    vectors = raw.pop('vectors')
    check_fields(path.name, raw, Interpreter)
    try:
        interpreter = Interpreter(**raw)
        for item in vectors:
            check_fields(f'{path.name}: {item.get("name")}', item, Vector)
            interpreter.vectors.append(Vector(interpreter=interpreter, **item))
    except TypeError as error:
        raise DataError(f'{path.name}: {error}') from error
    return interpreter


def load(directory: Path, replacements: Replacements = ()) -> List[Interpreter]:
    """All interpreters, with every old text replaced by the new one: for another release's paths."""
    paths = sorted(directory.glob('*.json'), key=lambda path: path.stem)
    interpreters = [read_interpreter(path, replacements) for path in paths]
    seen: Dict[str, bool] = {}
    for interpreter in interpreters:
        for vector in interpreter.vectors:
            check_vector(vector)
            if vector.title in seen:
                raise DataError(f'{vector.title} is there twice')
            seen[vector.title] = True
    return interpreters


def version_of(package: str, status: str) -> str:
    """A package's upstream version: as the package manager says, else as its changelog does. One of
    npm's has it behind its name."""
    if '@' in package:
        return package.split('@')[1]
    match = re.search(rf'^Package: {re.escape(package)}$.*?^Version: (?:\d+:)?([\d.]+)', status,
                      re.M | re.S)
    if match:
        return match[1]
    try:
        with gzip.open(f'/usr/share/doc/{package}/changelog.Debian.gz', 'rt') as file:
            match = re.search(r'\((?:\d+:)?([\d.]+)', file.readline())
    except OSError:
        pass
    return match[1] if match else 'unknown'


def versions(interpreters: List[Interpreter]) -> Dict[str, str]:
    status = Path('/var/lib/dpkg/status').read_text(encoding='utf-8')
    return {interpreter.name: version_of(interpreter.package, status)
            for interpreter in interpreters
            if not interpreter.release or Path(interpreter.program).exists()}


def select(interpreters: List[Interpreter], names: List[str]) -> Tuple[List[Vector], List[str]]:
    """The vectors that names select, an interpreter's or a vector's, and the names unknown."""
    vectors = [vector for interpreter in interpreters for vector in interpreter.vectors]
    if not names:
        return vectors, []
    known = {name for vector in vectors for name in (vector.interpreter.name, vector.title)}
    return ([vector for vector in vectors if {vector.interpreter.name, vector.title} & set(names)],
            [name for name in names if name not in known])
