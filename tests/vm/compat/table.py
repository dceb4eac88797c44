# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads the table of the suite "compat" and resolves it for one kind of kernel.

A row is an operation and what the kernel says to it; below it, behind a tab, are the audit records
that it makes, all of them, in their order:

    load first => ok
    	1422 policy_name="first" policy_version=0.1.0 ...
    mmap r-x private /tmp/elf => EACCES
    	EXECUTE MMAP /tmp/elf DEFAULT action=DENY

A record is spelt out if it begins with its number. Else it is OPERATION HOOK PATH RULE of an
access, with named=COMM before it where another program than the suite's own asks, and PATH in
quotation marks if it has blanks. "4 " before it says that it comes four times. A record, or the
end of one, in brackets is in Linux's own IPE since 6.15, and in ours; a record in braces is in
Linux's alone.

    ours NAME => EPERM

says what the row is in the project's own IPE, because of the deliberate difference NAME, and has its
records behind it; brackets show A1 and braces A2. "== TITLE" begins a section, "#" a comment."""

import re
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

ROW = re.compile(r'(\S.*?) => (.*)')
OURS = re.compile(r'ours (\w+) => (.*)')
ERRNO_SINCE = (6, 15)
SHORT = re.compile(r'(?:named=(\S+) )?([A-Z_0-9]+) ([A-Z_]+) ("[^"]*"|\S+) (.*)')
ACCESS = '1420 ipe_op={} ipe_hook={} enforcing={} pid=PID comm={} {} rule="{}'

# Where what has no name is not in a tmpfs.
NAMELESS = {'/anon_hugepage (deleted)': '"hugetlbfs"', '/secretmem (deleted)': '"secretmem"'}


class TableError(Exception):
    """A line that says nothing, or too much."""


@dataclass
class Answer:
    result: str
    records: List[str] = field(default_factory=list)
    difference: str = ''


@dataclass
class Row:
    section: str
    words: str
    answer: Answer
    ours: Optional[Answer] = None


@dataclass
class Kind:
    """What decides which answer is expected."""
    ours: bool
    version: Tuple[int, int]

    @property
    def name(self) -> str:
        return f'{"ours" if self.ours else "linux"}-{self.version[0]}.{self.version[1]}'

    def resolve(self, row: Row) -> Answer:
        """With every record spelt out."""
        answer = row.ours if self.ours and row.ours else row.answer
        records = [record for text in answer.records for record in self.spell_out(row, text)]
        return Answer(answer.result, records, answer.difference or self.in_records(answer))

    def in_records(self, answer: Answer) -> str:
        """The difference that shows in nothing but which records there are."""
        if self.ours and any(text.startswith('{') for text in answer.records):
            return 'A2'
        later = any(text.startswith('[') for text in answer.records)
        return 'A1' if self.ours and self.version < ERRNO_SINCE and later else ''

    def spell_out(self, row: Row, text: str) -> List[str]:
        has_errno = self.ours or self.version >= ERRNO_SINCE
        if text.startswith('{'):
            return [] if self.ours else [text[1:-1]]
        if text.startswith('['):
            return [text[1:-1]] if has_errno else []
        if text.endswith(']'):
            text, _, errno = text[:-1].partition(' [')
            text += f' {errno}' if has_errno else ''
        count, _, rest = text.partition(' ')
        if len(count) == 1 and count.isdigit():
            return [access(row, rest)] * int(count)
        return [text if re.match(r'\d{4}\b', text) else access(row, text)]


def path_field(path: str) -> str:
    """As the audit system writes it, and what is told of the file that lies there."""
    name = path.strip('"')
    if name == '?':
        return 'path=? dev=? ino=?'
    device = NAMELESS.get(name, '"tmpfs"' if name.endswith(' (deleted)') else 'DEV')
    written = name.encode().hex().upper() if re.search('[ "]', name) else f'"{name}"'
    return f'path={written} dev={device} ino=INO'


def access(row: Row, text: str) -> str:
    match = SHORT.fullmatch(text)
    if not match:
        raise TableError(f'this is no record: {text}')
    enforcing = 0 if 'permissive' in row.words.split() else 1
    end = '' if '" rule_line=' in match[5] else '"'
    return ACCESS.format(match[2], match[3], enforcing, match[1] or '"compat"',
                         path_field(match[4]), match[5] + end)


def read_differences(text: str) -> Dict[str, str]:
    """Which suite shows each."""
    words = (line.split() for line in text.splitlines() if line and line[0] != '#')
    return {name: suite for name, suite, *_ in words}


def read_rows(text: str) -> List[Row]:
    rows: List[Row] = []
    section, answer = '', None
    for number, line in enumerate(text.splitlines(), 1):
        ours, row = OURS.fullmatch(line), ROW.fullmatch(line)
        if not line or line.startswith('#'):
            continue
        if line.startswith('== '):
            section, answer = line[3:], None
        elif line.startswith('\t') and answer:
            answer.records.append(line[1:])
        elif ours and rows:
            rows[-1].ours = answer = Answer(ours[2], difference=ours[1])
        elif row and section:
            answer = Answer(row[2])
            rows.append(Row(section, row[1], answer))
        else:
            raise TableError(f'line {number}: {line}')
    return rows


def named(rows: List[Row], kind: Kind) -> List[str]:
    """The differences that rows show on a kind of kernel."""
    return sorted({kind.resolve(row).difference for row in rows} - {''})


def check_differences(rows: List[Row], differences: Dict[str, str], all_shown: bool = True) -> None:
    """Each one that a row names is listed, and says something else; each of this suite is named."""
    for row in rows:
        theirs = (row.answer.result, row.answer.records)
        if row.ours and (row.ours.result, row.ours.records) == theirs:
            raise TableError(f'{row.words}: ours is the same')
    shown = set(named(rows, Kind(True, (6, 12))))
    listed = {name for name, suite in differences.items() if suite == 'compat'}
    wrong = shown ^ listed if all_shown else shown - listed
    if wrong:
        raise TableError(f'differences listed or named, but not both: {sorted(wrong)}')


def write(rows: List[Row], kind: Kind) -> str:
    """For the guest: lines of description, words, difference, result, records; an empty one."""
    blocks = []
    for row in rows:
        answer = kind.resolve(row)
        blocks.append('\n'.join([f'{row.section}: {row.words} => {answer.result}', row.words,
                                 answer.difference or '-', answer.result, *answer.records, '', '']))
    return ''.join(blocks)
