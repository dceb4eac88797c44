# SPDX-License-Identifier: LGPL-2.1-or-later
"""What docs/coverage.json holds of uses: for each, its state and the routes that have it."""

from typing import Dict, List

from judge import Finding
from uses import STATES, Use, load, reasons

Uses = Dict[str, Dict[str, str]]  # by title and state: routes with blanks between them
PROVED = 'proved'  # beside the states: the digest of the use that was proved to be sound


def states(uses: Uses, title: str) -> Dict[str, str]:
    """By route."""
    return {route: state for state, routes in uses.get(title, {}).items()
            if state != PROVED for route in routes.split()}


def note(uses: Uses, use: Use, findings: Dict[str, Finding]) -> None:
    """Puts what was found into the record, in place of what stood there."""
    if findings.get('stock', Finding('ok')).state == 'broken':
        return
    found = states(uses, use.title)
    found.update({route: finding.state for route, finding in findings.items()
                  if route != 'stock'})
    uses[use.title] = {state: ' '.join(sorted(route for route in found if found[route] == state))
                       for state in reversed(STATES) if state in found.values()}
    uses[use.title][PROVED] = use.digest()


def tidy(uses: Uses) -> Uses:
    """The order of the data, and nothing that the data do not have any more."""
    return {use.title: uses[use.title] for use in load() if use.title in uses}


def proved(uses: Uses, wanted: List[Use]) -> List[str]:
    """Those that were shown to be sound when they were recorded, and are the same since."""
    return [use.title for use in wanted if uses.get(use.title, {}).get(PROVED) == use.digest()]


def worse(uses: Uses, use: Use, findings: Dict[str, Finding]) -> Dict[str, List[str]]:
    """By route, what is worse than the record or not in it."""
    recorded = states(uses, use.title)
    complaints: Dict[str, List[str]] = {}
    for route, finding in findings.items():
        before = 'ok' if route == 'stock' else recorded.get(route)
        complaints[route] = []
        if before is None:
            complaints[route] = ['not in docs/coverage.json: record it with --update']
        elif STATES.index(finding.state) < STATES.index(before):
            complaints[route] = [f'{before} before, now {finding.state}: {finding.why}']
    return complaints


def reason_of(use: Use, route: str) -> str:
    """Why a use is harmed, as the data say; empty if they do not say."""
    return next((reasons()[reason] for routes, reason in use.harmed.items()
                 if route in routes.split()), '')


def harmed(uses: Uses, title: str) -> Dict[str, str]:
    return {route: state for route, state in states(uses, title).items()
            if state not in ('ok', 'not-applicable')}


def unexplained(uses: Uses) -> List[str]:
    return [f'{use.title} on {route} is {state}, and the data do not say why'
            for use in load() for route, state in harmed(uses, use.title).items()
            if not reason_of(use, route)]


def explained_in_vain(uses: Uses) -> List[str]:
    """Reasons for what is not harmed: they outlive what they explain."""
    return [f'{use.title} is not harmed on {route}, and the data say why it is'
            for use in load() for routes in use.harmed for route in routes.split()
            if route not in harmed(uses, use.title)]


def complaints(uses: Uses) -> List[str]:
    return (unexplained(uses) + explained_in_vain(uses) +
            [f'{use.title} is not recorded as it is in the data: record it with --update'
             for use in load() if use.title not in proved(uses, [use])])
