#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program of somebody else's, built against an installation of the library by pkg-config.

Usage: consumer.py BUILD
"""
import os
import subprocess
import sys
import tempfile

from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))


def install(build, root):
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", root],
                   check=True, stdout=subprocess.DEVNULL)
    for directory, _, files in os.walk(root):
        if "ipe-enlighten.pc" in files:
            return directory
    raise FileNotFoundError("ipe-enlighten.pc")


def pkg_config(root, directory, *options):
    environment = dict(os.environ, PKG_CONFIG_PATH=directory, PKG_CONFIG_SYSROOT_DIR=root)
    done = subprocess.run(["pkg-config", *options, "ipe-enlighten"], env=environment, check=True,
                          capture_output=True, text=True)
    return done.stdout.split()


def behaves(program, root, directory):
    """Complaints about what the program says of itself and of a directory."""
    environment = dict(os.environ, LD_LIBRARY_PATH=os.path.dirname(directory))
    complaints = []
    for operand, start, status in [(program, "allow: allowed: ", None), (root, "deny: not-reg", 1)]:
        done = subprocess.run([program, operand], env=environment, capture_output=True, text=True,
                              check=False)
        if not done.stdout.startswith(start) or status not in (None, done.returncode):
            complaints.append(f"{operand}: status {done.returncode}: {done.stdout}{done.stderr}")
    return complaints


def main():
    build = sys.argv[1]
    tap = Tap()
    with tempfile.TemporaryDirectory() as root:
        directory = install(build, root)
        version = pkg_config(root, directory, "--modversion")
        tap.check("pkg-config knows the library's version", [] if version else ["no version"])
        kinds = [
            ("as C99 with the shared library", ["gcc", "-std=gnu99"], []),
            ("as C++11 with the shared library", ["g++", "-x", "c++", "-std=gnu++11"], []),
            ("statically", ["gcc", "-static"], ["--static"]),
            ("statically as C++20", ["g++", "-x", "c++", "-std=gnu++20", "-static"], ["--static"]),
        ]
        for name, compiler, options in kinds:
            program = os.path.join(root, "consumer")
            flags = pkg_config(root, directory, "--cflags", "--libs", *options)
            built = tap.run(f"a consumer builds {name}",
                            [*compiler, "-Wall", "-Wextra", "-Werror",
                             os.path.join(HERE, "consumer.c"), "-x", "none", "-o", program, *flags])
            if built:
                tap.check(f"a consumer built {name} gets verdicts",
                          behaves(program, root, directory))
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
