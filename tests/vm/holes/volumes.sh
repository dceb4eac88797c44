# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the suite "holes". Rows 1 and 2: volumes on the device mapper. The disk "holes" has a
# signed root hash; "holes-evil" is the same with other content and that root hash, which does not
# fit; "holes-other" is the evil content with a root hash of its own, which nobody signed.

export DM_DISABLE_UDEV=1
signed='root_hash_sig_key_desc holes'
name=volume
at=/tmp/volume

# verity DATA-DISK IMAGE OPTION-WORDS...: a table
verity() {
	local data image=/images/$2 blocks
	data=$(disk "$1")
	blocks=$(($(cat $image/hashoffset) / 4096))
	shift 2
	echo "0 $((blocks * 8)) verity 1 $data $data 4096 4096 $blocks $((blocks + 1)) sha256" \
		"$(cat $image/roothash) - ${1:+$# $*}"
}

# linear DISK [SECTORS-LEFT-OUT]
linear() {
	echo "0 $(($(cat /images/holes/hashoffset) / 512 - ${2:-0})) linear $(disk "$1") 0"
}

error() {
	echo "0 $(($(cat /images/holes/hashoffset) / 512)) error"
}

linear_and_error() {
	local left=$(($(cat /images/holes/hashoffset) / 512 - 8))
	linear "$1" 8
	echo "$left 8 error"
}

# good verity|plain, evil verity|plain: tables for an attempt, and for its control
good() {
	if [ "$1" = verity ]; then
		verity holes holes $signed
	else
		linear holes
	fi
}

# A volume whose new table is refused is suspended, and its file system frozen.
close_volume() {
	if dmsetup info $name | grep -q SUSPENDED; then
		dmsetup load $name --readonly --table "$(error)"
		dmsetup resume $name
	fi
	umount $at
	dmsetup remove $name
} >/dev/null 2>&1

# open_volume TABLE
open_volume() {
	trap close_volume EXIT
	mkdir -p $at
	need dmsetup create $name --readonly --table "$1"
	need mount -t erofs -o ro /dev/mapper/$name $at
}

# put_table TABLE
put_table() {
	echo "$1" > /tmp/table
	try load dmsetup load $name --readonly /tmp/table
	try resume dmsetup resume $name
}

drop_caches() {
	sync
	echo 3 > /proc/sys/vm/drop_caches
}

run_again() {
	drop_caches
	try run $at/good
}

by_error() {
	open_volume "$(good "$1")"
	need_good $at/good
	put_table "$(error)"
	put_table "$(linear holes-evil)"
	run_again
}

by_mixture() {
	open_volume "$(good "$1")"
	need_good $at/good
	put_table "$(linear_and_error holes-evil)"
	run_again
}

# What was read before the volume was signed stays in the page cache.
before_signing() {
	open_volume "$(linear holes-evil)"
	need cat $at/good >/dev/null
	put_table "$(good "$1")"
	try run $at/good
}

# An open descriptor keeps the block device's own pages.
before_mounting() {
	need dmsetup create $name --readonly --table "$(linear holes-evil)"
	trap close_volume EXIT
	exec 5</dev/mapper/$name
	cat <&5 >/dev/null
	put_table "$(good "$1")"
	mkdir -p $at
	need mount -t erofs -o ro /dev/mapper/$name $at
	cat /dev/mapper/$name > /tmp/seen
	exec 5<&-
	grep -q MARK:evil /tmp/seen && echo MARK:evil
}

# mapped_before TABLE BAD-TABLE
mapped_before() {
	local refusal
	open_volume "$1"
	need_good $at/good
	start late holes volume-late $at/late
	if ! refusal=$(put_table "$2"); then
		put_table "$1"
		finish late >/dev/null
		echo "$refusal"
		exit 1
	fi
	finish late
}

another_device() {
	local major minor
	open_volume "$(good verity)"
	need_good $at/good
	major=$(dmsetup info -c --noheadings -o major $name)
	minor=$(dmsetup info -c --noheadings -o minor $name)
	need umount $at
	need dmsetup remove $name
	need dmsetup create $name --readonly --major $major --minor $minor \
		--table "$(linear holes-evil)"
	need mount -t erofs -o ro /dev/mapper/$name $at
	try run $at/good
}

# with_options DATA-DISK OPTION-WORDS...
with_options() {
	open_volume "$(verity "$1" holes $signed $2)"
	try run $at/good
}

loose_before_strict() {
	open_volume "$(if [ "$1" = verity ]; then
		verity holes-evil holes $signed ignore_corruption
	else
		linear holes-evil
	fi)"
	need cat $at/good >/dev/null
	put_table "$(good "$1")"
	try run $at/good
}

close_loop() {
	close_volume
	losetup -d $loop
}

# The file below is changed after it was read once.
checked_once() {
	dd if="$(disk holes)" of=/tmp/below bs=64k 2>/dev/null
	loop=$(losetup -f)
	need losetup $loop /tmp/below
	open_volume "$(verity holes holes $signed check_at_most_once | sed "s,$(disk holes),$loop,g")"
	trap close_loop EXIT
	need cat $at/good >/dev/null
	dd if="$(disk holes-evil)" of=$loop bs=64k 2>/dev/null
	sync
	run_again
}

# renamed_and_reloaded TABLE-BETWEEN: what must keep working; whether the table is refused or not
renamed_and_reloaded() {
	open_volume "$(good verity)"
	need dmsetup rename $name $name-renamed
	need dmsetup rename $name-renamed $name
	(put_table "$1") >/dev/null
	put_table "$(good verity)"
	drop_caches
	need_good $at/good
	echo good
}

# A FUSE server claims the volume, and serves what it likes.
by_server() {
	trap close_volume EXIT
	mkdir -p $at
	need dmsetup create $name --readonly --table "$(good verity)"
	need holes-serve /dev/mapper/$name $at /holes/evil
	try run $at/good
}

# The same root hash, without its signature.
reloaded_unsigned() {
	open_volume "$(good verity)"
	need_good $at/good
	put_table "$(verity holes holes)"
	run_again
}

volume_stays_trusted() {
	[ "$(outcome_of renamed_and_reloaded "$(good verity)")" = good ]
	ok $? 'a volume that gets another name and its own table again is trusted'
	[ "$(outcome_of renamed_and_reloaded "$(error)")" = good ]
	ok $? 'so is one that had an error table in between'
	[ "$(outcome_of renamed_and_reloaded "$(verity holes-other holes-other)")" = good ]
	ok $? 'so is one that was to get the table of another'
}

volume_rows() {
	keyctl padd user holes @u < /images/holes/roothash.p7s >/dev/null
	control 1 by_error plain
	row 1 'load *Invalid argument' 'verity, then an error table, then other data' by_error verity
	control 1b by_mixture plain
	row 1b 'load *Invalid argument' 'verity, then a table of other data and an error' by_mixture verity
	control 1c before_signing plain
	row 1c 'resume *busy' 'other data in the page cache, then the signed table' \
		before_signing verity
	control 1d mapped_before "$(linear holes)" "$(linear holes-evil)"
	row 1d 'resume *busy' 'a mapping that was allowed, then another verity table' \
		mapped_before "$(good verity)" "$(verity holes-other holes-other)"
	row 1e 'run *denied' 'another device of the same name and number' another_device
	control 1f another_device
	row 1f 'run *denied' 'the same root hash without its signature' reloaded_unsigned
	row 1g 'run *denied' 'a FUSE server in the name of a signed volume' by_server
	row 2 'run *denied' 'ignore_corruption with a signed root hash' with_options holes-evil ignore_corruption
	control 2b loose_before_strict plain
	row 2b 'resume *busy' 'ignore_corruption first, then the strict table' loose_before_strict verity
	row 2c 'run *denied' 'check_at_most_once, and a change below after the first read' checked_once
}
