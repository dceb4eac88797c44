# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the suites that have a table, after lib.sh: drive TABLE does its rows, as table.py has
# resolved them for the kernel that is running, and looks whether each difference has been shown.

case $(uname -r) in
*-ours*) ours=ours ;;
*) ours=linux ;;
esac
case $(uname -r) in
6.12.*) kind=$ours-6.12 ;;
*) kind=$ours-7.3 ;;
esac
work=$(mktemp -d)
want=$work/want got=$work/got shown=$work/shown
: > "$shown"

# answered: whether result and records in $got are those in $want. Behind a record of the project's
# own IPE may stand the fields that Linux does not have.
answered() {
	local due line
	while :; do
		IFS= read -r due <&3 || due=
		IFS= read -r line <&4 || line=
		if [ "$line" = "$due" ]; then
			[ -n "$due" ] || return 0
		elif [ $ours = ours ] && [ -n "$due" ]; then
			appended "${due%% *}" "${line#"$due"}" || return
		else
			return 1
		fi
	done 3<"$want" 4<"$got"
}

# appended TYPE FIELDS
appended() {
	local boolean='[TF?]*'
	case "$1$2" in
	1420' rule_line='[1-9]*' fsverity_digest='*' fsverity_signature='$boolean' dmverity_roothash='*' dmverity_signature='$boolean) ;;
	1404' enforce_lock='[01]) ;;
	*) return 1 ;;
	esac
}

# row DESCRIPTION WORDS DIFFERENCE
row() {
	local words=$2 answer=1 first=
	set -f
	compat $words > "$got"
	set +f
	read -r first < "$got"
	if [ "${first%% *}" = SKIP ]; then
		ok 0 "$1 # $first"
		return
	fi
	answered && answer=0
	[ "$3" = - ] || set -- "$1, by difference: $3" "$2" "$3"
	ok $answer "$1"
	if [ $answer = 0 ]; then
		[ "$3" = - ] || echo "$3" >> "$shown"
		return
	fi
	sed 's/^/# expected: /' "$want"
	sed 's/^/# got:      /' "$got"
}

drive() {
	local description words difference line
	while read -r description; do
		read -r words
		read -r difference
		: > "$want"
		while IFS= read -r line && [ -n "$line" ]; do
			printf '%s\n' "$line" >> "$want"
		done
		row "$description" "$words" "$difference"
	done < "/compat/tables/$1-$kind"
	# A row that was skipped shows nothing.
	while read -r difference; do
		grep -qx "$difference" "$shown"
		ok $? "the difference $difference has been shown"
	done < "/compat/tables/$1-$kind-differences"
}
