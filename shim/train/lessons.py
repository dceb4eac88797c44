# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each interpreter is given to read: files of code and files of data, by every way it has."""
import json
import re
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any


@dataclass
class Call:
    """@T@ stands for the folder with the files."""
    arguments: list[str]
    env: dict[str, str] = field(default_factory=dict)
    stdin: str = ""
    argv0: str | None = None


@dataclass
class Lesson:
    """Files of code and of data, text to name. @P@ stands for the program. What it opens in its
    folder of temporary files is data, too."""
    code: dict[str, str]
    data: dict[str, str]
    calls: list[Call]
    # Programs with debugging symbols, by name, and which of the data as(1) and ld(1) make them of.
    assembled: dict[str, str] = field(default_factory=dict)
    # What it has opened as code it opens once more, as it opens data.
    reads_twice: bool = False
    name: str = ""


def read() -> tuple[dict[str, Lesson], dict[str, str]]:
    """Lessons by interpreter, and interpreters by the names that they have."""
    text = Path(__file__).with_name("lessons.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, Any]] = json.loads(text)
    return ({key: Lesson(entry["code"], entry["data"], [Call(**call) for call in entry["calls"]],
                         entry["assembled"], entry["reads_twice"])
             for key, entry in table.items()},
            {name: key for key, entry in table.items() for name in entry["names"]})


# What interpreters/generate has made of the interpreters' files.
LESSONS, NAMES = read()


class Unmade(Exception):
    """What a program of a lesson cannot be made for."""


def assemble(source: Path, program: Path) -> None:
    for command in (["as", "-g", "-o", "program.o", source.name], ["ld", "-o", program, "program.o"]):
        try:
            subprocess.run(command, cwd=source.parent, check=True, capture_output=True)
        except FileNotFoundError as error:
            raise Unmade(f"its lesson has a program, which {command[0]}(1) makes: "
                         "install binutils") from error
        except subprocess.CalledProcessError as error:
            raise Unmade(f"{command[0]}(1) does not make the program of its lesson: "
                         f"{error.stderr.decode(errors='replace').strip()}") from error


def write_files(lesson: Lesson, program: Path, folder: Path) -> None:
    """All files of the lesson; raises Unmade."""
    for name, text in {**lesson.code, **lesson.data}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.replace("@P@", str(program)).replace("@T@", str(folder)))
    for name, source in lesson.assembled.items():
        assemble(folder / source, folder / name)


def lesson_for(name: str) -> Lesson | None:
    """By the program's file name, with or without a version."""
    for known in sorted(NAMES, key=len, reverse=True):
        if re.fullmatch(re.escape(known) + r"([0-9.-].*)?", name):
            return replace(LESSONS[NAMES[known]], name=known)
    return None
