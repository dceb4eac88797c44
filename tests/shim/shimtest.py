# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the shim share: a folder that the kernel trusts, one that it does not."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import harness as tools  # noqa: E402
from harness import Skip, contains, equal, lacks, run_tests, scratch  # noqa: E402, F401

SHIM = os.path.abspath(sys.argv[1])
CLEAN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
enter_private_mounts = tools.enter_private_mounts


class Places:
    """Two folders; the one that is not trusted is on a file system mounted noexec."""

    def __init__(self, root: Path) -> None:
        self.trusted = root / "trusted"
        self.untrusted = root / "untrusted"
        self.trusted.mkdir()
        self.untrusted.mkdir()
        tools.mount("tmpfs", str(self.untrusted), "noexec")
        tools.mount("tmpfs", str(self.trusted), "exec")

    def both(self, name: str, text: str) -> None:
        """The same file in both."""
        for folder in (self.trusted, self.untrusted):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


_places: list[Places] = []


def places() -> Places:
    """The same for all tests of a program; they end with its mount namespace."""
    tools.need_mounts()
    if not _places:
        import atexit
        import tempfile
        root = tempfile.mkdtemp(prefix="ipe-shim-test-")
        _places.append(Places(Path(root)))
        atexit.register(clean, root)
    return _places[0]


def clean(root: str) -> None:
    for name in ("trusted", "untrusted"):
        subprocess.run(["umount", "-l", os.path.join(root, name)], check=False)
        os.rmdir(os.path.join(root, name))
    os.rmdir(root)


class configured:
    """An /etc of the test's own with this configuration in it."""

    def __init__(self, text, trusted=True):
        self.text = text
        self.trusted = trusted

    def __enter__(self):
        folder = places().trusted if self.trusted else places().untrusted
        self.file = folder / "ipe-enlighten.conf"
        self.file.write_text(self.text)
        self.upper = places().trusted / "etc"
        for name in ("upper", "work"):
            (self.upper / name).mkdir(parents=True)
        options = f"lowerdir=/etc,upperdir={self.upper}/upper,workdir={self.upper}/work"
        tools.mount("overlay", "/etc", options)
        Path("/etc/ipe-enlighten.conf").touch()
        subprocess.run(["mount", "--bind", str(self.file), "/etc/ipe-enlighten.conf"], check=True)

    def __exit__(self, *exception):
        subprocess.run(["umount", "/etc/ipe-enlighten.conf"], check=True)
        subprocess.run(["umount", "/etc"], check=True)
        shutil.rmtree(self.upper)
        self.file.unlink()


def need(program: str) -> str:
    for folder in ("/usr/bin", "/bin", "/usr/sbin", "/sbin"):
        path = os.path.join(folder, program)
        if os.path.exists(path):
            return path
    raise Skip(f"{program} is not installed")


def make(name: str = "evil.sh", text: str = "echo ran\n") -> tuple[str, str]:
    """The same file, untrusted and trusted: their paths."""
    places().both(name, text)
    return str(places().untrusted / name), str(places().trusted / name)


def under_shim(*command: str, env: dict[str, str] | None = None, **options
               ) -> subprocess.CompletedProcess:
    environment = {**CLEAN, "LD_PRELOAD": SHIM, **(env or {})}
    options.setdefault("stdin", subprocess.DEVNULL)
    if "input" in options:
        del options["stdin"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120,
                          check=False, **options)


def main(module) -> None:
    enter_private_mounts()
    sys.exit(run_tests(module))
