# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced after lib.sh and apt.sh: the kernel's source as Debian has it, with security/ipe replaced,
# and its objects, which are kept for the next time.

KERNEL=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ipe=ours config=minimal source=6.12 certificate='' boot_policy='' patched=true
inputs='' log='' tree='' build=''

# What no x86 kernel is made of is not unpacked: two thirds of the source.
unneeded='
	arch/[!ux]*.[chS] arch/[!ux]*.dts* Documentation/*/* sound/*.[ch] tools/perf/* tools/testing/*
	drivers/accel/*.[ch] drivers/clk/*.[ch] drivers/gpu/*.[ch] drivers/infiniband/*.[ch]
	drivers/media/*.[ch] drivers/net/ethernet/*.[ch] drivers/net/wireless/*.[ch]
	drivers/pinctrl/*.[ch] drivers/scsi/*.[ch] drivers/staging/*.[ch]'

packages="bc:bc bison:bison flex:flex gcc:gcc make:make patch:patch rsync:rsync xz:xz-utils
	/usr/include/libelf.h:libelf-dev /usr/include/openssl/evp.h:libssl-dev"

tree_hash() {
	tar -C "$1" --sort=name --mtime=@0 --owner=0 --group=0 --mode=0644 -c . | hash_of
}

# Inputs are copied before they are hashed: what is built is what was hashed, also while somebody
# edits them.
snapshot() {
	local dir=$1 file
	mkdir -p "$dir"/{ipe,patches}
	certificate=${certificate:-$("$VM/make-keys")/good.crt}
	cp "$certificate" "$dir/certificate.pem" || die "the certificate $certificate cannot be read"
	if [ -n "$boot_policy" ]; then
		cp "$boot_policy" "$dir/boot.pol" || die "the policy $boot_policy cannot be read"
	fi
	for file in "$KERNEL/configs"/{minimal,minimal-$source,$config,$config-$source}.config; do
		[ ! -e "$file" ] || cat "$file"
	done | awk '!seen[$0]++' > "$dir/fragment"
	[ "$ipe" = ours ] || return 0
	[ -d "$KERNEL/lsm" ] || die "there is no $KERNEL/lsm"
	cp -r "$KERNEL/lsm/." "$dir/ipe/"
	mkdir -p "$dir/ipe/core"
	cp "$KERNEL"/core/*.{c,h,def} "$dir/ipe/core/"
	"$VM/../vectors/make-header" "$VM"/../vectors/policy-{syntax,decisions}.json \
		> "$dir/ipe/policy-vectors.h"
	cp "$VM/../vectors/policy_vectors.h" "$dir/ipe/"
	for file in "$KERNEL"/patches/{,$source/}*.patch; do
		! $patched || [ ! -e "$file" ] || cp "$file" "$dir/patches/"
	done
}

# Sets package and version to what apt knows.
find_source() {
	local pattern='^linux-source-6\.12$'
	if [ "$source" = newest ]; then
		apt_backports trixie-backports
		pattern='^linux-source-[0-9.]+$'
	else
		apt_system
	fi
	package=$(apt-cache "${apt_options[@]}" search --names-only "$pattern" | cut -d' ' -f1 |
		sort -V | tail -1)
	[ -n "$package" ] || die "no source package $pattern in the suites that apt knows"
	version=$(apt-cache "${apt_options[@]}" show --no-all-versions "$package" |
		sed -n 's/^Version: //p')
}

# fill_source DIR
fill_source() {
	local dir=$1 archive pattern exclude=()
	for pattern in $unneeded; do
		exclude+=("--exclude=$package/$pattern")
	done
	apt_unpack "$dir" "$package=$version"
	archive=$dir/usr/src/$package.tar.xz
	[ -s "$archive" ] || die "$package $version holds no $package.tar.xz"
	tar -C "$dir" --anchored --wildcards --wildcards-match-slash "${exclude[@]}" \
		-xf "$archive" >&2 || die "$package $version does not unpack"
	mv "$dir/$package" "$dir/linux"
	[ -e "$dir/linux/security/ipe/Kconfig" ] || die "$package $version has no security/ipe"
	rm -r "$dir/usr"
}

# fill_tree DIR: the source, patched, with room for objects; hard links spare the copy.
fill_tree() {
	local dir=$1 unpacked patch
	unpacked=$(cached kernel-source "$version $unneeded" fill_source)
	cp -al "$unpacked/linux" "$dir/linux"
	cp -r "$dir/linux/security/ipe" "$dir/upstream-ipe"
	for patch in "$inputs"/patches/*.patch; do
		[ -e "$patch" ] || continue
		patch -s -d "$dir/linux" -p1 -F0 --no-backup-if-mismatch -i "$patch" >&2 ||
			die "${patch##*/} does not apply to $package $version"
	done
	mkdir "$dir/linux/build"
}

# The environment could change the kernel without changing the key.
in_tree() {
	env -i PATH="$PATH" HOME="$HOME" TMPDIR="${TMPDIR:-/tmp}" LC_ALL=C \
		${CCACHE_DIR:+CCACHE_DIR="$CCACHE_DIR"} \
		make -C "$tree/linux" -s -j"$(nproc)" O=build CC="$(compiler)" \
		LOCALVERSION="-$variant" KBUILD_BUILD_TIMESTAMP='1970-01-01 UTC' \
		KBUILD_BUILD_VERSION=1 KBUILD_BUILD_USER=ipe KBUILD_BUILD_HOST=ipe-enlighten "$@"
}

compiler() {
	if command -v ccache >/dev/null; then
		echo ccache gcc
	else
		echo gcc
	fi
}

# The configuration's file is left alone if nothing in it changes, or everything would be rebuilt.
configure() {
	local wanted=$build/wanted
	install -m 644 "$inputs/fragment" "$build/fragment"
	{
		echo 'CONFIG_SYSTEM_TRUSTED_KEYS="certificate.pem"'
		[ ! -e "$inputs/boot.pol" ] || echo 'CONFIG_IPE_BOOT_POLICY="boot.pol"'
	} >> "$build/fragment"
	in_tree KCONFIG_CONFIG=wanted tinyconfig
	(cd "$build" && KCONFIG_CONFIG=wanted ../scripts/kconfig/merge_config.sh -m wanted fragment)
	in_tree KCONFIG_CONFIG=wanted olddefconfig
	cmp -s "$wanted" "$build/.config" || cp "$wanted" "$build/.config"
}

# Every option that was asked for was taken.
verify_configuration() {
	local line lost=()
	while read -r line; do
		case $line in
		'# CONFIG_'*' is not set')
			line=${line#\# }
			! grep -q "^${line%% *}=" "$1" || lost+=("${line%% *}=n")
			;;
		CONFIG_*) grep -qxF "$line" "$1" || lost+=("$line") ;;
		esac
	done < "$2"
	[ ${#lost[@]} = 0 ] || die "Linux $version does not take ${lost[*]}"
}

# What differs between two builds in the same tree is made anew in each.
prepare() {
	local from=$inputs/ipe
	[ "$ipe" = ours ] || from=$tree/upstream-ipe
	rsync -rc --delete "$from/" "$tree/linux/security/ipe/"
	rm -rf "$build"/{security/ipe,certs,certificate.pem,boot.pol}
	cp "$inputs/certificate.pem" "$build/"
	[ ! -e "$inputs/boot.pol" ] || cp "$inputs/boot.pol" "$build/"
	configure
	verify_configuration "$build/.config" "$build/fragment"
}

name_variant() {
	variant=$ipe
	[ "$source" = 6.12 ] || variant=$variant-$source
	[ "$config" = minimal ] || variant=$variant-$config
	$patched || variant=$variant-unpatched
}

finish() {
	local status=$?
	rm -rf "$inputs"
	[ $status != 0 ] && [ -n "$log" ] || return 0
	tail -n 30 "$log" >&7
	printf '%s: kernel %s does not build; all of its output is in %s\n' "${0##*/}" "$variant" \
		"$log" >&7
}

# Sets inputs, package, version, variant, and tree_key, which has what source and objects outside
# of security/ipe are made of.
begin() {
	local tool
	for tool in $packages; do
		need "${tool%:*}" "${tool##*:}"
	done
	name_variant
	inputs=$(mktemp -d)
	exec 7>&2
	trap finish EXIT
	snapshot "$inputs"
	find_source
	tree_key="$package $version $unneeded $(declare -f fill_source fill_tree in_tree compiler)
		$(cat "$inputs/fragment") $(tree_hash "$inputs/patches") $(gcc --version)"
}

# Sets tree and build to what is locked then, and log to what tells why preparing it failed.
open_tree() {
	tree=$(keep=2 cached "kernel-tree-$variant" "$tree_key" fill_tree)
	build=$tree/linux/build
	exec 8>"$tree/lock"
	flock 8
	log=$tree/log
	prepare >"$log" 2>&1
}

close_tree() {
	log=''
	exec 8>&-
}
