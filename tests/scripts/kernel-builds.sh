#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernel/build where it must fail, and where it must not mistake one kernel for another: two at a
# time, killed, without room, without a network. It builds in a cache of its own, which shares the
# unpacked source with the usual one.
set -u
source=$(cd "$(dirname "$0")/../.." && pwd)
usual=${IPE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ipe-enlighten}
mkdir -p "$usual"
work=$(mktemp -d "$usual/.kernel-builds.XXXXXX")
trap 'rm -rf "$work"' EXIT
export IPE_CACHE=$work/cache
count=0 failed=0

ok() {
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
		return
	fi
	echo "not ok $count - $2"
	tail -n 15 "$work/err" | sed 's/^/# /'
	failed=1
}

# tree NAME [TEXT]: a copy of what makes a kernel; its kernel contains TEXT
tree() {
	rm -rf "${work:?}/$1"
	mkdir -p "$work/$1/tests"
	cp -r "$work/pristine/." "$work/$1/"
	[ $# = 1 ] || printf 'const char ipe_mark[] __used = "%s";\n' "$2" >> "$work/$1/kernel/lsm/setup.c"
}

# build NAME [OPTION...]
build() {
	local name=$1
	shift
	"$work/$name/kernel/build" --certificate "$work/certificate.pem" "$@" 2>"$work/err"
}

contains() {
	[ -n "$1" ] && grep -qaF -e "$2" "$1/vmlinux"
}

kernels() {
	find "$IPE_CACHE" -maxdepth 1 -name 'kernel-ours-*' 2>/dev/null
}

# fails PATTERN SENTENCE [OPTION...]: the tree "bad" says PATTERN and leaves no kernel
fails() {
	local pattern=$1 sentence=$2 before
	shift 2
	before=$(kernels)
	! build bad "$@" >"$work/out" && grep -q -e "$pattern" "$work/err" &&
		[ ! -s "$work/out" ] && [ "$(kernels)" = "$before" ]
	ok $? "$sentence"
	tree bad
}

# damaged_package: an apt-get that downloads a package whose archive is none
damaged_package() {
	mkdir -p "$work/package/DEBIAN" "$work/package/usr/src" "$work/bin"
	printf '%s\n' 'Package: damaged' 'Version: 1' 'Architecture: all' 'Maintainer: nobody' \
		'Description: none' > "$work/package/DEBIAN/control"
	head -c 100000 /dev/urandom > "$work/package/usr/src/linux-source-6.12.tar.xz"
	dpkg-deb --build "$work/package" "$work/damaged.deb" >/dev/null
	cat > "$work/bin/apt-get" <<-END
		#!/bin/sh
		case "\$*" in
		*" download "*) exec cp "$work/damaged.deb" source.deb ;;
		esac
		exec $(command -v apt-get) "\$@"
	END
	chmod 755 "$work/bin/apt-get"
}

mkdir -p "$work/pristine/tests" "$IPE_CACHE"
cp -r "$source/kernel" "$work/pristine/"
cp -r "$source/tests/vm" "$source/tests/vectors" "$work/pristine/tests/"
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=first -keyout "$work/key" \
	-out "$work/certificate.pem" 2>"$work/err"
tree bad

damaged_package
PATH=$work/bin:$PATH fails 'does not unpack' 'a source that does not unpack ends it'
for entry in "$usual"/kernel-source-*; do
	[ ! -d "$entry" ] || cp -al "$entry" "$IPE_CACHE/"
done

echo 'CONFIG_NO_SUCH_OPTION=y' >> "$work/bad/kernel/configs/minimal.config"
fails 'does not take CONFIG_NO_SUCH_OPTION=y' 'an option that the kernel does not know ends it'
echo '# CONFIG_SECURITYFS is not set' >> "$work/bad/kernel/configs/minimal.config"
fails 'does not take' 'two lines that contradict each other end it'
sed -i 's/CONFIG_SYSCTL=y/CONFIG_SYSCTL=m/' "$work/bad/kernel/configs/minimal.config"
fails 'does not take CONFIG_SYSCTL=m' 'an option that is taken otherwise ends it'
sed -i 's/^ /  /' "$work"/bad/kernel/patches/*.patch
fails 'does not apply' 'a patch that does not apply ends it'
fails 'cannot be read' 'a certificate that is not there ends it' --certificate "$work/missing"
echo 'this is no C' >> "$work/bad/kernel/lsm/setup.c"
fails 'setup.c:.*error' 'a source that does not compile ends it, with what the compiler says'

tree one first-mark
tree two second-mark
one=$(build one)
contains "$one" first-mark
ok $? 'a kernel is built where a build has failed'
cp "$one/vmlinux" "$work/as-built"
again=$(unshare -rn "$work/one/kernel/build" --certificate "$work/certificate.pem" 2>"$work/err")
[ "$again" = "$one" ]
ok $? 'it is found again without a network'
begun=$SECONDS
two=$(build two)
contains "$two" second-mark && ! contains "$two" first-mark
ok $? "after a change of kernel/lsm it is another one, in $((SECONDS - begun)) s"

rm -rf "$one" "$two"
build two > "$work/two.out" &
build one > "$work/one.out"
wait
contains "$(cat "$work/one.out")" first-mark && contains "$(cat "$work/two.out")" second-mark
ok $? 'two builds at the same time each make their own'
cmp "$one/vmlinux" "$work/as-built" >&2
ok $? 'a kernel is bit by bit the same, whatever was built before it'

rm -rf "$one"
(ulimit -f 4000 && build one) >"$work/out"
[ $? != 0 ] && [ ! -s "$work/out" ] && [ ! -e "$one" ]
ok $? 'a file that cannot be written to its end ends it'
setsid "$work/one/kernel/build" --certificate "$work/certificate.pem" >"$work/out" 2>&1 &
sleep 12
kill -KILL -- -$!
wait 2>/dev/null
[ ! -e "$one" ] && [ "$(build one)" = "$one" ] && cmp "$one/vmlinux" "$work/as-built" >&2
ok $? 'what is killed leaves nothing that the next one would take for whole'
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=second-certificate -keyout "$work/key" \
	-out "$work/certificate.pem" 2>"$work/err"
contains "$(build one)" second-certificate
ok $? 'another certificate is built in'
echo "1..$count"
exit $failed
