# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: agree-judge.py AGREE-JSON ANSWERS-JSON ours|upstream

Runs in the guest. Prints for each policy 0 if the kernel's answer, as 'ipectl policy load --json'
tells it, is the one that was foretold of its IPE, else 1, and what it is about."""

import json
import sys

with open(sys.argv[1], encoding='utf-8') as file:
    policies = json.load(file)
with open(sys.argv[2], encoding='utf-8') as file:
    answers = {row['path'].rpartition('/')[2]: row['error'] or 'loaded' for row in json.load(file)}
assert len(answers) == len(policies) > 200, f'{len(answers)} answers, {len(policies)} policies'
for policy in policies:
    answer = answers[policy['file']]
    foretold = policy[sys.argv[3]]
    agrees = answer == foretold
    about = ascii(policy['about'])[1:-1].replace('#', r'\x23')
    difference = '' if agrees else f', and not {foretold}'
    print(0 if agrees else 1, f'the kernel says {answer}{difference} to {policy["file"]}, {about}')
