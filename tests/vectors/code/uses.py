# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ordinary uses of script files as data: reads and checks uses/*.json, see README.md."""

import dataclasses
import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List

from vectors import (PROGRAMS, SETTINGS, TEST, Content, DataError, Interpreter, Vector,
                     check_fields)

DIRECTORY = Path(__file__).resolve().parent / 'uses'
SHELL = '/bin/sh'
GROUP_FIELDS = {'about', 'needs', 'interpreters', 'env', 'safe', 'uses'}
# States of a use on a route, from the worst to the best; "broken" is a use that shows nothing.
STATES = ('broken', 'differs', 'refused', 'not-applicable', 'ok')


@dataclass(frozen=True)
class Use:
    """Something that people do with script files without running them."""
    group: str
    name: str
    what: str
    needs: List[str]
    command: str = ''
    argv: List[str] = field(default_factory=list)
    interpreters: List[str] = field(default_factory=list)
    env: Dict[str, str] = field(default_factory=dict)
    stdin: Dict[str, str] = field(default_factory=dict)
    files: Dict[str, Content] = field(default_factory=dict)
    safe: Dict[str, Content] = field(default_factory=dict)
    setting: str = 'default'
    ignore: List[str] = field(default_factory=list)
    static: bool = False
    harmed: Dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f'{self.group}.{self.name}'

    def vector(self) -> Vector:
        """As what the sandbox runs."""
        words = self.argv or [SHELL, '-c', self.command]
        runs = Interpreter(self.group, words[0], '', '', static=self.static)
        return Vector(runs, self.name, self.what, 'data', arguments=words[1:], env=self.env,
                      stdin=self.stdin, cwd=TEST, test=self.files, safe=self.safe)

    def digest(self) -> str:
        """Tells whether the use is still the one that was shown to depend on its files."""
        fields = {name: value for name, value in dataclasses.asdict(self).items()
                  if name not in ('what', 'harmed')}
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:8]

    def missing(self, programs: str) -> str:
        """What is not installed here of what it needs, or nothing."""
        return next((path for path in self.needs
                     if not os.path.exists(path.replace('@P@', programs))), '')


def check(use: Use) -> None:
    where = use.title
    if not re.fullmatch(r'[a-z0-9_]+', use.name):
        raise DataError(f'{where}: a name has small letters, digits and underlines')
    if bool(use.command) == bool(use.argv):
        raise DataError(f'{where}: has either "command" or "argv"')
    if not use.needs or not all(path.startswith(('/', '@P@/')) for path in use.needs):
        raise DataError(f'{where}: "needs" names the files of the programs')
    if use.setting not in SETTINGS:
        raise DataError(f'{where}: unknown setting "{use.setting}"')
    if not any('@A@' in repr(content) for content in use.files.values()):
        raise DataError(f'{where}: no file has the marker')
    given = repr([use.command, use.argv, use.env, use.stdin, use.safe])
    if '@A@' in given or '@B@' in given:
        raise DataError(f'{where}: the marker may come from nowhere but the files')
    if '@A@@B@' in repr(use.files):
        raise DataError(f'{where}: the source itself shows the marker')


def read_group(path: Path, files: Dict[str, Content]) -> List[Use]:
    raw: Dict[str, Any] = json.loads(path.read_text(encoding='utf-8'))
    if set(raw) - GROUP_FIELDS:
        raise DataError(f'{path.name}: unknown field "{sorted(set(raw) - GROUP_FIELDS)[0]}"')
    common = {name: raw.get(name, {}) for name in ('env', 'safe')}
    found = []
    for item in raw['uses']:
        item = {**{name: raw[name] for name in ('needs', 'interpreters') if name in raw}, **item}
        for name, value in common.items():
            item[name] = {**value, **item.get(name, {})}
        item['files'] = {**files, **item.get('files', {})}
        check_fields(f'{path.name}: {item.get("name")}', item, Use)
        try:
            use = Use(group=path.stem, **item)
        except TypeError as error:
            raise DataError(f'{path.name}: {error}') from error
        check(use)
        found.append(use)
    return found


def load(directory: Path = DIRECTORY) -> List[Use]:
    files = json.loads((directory / 'files.json').read_text(encoding='utf-8'))
    uses = [use for path in sorted(directory.glob('*.json'))
            if path.name not in ('files.json', 'reasons.json')
            for use in read_group(path, files)]
    titles = [use.title for use in uses]
    for title in titles:
        if titles.count(title) > 1:
            raise DataError(f'{title} is there twice')
    return uses


def reasons(directory: Path = DIRECTORY) -> Dict[str, str]:
    found: Dict[str, str] = json.loads((directory / 'reasons.json').read_text(encoding='utf-8'))
    return found


__all__ = ['PROGRAMS', 'STATES', 'Use', 'check', 'load', 'reasons']
