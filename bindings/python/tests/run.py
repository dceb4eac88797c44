#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run the named test modules, TAP on standard output."""

import sys
import unittest

import tap

import support


def main(names):
    support.enter_private_mounts()
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    runner = tap.TAPTestRunner()
    runner.set_stream(True)
    runner.set_header(False)
    result = runner.run(suite)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
