# SPDX-License-Identifier: LGPL-2.1-or-later
"""The runs of scripts/check, in the order in which a mistake is cheapest to find."""

import argparse
import os
import subprocess
import sys

import suites

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD_PACKAGES = os.path.join(SOURCE, "scripts", "packages-build")
SUITES_OF_C = ["--suite=unit", "--suite=gate", "--suite=core", "--suite=tools"]
FAST = ["--no-suite=slow", "--timeout-multiplier=4"]
VM_PACKAGES = os.path.join(SOURCE, "tests", "vm", "packages")
PACKAGING = os.path.join(SOURCE, "tests", "packages")
PACKAGING_PACKAGES = os.path.join(PACKAGING, "packages")
LUA_SHIPPED = os.path.join(SOURCE, "bindings", "lua", "tests", "shipped")
ENLIGHTEN_PACKAGES = os.path.join(SOURCE, "tests", "tools", "enlighten-packages")
KERNEL_PACKAGES = os.path.join(SOURCE, "kernel", "packages")
STOCK, OURS = "stock", "ours"
MORE_KERNELS = ["newest", "upstream", "ours-newest", "ours-debug"]


def read_list(path):
    with open(path, encoding="utf-8") as file:
        return [name for line in file if (name := line.split("#")[0].strip())]


def ordinary(checks):
    directory = checks.build("build-check", ["-Ddeveloper=true", "--buildtype=debugoptimized",
                                             "--prefix=/usr"])
    checks.lacks("tests with 32 bits", ["gcc-multilib"])
    if directory:
        checks.meson_tests("tests", directory, FAST, "everything that needs no VM")


def sanitized(checks):
    if checks.lacks("sanitizers", ["libasan8", "libubsan1"]):
        return
    directory = checks.build("build-asan", ["-Ddeveloper=true", "--buildtype=debug",
                                            "-Db_sanitize=address,undefined", "-Db_lundef=false"])
    if directory:
        checks.meson_tests("sanitizers", directory, [*SUITES_OF_C, *FAST],
                           "address, leaks and undefined behaviour")


def virtual(checks, kernel, long_ones=()):
    """The guests; what the bench prints is TAP already."""
    name = f"vm-{kernel}"
    directory = checks.built.get("build-check")
    built_here = kernel not in ("stock", "newest")
    packages = read_list(VM_PACKAGES) + (read_list(KERNEL_PACKAGES) if built_here else [])
    if checks.lacks(name, packages):
        return
    if not directory:
        checks.total.skip(name, "the build failed")
        return
    run = [os.path.join(SOURCE, "tests", "vm", "run"), "--build", directory, "--kernel", kernel]
    if kernel == STOCK:
        checks.stream("vm-selftest", [*run, "selftest"], "guests that must not pass")
    listed = subprocess.run([run[0], "--list", *long_ones], stdout=subprocess.PIPE, text=True,
                            check=True)
    suites_of_vm = [suite for suite in listed.stdout.split() if suite != "selftest"]
    checks.stream(name, [*run, *suites_of_vm], "suites on a kernel that enforces IPE")


def packaged(checks, depth):
    """What others install: Debian packages, wheel, rock."""
    for name, why in [("debian", "packages that are built, installed, tried and purged"),
                      ("wheel", "the Python library's tests in a virtual environment"),
                      ("rock", "the Lua module's tests with what LuaRocks installs"),
                      ("patched", "Debian's packages of interpreters with our patches")]:
        if depth == "quick":
            checks.total.skip(name, "--quick leaves the packages out")
        elif name == "patched" and depth != "all":
            checks.total.skip(name, "only with --all")
        elif not checks.lacks(name, read_list(PACKAGING_PACKAGES)):
            options = ["--nocheck"] if name == "debian" and depth != "all" else []
            checks.stream(name, [os.path.join(PACKAGING, name), *options], why)


def foreign_suites(checks):
    """What comes with interpreters; it takes the network once."""
    directory = checks.built.get("build-check")
    if checks.lacks("suites", ["luajit", "lua5.1", "lua5.4", "perl"]):
        return
    if not directory:
        checks.total.skip("suites", "the build failed")
        return
    run = os.path.join(SOURCE, "tests", "shim", "suites", "run")
    checks.stream("suites", [run, "--build", directory],
                  "the test-suites of interpreters, as they are and under the shim")
    if not checks.lacks("releases", ["binutils"]):
        checks.stream("releases", [os.path.join(SOURCE, "tests", "shim", "releases")],
                      "what the adapters need of the interpreters of Debian's releases")


def call_sites(checks):
    """The tables of the shim have all that Debian's packages of today have."""
    directory = checks.built.get("build-check")
    if checks.lacks("call-sites", ["mmdebstrap", "binutils"]):
        return
    if not directory:
        checks.total.skip("call-sites", "the build failed")
        return
    learn = os.path.join(SOURCE, "interpreters", "learn-sites")
    checks.stream("call-sites", [learn, "--build", directory, "--check"],
                  "Debian's interpreters, trained again")


def lint_kernel(checks):
    packages = read_list(VM_PACKAGES) + read_list(KERNEL_PACKAGES) + ["sparse", "perl"]
    if not checks.lacks("kernel-lint", packages):
        checks.stream("kernel-lint", [os.path.join(SOURCE, "kernel", "lint")],
                      "compilers and checkers on the Linux module")


def pythons(checks, directory):
    """What python3 does, ipe-python3 does, in each version."""
    tests = os.path.join(SOURCE, "bindings", "python", "tests")
    if not checks.lacks("python-versions", ["mmdebstrap"]):
        checks.stream("python-versions", [os.path.join(tests, "versions")],
                      "the versions of Python that Debian offers")
    if not checks.lacks("cpython", ["libpython3.11-testsuite"]):
        launcher = os.path.join(directory, "bindings", "python", "launcher", "ipe-python3")
        checks.stream("cpython", [os.path.join(tests, "cpython-tests"), launcher],
                      "CPython's own tests under ipe-python3")


def thorough(checks):
    directory = checks.built.get("build-check")
    if not directory:
        checks.total.skip("slow", "the build failed")
        return
    checks.meson_tests("slow", directory, ["--suite=slow"], "races at length")
    if not checks.lacks("lua-shipped", read_list(VM_PACKAGES)):
        checks.stream("lua-shipped", [LUA_SHIPPED, directory], "Debian's Lua code with the gate")
    if not checks.lacks("enlighten-packages", ["elfutils", "llvm"]):
        checks.stream("enlighten-packages", [ENLIGHTEN_PACKAGES, directory],
                      "ipectl enlighten and strippers on the programs of many packages")
    if not checks.lacks("valgrind", ["valgrind"]):
        checks.meson_tests("valgrind", directory, ["--suite=unit", "--setup=valgrind"],
                           "the unit tests under valgrind")
    if not checks.lacks("trixie", ["mmdebstrap"]):
        checks.stream("trixie", [os.path.join(SOURCE, "tests", "shim", "trixie"), directory],
                      "ways into Debian 13's interpreters under the shim")
    pythons(checks, directory)
    if not checks.lacks("scan-roots", ["mmdebstrap"]):
        checks.stream("scan-roots", [os.path.join(SOURCE, "tests", "tools", "scan-roots", "run"),
                                     os.path.join(directory, "tools", "ipectl")],
                      "the interpreters of Debian 12 and 13")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--depth", choices=["quick", "normal", "all"], required=True)
    parser.add_argument("--builds", required=True, metavar="DIRECTORY")
    parser.add_argument("--missing", default="", metavar="PACKAGES")
    options = parser.parse_args()
    checks = suites.Checks(SOURCE, options.builds, options.missing.split())
    if not checks.lacks("everything", read_list(BUILD_PACKAGES)):
        ordinary(checks)
        sanitized(checks)
        packaged(checks, options.depth)
        long_ones = ["--all"] if options.depth == "all" else []
        for kernel in (STOCK, OURS):
            if options.depth == "quick":
                checks.total.skip(f"vm-{kernel}", "--quick leaves the VM out")
            else:
                virtual(checks, kernel, long_ones if kernel == STOCK else [])
        if options.depth == "quick":
            checks.total.skip("kernel-lint", "--quick leaves the kernel out")
        else:
            lint_kernel(checks)
        if options.depth == "all":
            for kernel in MORE_KERNELS:
                virtual(checks, kernel)
            thorough(checks)
            foreign_suites(checks)
            call_sites(checks)
        else:
            kernels = [f"vm-{kernel}" for kernel in MORE_KERNELS]
            for name in (*kernels, "slow", "lua-shipped", "enlighten-packages", "valgrind", "cpython",
                         "python-versions", "suites", "releases", "call-sites", "scan-roots"):
                checks.total.skip(name, "only with --all")
    return suites.report(checks.total)


if __name__ == "__main__":
    sys.exit(main())
