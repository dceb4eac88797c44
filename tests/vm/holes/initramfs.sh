# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the suite "holes". Row 8: files of the initramfs that are not as it brought them. Each
# attempt has a victim of its own in each phase, /holes/victims/PHASE-ID.

victim() {
	echo "/holes/victims/$phase-$1"
}

by_redirection() {
	try open overwrite "$(victim 8)" /holes/evil
	try run "$(victim 8)"
}

# by_tampering ID WAY
by_tampering() {
	try tamper holes-tamper "$2" "$(victim "$1")" /holes/evil
	try run "$(victim "$1")"
}

# A script whose last line is harmless as long as it is whole.
by_cutting() {
	try truncate truncate -s 24 "$(victim 8g)"
	try run "$(victim 8g)"
}

by_new_file() {
	need cp /holes/evil "$(victim 8h)-new"
	try run "$(victim 8h)-new"
}

by_renaming() {
	need cp /holes/evil "$(victim 8i)-new"
	need mv "$(victim 8i)-new" "$(victim 8i)"
	try run "$(victim 8i)"
}

by_linking() {
	need ln "$(victim 8j)" "$(victim 8j)-link"
	try open overwrite "$(victim 8j)-link" /holes/evil
	try run "$(victim 8j)"
}

by_loop_device() {
	local loop
	loop=$(losetup -f)
	need losetup $loop "$(victim 8k)"
	dd if=/holes/evil of=$loop conv=notrunc bs=512 2>/dev/null
	sync
	need losetup -d $loop
	try run "$(victim 8k)"
}

# The upper layer of an overlay is the directory of the victim itself.
by_overlay() {
	local dir
	dir=$(dirname "$(victim 8l)")
	mkdir -p /holes/lower /holes/work-$phase /tmp/overlay
	need mount -t overlay overlay /tmp/overlay \
		-o lowerdir=/holes/lower,upperdir=$dir,workdir=/holes/work-$phase
	overwrite /tmp/overlay/$phase-8l /holes/evil
	umount /tmp/overlay
	try run "$(victim 8l)"
}

# Opened before there was a policy, by prepare_descriptor.
by_old_descriptor() {
	if [ $phase = control ]; then
		prepare_descriptor
	fi
	need finish descriptor >/dev/null
	try run "$(victim 8m)"
}

prepare_descriptor() {
	start descriptor sh -c ': > ready; : < go; cat /holes/evil >&6; exec 6>&-; echo done' \
		6<>"$(victim 8m)"
}

# What has been executed cannot be opened for writing: that is another refusal.
by_writing_what_ran() {
	need_good "$(victim 8n)"
	try open overwrite "$(victim 8n)" /holes/evil
	try run "$(victim 8n)"
}

swap_off() {
	swapoff /dev/mapper/swap
	dmsetup remove swap
} >/dev/null 2>&1

# by_swap FILE: its pages are changed on the disk below the swap device
by_swap() {
	local device
	device=$(disk holes-swap)
	trap swap_off EXIT
	need dmsetup create swap \
		--table "0 $(cat /sys/block/${device##*/}/size) linear $device 0"
	need mkswap /dev/mapper/swap >/dev/null
	need swapon /dev/mapper/swap
	echo 200 > /proc/sys/vm/swappiness
	try swap holes-swapped "$1" /holes/evil $device
	try run "$1"
}

on_tmpfs() {
	cp /holes/victim /tmp/victim
	by_swap /tmp/victim
}

initramfs_rows() {
	local denied='run *denied'
	row 8 "$denied" 'an initramfs file is overwritten' by_redirection
	row 8b "$denied" 'through a shared mapping' by_tampering 8b mmap
	row 8c "$denied" 'by sendfile' by_tampering 8c sendfile
	row 8d "$denied" 'by copy_file_range' by_tampering 8d copy-range
	row 8e "$denied" 'by splice' by_tampering 8e splice
	row 8f "$denied" 'by fallocate, a hole' by_tampering 8f punch
	row 8g "$denied" 'by truncate' by_cutting
	row 8h "$denied" 'a new file' by_new_file
	row 8i "$denied" 'a new file in the place of an old one' by_renaming
	row 8j "$denied" 'through a hard link' by_linking
	row 8k "$denied" 'through a loop device' by_loop_device
	row 8l "$denied" 'through an overlay' by_overlay
	row 8m "$denied" 'through a descriptor from before the policy' by_old_descriptor
	row 8n 'open *Text file busy' 'after it was executed' by_writing_what_ran
	control 8o on_tmpfs
	row 8o 'swap *' 'on the swap device' by_swap "$(victim 8o)"
	row 8p "$denied" 'by MADV_REMOVE' by_tampering 8p remove
}

# What changes no content takes no trust.
initramfs_stays_trusted() {
	local file
	file=$(victim kept)
	chmod 700 $file && touch $file && chown 1:1 $file && mv $file $file-moved &&
		ln $file-moved $file && [ "$($file)" = MARK:good ]
	ok $? 'mode, owner, times, name and links of an initramfs file may change'
}
