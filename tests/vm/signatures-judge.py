# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: signatures-judge.py SIGNATURES-JSON ANSWERS-JSON VERIFIED

Runs in the guest. Prints for each form of signature 0 if both the kernel, as 'ipectl policy load
--json' tells it, and 'ipectl policy verify --json', one line of VERIFIED each, say what the table of
signatures.py says, else 1; and what the form is."""

import json
import sys


def by_file(rows):
    return {row['path'].rpartition('/')[2]: row['error'] for row in rows}


with open(sys.argv[1], encoding='utf-8') as file:
    forms = json.load(file)
with open(sys.argv[2], encoding='utf-8') as file:
    loaded = by_file(json.load(file))
with open(sys.argv[3], encoding='utf-8') as file:
    verified = by_file(map(json.loads, file))
assert len(forms) == len(loaded) == len(verified) > 30, (len(forms), len(loaded), len(verified))
for form in forms:
    kernel, said, wanted = loaded[form['file']], verified[form['file']], form['error']
    agrees = kernel == said == wanted
    difference = '' if agrees else f'; verify says {said}, and the table {wanted}'
    print(0 if agrees else 1, f'the kernel says {kernel or "loaded"} to a policy signed '
          f'{form["about"]}{difference}')
