# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the suite "holes": attempts to run what the policy forbids, and what became of them.
#
# The suite goes through its rows twice. First there is no policy, and each attempt must run its
# code: the control, which shows that all of its steps work. Then there is one. On a kernel with a
# hole the code must run again, on one without it exactly the step that is named must be refused.

controls=/tmp/controls
mkdir -p $controls

# For the commands of an attempt. try STEP COMMAND...: a step that closing the hole may refuse
try() {
	local step=$1
	shift
	"$@" 2>/tmp/error && return
	echo "refused $step $(head -1 /tmp/error)"
	exit 1
}

# need COMMAND...: a step that must succeed anyhow
need() {
	"$@" 2>/tmp/error && return
	echo "broken $*: $(head -1 /tmp/error)"
	exit 3
}

# overwrite FILE CONTENT: in place
overwrite() {
	cat "$2" > "$1"
}

# need_good FILE: what the policy trusts runs
need_good() {
	[ "$("$1" 2>&1)" = MARK:good ] && return
	echo "broken: $1 does not run"
	exit 3
}

# start NAME COMMAND...: one that writes to the pipe "ready" at some point, and then waits for "go",
# which comes with finish NAME
start() {
	local dir=/tmp/$1
	shift
	rm -rf "$dir"
	mkdir "$dir"
	mkfifo "$dir/ready" "$dir/go"
	(cd "$dir" && exec "$@" > output) &
	: < "$dir/ready"
}

finish() {
	: > "/tmp/$1/go"
	while ! [ -s "/tmp/$1/output" ]; do
		sleep 0.1
	done
	cat "/tmp/$1/output"
}

# outcome_of COMMAND...: "ran" if the forbidden code wrote its mark, else the attempt's last line
outcome_of() {
	("$@") </dev/null >/tmp/attempt 2>&1
	if grep -qx MARK:evil /tmp/attempt; then
		echo ran
	else
		tail -1 /tmp/attempt
	fi
}

# control ID COMMAND...: for an attempt that our kernel refuses without a policy as well; before its row
control() {
	local id=$1
	shift
	[ $phase = attack ] || outcome_of "$@" > $controls/$id
}

# is_fixed ID: Linux's own IPE has no hole there, on this version
is_fixed() {
	[ $kernel = upstream ] || return
	case " $closed_upstream " in
	*" $1 "*) ;;
	*) return 1 ;;
	esac
}

is_open() {
	case " $open_everywhere " in
	*" $1 "*) return 0 ;;
	esac
	[ $kernel = upstream ] && ! is_fixed "$1"
}

# row ID STEP DESCRIPTION COMMAND...: STEP is a pattern of what closing the hole refuses
row() {
	local id=$1 step=$2 description=$3 outcome control
	shift 3
	if [ $phase = control ]; then
		[ -e $controls/$id ] || outcome_of "$@" > $controls/$id
		return
	fi
	outcome=$(outcome_of "$@")
	control=$(cat $controls/$id)
	judge "$id" "$step" "$outcome" "$control"
	ok $? "row $id: $description: $verdict"
	[ "$verdict" = open ] || echo "# $outcome"
	[ "$control" = ran ] || echo "# without a policy: $control"
}

# judge ID STEP OUTCOME CONTROL: whether the kernel is as expected, and $verdict
judge() {
	verdict=unclear
	case $3 in
	ran) verdict=open ;;
	"refused "$2) verdict=closed ;;
	esac
	[ "$4" = ran ] || return
	if is_open "$1"; then
		[ $verdict = open ]
	else
		[ $verdict = closed ]
	fi
}
