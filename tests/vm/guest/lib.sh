# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by suites in the guest: disks, sealed images, the policy, TAP.

ipe=/sys/kernel/security/ipe
tests=0

# ok STATUS DESCRIPTION
ok() {
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tests - $2"
	else
		echo "not ok $tests - $2"
	fi
}

# results COMMAND...: a test for each line "STATUS DESCRIPTION" that it prints, and one for its end
results() {
	local status description
	"$@" > /tmp/results
	echo "$? $1 ran to its end" >> /tmp/results
	while read -r status description; do
		if [ "$status" = '#' ]; then
			echo "# $description"
		else
			ok "$status" "$description"
		fi
	done < /tmp/results
}

plan() {
	echo "1..$tests"
}

# is_ours: whether the kernel has this project's own IPE, which has files that Linux's has not
is_ours() {
	[ -e $ipe/last_load ]
}

# disk NAME: the device of the disk that boot --disk NAME=FILE attached
disk() {
	local serial
	for serial in /sys/block/vd*/serial; do
		[ "$(cat "$serial")" != "$1" ] || echo "/dev/$(basename "$(dirname "$serial")")"
	done
}

# mount_image NAME DIRECTORY [unsigned]: a disk made by seal, whose other files are in /images.
mount_image() {
	local image=/images/$1 device signature=
	device=$(disk "$1")
	[ "${3-}" = unsigned ] || [ ! -e "$image/roothash.p7s" ] ||
		signature=--root-hash-signature=$image/roothash.p7s
	veritysetup open "$device" "$1" "$device" "$(cat "$image/roothash")" \
		--hash-offset="$(cat "$image/hashoffset")" $signature >&2 || return
	mkdir -p "$2"
	mount -t "$(cat "$image/fstype")" -o ro "/dev/mapper/$1" "$2"
}

# mount_root: the sealed Debian image on /image, usable with chroot
mount_root() {
	local dir
	mount_image root /image || return
	for dir in proc sys dev tmp; do
		mount --rbind "/$dir" "/image/$dir" || return
	done
}

load_policy() {
	dd if=/policy.p7b of=$ipe/new_policy bs=1M conv=notrunc 2>/dev/null
}

activate_policy() {
	echo 1 > $ipe/policies/vm/active
}
