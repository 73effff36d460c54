"""One act on site with the SDK: photographs as they are taken, the record, and the act recorded. Knows no server."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from client_sdk import Action, Case, FieldClient
from demo.city import FAMILY, GIVEN, PLACES
from demo.kinds import SHOTS, record_of
from demo.pictures import PHONE_SIZES, draw_photo
from demo.records import Scene, hurried

SHANGHAI = timezone(timedelta(hours=8))
PHONE_NAME = "执法终端"


@dataclass(frozen=True, slots=True)
class Done:
    action: Action
    contents: tuple[bytes, ...]
    """The originals of its photographs, in the order of the record."""


def scene_of(
    case: Case,
    kind: str,
    ended_at: datetime,
    chance: random.Random,
    *,
    officers: tuple[str, str],
    event: str = "",
    address: str = "",
) -> Scene:
    """Who and where, from what the device knows of the case."""
    debtor = next(party for party in case.parties if party.role == "debtor")
    is_entity = debtor.kind == "ENTITY"
    return Scene(
        kind=kind,
        begun=ended_at - timedelta(minutes=chance.randint(38, 55)),
        ended=ended_at,
        lat=round(26.5 + chance.random() / 5, 6),
        lon=round(119.5 + chance.random() / 5, 6),
        address=address or f"{chance.choice(PLACES)}{chance.randint(1, 199)}号",
        officers=officers,
        debtor=debtor.name,
        is_entity=is_entity,
        present=f"{chance.choice(FAMILY)}某{chance.choice(GIVEN)}" if is_entity else debtor.name,
        applicant=next(party.name for party in case.parties if party.role == "applicant"),
        case_no=case.case_no,
        claim=Decimal(str(case.claim_amount)),
        event=event,
    )


def do(
    field: FieldClient,
    case: Case,
    scene: Scene,
    chance: random.Random,
    *,
    is_hurried: bool = False,
    imported: Sequence[Path] = (),
    sizes: Sequence[tuple[int, int]] = PHONE_SIZES,
    pass_to: Callable[[datetime], datetime] = lambda moment: datetime.now(SHANGHAI),
) -> Done:
    """Take the photographs this kind asks for, write the record, have it recorded.

    `pass_to` lets the time pass, where it is the past that is lived, and says what time it is.
    """
    photos, contents = [], []
    for number, shot in enumerate(SHOTS[scene.kind][is_hurried:]):
        taken_at = pass_to(scene.begun + timedelta(minutes=12 + 5 * number, seconds=chance.randrange(60)))
        contents.append(draw_photo(chance, taken_at, scene.lat, scene.lon, sizes))
        photos.append(field.capture(contents[-1], shot_code=shot))
    pass_to(scene.ended)
    fields = record_of(scene)
    for item in fields.get("items", ()):
        item["photos"] = [photo.id for photo in photos]
    action = field.record_action(
        case_id=case.id,
        kind=scene.kind,
        fields=hurried(scene.kind, fields) if is_hurried else fields,
        photos=[*photos, *imported],
        position={"lat": scene.lat, "lon": scene.lon, "accuracy": 8, "crs": "WGS84"},
    )
    return Done(action, (*contents, *(path.read_bytes() for path in imported)))
