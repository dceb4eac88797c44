# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the suite "holes". Rows 3 and 9 to 11: signatures of files, and the policy itself.

fs=/tmp/ext4

# fs-verity signatures count only in a closed keyring.
trust_verity_key() {
	keyctl padd asymmetric '' %keyring:.fs-verity < /holes/good.der >/dev/null &&
		keyctl restrict_keyring %keyring:.fs-verity
}

# mount_ext4 DEVICE: with one file on it, whose signature is /holes/signed-*.p7s
mount_ext4() {
	mkdir -p $fs
	need mount -t ext4 "$1" $fs
	rm -f $fs/file $fs/fill $fs/large
	cp /holes/victim $fs/file
	sync
}

must_fail() {
	if "$@" >/dev/null 2>&1; then
		echo "broken: $* succeeds"
		exit 3
	fi
}

# The file now gets other content, and fs-verity without a signature.
enable_unsigned_and_run() {
	need cp /holes/evil $fs/file
	sync
	need fsverity enable $fs/file
	try run $fs/file
}

# One block is left, which the hash tree takes; what is written last finds none.
by_full_disk() {
	trap 'umount $fs' EXIT
	mount_ext4 "$(disk holes-ext4)"
	dd if=/dev/zero of=$fs/fill bs=4k 2>/dev/null
	sync
	need truncate -s $(($(stat -c %s $fs/fill) - 4096)) $fs/fill
	must_fail fsverity enable $fs/file --signature=/holes/signed-good.p7s
	need rm $fs/fill
	sync
	enable_unsigned_and_run
}

by_bad_signature() {
	trap 'umount $fs' EXIT
	mount_ext4 "$(disk holes-ext4)"
	must_fail fsverity enable $fs/file --signature=/holes/signed-evil.p7s
	enable_unsigned_and_run
}

# ext4_table linear|error
ext4_table() {
	local device sectors
	device=$(disk holes-ext4)
	sectors=$(cat /sys/block/${device##*/}/size)
	if [ "$1" = linear ]; then
		echo "0 $sectors linear $device 0"
	else
		echo "0 $sectors error"
	fi
}

switch_ext4() {
	need dmsetup load ext4 --table "$(ext4_table "$1")"
	need dmsetup suspend --nolockfs ext4
	need dmsetup resume ext4
}

by_io_error() {
	trap 'umount $fs; dmsetup remove ext4' EXIT
	need dmsetup create ext4 --table "$(ext4_table linear)"
	mount_ext4 /dev/mapper/ext4
	switch_ext4 error
	must_fail fsverity enable $fs/file --signature=/holes/signed-good.p7s
	switch_ext4 linear
	enable_unsigned_and_run
}

fsverity_rows() {
	row 3 'run *denied' 'a signature whose fs-verity was not enabled for lack of room' \
		by_full_disk
	row 3b 'run *denied' 'the same, for an input/output error' by_io_error
	row 3c 'run *denied' 'the same, for a signature of nobody that is trusted' \
		by_bad_signature
}

load() {
	dd if="/holes/policies/$1.p7b" of=$ipe/new_policy bs=1M conv=notrunc
}

activate() {
	echo 1 > "$ipe/policies/$1/active"
}

delete() {
	echo 1 > "$ipe/policies/$1/delete"
}

back_to_vm() {
	activate vm
	[ ! -e "$ipe/policies/$1" ] || delete "$1"
}

# with_policy FILE NAME: what that policy allows
with_policy() {
	trap "back_to_vm $2" EXIT
	try load load "$1"
	try activate activate "$2"
	try run /tmp/evil
}

by_older_version() {
	need load roll-2
	need delete roll
	with_policy roll-1 roll
}

by_switching_off() {
	try enforce sh -c "echo 0 > $ipe/enforce"
	try run /tmp/evil
	echo 1 > $ipe/enforce
}

# These need a policy that is in force, for their controls too.
policy_rows() {
	local id
	for id in 10 11; do
		outcome_of with_policy fresh fresh > $controls/$id
	done
	row 10 'load *Stale file handle' 'a deleted policy comes back in an older version' by_older_version
	load roll-2 2>/dev/null && delete roll
	ok $? 'a deleted policy comes back in the same version'
	row 11 'load *Bad message' 'a NUL byte hides what the policy denies' with_policy nul nul
	outcome_of by_switching_off > $controls/9
	if [ $kernel = ours ]; then
		! echo 0 > $ipe/enforce_lock
		echo 1 > $ipe/enforce_lock
	fi
	row 9 'enforce *Operation not permitted' 'enforcement is switched off' by_switching_off
}
