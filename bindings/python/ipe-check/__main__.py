# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

# For -m, Python puts the working directory first: whoever owns that could replace our modules.
if not getattr(sys.flags, "safe_path", sys.flags.isolated):
    del sys.path[0]

from ipe_enlighten._command import main

sys.exit(main(sys.argv[1:]))
