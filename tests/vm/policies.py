#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: policies.py SEED VALID MUTATED EDITED

Makes policies for a kernel and the policy core to agree about, and prints them as a JSON array of
{"about": what is special, "text": the text, each character a byte}. The same arguments give the
same policies. VALID ones use every form that the grammar has; MUTATED ones have one fault each, or
two, of every kind in turn; EDITED ones have had a few bytes replaced, removed or added."""

import json
import random
import sys

OPS = ['EXECUTE', 'FIRMWARE', 'KMODULE', 'KEXEC_IMAGE', 'KEXEC_INITRAMFS', 'POLICY', 'X509_CERT']
FLAGS = ['boot_verified', 'dmverity_signature', 'fsverity_signature']
DIGESTS = ['dmverity_roothash', 'fsverity_digest']
ALGORITHMS = ['sha256', 'sha512', 'sha1', 'SHA256', 'x', 'blake2b-512', 'crc32c-intel', '=', '"']
ALPHABET = ' \t\n\r#=:.,+-_09afAFxXTRUE\x0b\x0c\x7f\xa0\xe4"\'\\'


class Draft:
    """A valid policy as words, to be broken before it is written."""

    def __init__(self, rng, name):
        self.rng = rng
        self.header = [f'policy_name={name}', f'policy_version={self.version()}']
        self.lines = self.defaults() + [self.rule() for _ in range(rng.randrange(6))]
        rng.shuffle(self.lines)

    def number(self):
        digits = str(self.rng.choice([0, 1, 9, 255, 65535, self.rng.randrange(65536)]))
        return self.rng.choice(['', '', '', '+']) + '0' * self.rng.choice([0, 0, 0, 1, 30]) + digits

    def version(self):
        return '.'.join(self.number() for _ in range(3))

    def action(self):
        return f'action={self.rng.choice(["ALLOW", "DENY"])}'

    def defaults(self):
        """A global one, one for each operation, or both, of some operations."""
        kind = self.rng.randrange(3)
        ops = OPS if kind == 1 else self.rng.sample(OPS, self.rng.randrange(4)) if kind == 2 else []
        lines = [['DEFAULT', f'op={op}', self.action()] for op in ops]
        return lines if kind == 1 else [*lines, ['DEFAULT', self.action()]]

    def digest(self):
        digits = self.rng.choice(['0123456789abcdef', '0123456789ABCDEF', '0123456789aBcDeF'])
        length = 2 * self.rng.choice([0, 1, 16, 20, 32, 64])
        return f'{self.rng.choice(ALGORITHMS)}:{"".join(self.rng.choices(digits, k=length))}'

    def property(self):
        if self.rng.randrange(2):
            return f'{self.rng.choice(FLAGS)}={self.rng.choice(["TRUE", "FALSE"])}'
        return f'{self.rng.choice(DIGESTS)}={self.digest()}'

    def rule(self):
        properties = [self.property() for _ in range(self.rng.choice([0, 1, 1, 1, 2, 3, 8]))]
        if properties and not self.rng.randrange(5):
            properties.append(properties[0])
        return [f'op={self.rng.choice(OPS)}', *properties, self.action()]

    def any_rule(self):
        """A rule to be broken."""
        self.lines.append(self.rule())
        return self.lines[-1]

    def blanks(self):
        return ''.join(self.rng.choices(' \t', k=self.rng.choice([1, 1, 1, 2, 5])))

    def write_line(self, words):
        line = self.rng.choice(['', '', '', ' ', '\t ']) + self.blanks().join(words)
        line += self.rng.choice([''] * 8 + [' ', '\t', '\x0b', '\x0c', '\xa0', ' \x0b '])
        return line + self.rng.choice([''] * 8 + ['#', ' # op=EXECUTE action=ALLOW', '#\xe4#'])

    def filler(self):
        return self.rng.choice([''] * 6 + [' \t', '#', '# policy_name=q policy_version=9.9.9', '\xa0'])

    def write(self):
        lines = [self.filler() for _ in range(self.rng.choice([0, 0, 0, 2]))]
        for words in [self.header, *self.lines]:
            lines.append(self.write_line(words))
            if not self.rng.randrange(4):
                lines.append(self.filler())
        ends = self.rng.choice(['\n', '\n', '\n', '\r', '\r\n'])
        return ends.join(lines) + self.rng.choice(['', ends, ends, ends])


def set_version(text):
    def mutate(draft):
        draft.header[1] = f'policy_version={text}'
    return mutate


def set_header(*words):
    def mutate(draft):
        draft.header = [word.replace('NAME', draft.header[0].partition('=')[2]) for word in words]
    return mutate


def add_line(*words):
    return lambda draft: draft.lines.insert(draft.rng.randrange(len(draft.lines) + 1), list(words))


def set_word(place, word):
    """Replaces the first, the last or an inner word of a rule."""
    def mutate(draft):
        rule = draft.any_rule()
        if place == 'inner':
            rule.insert(draft.rng.randrange(1, len(rule)), word)
        else:
            rule[0 if place == 'first' else -1] = word
    return mutate


def drop_word(place):
    return lambda draft: draft.any_rule().pop(0 if place == 'first' else -1)


def swap_ends(draft):
    rule = draft.any_rule()
    rule[0], rule[-1] = rule[-1], rule[0]


def swap_header(draft):
    draft.header.reverse()


def drop_header(draft):
    draft.header = []


def drop_default(draft):
    draft.lines = [words for words in draft.lines if words[0] != 'DEFAULT']
    draft.lines += [['DEFAULT', f'op={op}', 'action=DENY'] for op in OPS[:-1]]


def repeat_default(draft):
    draft.lines.append(list(next(words for words in draft.lines if words[0] == 'DEFAULT')))


VERSIONS = ['', '1', '1.2', '1.2.3.4', '1.2.3.', '.1.2', '1..2', '0.', '.', '...', 'a.b.c', '1.2.x',
            '-1.0.0', '++1.0.0', '+.0.0', '0x1.0.0', '1.0.65536', '65536.0.0', '999999.0',
            '99999999999999999999.0.0', '1.2.3,', '1 .2.3', '1.2.3-rc1', '\xb2.0.0']
HEADERS = [(), ('policy_name=NAME',), ('policy_version=1.0.0',), ('policy_name=', 'policy_version=1.0.0'),
           ('policy_name=NAME', 'policy_version=1.0.0', 'x'), ('policy_name', 'policy_version=1.0.0'),
           ('POLICY_NAME=NAME', 'policy_version=1.0.0'), ('policy_name=NAME', 'x', 'policy_version=1.0.0'),
           ('policy_name=NAME#', 'policy_version=1.0.0'), ('policy_name=#NAME', 'policy_version=1.0.0'),
           ('policy_name=NAME', 'policy_version=1.0.#0'), ('policy_name=NAME\x0bpolicy_version=1.0.0',),
           ('policy_name=a/NAME', 'policy_version=1.0.0'), ('policy_name=.', 'policy_version=1.0.0'),
           ('policy_name=..', 'policy_version=1.0.0'), ('policy_name=' + 'n' * 255, 'policy_version=1.0.0'),
           ('policy_name=' + 'n' * 256, 'policy_version=1.0.0')]
PROPERTIES = ['boot_verified=true', 'boot_verified=', 'boot_verified', 'Boot_verified=TRUE', '=TRUE', '=',
              'memfd_sealed=TRUE', 'anonymous_memory=FALSE', 'fsverity_digest=', 'fsverity_digest=sha256',
              'fsverity_digest=:', 'fsverity_digest=:ab', 'fsverity_digest=sha256:abc',
              'fsverity_digest=sha256:xy', 'fsverity_digest=sha256:ab:cd', 'dmverity_roothash=',
              'dmverity_roothash=sha256:0g', 'dmverity_signature=TRUE,', 'op=EXECUTE', 'action=ALLOW',
              'DEFAULT', 'fsverity_digest=sha256:+1', 'boot_verified=TRUE\x0b', 'x' * 5000]
FIRST = ['op=execute', 'op=', 'op', 'OP=EXECUTE', 'op=MODULE', 'boot_verified=TRUE', 'EXECUTE', 'DEFAULT',
         'default', 'op=EXECUTE\x0b', 'op=EXECUTE=', '\xa0op=EXECUTE']
LAST = ['action=allow', 'action=', 'action', 'Action=DENY', 'action=ALLOWED', 'boot_verified=TRUE',
        'action=DENY,', 'action="ALLOW"', 'action=#ALLOW', 'action=ALLOW\x0bx']
LINES = [('DEFAULT',), ('DEFAULT', 'op=EXECUTE'), ('DEFAULT', 'action=DENY', 'op=EXECUTE'),
         ('DEFAULT', 'boot_verified=TRUE', 'action=DENY'), ('DEFAULT', 'op=ANY', 'action=DENY'),
         ('DEFAULT', 'op=EXECUTE', 'boot_verified=TRUE', 'action=DENY'), ('x',), ('\x01',),
         ('policy_name=NAME', 'policy_version=1.0.0'), ('op=EXECUTE',), ('action=ALLOW',)]
MUTATIONS = [
    *((f'version {text}', set_version(text)) for text in VERSIONS),
    *((f'header {" ".join(words)[:60]}', set_header(*words)) for words in HEADERS),
    *((f'property {word[:60]}', set_word('inner', word)) for word in PROPERTIES),
    *((f'begins with {word}', set_word('first', word)) for word in FIRST),
    *((f'ends with {word}', set_word('last', word)) for word in LAST),
    *((f'line {" ".join(words)}', add_line(*words)) for words in LINES),
    ('without op', drop_word('first')),
    ('without action', drop_word('last')),
    ('action before op', swap_ends),
    ('version before name', swap_header),
    ('without header', drop_header),
    ('without a DEFAULT', drop_default),
    ('a DEFAULT twice', repeat_default),
]


def edit(rng, text):
    for _ in range(rng.choice([1, 1, 2, 4])):
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(ALPHABET + '\b') + text[at + rng.randrange(2):]
    return text.replace('\b', '')


def make(seed, valid, mutated, edited):
    rng = random.Random(seed)
    names = (f'v{number}{rng.choice(["", "", "=", chr(1), "ä", "-b.c"])}' for number in range(1 << 20))
    for _ in range(valid):
        yield 'valid', Draft(rng, next(names)).write()
    for number in range(mutated):
        about, mutate = MUTATIONS[number % len(MUTATIONS)]
        draft = Draft(rng, next(names))
        mutate(draft)
        if number >= len(MUTATIONS):
            second, mutate = rng.choice(MUTATIONS[-20:])
            try:
                mutate(draft)
                about += f', {second}'
            except (IndexError, StopIteration):
                pass
        yield about, draft.write()
    for _ in range(edited):
        yield 'edited bytes', edit(rng, Draft(rng, next(names)).write())


def main():
    policies = [{'about': about, 'text': text} for about, text in make(*map(int, sys.argv[1:]))]
    json.dump(policies, sys.stdout, indent=0)


if __name__ == '__main__':
    main()
