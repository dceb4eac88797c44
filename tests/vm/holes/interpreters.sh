# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the suite "holes". Row 12: a script that an interpreter reads. No kernel can close it,
# because the interpreter does not ask; the rest of this project makes it ask.

# in_image COMMAND...: in the sealed Debian image
in_image() {
	try run chroot /image "$@"
}

interpreter_rows() {
	row 12 - 'sh FILE, which asks nobody' in_image sh /tmp/evil.sh
	row 12b - 'python3 FILE, which asks nobody' in_image python3 /tmp/evil.py
	row 12c 'run *' 'python3 FILE, through ipe-check' \
		in_image python3 -I -m ipe-check --run /tmp/evil.py
}

place_scripts() {
	printf 'echo MARK:evil\n' > /tmp/evil.sh
	printf 'print("MARK:evil")\n' > /tmp/evil.py
}
