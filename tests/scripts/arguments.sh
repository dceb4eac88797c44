#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# How scripts/quickstart and scripts/check take their arguments, before they do anything.
set -u
scripts=$(cd "$(dirname "$0")/../../scripts" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0

# expect STATUS PATTERN SENTENCE COMMAND...: PATTERN is on the output that STATUS calls for
expect() {
	status=$1 pattern=$2 sentence=$3
	shift 3
	BUILD_ROOT=$work "$@" >"$work/out" 2>"$work/err" </dev/null
	got=$? file=err other=out
	[ "$status" != 0 ] || file=out other=err
	count=$((count + 1))
	if [ $got = "$status" ] && grep -q -e "$pattern" "$work/$file" && [ ! -s "$work/$other" ]; then
		echo "ok $count - $sentence"
	else
		echo "not ok $count - $sentence"
		echo "# status $got; $(head -c 300 "$work/$file" | tr '\n' ' ')"
		failed=1
	fi
}

quickstart=$scripts/quickstart check=$scripts/check
expect 0 '^Usage: scripts/quickstart' 'quickstart has --help' "$quickstart" --help
expect 0 '^Usage: scripts/quickstart' 'quickstart has -h' "$quickstart" -h
expect 2 'unknown option: --bogus' 'quickstart refuses an unknown option' "$quickstart" --bogus
expect 2 'unknown option: -x' 'quickstart refuses an unknown letter' "$quickstart" -x
expect 2 'unknown option: --bogus' 'also after a script' "$quickstart" "$0" --bogus
expect 2 'unknown kernel: old' 'quickstart refuses an unknown kernel' "$quickstart" --kernel old
expect 2 'unknown kernel: old' 'also in one word' "$quickstart" --kernel=old
expect 2 'needs' 'quickstart refuses --kernel without its operand' "$quickstart" --kernel
expect 2 'no such file' 'quickstart refuses a missing script' "$quickstart" "$work/missing"
expect 2 'no such file' 'a word after -- is a script' "$quickstart" -- --help
expect 2 'not a regular file' 'quickstart refuses a directory' "$quickstart" "$work"
mkfifo "$work/fifo"
expect 2 'not a regular file' 'quickstart refuses a FIFO' "$quickstart" --json "$work/fifo"
expect 2 'a?b?: no such file' 'a name on the terminal is harmless' \
	"$quickstart" "$(printf 'a\033b\377')"
expect 0 '^Usage: scripts/check' 'check has --help' "$check" --help
expect 2 'unknown argument: --bogus' 'check refuses an unknown option' "$check" --bogus
expect 2 'unknown argument: file' 'check refuses operands' "$check" file
expect 2 'one of' 'check refuses two depths at once' "$check" --quick --all
patched=$scripts/patched
expect 0 '^Usage: patched' 'patched has --help' "$patched" --help
expect 0 '^dash$' 'patched lists what there is' "$patched" --list
expect 2 'name an interpreter: .*dash' 'patched wants a name' "$patched"
expect 2 'no patches for csh, but for: .*dash' 'patched refuses a name without patches' "$patched" csh
expect 2 'bookworm or trixie, not sid' 'patched refuses an unknown suite' "$patched" dash@sid
expect 2 'unknown option --bogus' 'patched refuses an unknown option' "$patched" --bogus dash
expect 2 'needs an operand' 'patched refuses --build without its operand' "$patched" --build
expect 2 'no such directory' 'patched refuses a build directory that is not there' \
	"$patched" --build "$work/none" dash
expect 1 'ninja -C' 'patched says how the library gets into a build directory' \
	"$patched" --build "$work" dash
# A mirror that knows the source and does not have it.
mkdir "$work/fake"
cat >"$work/fake/apt-get" <<'EOF'
#!/bin/sh
case $* in
*indextargets*) echo 'deb copy:/nowhere bookworm main' ;;
*--print-uris*) echo "'copy:/nowhere/dash.dsc' dash.dsc 1 SHA256:0" ;;
*--download-only*) exit 100 ;;
esac
EOF
chmod +x "$work/fake/apt-get"
expect 77 'source of dash/bookworm cannot be fetched' \
	'patched has a status for a source that is not there' \
	env PATH="$work/fake:$PATH" IPE_CACHE="$work/cache" "$patched" --source "$work" dash

# Root can read what has no permission.
ordinary=''
[ "$(id -u)" != 0 ] || ordinary='setpriv --reuid=65534 --regid=65534 --clear-groups'
if $ordinary test -x "$quickstart" && $ordinary test -r "$scripts/lib/packages.sh"; then
	echo 'echo' >"$work/secret.sh"
	chmod 711 "$work"
	chmod 0 "$work/secret.sh"
	expect 2 'not readable' 'quickstart refuses an unreadable script' \
		$ordinary "$quickstart" "$work/secret.sh"
else
	count=$((count + 1))
	echo "ok $count - an unreadable script # SKIP an ordinary user cannot reach the source tree"
fi
echo "1..$count"
exit $failed
