#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: agree.py IPECTL VECTORS OUTPUT KEY

Signs policies into the directory OUTPUT: 200 made by policies.py, and those of the policy core's
vectors. Prints a JSON array that says of each which answer the core foretells: of Linux's own IPE
("upstream") and of this project's ("ours")."""

import importlib.machinery
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Set

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
MADE = ['20261123', '60', '100', '40']


def made() -> List[Dict[str, Any]]:
    done = subprocess.run([sys.executable, '-B', str(HERE / 'policies.py'), *MADE],
                          stdout=subprocess.PIPE, check=True)
    return [{'about': f'made: {policy["about"]}', 'text': policy['text'].encode('latin-1')}
            for policy in json.loads(done.stdout)]


def vectors(directory: Path) -> List[Dict[str, Any]]:
    loader = importlib.machinery.SourceFileLoader('make_header', str(directory / 'make-header'))
    spec = importlib.util.spec_from_loader('make_header', loader)
    assert spec
    maker = importlib.util.module_from_spec(spec)
    loader.exec_module(maker)
    listed = json.loads((directory / 'policy-syntax.json').read_text())
    return [{'about': f'vector: {vector["name"]}', 'text': maker.syntax_text(vector)}
            for vector in listed]


def foretold(linted: Dict[str, Any], loaded: Set[bytes]) -> str:
    """The errno, or "loaded"; a policy's name becomes that of a directory."""
    if linted['error']:
        return str(linted['error'])
    name = bytes.fromhex(linted['name_hex']) if 'name_hex' in linted else linted['name'].encode()
    if name in loaded:
        return 'EEXIST'
    loaded.add(name)
    return 'loaded'


def foretell(policies: List[Dict[str, Any]], kernel: str, sources: List[Path], ipectl: str,
             *options: str) -> None:
    done = subprocess.run([ipectl, 'policy', 'lint', *options, '--json', *map(str, sources)],
                          stdout=subprocess.PIPE, check=False)
    loaded: Set[bytes] = set()
    for policy, linted in zip(policies, json.loads(done.stdout)):
        policy[kernel] = foretold(linted, loaded)


def main() -> None:
    ipectl, directory, output, key = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    policies = made() + vectors(directory)
    texts, cut = [], []
    for number, policy in enumerate(policies):
        policy['file'] = f'{number:03}.p7b'
        text = policy.pop('text')
        source = output / f'{number:03}'
        source.write_bytes(text)
        subprocess.run([ipectl, 'policy', 'sign', '--no-check', '--key', f'{key}.key', '--cert',
                        f'{key}.crt', '-o', str(output / policy['file']), str(source)], check=True)
        # Linux's own IPE stops at a NUL byte, the core refuses it.
        texts.append(source)
        cut.append(source.with_suffix('.cut'))
        cut[-1].write_bytes(text.partition(b'\0')[0])
    foretell(policies, 'ours', texts, ipectl, '--extensions')
    foretell(policies, 'upstream', cut, ipectl)
    for source in texts + cut:
        source.unlink()
    json.dump(policies, sys.stdout)


if __name__ == '__main__':
    main()
