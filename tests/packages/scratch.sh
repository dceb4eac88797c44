# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the tests that need a Debian 12 of their own, which is gone when they end. Only root can
# make one, so without root they end here.

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$VM/apt.sh"
ROOT=$WORK/root

if [ "$(id -u)" != 0 ]; then
	echo '1..0 # SKIP only root can install packages'
	exit 0
fi
if [ -z "${IPE_IN_NAMESPACE-}" ]; then
	rm -rf "$WORK"
	IPE_IN_NAMESPACE=yes exec unshare --mount --propagation private "$0" "$@"
fi

debootstrap() {
	local include=$1 tree=$2/tree
	apt_system
	apt_sources | mmdebstrap --mode=root --variant=apt --include="$include" bookworm "$tree" - \
		>"$2/log" 2>&1 || die "mmdebstrap failed: $(tail -5 "$2/log")"
	rm "$2/log"
}

# enter PACKAGES: makes a scratch system at ROOT, over a cached one; the packages are separated by commas
enter() {
	local base
	base=$(cached "${0##*/}-root" "$1 $(declare -f debootstrap)" debootstrap "$1")
	mkdir "$ROOT" "$WORK/over"
	mount -t tmpfs none "$WORK/over"
	mkdir "$WORK/over/upper" "$WORK/over/work"
	chmod 755 "$WORK/over/upper"
	mount -t overlay -o "lowerdir=$base/tree,upperdir=$WORK/over/upper,workdir=$WORK/over/work" \
		none "$ROOT"
	mount -t proc none "$ROOT/proc"
}

leave() {
	umount -R "$ROOT" "$WORK/over" 2>/dev/null || true
	rm -rf --one-file-system "$WORK"
}
trap leave EXIT

# Nothing in there reaches the network.
inside() {
	offline chroot "$ROOT" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root "$@"
}
