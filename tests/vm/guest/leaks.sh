# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by suites after lib.sh: what the kernel allocated and forgot, if it has kmemleak.

mount -t debugfs debugfs /sys/kernel/debug
kmemleak=/sys/kernel/debug/kmemleak

# What is younger than five seconds is not looked at, nor reported when it is first seen.
check_leaks() {
	local scan
	[ -e $kmemleak ] || return 0
	for scan in first second; do
		sleep 6
		echo scan > $kmemleak
	done
	cat $kmemleak > /tmp/leaks
	[ ! -s /tmp/leaks ]
	ok $? 'the kernel forgot no memory'
	sed 's/^/# /' /tmp/leaks
}
