# SPDX-License-Identifier: LGPL-2.1-or-later
"""Policies that are signed in many forms, each with what Linux says of it: the errno's name, or
None if it takes the policy. Usage: signatures.py OUTPUT GOOD EVIL

GOOD.key and GOOD.crt are in the kernel's keyring, EVIL's are not. OUTPUT/NUMBER.p7b are the signed
policies; prints a JSON array with 'file', 'about' and 'error'. The tests of ipectl and those of the
kernel in the bench both read it, so that neither says what the other does not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence

RSA = ['-algorithm', 'RSA', '-pkeyopt']


def curve(name: str, *more: str) -> List[str]:
    return ['-algorithm', 'EC', '-pkeyopt', f'ec_paramgen_curve:{name}', *more]


class Form(NamedTuple):
    """How a policy is signed: by the good key, or by one that the good key vouches for."""
    about: str
    error: Optional[str]
    options: Sequence[str] = ('-noattr',)
    # Of 'openssl genpkey'; the certificate is inside.
    leaf: Sequence[str] = ()
    # Of 'openssl x509 -req'.
    issue: Sequence[str] = ('-sha256',)
    names_issuer: bool = True
    signers: Sequence[str] = ('good',)
    tampered: bool = False


FORMS = [
    Form('without attributes and certificates', None, ['-noattr', '-nocerts']),
    Form('with its certificate', None),
    Form('with attributes', None, ['-nosmimecap']),
    Form('with attributes, without certificates', None, ['-nosmimecap', '-nocerts']),
    Form('by a signer that is named by its key', None, ['-noattr', '-keyid']),
    Form('with S/MIME capabilities', 'EKEYREJECTED', []),
    Form('with S/MIME capabilities, without certificates', 'EKEYREJECTED', ['-nocerts']),
    Form('in pieces', 'EKEYREJECTED', ['-noattr', '-stream']),
    Form('as a content of another type', 'EINVAL', ['-noattr', '-econtent_type', '1.2.3.4']),
    Form('by RSA-PSS', 'ENOPKG', ['-noattr', '-keyopt', 'rsa_padding_mode:pss']),
    Form('and changed then', 'EKEYREJECTED', tampered=True),
    Form('with attributes and changed then', 'EKEYREJECTED', ['-nosmimecap'], tampered=True),
    Form('by a foreign key', 'ENOKEY', signers=['evil']),
    Form('by a foreign key, without certificates', 'ENOKEY', ['-noattr', '-nocerts'],
         signers=['evil']),
    Form('by a foreign key and a trusted one', None, signers=['evil', 'good']),
    Form('by a trusted key and a foreign one', None, ['-noattr', '-nocerts'],
         signers=['good', 'evil']),
    *(Form(f'with {digest}', error, ['-noattr', '-md', digest])
      for digest, error in (('md5', 'ENOPKG'), ('ripemd160', 'ENOPKG'), ('sha512-256', 'ENOPKG'),
                            ('sha1', None), ('sha224', None), ('sha384', None), ('sha512', None))),
    *(Form(f'on the curve {name}', error, leaf=curve(name))
      for name, error in (('P-256', None), ('P-384', None), ('secp256k1', 'ENOPKG'),
                          ('brainpoolP256r1', 'ENOPKG'), ('secp224r1', 'ENOPKG'))),
    Form('on a curve in numbers', 'EBADMSG',
         leaf=curve('P-256', '-pkeyopt', 'ec_param_enc:explicit')),
    Form('on a curve with attributes', None, ['-nosmimecap'], leaf=curve('P-256')),
    *(Form(f'by RSA of {bits} bits', error, leaf=[*RSA, f'rsa_keygen_bits:{bits}'])
      for bits, error in ((1024, None), (2000, 'EINVAL'), (2044, None), (2560, 'EINVAL'),
                          (3072, None))),
    Form('by a key for RSA-PSS alone', 'ENOPKG',
         ['-noattr', '-keyopt', 'rsa_padding_mode:pss'],
         leaf=['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048']),
    Form('by a certificate that is signed with MD5', 'ENOPKG', leaf=curve('P-256'), issue=['-md5']),
    Form('by a certificate that is signed with SHA-512', None, leaf=curve('P-256'),
         issue=['-sha512']),
    Form('by a certificate that does not name its issuer\'s key', 'ENOKEY', leaf=curve('P-256'),
         names_issuer=False),
    Form('when its certificate had expired', 'EKEYREJECTED', ['-nosmimecap'], leaf=curve('P-256'),
         issue=['-sha256', '-days', '-1']),
    Form('by a certificate that has expired', None, leaf=curve('P-256'),
         issue=['-sha256', '-days', '-1']),
]


def openssl(*words: object) -> None:
    subprocess.run(['openssl', *map(str, words)], check=True, stderr=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)


def make_leaf(form: Form, base: Path, good: Path) -> Path:
    extensions = base.with_suffix('.ext')
    extensions.write_text('authorityKeyIdentifier=keyid\n' if form.names_issuer
                          else 'authorityKeyIdentifier=none\n')
    openssl('genpkey', *form.leaf, '-out', f'{base}.key')
    openssl('req', '-new', '-key', f'{base}.key', '-subj', f'/CN=leaf {base.name}', '-out',
            f'{base}.csr')
    openssl('x509', '-req', '-in', f'{base}.csr', '-CA', f'{good}.crt', '-CAkey', f'{good}.key',
            '-set_serial', int(base.name) + 100, '-extfile', extensions, *form.issue, '-out',
            f'{base}.crt')
    return base


def make(form: Form, base: Path, pairs: Dict[str, Path]) -> None:
    text = base.with_suffix('.txt')
    text.write_text(f'policy_name=signature-{base.name} policy_version=0.0.1\n'
                    'DEFAULT action=DENY\n')
    signers = [make_leaf(form, base, pairs['good'])] if form.leaf else [
        pairs[name] for name in form.signers]
    # Options of a key follow its signer.
    words = [word for signer in signers
             for word in ('-signer', f'{signer}.crt', '-inkey', f'{signer}.key')]
    digest = [] if '-md' in form.options else ['-md', 'sha256']
    signed = base.with_suffix('.p7b')
    openssl('cms', '-sign', '-binary', '-nodetach', '-outform', 'der', '-in', text, *words,
            *digest, *form.options, '-out', signed)
    if form.tampered:
        signed.write_bytes(signed.read_bytes().replace(b'action=DENY', b'action=ALLO'))
    for path in base.parent.glob(f'{base.name}.*'):
        if path != signed:
            path.unlink()


def make_all(output: Path, good: Path, evil: Path) -> List[Dict[str, Optional[str]]]:
    rows: List[Dict[str, Optional[str]]] = []
    for number, form in enumerate(FORMS):
        make(form, output / f'{number:02}', {'good': good, 'evil': evil})
        rows.append({'file': f'{number:02}.p7b', 'about': form.about, 'error': form.error})
    return rows


if __name__ == '__main__':
    json.dump(make_all(*map(Path, sys.argv[1:4])), sys.stdout)
