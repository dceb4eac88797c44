#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernel/build's arguments, and that no change of what goes into a kernel leaves an old one in use.
set -u
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0
export IPE_CACHE=${IPE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ipe-enlighten}

ok() {
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		failed=1
	fi
}

# refuses PATTERN SENTENCE ARGUMENT...
refuses() {
	local pattern=$1 sentence=$2 status
	shift 2
	"$work/kernel/build" "$@" >"$work/out" 2>"$work/err"
	status=$?
	[ $status = 2 ] && grep -q -e "$pattern" "$work/err" && [ ! -s "$work/out" ]
	ok $? "$sentence"
}

where() {
	"$work/kernel/build" --where --certificate "$work/certificate" "$@" || echo none
}

# anew: the tree, as it was when this began
anew() {
	rm -rf "$work/kernel" "$work/tests"
	cp -r "$work/pristine/." "$work/"
}

# other SENTENCE OPTION...: another kernel than any before
other() {
	local sentence=$1 entry
	shift
	entry=$(where "$@")
	[ "$entry" != none ] && ! grep -qxF -e "$entry" "$work/entries"
	ok $? "$sentence"
	echo "$entry" >> "$work/entries"
}

# changes FILE [NAME]: a change of the file makes another kernel
changes() {
	echo '# changed' >> "$work/$1"
	other "a change of ${2:-$1} makes another kernel"
	anew
}

mkdir -p "$work/pristine/tests"
cp -r "$source/kernel" "$work/pristine/"
cp -r "$source/tests/vm" "$source/tests/vectors" "$work/pristine/tests/"
echo certificate > "$work/pristine/certificate"

anew
refuses 'unknown option --bogus' 'an unknown option is refused' --bogus
refuses 'unknown option file' 'an operand is refused' file
refuses 'ours or upstream' 'an unknown IPE is refused' --ipe theirs
refuses 'minimal or debug' 'an unknown configuration is refused' --config ../../etc/passwd
refuses '6.12 or newest' 'an unknown source is refused' --source 5.10
refuses 'needs an operand' 'an option without its operand is refused' --ipe
"$work/kernel/build" --help | grep -q '^Usage: build'
ok $? 'there is --help'

usual=$(where 2>"$work/err")
if [ "$usual" = none ] && grep -q 'apt knows\|is missing' "$work/err"; then
	echo "ok $((count + 1)) - what goes into a kernel # SKIP $(tail -n 1 "$work/err")"
	echo "1..$((count + 1))"
	exit $failed
fi
[ "$(where)" = "$usual" ]
ok $? 'the same inputs make the same kernel'
touch "$work"/kernel/*/*
echo '# changed' >> "$work/kernel/core/meson.build"
[ "$(where)" = "$usual" ]
ok $? 'what does not go into it makes no other'
anew

echo "$usual" > "$work/entries"
echo 'DEFAULT action=ALLOW' > "$work/boot.pol"
other 'a boot policy makes another kernel' --boot-policy "$work/boot.pol"
echo 'DEFAULT action=DENY' > "$work/boot.pol"
other 'so does another boot policy' --boot-policy "$work/boot.pol"
other 'so does --ipe upstream' --ipe upstream
other 'so does --config debug' --config debug
if [ "$(where --source newest 2>"$work/err")" != none ]; then
	other 'so does --source newest' --source newest
else
	count=$((count + 1))
	echo "ok $count - so does --source newest # SKIP $(tail -n 1 "$work/err")"
fi
other 'so does --unpatched' --unpatched
echo another > "$work/certificate"
other 'so does another certificate'
anew

changes kernel/build
changes kernel/tree.sh
changes kernel/configs/minimal.config
changes kernel/configs/minimal-6.12.config
changes kernel/lsm/Kconfig
changes kernel/lsm/hooks.c
changes kernel/lsm/ipe.h
changes kernel/core/lex.c
changes kernel/core/policy.h
changes kernel/core/vocab.def
changes tests/vectors/policy_vectors.h
sed -i 's/"name": "/&changed /' "$work/tests/vectors/policy-syntax.json"
other 'a change of the vectors makes another kernel'
anew
patch=$(cd "$work" && find kernel/patches -maxdepth 1 -name '*.patch' | sort | head -n 1)
changes "$patch" 'a patch'
patch=$(cd "$work" && find kernel/patches/6.12 -name '*.patch' | sort | head -n 1)
changes "$patch" 'a patch for this source'
rm "$work/$patch"
other 'a patch less makes another kernel'
anew
mv "$work/kernel/lsm/audit.c" "$work/kernel/lsm/audit2.c"
other 'another name of a file makes another kernel'
anew
: > "$work/kernel/lsm/new.h"
other 'an empty file more makes another kernel'
anew
upstream=$(where --ipe upstream)
echo '/* changed */' >> "$work/kernel/lsm/hooks.c"
[ "$(where --ipe upstream)" = "$upstream" ]
ok $? "a change of kernel/lsm makes no other kernel with Linux's own IPE"
echo "1..$count"
exit $failed
