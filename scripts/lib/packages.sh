# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian packages that the scripts need: which are missing, and how they get here. Sourced.

# list_packages LIST...: the names in files that hold one per line
list_packages() {
	sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$@" | sort -u
}

# list_missing LIST...: those that are not installed, one per line
list_missing() {
	for package in $(list_packages "$@"); do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null |
			grep -qx installed || echo "$package"
	done
}

# run_as_root COMMAND...: directly, or through sudo, which asks for a password only on a terminal
run_as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif ! command -v sudo >/dev/null; then
		return 1
	elif [ -t 2 ]; then
		sudo "$@"
	else
		sudo -n "$@"
	fi
}

# apt_install PACKAGE...: output to standard error
apt_install() {
	run_as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends "$@" >&2 </dev/null
}

# install_packages PACKAGE...: a fresh machine may have no package lists or old ones
install_packages() {
	if ! command -v apt-get >/dev/null; then
		echo "This is not Debian: install what these Debian packages hold: $*" >&2
		return 1
	fi
	echo "Installing Debian packages: $*" >&2
	if apt_install "$@" || { run_as_root apt-get update >&2 && apt_install "$@"; }; then
		return 0
	fi
	echo "They could not be installed. As root, run:" >&2
	echo "  apt-get update && apt-get install --no-install-recommends $*" >&2
	return 1
}
