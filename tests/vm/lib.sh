# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the bench's scripts: --help, errors that name a Debian package, and the cache.

set -eu -o pipefail
shopt -s inherit_errexit
umask 022
PATH=$PATH:/usr/sbin:/sbin
VM=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${IPE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ipe-enlighten}

usage() {
	sed -n '/^# Usage:/,/^[^#]*$/s/^# \{0,1\}//p' "$0"
}

if [ "${1-}" = --help ]; then
	usage
	exit 0
fi

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# need TOOL-OR-FILE PACKAGE
need() {
	[ -e "$1" ] || command -v "$1" >/dev/null || die "$1 is missing; apt-get install $2"
}

hash_of() {
	sha256sum | cut -c1-16
}

# entry_of NAME KEY: the directory that "cached" fills
entry_of() {
	printf '%s-%s\n' "$CACHE/$1" "$(printf '%s' "$2" | hash_of)"
}

# cached NAME KEY COMMAND...: prints the directory that COMMAND (which gets it as its last
# argument) filled, made at most once for a KEY, whole or not at all.
# The four entries of a NAME that were used last are kept, or as many as the variable keep says.
cached() {
	local name=$1 entry work
	entry=$(entry_of "$name" "$2")
	shift 2
	mkdir -p "$CACHE/lock"
	exec 9>"$CACHE/lock/$name"
	flock 9
	rm -rf "$CACHE/.$name".*
	if [ ! -d "$entry" ]; then
		work=$(mktemp -d "$CACHE/.$name.XXXXXX")
		chmod 755 "$work"
		"$@" "$work"
		touch "$work"
		mv "$work" "$entry"
		find "$CACHE" -maxdepth 1 -name "$name-????????????????" -printf '%T@ %p\n' |
			sort -rn | sed "1,${keep:-4}d;s/^[^ ]* //" | xargs -r rm -rf
	fi
	touch "$entry"
	exec 9>&-
	printf '%s\n' "$entry"
}
