# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the tests of packages: a copy of what git tracks, and TAP.

. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"
SOURCE=$(cd "$VM/../.." && pwd)
WORK=$(mktemp -d)
# Root inside the scratch systems gets at these as well as anybody.
chmod 755 "$WORK"
trap 'rm -rf --one-file-system "$WORK"' EXIT
count=0 failed=0

# copy_source DIRECTORY: what git tracks, as a fresh clone would have it
copy_source() {
	mkdir -p "$1"
	git -C "$SOURCE" ls-files -z | tar -C "$SOURCE" -c --null -T - | tar -C "$1" -x -m
}

# The network is out of reach, where that can be had.
offline() {
	if unshare --net true 2>/dev/null; then
		unshare --net "$@"
	else
		unshare --map-root-user --net "$@"
	fi
}

# ok SENTENCE COMMAND...: passes if the command does; what it says is shown if not
ok() {
	local sentence=$1
	shift
	count=$((count + 1))
	if (set +e; "$@") >"$WORK/said" 2>&1 </dev/null; then
		echo "ok $count - $sentence"
	else
		echo "not ok $count - $sentence"
		tail -40 "$WORK/said" | sed 's/^/# /'
		failed=1
	fi
}

finish() {
	echo "1..$count"
	exit $failed
}
