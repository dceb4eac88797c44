# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the parts: what a suite may ask for with "# needs: PART". A part is called with the
# directories of the build and of the keys, and prints a directory with
#   disks/NAME     disk images, to be attached under their names
#   tree/          files for the initramfs
#   rules          lines for the policy
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# seal_disk DIR NAME SEAL-OPTIONS-AND-TREES...
seal_disk() {
	local dir=$1 name=$2 option=()
	shift 2
	while [ "${1#--}" != "$1" ]; do
		option+=("$1" "$2")
		shift 2
	done
	mkdir -p "$dir/disks" "$dir/tree/images"
	"$VM/seal" "${option[@]}" "$dir/tree/images/$name" "$@"
	mv "$dir/tree/images/$name/image" "$dir/disks/$name"
}

[ $# = 2 ] || die 'the directories of the build and of the keys are needed'
build=$1 keys=$2
