# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced after lib.sh: Debian's packages without installing them, from the mirror in use here.
# apt_options says which suites apt-get and apt-cache shall see.

apt_options=()

# apt_own NAME [SOURCE]: lists of the bench's own, a day old at most; of SOURCE if given, else
# of the machine's sources. Without a network older lists will do.
apt_own() {
	local dir=$CACHE/apt-$1
	mkdir -p "$dir/lists/partial"
	apt_options=(-o "Dir::State::Lists=$dir/lists" -o "Dir::Cache=$dir"
		-o APT::Sandbox::User=root)
	if [ $# -gt 1 ]; then
		printf '%s\n' "$2" > "$dir/sources.list"
		apt_options+=(-o Dir::Etc::sourceparts=- -o "Dir::Etc::sourcelist=$dir/sources.list")
	fi
	[ -z "$(find "$dir/updated" -mtime -1 2>/dev/null)" ] || return 0
	if flock "$dir" apt-get "${apt_options[@]}" update -qq >&2; then
		touch "$dir/updated"
	fi
}

# The suites of the machine, with its own lists where it has them.
apt_system() {
	apt_options=()
	[ -n "$(apt_sources)" ] || apt_own system
	[ -n "$(apt_sources)" ] ||
		die 'apt knows no Debian 12 suite; check /etc/apt/sources.list and the network'
}

# The Debian 12 sources that apt has lists for, as sources.list lines.
apt_sources() {
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	apt-get "${apt_options[@]}" indextargets --format \
		"deb [signed-by=$keyring] \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
		'Created-By: Packages' 'Origin: Debian' | grep ' bookworm[^ ]* main$' || true
}

# apt_backports SUITE: one more suite, from the mirror that serves bookworm.
apt_backports() {
	local source
	apt_system
	source=$(apt_sources | sed -n 's/ bookworm main$/ SUITE main/p' | sed -n 1p)
	[ -n "$source" ] || die 'apt has no source for bookworm main'
	apt_own "$1" "${source/SUITE/$1}"
}

# apt_unpack DIR PACKAGE...: downloads the packages and unpacks them into DIR.
apt_unpack() {
	local dir=$1 debs
	shift
	debs=$(mktemp -d "$dir/.debs.XXXXXX")
	(cd "$debs" && apt-get "${apt_options[@]}" -o APT::Sandbox::User=root download -qq "$@" >&2)
	find "$debs" -name '*.deb' -exec dpkg -x {} "$dir" \;
	rm -rf "$debs"
}
