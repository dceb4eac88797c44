#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

print("ran", int(sys.argv[1]) * int(sys.argv[2]))
