# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by suites after lib.sh: the part "places", as /places/NAME, and once more mounted noexec
# as /noexec/NAME. The table of gate.c says what to expect of each.

from_ext4='ext4-plain fsverity-listed fsverity-unlisted fsverity-signed fsverity-evil'
files='elf-0755 elf-0644 script-0755 script-0644'

# Only the key that was there before the keyring was closed counts for fs-verity.
verity_keys() {
	keyctl padd asymmetric '' %keyring:.fs-verity < /keys/good.der >/dev/null &&
		keyctl restrict_keyring %keyring:.fs-verity &&
		! keyctl padd asymmetric '' %keyring:.fs-verity < /keys/evil.der >/dev/null 2>&1
}

# enable_verity NAME [signed]
enable_verity() {
	local file
	for file in $files; do
		fsverity enable "/ext4/$1/$file" \
			${2:+--signature=/verity/$1/$file.p7s} || return
	done
}

places_ext4() {
	local name
	mkdir /ext4
	mount -t ext4 "$(disk ext4)" /ext4 &&
		enable_verity fsverity-listed && enable_verity fsverity-unlisted || return
	for name in $from_ext4; do
		mkdir -p "/places/$name"
		mount --bind "/ext4/$name" "/places/$name" || return
	done
}

places_sealed() {
	local name
	for name in dmverity-listed dmverity-unlisted dmverity-signed; do
		mount_image $name /places/$name || return
	done
	mkdir -p /places/squashfs-plain
	mount -t squashfs -o ro "$(disk squashfs-plain)" /places/squashfs-plain
}

# overlay NAME: over the signed image, with upper and work directory of its own
overlay() {
	mkdir -p "/places/$1" "/tmp/$1/upper" "/tmp/$1/work"
	mount -t overlay overlay "/places/$1" \
		-o "lowerdir=/places/dmverity-signed,upperdir=/tmp/$1/upper,workdir=/tmp/$1/work"
}

places_overlay() {
	overlay overlay-lower && overlay overlay-copied-up && overlay overlay-later &&
		overlay overlay || return
	touch /places/overlay-copied-up/* &&
		cp -a /places/initramfs /places/overlay/new || return
	mkdir /places/overlay-new
	mount --bind /places/overlay/new /places/overlay-new
}

places_noexec() {
	local place
	for place in /places/*; do
		mkdir -p "/noexec/${place##*/}"
		mount --bind "$place" "/noexec/${place##*/}" &&
			mount -o remount,bind,noexec "/noexec/${place##*/}" || return
	done
}

# Each step is a test, because what the kernel refuses here is part of what is asked.
make_places() {
	verity_keys
	ok $? 'the keyring of fs-verity holds the good key and takes no other'
	places_ext4
	ok $? 'fs-verity is enabled on ext4'
	enable_verity fsverity-signed signed
	ok $? 'fs-verity takes a signature of the good key'
	! enable_verity fsverity-evil signed
	ok $? 'fs-verity refuses a signature of another key'
	places_sealed
	ok $? 'dm-verity takes no signature and one of the good key'
	! mount_image dmverity-evil /places/dmverity-evil
	ok $? 'dm-verity refuses a root hash signed by another key'
	mount_image dmverity-evil /places/dmverity-evil unsigned
	ok $? 'dm-verity takes that root hash without its signature'
	mkdir /places/tmpfs /places/initramfs-late
	mount -t tmpfs tmpfs /places/tmpfs && cp -a /places/initramfs/* /places/tmpfs/ &&
		cp -a /places/initramfs/* /places/initramfs-late/
	ok $? 'files are written at run time'
	places_overlay
	ok $? 'overlays lie over dm-verity'
	places_noexec
	ok $? 'every place is mounted noexec once more'
}
