# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by suites after lib.sh: what the kernel allocated and forgot, if it has kmemleak.

mount -t debugfs debugfs /sys/kernel/debug
kmemleak=/sys/kernel/debug/kmemleak

# What is younger than five seconds is not looked at, nor reported when it is first seen.
check_leaks() {
	[ -e $kmemleak ] || return 0
	# It refuses to scan when it lost track.
	sleep 6 && echo scan > $kmemleak && sleep 6 && echo scan > $kmemleak
	ok $? 'kmemleak has kept track of all memory'
	cat $kmemleak > /tmp/leaks
	[ ! -s /tmp/leaks ]
	ok $? 'the kernel forgot no memory'
	sed 's/^/# /' /tmp/leaks
}
