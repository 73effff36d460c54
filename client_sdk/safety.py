"""An officer's safety and the orders to his group: what he says, and what the court has said of it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from client_sdk.members import objects, time_of
from client_sdk.views import Action

CHECK_IN, CHECK_OUT, SOS, CANCEL_SOS, ANSWER_ORDER = "check_in", "check_out", "sos", "cancel_sos", "answer_order"
KINDS = (CHECK_IN, CHECK_OUT, SOS, CANCEL_SOS, ANSWER_ORDER)
CALLS = (SOS, CANCEL_SOS)
USUAL_MINUTES = 60
SAID = ("place", "note", "words", "sos", "reason", "order", "word")
"""Members that lists show beside the kind."""


@dataclass(frozen=True)
class SosCall:
    """One call for help, and how far it has come. Nothing is guessed: without the court's signature it is empty."""

    id: str
    called_at: datetime | None
    is_received: bool
    """The court has proved that it has it."""
    received_at: datetime | None = None
    seen_at: datetime | None = None
    """When somebody at the desk said that he had seen this very call."""
    seen_by: str = ""
    said: str = ""
    """What he does about it."""
    is_taken_back: bool = False
    """By this device, or as the court says; it stands until the desk has made sure."""
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Order:
    """A tip-off that this officer's group is sent to look into; `state` is GIVEN, ACCEPTED or ARRIVED."""

    id: str
    text: str
    place: str
    state: str
    by: str = ""
    case_id: str = ""
    case_no: str = ""
    given_at: datetime | None = None
    answer_due_at: datetime | None = None
    answered_by: str = ""
    """Our own last word on it, while the court has not answered for it."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Safety:
    """How it stands with this officer in the field, by this device and by what the court last told it."""

    is_on_site: bool
    """He checked in here and has not checked out."""
    check_in_due_at: datetime | None
    """By this device's clock: so long after his last check-in as was agreed."""
    calls: tuple[SosCall, ...]
    """The newest first."""
    orders: tuple[Order, ...]


def said_in(fields: Mapping[str, Any], identity: str) -> dict[str, str]:
    said = {name: fields[name] for name in SAID if isinstance(fields.get(name), str)}
    return {"sos": identity, **said} if "sos" not in said else said


def stay_of(own: Sequence[Action], minutes: Mapping[str, int]) -> tuple[bool, datetime | None]:
    """Of what was recorded here, oldest first; `minutes` by the id of the act."""
    stays = [act for act in own if act.kind in (CHECK_IN, CHECK_OUT)]
    if not stays or stays[-1].kind == CHECK_OUT:
        return False, None
    return True, stays[-1].recorded_at + timedelta(minutes=minutes.get(stays[-1].id, USUAL_MINUTES))


def calls_of(
    own: Sequence[Action], answered: Mapping[str, Mapping[str, Any]], told: Iterable[Mapping[str, Any]]
) -> tuple[SosCall, ...]:
    """Calls made here and those the court tells of; `answered` by id, what it signed when they were sent."""
    by_court = {**answered, **{str(each.get("id")): each for each in told}}
    made = {act.said.get("sos", ""): act for act in own if act.kind == SOS}
    taken_back = {act.said.get("sos") for act in own if act.kind == CANCEL_SOS}
    ids = sorted({*made, *by_court}, reverse=True)
    return tuple(_call(id_, made.get(id_), by_court.get(id_), id_ in taken_back) for id_ in ids)


def _call(id_: str, act: Action | None, told: Mapping[str, Any] | None, is_taken_back: bool) -> SosCall:
    said = told or {}
    return SosCall(
        id=id_,
        called_at=act.recorded_at if act else None,
        is_received=told is not None or (act is not None and act.status != "unsent"),
        received_at=time_of(said.get("received_at")),
        seen_at=time_of(said.get("seen_at")),
        seen_by=str(said.get("seen_by") or ""),
        said=str(said.get("said") or ""),
        is_taken_back=is_taken_back or "withdrawn_at" in said,
        ended_at=time_of(said.get("ended_at")),
    )


def orders_of(profile: Mapping[str, Any], pending: Sequence[Action]) -> tuple[Order, ...]:
    answers = {act.said.get("order"): act.id for act in pending if act.kind == ANSWER_ORDER}
    return tuple(_order(each, answers.get(str(each.get("id")), "")) for each in objects(profile.get("orders")))


def _order(told: Mapping[str, Any], answered_by: str) -> Order:
    text = {name: str(told.get(name) or "") for name in ("id", "text", "place", "state", "by", "case_no")}
    return Order(
        **text,
        case_id=str(told.get("case") or ""),
        given_at=time_of(told.get("given_at")),
        answer_due_at=time_of(told.get("answer_due_at")),
        answered_by=answered_by,
        raw=told,
    )
