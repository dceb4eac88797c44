# SPDX-License-Identifier: LGPL-2.1-or-later
"""The vectors in a virtual machine: the suite "code" of tests/vm, told what to try."""

import argparse
import json
import os
import subprocess
import sys
from typing import Dict, List, Optional

import coverage
import session
from session import DOCS, SOURCE
from tap import Tap
from vectors import Interpreter, Vector

# What tests/vm/parts/code reads.
OPTIONS = 'CODE_VECTORS'
VERSIONS = 'versions '


def command(options: argparse.Namespace) -> List[str]:
    build = ['--build', str(options.build)] if options.build else []
    return [str(SOURCE / 'tests/vm/run'), *build, 'code']


def listen(process: 'subprocess.Popen[str]', record: coverage.Record,
           vectors: Dict[str, Vector]) -> None:
    """Passes the bench's TAP on, and takes the results out of it."""
    assert process.stdout
    for line in process.stdout:
        for title, findings in session.heard(line).items():
            coverage.note(record, 'vm', vectors[title], findings)
        text = line.lstrip('# ')
        if text.startswith(VERSIONS):
            record['vm']['versions'] = json.loads(text[len(VERSIONS):])
        if not text.startswith((session.RESULT, VERSIONS)):
            print(line, end='', flush=True)


def run(options: argparse.Namespace, settings: Optional[List[str]],
        interpreters: List[Interpreter]) -> int:
    record = coverage.read(DOCS / 'coverage.json')
    vectors = {vector.title: vector for item in interpreters for vector in item.vectors}
    wanted = {'routes': options.route, 'settings': settings, 'names': options.interpreter,
              'compare': not options.update}
    with subprocess.Popen(command(options), stdout=subprocess.PIPE, text=True,
                          env={**os.environ, OPTIONS: json.dumps(wanted)}) as process:
        listen(process, record, vectors)
    if options.update and process.returncode == 0:
        coverage.update(Tap(sys.stderr), DOCS, record, interpreters)
    return 1 if process.returncode else 0
