"""What a person at the court makes of an act, told to the officer in words, also without a network."""

from typing import Any

import pytest

from client_sdk.reviews import CAUSES, review_of
from tests.client_sdk.conftest import Device


def own(device: Device, seq: int, **members: Any) -> dict[str, Any]:
    identity = str(device.field.holdings.identity.device)
    operation = device.field.holdings.outbox.hashes((seq,)).get(seq)
    told = {"id": f"r{seq}", "own": True, "device": identity, "incarnation": 1, "seq": seq, "operation": operation}
    return {**told, "cause": "not_assigned", "state": "open", "status": "parked", "note": "", **members}


def record(device: Device) -> str:
    return device.field.record_action(case_no="（2026）闽9821执1号", kind="LOCATE").id


def test_it_waits_then_more_is_wanted_then_it_counts(device: Device) -> None:
    action_id = record(device)
    device.court.reviews = [own(device, 1)]
    device.field.sync()
    assert [review.text for review in device.field.reviews()] == ["您的行为待审:行为时案件已改派。"]
    device.court.reviews = [own(device, 1, asked_at="2026-11-22T02:00:00.000Z", note="请补近景")]
    device.field.sync()
    assert device.field.today().reviews[0].text == "您的行为待审,请补充:行为时案件已改派。请补近景"
    decided = {"state": "ratified", "status": "applied", "note": "追认", "decided_at": "2026-11-22T03:00:00.000Z"}
    device.court.reviews = [own(device, 1, **decided)]
    device.field.sync()
    device.line.go_offline()
    (review,) = device.field.reviews()
    assert (review.state, review.text) == ("ratified", "您的行为已追认:行为时案件已改派。追认")
    assert device.field.action(action_id).status == "applied"


def test_the_last_word_stays_when_it_is_told_no_more(device: Device) -> None:
    action_id = record(device)
    device.court.reviews = [own(device, 1, state="annulled", note="未到现场")]
    device.field.sync()
    device.court.reviews = []
    device.field.sync()
    device.reopen()
    assert device.field.reviews() == []
    assert (device.field.action(action_id).status, device.field.action(action_id).code) == ("annulled", "annulled")


def test_what_was_decided_of_another_device_changes_nothing_here(device: Device) -> None:
    action_id = record(device)
    device.field.sync()
    before = device.field.action(action_id).status
    other = {"device": "0199a000-0000-7000-8000-00000000000f", "operation": "0" * 64}
    device.court.reviews = [own(device, 1, state="annulled") | other]
    device.field.sync()
    assert device.field.action(action_id).status == before
    assert device.field.reviews()[0].state == "annulled"


def test_a_colleagues_act_in_my_case_is_told_with_his_name() -> None:
    told = {"id": "r", "own": False, "case": "c", "action": "a", "officer": "何某川", "cause": "parallel"}
    review = review_of({**told, "state": "open", "status": "superseded"})
    assert (review.is_own, review.case_id, review.action_id, review.officer) == (False, "c", "a", "何某川")
    assert review.text == "何某川的行为待审:同一节点已由他人办理。"
    assert review_of({**told, "state": "ratified"}, "en").text == (
        "An act of 何某川 ratified: another officer had done the same."
    )


@pytest.mark.parametrize("members", [{}, {"state": 7, "cause": None, "seq": "x", "opened_at": "?"}, {"state": "burnt"}])
def test_what_an_older_or_newer_server_says_is_read_as_waiting(members: dict[str, Any]) -> None:
    review = review_of({"id": "r", **members})
    assert (review.state, review.is_own) == ("open", True)
    assert review.text


def test_every_cause_has_words_in_both_languages() -> None:
    for cause, pair in CAUSES.items():
        for language, words in zip(("zh", "en"), pair, strict=True):
            assert words in review_of({"id": "r", "cause": cause}, language).text
