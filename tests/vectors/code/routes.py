# SPDX-License-Identifier: LGPL-2.1-or-later
"""The routes by which an interpreter gets behind the gate: one entry each in ROUTES.

A route's tree is what it installs: usr/ and etc/ are laid over the machine's, and programs/ over
the programs that only the vectors use. Its means are files that have to be in the tree."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Container, Dict, List, Optional

import programs
import system
import sandbox
from vectors import PROGRAMS, Interpreter, Vector, load

LIBRARY = 'usr/lib/x86_64-linux-gnu/libipe-shim.so'
IPECTL = 'usr/bin/ipectl'


class MissingMeans(Exception):
    """What a route needs is not there, and how to get it."""


@dataclass(frozen=True)
class Route:
    name: str
    about: str
    means: List[str] = field(default_factory=list)
    change: Optional[Callable[[Path, List[Interpreter]], None]] = None
    prefix: List[str] = field(default_factory=list)
    env: Dict[str, str] = field(default_factory=dict)
    needs_loader: bool = False
    only: str = ''
    patched: bool = False
    open: str = ''
    for_uses: bool = False  # ways in are not tried over it

    def takes(self, vector: Vector) -> bool:
        """A launcher is for its own interpreter; the others' pages do not speak of it."""
        if self.patched and not vector.interpreter.patched:
            return False
        return self.only in ('', vector.interpreter.name)

    def not_applicable(self, vector: Vector) -> str:
        if self.needs_loader and vector.interpreter.static:
            return 'a static program has no dynamic loader'
        if self.needs_loader and vector.interpreter.own_calls:
            return 'the shim does not see what it opens, and refuses to start it'
        if self.prefix and vector.argv0:
            return 'the route starts a program by its own name'
        return ''


def elf_of(program: str) -> str:
    """The file that runs: some of Debian's names are links or small scripts."""
    return os.path.realpath(program)


def dynamic(interpreters: List[Interpreter]) -> List[str]:
    """The programs that have a dynamic loader, each once."""
    found = [elf_of(interpreter.program.replace('@P@', PROGRAMS))
             for interpreter in interpreters
             if not interpreter.static and not interpreter.own_calls]
    return list(dict.fromkeys(found))


def to_change(interpreters: List[Interpreter], names: Container[str]) -> List[Interpreter]:
    """Those that are tried, and the shell that many of them start."""
    shell = elf_of('/bin/sh')
    return [item for item in interpreters
            if item.name in names or not item.static and elf_of(item.program) == shell]


def enlighten(tree: Path, interpreters: List[Interpreter]) -> None:
    """Puts a copy of each interpreter that needs the shim into the tree."""
    for source in dynamic(interpreters):
        copy = Path(f'{tree}{source.replace(PROGRAMS, "/programs")}')
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy)
        done = subprocess.run(['/usr/bin/ipectl', 'enlighten', str(copy)], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise OSError(done.returncode, f'ipectl enlighten {source}: {done.stdout.strip()}')


def replace_by(launcher: str) -> Callable[[Path, List[Interpreter]], None]:
    """Puts the launcher in the interpreter's place, where children look for it as well."""
    def change(tree: Path, interpreters: List[Interpreter]) -> None:
        for interpreter in interpreters:
            if interpreter.name == LAUNCHERS[launcher]:
                copy = Path(f'{tree}{elf_of(interpreter.program)}')
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(f'/usr/bin/{launcher}', copy)
    return change


def lay_patched(tree: Path, _: List[Interpreter]) -> None:
    """Puts every interpreter that was built in its place: they start one another."""
    for interpreter in load(Path(__file__).parent / 'data'):
        if interpreter.patched and (tree.parent / programs.BUILT / interpreter.patched).exists():
            program = elf_of(interpreter.program.replace('@P@', PROGRAMS))
            copy = Path(f'{tree}{program.replace(PROGRAMS, "/programs")}')
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree.parent / programs.BUILT / interpreter.patched, copy)
    for part in ('lib', 'share'):
        for files in (tree.parent / programs.BUILT).glob(f'*/usr/{part}'):
            shutil.copytree(files, tree / 'usr' / part, dirs_exist_ok=True)
            # As executable_libraries() does with Debian's.
            subprocess.run(['chmod', '-R', 'a+rx', str(tree / 'usr' / part)], check=True)


LAUNCHERS = {'ipe-python3': 'python3', 'ipe-lua': 'lua5.4'}

ROUTES = [
    Route('stock', 'the interpreter as it is', open='nothing asks the kernel'),
    Route('preload', 'LD_PRELOAD of libipe-shim.so', means=[LIBRARY], needs_loader=True,
          env={'LD_PRELOAD': f'/{LIBRARY}'}),
    Route('needed', 'libipe-shim.so as a DT_NEEDED entry, put there by ipectl enlighten',
          means=[LIBRARY, IPECTL], needs_loader=True, change=enlighten),
    Route('supervised', 'ipectl run --supervise', means=[IPECTL],
          prefix=['/usr/bin/ipectl', 'run', '--supervise', '--']),
    Route('run', 'ipectl run', means=[LIBRARY, IPECTL], needs_loader=True, for_uses=True,
          prefix=['/usr/bin/ipectl', 'run', '--']),
    *(Route(launcher, f'{launcher} in the place of {interpreter}', means=[f'usr/bin/{launcher}'],
            change=replace_by(launcher), only=interpreter)
      for launcher, interpreter in LAUNCHERS.items()),
    Route('patched', 'the interpreter built with the patch of patches/', change=lay_patched,
          patched=True),
]


def named(name: str) -> Route:
    return next(route for route in ROUTES if route.name == name)


def lay_installed(build: Optional[Path], ready: Optional[Path], tree: Path) -> None:
    """What the build installs, or has been installed already."""
    if ready:
        shutil.copytree(ready, tree, symlinks=True)
    else:
        install(build, tree)


def install(build: Optional[Path], tree: Path) -> None:
    """What "meson install" installs, into the tree."""
    if build is None or not (build / 'build.ninja').exists():
        raise MissingMeans('it needs a build directory: --build DIRECTORY')
    done = subprocess.run(['meson', 'install', '-C', str(build), '--no-rebuild', '--quiet',
                           '--destdir', str(tree)], check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise MissingMeans(f'meson install -C {build} fails; build it first: {done.stdout[-300:]}')
    for directory, _, _ in os.walk(tree):
        os.chmod(directory, 0o755)


def build_patched(directory: Path, build: Optional[Path], interpreters: List[Interpreter]) -> None:
    """What the route "patched" lays, or a file that says why it cannot."""
    why = 'it needs a build directory: --build DIRECTORY'
    if build:
        why = programs.make_patched(directory / programs.BUILT, interpreters, build)
    if why:
        (directory / f'{programs.BUILT}.missing').write_text(why, encoding='utf-8')


def look_for_means(route: Route, root: Path) -> None:
    for name in route.means:
        if not (root / name).exists():
            raise MissingMeans(f'/{name} is not installed by the build; '
                               f'is its --prefix /usr, and is everything built?')


def make_tree(route: Route, installed: Optional[Path], tree: Path,
              interpreters: List[Interpreter]) -> None:
    """Fills a route's tree from what is installed elsewhere, if it is not on the system itself."""
    look_for_means(route, installed or Path('/'))
    if route.patched and (tree.parent / f'{programs.BUILT}.missing').exists():
        raise MissingMeans((tree.parent / f'{programs.BUILT}.missing').read_text(encoding='utf-8'))
    if installed and route.means:
        shutil.copytree(installed, tree, symlinks=True)
    if route.change:
        tree.mkdir(exist_ok=True)
        change_in_sandbox(route, tree, interpreters)


def change_in_sandbox(route: Route, tree: Path, interpreters: List[Interpreter]) -> None:
    """Where the tree lies over the machine's /usr, as it does in an attempt."""
    def change() -> None:
        sandbox.build_root(str(tree.parent))
        sandbox.lay_tree(f'/mnt/trees/{tree.name}')
        assert route.change
        route.change(Path('/mnt/trees') / tree.name, interpreters)

    try:
        system.in_namespaces(change)
    except OSError as error:
        raise MissingMeans(error.strerror) from error
