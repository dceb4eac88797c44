# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs that the vectors take along, because Debian cannot have them installed."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import List

from vectors import Interpreter

HERE = Path(__file__).resolve().parent


def make(directory: Path, interpreters: List[Interpreter]) -> None:
    """A shared object to load, and what is got for the vectors alone."""
    directory.mkdir()
    subprocess.run(['cc', '-shared', '-fPIC', '-O1', '-o', str(directory / 'native.so'),
                    str(HERE / 'native.c')], check=True)
    if not any(interpreter.program.startswith('@P@') for interpreter in interpreters):
        return
    for names, command in FETCHED.items():
        done = subprocess.run([str(HERE / command)], stdout=subprocess.PIPE, check=False, text=True)
        source = Path(done.stdout.strip())
        for name in names if done.returncode == 0 else ():
            shutil.copy2(source / name if source.is_dir() else source, directory / name)


# What Debian does not have, or cannot have installed beside another, and what gets it.
FETCHED = {('busybox',): 'fetch-busybox', ('bun', 'deno'): 'fetch-npm'}
SHELLS = {'dash', 'busybox'}  # what the others start
BUILT = 'built'  # beside the programs: what scripts/patched made
UNFETCHED = 77  # its exit status if a mirror lacks the source


def unfetched(built: Path, folder: str) -> Path:
    return built / f'{folder}.unfetched'


def make_patched(directory: Path, interpreters: List[Interpreter], build: Path) -> str:
    """The interpreters with our patches, a folder for each source package; or why there are none."""
    directory.mkdir()
    folders = {item.patched.split('/')[0] for item in interpreters if item.patched}
    for folder in sorted(folders | SHELLS) if folders else []:
        (directory / folder).mkdir()
        done = subprocess.run([str(HERE.parents[2] / 'scripts/patched'), '--build', str(build),
                               '--into', str(directory / folder), folder], check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = done.stderr.strip()[-500:]
        if done.returncode == UNFETCHED and folder not in SHELLS:
            unfetched(directory, folder).write_text(said, encoding='utf-8')
        elif done.returncode:
            return f'scripts/patched {folder}: {said}'
    return ''


def executable_libraries(directory: Path, interpreters: List[Interpreter]) -> None:
    """Copies of the interpreters' own code, with execute permission: what the owner of a system
    does who wants SECBIT_EXEC_RESTRICT_FILE."""
    for library in dict.fromkeys(path for item in interpreters for path in item.library):
        if os.path.isdir(library):
            copy = f'{directory}{library}'
            shutil.copytree(library, copy, symlinks=True)
            subprocess.run(['chmod', '-R', 'a+rx', copy], check=True)


def missing(interpreter: Interpreter, directory: Path) -> str:
    """Why an interpreter cannot be tried, or nothing."""
    source = unfetched(directory.parent / BUILT, interpreter.patched.split('/', maxsplit=1)[0])
    if source.exists():
        return source.read_text(encoding='utf-8').splitlines()[-1]
    if os.path.exists(interpreter.program.replace('@P@', str(directory))):
        return ''
    if interpreter.program.startswith('@P@'):
        return next(f'{command} failed' for names, command in FETCHED.items()
                    if interpreter.program[len('@P@/'):] in names)
    if interpreter.release:
        return (f'{interpreter.package} is a package of Debian {interpreter.release}: '
                'tests/shim/trixie tries it')
    return f'{interpreter.package} is not installed'
