"""The pass over the levels: looks at nodes that moved and at those whose level rises now, and at no others.

A node asks to be looked at by its `version`, whoever moved it, so a pass that a crash cut off leaves nothing to make up
for: the next one finds the same rows. What a pass says of a case it says in one transaction with the levels it found.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from server.cases.levels import Level, level_at, next_turn, turns
from server.cases.models import Case, Node
from server.cases.queries import flow_of
from server.cases.services import pass_over_unstarted, write_levels
from server.cases.watched import cases_to_look_at, held_cases, nodes_to_look_at, term_of
from server.common.clock import now
from server.supervision.entries import append_told
from server.supervision.raised import Raised
from server.supervision.services.raising import raise_warnings
from server.supervision.services.settling import settle

logger = logging.getLogger(__name__)
CASES_AT_ONCE = 200


@dataclass(slots=True)
class Looked:
    """What a pass came to."""

    cases: int = 0
    nodes: int = 0
    warnings: int = 0


def watch_levels() -> Looked:
    """Find every level anew that has changed, and tell whoever is told of it. Any number of passes may run at once."""
    looked, case_ids = Looked(), cases_to_look_at(now())
    for first in range(0, len(case_ids), CASES_AT_ONCE):
        _look_at_each(case_ids[first : first + CASES_AT_ONCE], looked)
    return looked


def _look_at_each(case_ids: Sequence[UUID], looked: Looked) -> None:
    """All at once; where one of them is at fault it is named in the log, and the others go on without it."""
    try:
        _look(case_ids, looked)
    except Exception:
        if len(case_ids) == 1:
            logger.exception("The levels of case %s cannot be found", case_ids[0])
            return
        for case_id in case_ids:
            _look_at_each([case_id], looked)


@transaction.atomic
def _look(case_ids: Sequence[UUID], looked: Looked) -> None:
    cases = held_cases(case_ids)
    at = now()  # after the wait for the cases: another pass may have been at them
    pass_over_unstarted(case_ids)
    nodes = list(nodes_to_look_at(case_ids, at))
    found = [(node, *_level_of(node, cases[node.case_id], at)) for node in nodes]
    write_levels([(node.pk, level.value, node.version, following) for node, level, following in found])
    settled = settle(nodes, cases)
    raised = [_raised(node, cases[node.case_id], level) for node, level, _ in found if level is not Level.NORMAL]
    warned = raise_warnings(raised, at)
    append_told([*settled, *warned])
    looked.cases += len(cases)
    looked.nodes += len(nodes)
    looked.warnings += sum(told.kind == "node_warned" for told in warned)


def _level_of(node: Node, case: Case, at: datetime) -> tuple[Level, datetime | None]:
    flow = flow_of(case.flow)
    has_ended = case.status == Case.Status.CLOSED and node.key not in flow.outliving
    term = None if has_ended else term_of(node, flow)
    course = turns(term) if term else ()
    return level_at(course, at), next_turn(course, at)


def _raised(node: Node, case: Case, level: Level) -> Raised:
    return Raised(node, case, flow_of(case.flow).tracked[node.key], level)
