# SPDX-License-Identifier: LGPL-2.1-or-later
"""``python3 -m ipe-check``: see ipe-check(1)."""
