"""Seals and freezes of a case that stand, with the day and rank they have had from the first on. Reads alone."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from server.cases.measures import act_of_chain, chain_of_act, expiries, in_force, renewals, taken_since
from server.cases.models import Case
from server.cases.queries import case_states
from server.cases.states import CaseState
from server.delegation.models import CaseDelegation, DelegatedMeasure
from server.field.elsewhere import seals_of


class Standing(NamedTuple):
    """One that stands. `taken_on` and `rank` are those of the first act of its line, whoever renewed it since."""

    chain: str
    kind: str
    taken_on: date | None
    rank: str
    expires_on: date | None
    property_class: str = ""
    refs: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        days = {name: day.isoformat() if day else None for name, day in self._days().items()}
        return {**self._asdict(), **days, "refs": list(self.refs)}

    def _days(self) -> dict[str, date | None]:
        return {"taken_on": self.taken_on, "expires_on": self.expires_on}


def standing_in(case: Case, today: date, state: CaseState | None = None) -> list[Standing]:
    """Those in force by the acts and renewals of the case; of one nobody knows a renewal of, as it was. What lapsed
    before today is none any more; one in waiting (轮候) has no day on which it lapses."""
    state = state or case_states([case.pk], None)[case.pk]
    acts, brought = seals_of(case.pk), _brought_to(case.pk)
    ends, firsts, since = _ends(state, today), _firsts(state), _since(state)
    waiting = {chain_of_act(pk): None for pk, seal in acts.items() if _waits(seal)}
    carried = {chain: None for chain, row in brought.items() if _waits_here(row, case.pk)}
    found = {**carried, **waiting, **{chain: day for chain, day in ends.items() if day >= today}}
    lines = ((chain, firsts.get(chain, chain), day) for chain, day in sorted(found.items()))
    return [_one(chain, first, day, since.get(first), acts, brought) for chain, first, day in lines]


def _waits(seal: Mapping[str, Any]) -> bool:
    return seal.get("order") == "WAITING" and not seal.get("may_be_released")


def _waits_here(row: DelegatedMeasure, case_id: UUID) -> bool:
    """It came here in waiting: no act of this case took it."""
    return row.expires_on is None and row.delegation.received_case_id == case_id


def _ends(state: CaseState, today: date) -> dict[str, date]:
    ends: dict[str, date] = {}
    for node in state.flow.measured:
        known = expiries(node, state.events)
        ends |= {chain: known[chain] for chain in in_force(node, state.events, today)}
    return ends


def _since(state: CaseState) -> dict[str, date]:
    """Of each measure the day of its act, where one is known."""
    taken = (taken_since(node, state.events) for node in state.flow.measured)
    return {chain: day for each in taken for chain, day in each.items() if day != date.min}


def _firsts(state: CaseState) -> dict[str, str]:
    """The first chain of each line of renewals."""
    before = {
        chain_of_act(each.act): each.chain
        for node in state.flow.measured
        for each in renewals(node, state.events)
        if each.chain
    }
    return {chain: _first_of(chain, before) for chain in before}


def _first_of(chain: str, before: Mapping[str, str]) -> str:
    seen = {chain}
    while (earlier := before.get(chain)) and earlier not in seen:
        chain = earlier
        seen.add(chain)
    return chain


def _brought_to(case_id: UUID) -> dict[str, DelegatedMeasure]:
    """What came to this case with a delegation, or came back to it; the last word of each counts."""
    came = CaseDelegation.objects.filter(Q(received_case_id=case_id) | Q(case_id=case_id))
    rows = DelegatedMeasure.objects.filter(delegation__in=came).select_related("delegation").order_by("pk")
    return {row.chain: row for row in rows}


def _one(
    chain: str,
    first: str,
    expires_on: date | None,
    since: date | None,
    acts: Mapping[UUID, Mapping[str, Any]],
    brought: Mapping[str, DelegatedMeasure],
) -> Standing:
    row = brought.get(first) or brought.get(chain)
    if row:
        return Standing(chain, row.kind, row.taken_on, row.rank, expires_on, row.property_class, tuple(row.refs))
    seal = _act(first, acts) or _act(chain, acts) or {}
    taken_on = since or (date.fromisoformat(seal["on"]) if seal.get("on") else None)
    refs = tuple(seal.get("refs", ()))
    return Standing(
        chain, seal.get("kind", ""), taken_on, seal.get("order", ""), expires_on, seal.get("property", ""), refs
    )


def _act(chain: str, acts: Mapping[UUID, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    act = act_of_chain(chain)
    return acts.get(act) if act else None
