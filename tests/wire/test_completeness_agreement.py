"""Two interpreters, written apart, give one answer: the vectors', and each other's on records nobody thought of."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client_sdk import completeness as device
from server.field import completeness as court
from server.field.kinds import kinds_document
from tests.wire.records import VECTORS, bodies, catalogue, findings, overrides, vectors

pytestmark = pytest.mark.database_free
KINDS = [kind["key"] for kind in catalogue()["kinds"]]


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
@pytest.mark.parametrize("side", [court, device], ids=["server", "sdk"])
def test_each_side_gives_the_answer_of_the_vector(side: Any, vector: Mapping[str, Any]) -> None:
    assessment = side.assess(catalogue(), vector["kind"], vector["record"], vector.get("overrides"))
    assert findings(assessment.missing) == vector["missing"]
    assert findings(assessment.warnings) == vector["warnings"]


def test_the_document_of_the_vectors_is_the_one_the_server_delivers() -> None:
    assert catalogue() == kinds_document()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_complete_an_incomplete_and_a_warned_example(kind: str) -> None:
    named = {vector["name"].removeprefix(f"{kind}: "): vector for vector in vectors() if vector["kind"] == kind}
    assert not named["complete"]["missing"] + named["complete"]["warnings"]
    assert named["incomplete"]["missing"]
    assert named["warned"]["warnings"]
    assert not named["warned"]["missing"]


@pytest.mark.parametrize("situation", ["X13", "X14 a", "X14 b", "X14 c", "X15 a", "X15 b"])
def test_every_planted_situation_of_the_record_is_there(situation: str) -> None:
    assert any(vector["name"].startswith(f"{situation}:") for vector in vectors())


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_both_sides_agree_on_any_record(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    body, levels = data.draw(bodies(kind)), data.draw(overrides() | st.none())
    ours, theirs = (side.assess(catalogue(), kind, body, levels) for side in (court, device))
    assert ours.missing == theirs.missing
    assert ours.warnings == theirs.warnings


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_any_one_value_gone_wrong_is_answered_alike(vector: Mapping[str, Any]) -> None:
    for record in _spoiled(vector["record"]):
        ours, theirs = (side.assess(catalogue(), vector["kind"], record) for side in (court, device))
        assert (ours.missing, ours.warnings) == (theirs.missing, theirs.warnings)


def _spoiled(value: Any) -> list[Any]:
    """Each copy has one value replaced by something of another type."""
    inner: list[Any] = []
    if isinstance(value, dict):
        inner = [{**value, key: bad} for key, part in value.items() for bad in _spoiled(part)]
    elif isinstance(value, list):
        inner = [[*value[:n], bad, *value[n + 1 :]] for n, part in enumerate(value) for bad in _spoiled(part)]
    return [*inner, [value], {"x": value}, None, 7.5]


def test_both_sides_say_it_in_both_languages() -> None:
    document = catalogue()
    assessment = court.assess(document, "SEAL", {"fields": 5})
    for finding in (*assessment.missing, *assessment.warnings):
        for language in ("zh", "en"):
            said = device.message(document, device.Finding(**finding), language)
            assert said not in (finding["code"], finding["rule"])


def test_what_a_device_of_the_first_catalogue_holds_is_still_what_it_was() -> None:
    held = json.loads((VECTORS / "onsite@2026.11-1.json").read_text(encoding="utf-8"))
    assert held == kinds_document(catalogue="onsite@2026.11-1")


@pytest.mark.parametrize("side", [court, device], ids=["server", "sdk"])
def test_under_the_first_catalogue_the_answers_are_the_same_but_for_what_it_had_not(side: Any) -> None:
    held = json.loads((VECTORS / "onsite@2026.11-1.json").read_text(encoding="utf-8"))
    for vector in vectors():
        found = side.assess(held, vector["kind"], vector["record"], vector.get("overrides"))
        if not vector.get("since"):
            assert (findings(found.missing), findings(found.warnings)) == (vector["missing"], vector["warnings"])
