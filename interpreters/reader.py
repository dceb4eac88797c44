# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads interpreters/NAME.toml, and refuses what it does not know with file, key and near miss."""
from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterable, Mapping

# The enumerations of shim/rules.h whose enumerators are the words, and what they have in front.
ENUMS = {"ipe_traits": "IPE_", "ipe_operands": "IPE_OPERANDS_", "ipe_option": "IPE_OPTION_",
         "ipe_variable": "IPE_VARIABLE_", "ipe_module": "IPE_MODULE_", "ipe_opens": "IPE_OPENS_"}
STRING_MIN = 5
TOLD_BY = ("adapter", "call sites", "names", "its library", "every file", "nothing", "own suffixes")

Words = dict[str, dict[str, str]]
Group = dict[str, str]


class Fault(Exception):
    """Something is wrong with a file."""


@dataclass
class Lesson:
    same_as: str = ""
    without: list[str] = field(default_factory=list)
    code: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    assembled: dict[str, str] = field(default_factory=dict)


@dataclass
class Interpreter:
    """Words of shim/rules.h stand as they are in the file; groups are text to word."""
    key: str
    names: list[str] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    suffixes: list[str] = field(default_factory=list)
    start_up_files: list[str] = field(default_factory=list)
    evaluated_files: list[str] = field(default_factory=list)
    harmless_files: list[str] = field(default_factory=list)
    policy_files: list[str] = field(default_factory=list)
    told_by: str = "names"
    adapter: str = ""
    copy_of_stdin: str = ""
    sets: str = ""
    traits: list[str] = field(default_factory=list)
    operands: str = "script"
    parses: list[str] = field(default_factory=list)
    options: Group = field(default_factory=dict)
    variables: Group = field(default_factory=dict)
    modules: Group = field(default_factory=dict)
    settings: list[str] = field(default_factory=list)
    applets: Group = field(default_factory=dict)
    opens: str = "alike"
    supervisor_suffixes: list[str] = field(default_factory=list)
    lesson: Lesson | None = None
    strings: list[str] = field(default_factory=list)


@dataclass
class Family:
    """Programs that interpret nothing, and what is in the files of all of them."""
    key: str
    names: list[str]
    strings: list[str]


@dataclass
class Common:
    interprets_nothing: list[Family]
    unknown: Interpreter


def read_words(header: Path) -> Words:
    """For each enumeration its words, and the enumerator of each."""
    text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.DOTALL)
    words: Words = {}
    for enum, prefix in ENUMS.items():
        body = re.search(rf"enum {enum} \{{(.*?)\}};", text, re.DOTALL)
        if not body:
            raise Fault(f"{header}: there is no enum {enum}")
        names = re.findall(rf"\b({prefix}\w+)", body.group(1))
        words[enum] = {name.removeprefix(prefix).lower().replace("_", " "): name for name in names}
    return words


def unknown(place: str, kind: str, word: str, known: Iterable[str]) -> Fault:
    near = difflib.get_close_matches(word, list(known), 1)
    hint = f"; is '{near[0]}' meant?" if near else ""
    return Fault(f"{place}: the {kind} '{word}' is not known{hint}")


class File:
    """One file on its way to an Interpreter."""

    def __init__(self, path: Path, words: Words) -> None:
        self.path, self.words = path, words
        try:
            self.table: dict[str, Any] = tomllib.loads(path.read_text())
        except tomllib.TOMLDecodeError as error:
            raise Fault(f"{path}: {error}") from None

    def check_keys(self, table: Mapping[str, Any], where: str, known: Iterable[str]) -> None:
        for key in table:
            if key not in known:
                raise unknown(f"{self.path}: {where}", "key", key, known)

    def take(self, table: Mapping[str, Any], key: str, kind: type, default: Any) -> Any:
        value = table.get(key, default)
        if not isinstance(value, kind):
            raise Fault(f"{self.path}: '{key}' is to be of type {kind.__name__}")
        return value

    def texts(self, table: Mapping[str, Any], key: str) -> list[str]:
        """A list of strings, or one string of words."""
        value = table.get(key, [])
        if isinstance(value, str):
            value = value.split()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Fault(f"{self.path}: '{key}' is to be a list of strings")
        double = {item for item in value if value.count(item) > 1}
        if double:
            raise Fault(f"{self.path}: '{key}' has '{sorted(double)[0]}' twice")
        return value

    def word(self, enum: str, key: str, word: str) -> str:
        if word not in self.words[enum]:
            raise unknown(f"{self.path}: {key}", "word", word, self.words[enum])
        return word

    def group(self, key: str, enum: str) -> Group:
        """Texts by what they say, as word to texts in the file."""
        group: Group = {}
        table = self.take(self.table, key, dict, {})
        for word in table:
            self.word(enum, f"[{key}]", word)
            for text in self.texts(table, word):
                if text in group:
                    raise Fault(f"{self.path}: [{key}] has '{text}' as '{group[text]}' and "
                                f"as '{word}'")
                group[text] = word
        return group

    def lesson(self) -> Lesson | None:
        if "lesson" not in self.table:
            return None
        table = self.take(self.table, "lesson", dict, {})
        self.check_keys(table, "[lesson]", ("text", "code", "data", "calls", "data_files",
                                             "assembled", "same_as", "without"))
        text = self.take(table, "text", dict, {})

        def expand(value: str) -> str:
            return re.sub(r"@([a-z_]+)@\n?", lambda match: expand(text[match.group(1)]), value)

        lesson = Lesson(self.take(table, "same_as", str, ""), self.texts(table, "without"),
                        {name: expand(value) for name, value in table.get("code", {}).items()},
                        {name: expand(value) for name, value in table.get("data", {}).items()})
        for name in self.texts(table, "data_files"):
            lesson.data[name] = "word\n"
        lesson.assembled = self.take(table, "assembled", dict, {})
        for name, source in lesson.assembled.items():
            if source not in lesson.data:
                raise unknown(f"{self.path}: [lesson.assembled] {name}", "file", source, lesson.data)
        for call in table.get("calls", []):
            self.check_keys(call, "[lesson.calls]", ("arguments", "env", "stdin", "argv0"))
            lesson.calls.append({**call, "stdin": expand(call.get("stdin", ""))})
        return lesson


def read_interpreter(path: Path, words: Words) -> Interpreter:
    file = File(path, words)
    table = file.table
    file.check_keys(table, "top", ("names", "packages", "suffixes", "start_up_files", "evaluated_files",
                                   "harmless_files", "policy_files", "told_by",
                                   "adapter", "copy_of_stdin", "strings", "sets", "arguments", "options",
                                   "variables", "modules", "settings", "applets", "supervisor",
                                   "lesson", "scan"))
    # For tools/scan/make-signatures, which reads it itself.
    scan = file.take(table, "scan", dict, {})
    file.check_keys(scan, "[scan]", ("needed", "symbols", "strings"))
    arguments = file.take(table, "arguments", dict, {})
    file.check_keys(arguments, "[arguments]", ("traits", "operands", "parses"))
    supervisor = file.take(table, "supervisor", dict, {})
    file.check_keys(supervisor, "[supervisor]", ("opens", "suffixes"))
    settings = file.take(table, "settings", dict, {})
    file.check_keys(settings, "[settings]", ("harmless",))
    result = Interpreter(
        key=path.stem, names=file.texts(table, "names"), packages=file.texts(table, "packages"),
        suffixes=file.texts(table, "suffixes"),
        start_up_files=file.texts(table, "start_up_files"),
        evaluated_files=file.texts(table, "evaluated_files"),
        harmless_files=file.texts(table, "harmless_files"),
        policy_files=file.texts(table, "policy_files"),
        told_by=file.take(table, "told_by", str, "names"),
        adapter=file.take(table, "adapter", str, ""),
        copy_of_stdin=file.take(table, "copy_of_stdin", str, ""),
        sets=file.take(table, "sets", str, ""),
        traits=[file.word("ipe_traits", "traits", word)
                for word in file.take(arguments, "traits", list, [])],
        operands=file.word("ipe_operands", "operands",
                           file.take(arguments, "operands", str, "script")),
        parses=file.texts(arguments, "parses"),
        options=file.group("options", "ipe_option"),
        variables=file.group("variables", "ipe_variable"),
        modules=file.group("modules", "ipe_module"),
        settings=file.texts(settings, "harmless"),
        applets=file.take(table, "applets", dict, {}),
        opens=file.word("ipe_opens", "opens", file.take(supervisor, "opens", str, "alike")),
        supervisor_suffixes=file.texts(supervisor, "suffixes"), lesson=file.lesson(),
        strings=file.texts(table, "strings"))
    check(file, result)
    return result


def gives_freedom(item: Interpreter) -> bool:
    """Whether less is code in such a program than in one that is not known."""
    return "multi call" in item.traits or item.told_by in ("nothing", "own suffixes")


def check(file: File, result: Interpreter) -> None:
    if not result.names:
        raise Fault(f"{file.path}: 'names' is empty")
    if result.told_by not in TOLD_BY:
        raise unknown(f"{file.path}: told_by", "word", result.told_by, TOLD_BY)
    if (result.told_by == "adapter") != bool(result.adapter):
        raise Fault(f"{file.path}: 'adapter' is for what is told by an adapter")
    for option in result.options:
        if not re.fullmatch(r"-|-[^-\s=]|--?[^-\s=][^\s=]+", option):
            raise Fault(f"{file.path}: [options] '{option}' is no option")
        if (re.fullmatch(r"-[^-].+", option) and
                not {"one dash", "no clusters"} & set(result.traits)):
            raise Fault(f"{file.path}: [options] '{option}' needs the trait 'one dash' or "
                        "'no clusters'")
    for option in result.parses:
        kind = result.options.get(option) or result.options.get(option[:2])
        if kind not in ("flag", "quits attached") or result.operands != "script":
            raise Fault(f"{file.path}: [arguments] parses: '{option}' is to be a flag in front of a "
                        "script")
    for path in result.harmless_files:
        if not path.startswith("/proc/"):
            raise Fault(f"{file.path}: the harmless file '{path}' is not in /proc")
    for pattern in result.policy_files:
        if not pattern.startswith("*/"):
            raise Fault(f"{file.path}: the pattern '{pattern}' does not begin with */")
    if gives_freedom(result):
        check_strings(f"{file.path}", result.strings)
    elif result.strings:
        raise Fault(f"{file.path}: 'strings' are for a program in which less is code than in others")
    for text in [*result.suffixes, *result.supervisor_suffixes]:
        if not text.startswith("."):
            raise Fault(f"{file.path}: the suffix '{text}' has no dot")


def join_lessons(found: list[Interpreter]) -> None:
    """Puts the files and calls of another's lesson in front, without those files that are named."""
    lessons = {item.key: item.lesson for item in found if item.lesson}
    for key, lesson in lessons.items():
        if not lesson.same_as:
            continue
        base = lessons.get(lesson.same_as)
        if base is None or base.same_as:
            raise unknown(f"{key}.toml: [lesson] same_as", "interpreter", lesson.same_as, lessons)
        for name in lesson.without:
            if name not in base.code and name not in base.data:
                raise unknown(f"{key}.toml: [lesson] without", "file", name,
                              [*base.code, *base.data])
        lesson.code = {**base.code, **lesson.code}
        lesson.data = {**base.data, **lesson.data}
        for name in lesson.without:
            lesson.code.pop(name, None)
            lesson.data.pop(name, None)
        lesson.calls = [*base.calls, *lesson.calls]


def check_strings(place: str, strings: list[str]) -> None:
    """Two that are no part of each other: one can be in a message about another program."""
    if len(strings) != 2 or min(map(len, strings)) < STRING_MIN or \
            strings[0] in strings[1] or strings[1] in strings[0]:
        raise Fault(f"{place}: 'strings' are two of {STRING_MIN} letters or more, neither of which "
                    "is in the other")


def read_family(file: File, key: str, families: dict[str, Any]) -> Family:
    table = file.take(families, key, dict, {})
    place = f"[interprets_nothing.{key}]"
    file.check_keys(table, place, ("names", "strings"))
    family = Family(key, file.texts(table, "names"), file.texts(table, "strings"))
    if not family.names:
        raise Fault(f"{file.path}: {place}: 'names' is missing")
    check_strings(f"{file.path}: {place}", family.strings)
    return family


def read_common(path: Path, words: Words) -> Common:
    file = File(path, words)
    file.check_keys(file.table, "top", ("interprets_nothing", "unknown"))
    table = file.take(file.table, "unknown", dict, {})
    file.check_keys(table, "[unknown]", ("traits", "suffixes"))
    rules = Interpreter(key="unknown", suffixes=file.texts(table, "suffixes"),
                        traits=[file.word("ipe_traits", "traits", word)
                                for word in file.take(table, "traits", list, [])])
    families = file.take(file.table, "interprets_nothing", dict, {})
    return Common([read_family(file, key, families) for key in families], rules)


def read_all(paths: Iterable[Path], words: Words) -> tuple[Common, list[Interpreter]]:
    """All files; each name is one program's."""
    common: Common | None = None
    found: list[Interpreter] = []
    owner: dict[str, str] = {}
    for path in sorted(paths):
        if path.stem == "common":
            common = read_common(path, words)
            continue
        found.append(read_interpreter(path, words))
    if common is None:
        raise Fault("there is no common.toml")
    for key, names in [*(("common", family.names) for family in common.interprets_nothing),
                       *((item.key, item.names) for item in found)]:
        for name in names:
            if name in owner:
                raise Fault(f"{key}.toml: {owner[name]}.toml has the name '{name}', too")
            owner[name] = key
    keys = {item.key for item in found}
    for item in found:
        for applet, target in item.applets.items():
            if target not in keys:
                raise unknown(f"{item.key}.toml: [applets] {applet}", "interpreter", target, keys)
    join_lessons(found)
    return common, found
