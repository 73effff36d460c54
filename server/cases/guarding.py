"""Guards asked of a case as it stands, with what other rooms have on file for it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from server.cases.guards import FINAL_ROUND, GUARDS, NODES, Asked, Checklist, Condition, Exhibit, checklist
from server.cases.models import Case
from server.cases.queries import moving_states
from server.cases.states import CaseState, HeldNode
from server.cases.why import held_step
from server.cases.wording import worded
from server.common.errors import DomainError

Exhibits = Callable[[Collection[UUID]], Mapping[UUID, Sequence[Exhibit]]]
_rooms: list[Exhibits] = []


def register(exhibits: Exhibits) -> None:
    """For an app's `ready()`: what a room above has on file for cases. Registering twice is harmless."""
    if exhibits not in _rooms:
        _rooms.append(exhibits)


def exhibits_of(case_id: UUID) -> tuple[Exhibit, ...]:
    return tuple(exhibit for room in _rooms for exhibit in room([case_id]).get(case_id, ()))


def guards_of(
    case: Case, on: date, *, property_kind: str = "", chain: str = "", only: Sequence[str] = GUARDS
) -> list[Checklist]:
    """`case` as `case_rows` gives it, or any row of it; `chain` is the property that is to be auctioned."""
    state = moving_states([case], told=None)[case.pk]
    return _asked(Asked(state, on, exhibits_of(state.id), property_kind, chain), only)


def guards_in(state: CaseState, on: date, *, only: Sequence[str] = GUARDS) -> list[Checklist]:
    """`state` holds all events of the case."""
    return _asked(Asked(state, on, exhibits_of(state.id)), only)


def _asked(asked: Asked, only: Sequence[str]) -> list[Checklist]:
    tracked = asked.state.flow.tracked
    return [checklist(guard, asked) for guard in only if guard == FINAL_ROUND or NODES[guard] in tracked]


def blocked_nodes(state: CaseState, on: date) -> dict[UUID, list[dict[str, str]]]:
    """Of running nodes whose step may not be taken yet: what is missing, by the node's id, as `code` and `text`.

    Of a property's node by what was told of that property.
    """
    running = [node for node in state.nodes.values() if node.state == "RUNNING"]
    guards = {key: guard for guard, key in NODES.items()}
    exhibits = exhibits_of(state.id) if any(node.key in guards for node in running) else ()
    blocked = {
        node.id: [
            *(_missing(guards[node.key], Asked(state, on, exhibits, chain=node.chain)) if node.key in guards else ()),
            *_held(state, node),
        ]
        for node in running
    }
    return {node: wants for node, wants in blocked.items() if wants}


def _missing(guard: str, asked: Asked) -> list[dict[str, str]]:
    conditions = [each for found in _asked(asked, (guard,)) for each in guard_view(found)["conditions"]]
    return [want for each in conditions for want in each["missing"]]


def _held(state: CaseState, node: HeldNode) -> list[dict[str, str]]:
    held = held_step(state, node)
    return [{"code": "property_held", "text": worded(held)}] if held else []


def require_final_round(state: CaseState, on: date) -> None:
    """Raises DomainError 409 `guard_blocks`, with the checklist, unless all conditions of 终本 hold on this day."""
    for found in guards_in(state, on, only=(FINAL_ROUND,)):
        if not found.is_open:
            message = _("The case may not be closed so: a condition of the final round does not hold.")
            raise DomainError("guard_blocks", 409, message, guard_view(found))


def guard_view(found: Checklist) -> dict[str, Any]:
    """For the API, a page and an error's details: each condition with its evidence, and in words what is missing."""
    return {
        "guard": found.guard,
        "node": NODES[found.guard],
        "text": _(_GUARDS[found.guard]),
        "is_open": found.is_open,
        "conditions": [_condition_view(condition) for condition in found.conditions],
    }


def _condition_view(condition: Condition) -> dict[str, Any]:
    opens = condition.earliest_on
    return {
        "code": condition.code,
        "text": _(_CONDITIONS[condition.code]),
        "holds": condition.holds,
        "evidence": [each.as_json() for each in condition.evidence],
        "missing": [{"code": want, "text": _want(want, opens)} for want in condition.wants],
        "earliest_on": opens.isoformat() if opens else None,
    }


def _want(want: str, opens: date | None) -> str:
    dated = _DATED.get(want)
    return _(dated) % {"day": opens.isoformat()} if dated and opens else _(_WANTS[want])


_GUARDS: Mapping[str, str] = {
    "FINAL_ROUND": gettext_noop("Ending this round of enforcement (final round)"),
    "FIRST_AUCTION": gettext_noop("First auction"),
    "SECOND_AUCTION": gettext_noop("Second auction"),
    "SEARCH": gettext_noop("Search"),
    "VACATE": gettext_noop("Eviction"),
}
_CONDITIONS: Mapping[str, str] = {
    "notice_and_report": gettext_noop("Execution notice and report order sent; report checked, or refusal punished"),
    "restricted": gettext_noop("Consumption restricted and, where it was asked for, the dishonest list decided"),
    "means_exhausted": gettext_noop("All means of inquiry used, and no property that can be disposed of"),
    "three_months": gettext_noop("More than three months since filing"),
    "debtor_sought": gettext_noop("Debtor questioned or looked for; obstruction punished or referred"),
    "applicant_heard": gettext_noop("Applicant told and heard, on record"),
    "notice_published": gettext_noop("Notice of the auction published"),
    "notice_ran": gettext_noop("Time of the notice over"),
    "search_warrant": gettext_noop("Search warrant signed by the president"),
    "eviction_notice": gettext_noop("Eviction notice signed by the president"),
    "time_to_leave_over": gettext_noop("Time to leave over"),
}
_WANTS: Mapping[str, str] = {
    "execution_notice": gettext_noop("The execution notice was not sent."),
    "report_order": gettext_noop("The order to report property was not sent."),
    "report_checked": gettext_noop("The debtor's report was not checked."),
    "report_refusal_punished": gettext_noop("There is no report of the debtor's, and nobody was punished for it."),
    "restriction_order": gettext_noop("There is no consumption restriction order."),
    "dishonest_list_decided": gettext_noop("The application for the dishonest list was not decided."),
    "network_inquiry": gettext_noop("There was no network inquiry."),
    "feedback_checked": gettext_noop("The feedback of the network was not checked."),
    "clues_checked": gettext_noop("A clue was not verified."),
    "site_investigated": gettext_noop("The investigation on site that was asked for was not begun."),
    "searched": gettext_noop("Property is concealed, and nothing was searched."),
    "audit_or_reward_decided": gettext_noop("The application for an audit or a reward was not decided."),
    "no_property_concluded": gettext_noop("Nobody concluded that there is no property to dispose of."),
    "property_found_since": gettext_noop("Property was found after that conclusion."),
    "three_months": gettext_noop("Three months since filing are not over."),
    "debtor_questioned_or_sought": gettext_noop("The debtor was neither questioned nor, on record, looked for."),
    "obstruction_punished_or_referred": gettext_noop(
        "Obstruction is on record, and was neither punished nor referred."
    ),
    "applicant_heard": gettext_noop("No talk with the applicant is on record."),
    "auction_notice_published": gettext_noop("No notice of the auction was published."),
    "auction_failed": gettext_noop("No first auction has failed."),
    "notice_ran": gettext_noop("The time of the notice is not over."),
    "search_warrant": gettext_noop("No search warrant is on file."),
    "eviction_notice": gettext_noop("No eviction notice is on record as posted or served."),
    "time_to_leave": gettext_noop("No time to leave is on record."),
}
_DATED: Mapping[str, str] = {
    "three_months": gettext_noop("Three months since filing are over on %(day)s."),
    "notice_ran": gettext_noop("The notice runs; not before %(day)s."),
    "time_to_leave": gettext_noop("The time to leave is not over; not before %(day)s."),
}
