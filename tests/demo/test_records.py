"""What the demonstration's officers write down, judged by the catalogue itself."""

from typing import Any

import pytest

from demo.kinds import SHOTS, record_of
from demo.outings import TOLD_BY
from demo.records import hurried
from server.field.completeness import Assessment, assess, tell
from server.field.kinds import kinds_document
from tests.demo.scenes import scene

KINDS = [kind["key"] for kind in kinds_document()["kinds"]]
TELLING = [(event, kind) for event, kinds in TOLD_BY.items() for kind in dict.fromkeys(kinds)]


def body(kind: str, fields: dict[str, Any], shots: tuple[str, ...]) -> dict[str, Any]:
    evidence = [{"id": str(number), "shot_code": shot, "origin": "CAMERA"} for number, shot in enumerate(shots)]
    return {"fields": fields, "evidence": evidence, "position": {"lat": 26.5, "lon": 119.5, "accuracy": 8}}


def judged(kind: str, fields: dict[str, Any], shots: tuple[str, ...]) -> Assessment:
    return assess(kinds_document(), kind, body(kind, fields, shots))


@pytest.mark.parametrize("is_entity", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_record_in_full_lacks_nothing_that_blocks(kind: str, is_entity: bool) -> None:
    found = judged(kind, record_of(scene(kind, is_entity=is_entity)), SHOTS[kind])
    assert found.missing == []
    assert set(found.warning_codes) <= {"item_photo"}  # named by ids that only a phone gives


@pytest.mark.parametrize("kind", KINDS)
def test_a_hurried_record_lacks_something_the_catalogue_names(kind: str) -> None:
    found = judged(kind, hurried(kind, record_of(scene(kind))), SHOTS[kind][1:])
    assert found.missing


@pytest.mark.parametrize(("event", "kind"), TELLING)
def test_an_act_in_the_place_of_a_step_tells_that_step(event: str, kind: str) -> None:
    told = tell(kinds_document(), kind, body(kind, record_of(scene(kind, event=event)), SHOTS[kind]))
    assert event in [spec["event"] for spec, _ in told]
