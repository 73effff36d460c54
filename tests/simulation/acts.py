"""What officers record, and what broken apps do. `simulated` inside a body says what must become of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from client_sdk import FieldClient, Photo
from client_sdk.records import Draft
from server.common.ids import new_id
from tests.simulation import answers, measures
from tests.simulation.answers import Asked
from tests.simulation.chance import Chance
from tests.simulation.journal import Journal

KINDS = (
    "LOCATE",
    "LOCATE",
    "SERVE",
    "SEARCH",
    "SITE_SURVEY",
    "POST_NOTICE",
    "INTERVIEW",
    "SEAL",
    "SEIZE",
    "DETAIN",
    measures.FREEZE,
)
COMPLETE_NODE = "complete_node"
ON_FILE = ("add_note", "submit_clue", COMPLETE_NODE)
"""What they do to a file of a case, away from their desks."""
ON_FILE_SHARE = 0.12
NODES = ("execution_notice", "network_inquiry_launch", "debtor_interview", "clue_verification", "no_such_node")
POSITION = {"lat": 26.5, "lon": 119.5, "accuracy": 12.5, "crs": "WGS84"}
POISON = ("kind_unknown", "handler_fault", "id_reuse", "not_json", "nul", "deep", "member", "version")
MARK = "simulated"
RESISTANCE = "INSULT"
"""What whoever serves papers here meets with each time; it is told in the other cases of that debtor."""
UNKNOWN_KIND = "NO_SUCH_KIND"


@dataclass(frozen=True)
class Habits:
    """How officers choose what to record, and how often they photograph."""

    ways: dict[str, float]
    photos: float


ODD = Habits({"held": 10.0, "several": 1.0, "number": 1.0, "any": 1.0, "nonsense": 0.3, "poison": 1.0}, 1.0)
"""Every second act is one of the rare ones."""
DAILY = Habits({"held": 10.0, "several": 0.5, "number": 0.2, "any": 0.1, "nonsense": 0.02, "poison": 0.02}, 0.15)


@dataclass(frozen=True)
class Plan:
    """One act to come. Exactly one of `case_ids` and `case_no` where it is not poison."""

    kind: str = "LOCATE"
    node: str = ""
    """Which one it completes."""
    case_ids: tuple[str, ...] = ()
    case_no: str | None = None
    photos: tuple[bytes, ...] = ()
    poison: str = ""
    asked: Asked | None = None
    """What it answers, and nothing else."""
    freeze: dict[str, Any] = field(default_factory=dict)


def mark_of(body: dict[str, Any] | None) -> str:
    """What must become of a body by its own word: a code of quarantine, or nothing."""
    if body is None or "id" not in body:
        return "body_invalid"
    fields = body.get("fields")
    told = body.get(MARK) or (fields.get(MARK) if isinstance(fields, dict) else "")
    return str(told or "")


def planned(
    chance: Chance, habits: Habits, cases: dict[str, str], held: list[str], asked: Sequence[tuple[str, str, str]] = ()
) -> Plan:
    """`cases` are all there are, number by id; `held` those this officer sees, `asked` what stands there."""
    if answering := answers.planned(chance, asked):
        return Plan(answering.kind, case_ids=(answering.case_id,), asked=answering)
    kind = chance.choose(ON_FILE if chance.happens(ON_FILE_SHARE) else KINDS)
    freeze = measures.fields_of(chance) if kind == measures.FREEZE else {}
    plan = Plan(kind, chance.choose(NODES), photos=_photos(chance, habits.photos), freeze=freeze)
    way = chance.weighted(habits.ways)
    if way == "number":
        return replace(plan, case_no=chance.choose(list(cases.values())))
    if way == "nonsense":
        return replace(plan, case_no=f"没有这个案号 {chance.dice.randrange(10)}")
    pool = list(cases) if way == "any" or not held else held
    count = min(len(pool), 2 if way == "several" else 1)
    plan = replace(plan, case_ids=tuple(chance.dice.sample(pool, count)))
    return replace(plan, poison=chance.choose(POISON)) if way == "poison" else plan


def _photos(chance: Chance, keenness: float) -> tuple[bytes, ...]:
    """Mostly none; never a real picture's weight: bytes are bytes to a protocol."""
    count = chance.weighted({0: 20.0, 1: 2.0 * keenness, 2: 0.5 * keenness})
    return tuple(_photo(chance) for _ in range(count))


def _photo(chance: Chance) -> bytes:
    """Now and then one that others have too, or that this device has taken before."""
    if chance.happens(0.4):
        return b"the same leaflet, photographed again" * chance.dice.randint(1, 3)
    return chance.dice.randbytes(chance.choose((1, 60, 300, 900)))


def record(field: FieldClient, plan: Plan, photos: list[Photo], earlier: Journal) -> None:
    """Through the SDK's own door, or for what it would refuse, past it into its outbox."""
    if plan.asked:
        answers.answer(field, plan.asked)
        return
    if plan.poison and plan.poison not in ("kind_unknown", "handler_fault"):
        field.holdings.outbox.add(Draft("", _broken(plan, earlier), (), {**_SUMMARY, "case_ids": []}))
        return
    field.record_action(
        kind=UNKNOWN_KIND if plan.poison == "kind_unknown" else plan.kind,
        fields={MARK: plan.poison} if plan.poison else _fields(plan, earlier),
        case_ids=plan.case_ids or None,
        case_no=plan.case_no,
        photos=photos,
        position=POSITION,
    )


def _fields(plan: Plan, earlier: Journal) -> dict[str, Any]:
    match plan.kind:
        case measures.FREEZE:
            of_case = [each for case_id in plan.case_ids for each in earlier.of_case(case_id)]
            return measures.named(plan.freeze, of_case)
        case "SERVE":
            return {"note": "现场笔录", "obstruction": {"kind": RESISTANCE, "facts": "当场辱骂"}}
        case "complete_node":
            return {"node": plan.node}
        case "submit_clue":
            return {"source": "OWN", "text": "线索"}
        case "add_note":
            return {"text": "办案记事"}
        case _:
            return {"note": "现场笔录"}


_SUMMARY: dict[str, Any] = {
    "kind": "LOCATE",
    "recorded_at": "2026-11-22T00:00:00.000Z",
    "case_no": None,
    "missing": [],
    "warnings": [],
    "files": [],
    "corrects": None,
}


def _broken(plan: Plan, earlier: Journal) -> bytes:
    """A body no right app writes."""
    body = {"v": 1, "id": "0", "kind": plan.kind, "fields": {}, MARK: "body_invalid", "subjects": []}
    sound = next((each for each in reversed(earlier.operations) if not mark_of(each.body)), None)
    match plan.poison:
        case "id_reuse" if sound:
            return json.dumps({**(sound.body or {}), "evidence": [], MARK: "id_reuse"}).encode()
        case "nul" if sound:
            # All but the NUL is sound: who lets it through has it in a column of text.
            again = {**(sound.body or {}), "id": str(new_id()), "action_id": str(new_id()), "evidence": []}
            return json.dumps({**again, "fields": {"note": "a\0b"}, MARK: "body_invalid"}).encode()
        case "deep":
            return b'{"v":1,"a":' + b"[" * 64 + b"]" * 64 + b"}"
        case "member":
            return json.dumps({**body, "kind": 7}).encode()
        case "version":
            return json.dumps({**body, "id": "0" * 36, "v": 2}).encode()
        case _:
            return b"not JSON \xff"
