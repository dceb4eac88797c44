#!/usr/bin/lua5.4
-- SPDX-License-Identifier: LGPL-2.1-or-later
print("ran " .. arg[1] * arg[2])
