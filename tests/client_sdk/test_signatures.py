"""Signing on the phone: strokes checked, drawn alike everywhere, sealed with their picture, bound by the act."""

import hashlib
import io
import json
import random
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image

from client_sdk import InvalidRecord, Signature, ink, strokes
from server.field.kinds import kinds_document
from tests.client_sdk.conftest import Device
from tests.pictures import jpeg
from tests.strokes import drawn

CASE = "0199a000-0000-7000-8000-000000000001"


def knows(device: Device, catalogue: str) -> Device:
    device.court.units[("catalogue", CASE)] = ("t2", {"kinds": kinds_document({}, catalogue)})
    device.field.sync()
    device.line.is_offline = True
    return device


def body_of(device: Device, seq: int = 1) -> dict[str, Any]:
    return device.field.holdings.outbox.body(seq)


def test_several_people_sign_on_one_phone_and_the_act_names_every_file(device: Device) -> None:
    knows(device, "onsite@2026.11-2")
    signed = [
        device.field.sign(name=name, role=role, strokes=drawn(seed))
        for seed, (name, role) in enumerate([("林某", "OFFICER"), ("张某", "DEBTOR"), ("刘某", "WITNESS")])
    ]
    device.clock.advance(minutes=3)
    action = device.field.record_action(
        case_id=CASE, kind="LOCATE", fields={"signatures": [{"name": "周某"}]}, signatures=signed
    )
    body = body_of(device)
    told = body["fields"]["signatures"]
    assert [each["name"] for each in told] == ["周某", "林某", "张某", "刘某"]
    promised = {file["sha256"]: file for file in body["evidence"]}
    assert set(action.files) == set(promised)
    assert len(promised) == 6
    for each in told[1:]:
        assert each["state"] == "SIGNED"
        assert each["at"] < body["recorded_at"]
        assert promised[each["image_sha256"]]["media_type"] == "image/png"
        assert promised[each["strokes_sha256"]]["media_type"] == "application/json"
        assert {promised[each[kind]]["shot_code"] for kind in ("image_sha256", "strokes_sha256")} == {"SIGNATURE"}


def test_the_strokes_file_says_who_when_and_every_point(device: Device) -> None:
    given = drawn(3)
    signature = device.field.sign(name="张某", role="DEBTOR", strokes=given)
    assert signature.strokes
    assert signature.picture
    captures = device.field.holdings.captures
    kept = captures.read(signature.strokes.sha256, 0, signature.strokes.size)
    said = json.loads(kept)
    assert (said["form"], said["name"], said["role"]) == ("zhixing-strokes-1", "张某", "DEBTOR")
    assert [[tuple(point) for point in stroke] for stroke in said["strokes"]] == [list(map(tuple, s)) for s in given]
    picture = captures.read(signature.picture.sha256, 0, signature.picture.size)
    assert ink.draw(strokes.checked(said["strokes"])) == picture
    assert hashlib.sha256(picture).hexdigest() == signature.picture.sha256


def test_a_signature_taken_before_a_crash_is_found_again_with_its_name(device: Device) -> None:
    device.field.sign(name="张某", role="DEBTOR", strokes=drawn(1))
    device.reopen()
    assert [photo.name for photo in device.field.photos()] == ["张某.png", "张某.json"]


def test_under_an_older_catalogue_the_files_have_a_code_it_knows(device: Device) -> None:
    knows(device, "onsite@2026.11-1")
    signature = device.field.sign(name="张某", role="DEBTOR", strokes=drawn(1))
    action = device.field.record_action(case_id=CASE, kind="LOCATE", fields={}, signatures=[signature])
    assert {file["shot_code"] for file in body_of(device)["evidence"]} == {"OTHER"}
    assert not [each for each in action.warnings if each["code"].startswith("shape:")]


@pytest.mark.parametrize(
    ("given", "reason", "place"),
    [
        ([], "strokes_needed", "/strokes"),
        ([[(1, 1, 0, 1000)]], "strokes_needed", "/strokes"),
        ("ab", "strokes_invalid", "/strokes"),
        (None, "strokes_invalid", "/strokes"),
        ([[(1, 1, 0)]], "strokes_invalid", "/strokes/0/0"),
        ([[(1, 1, 0, 1000), (1.5, 1, 1, 1000)]], "strokes_invalid", "/strokes/0/1"),
        ([[(1, 1, 0, 1000), (True, 1, 1, 1000)]], "strokes_invalid", "/strokes/0/1"),
        ([[(1, 1, 0, 1000), (-1, 1, 1, 1000)]], "strokes_invalid", "/strokes/0/1"),
        ([[(1, 1, 0, 1000), (1, 1, 1, 1001)]], "strokes_invalid", "/strokes/0/1"),
        ([[(1, 1, 0, 1000), (50_001, 1, 1, 1000)]], "strokes_invalid", "/strokes/0/1"),
        ([[(1, 1, 5, 1000), (2, 1, 6, 1000)]], "strokes_invalid", "/strokes"),
        ([[(1, 1, 0, 1000), (2, 1, 9, 1000)], [(3, 3, 8, 1000)]], "strokes_invalid", "/strokes"),
        ([[(1, 1, 0, 1000)]] * 501, "too_many", "/strokes"),
        ([[(0, 0, 0, 1000), (9, 9, 1, 1000)] * 2_501] * 2, "too_many", "/strokes"),
        ([[(n % 9, 1, n, 1000) for n in range(10_001)]], "too_many", "/strokes/0"),
        ([[(n % 2 * 50_000, 1, n, 1000) for n in range(100)]], "too_many", "/strokes"),
    ],
)
def test_what_is_no_signature_is_refused_by_name_and_nothing_is_sealed(
    device: Device, given: Any, reason: str, place: str
) -> None:
    with pytest.raises(InvalidRecord) as refused:
        device.field.sign(name="张某", role="DEBTOR", strokes=given)
    assert (refused.value.reason, refused.value.place) == (reason, place)
    assert all(refused.value.text(language) for language in ("zh", "en"))
    assert device.field.photos() == []


def test_the_picture_is_the_same_wherever_it_is_drawn() -> None:
    picture = Image.open(io.BytesIO(ink.draw(strokes.checked(drawn(7)))))
    assert picture.mode == "L"
    assert picture.width <= ink.WIDTH
    assert picture.height <= ink.HEIGHT
    assert hashlib.sha256(picture.tobytes()).hexdigest() == PIXELS


PIXELS = "d036ef8de5e41c0457a5d5c9e456d9e844def51584ee7d4e6e15f3a6f04b492f"


@pytest.mark.parametrize("seed", range(20))
def test_any_strokes_at_all_are_drawn_within_the_paper(seed: int) -> None:
    chance = random.Random(seed)
    moments = sorted(chance.randrange(9_000) for _ in range(40))
    points = [(chance.randrange(50_001), chance.randrange(50_001), t, chance.randrange(1001)) for t in moments]
    given = [[(x, y, t - moments[0], p) for x, y, t, p in points[:15]], [], [(9, 9, 9_000, 0)]]
    picture = Image.open(io.BytesIO(ink.draw(strokes.checked(given))))
    assert picture.size <= (ink.WIDTH, ink.HEIGHT)
    assert min(picture.tobytes()) < 128


def test_a_photographed_paper_a_fingerprint_and_a_refusal_are_signatures_too(device: Device) -> None:
    sheet = device.field.capture(jpeg(), shot_code="DOCUMENT_SHOWN")
    film = device.field.capture(jpeg(seed=2), shot_code="REFUSAL")
    signatures: Sequence[Signature] = [
        device.field.sign_by_picture(name="张某", role="DEBTOR", picture=sheet),
        device.field.sign_by_picture(name="刘某", role="WITNESS", state="FINGERPRINT"),
        device.field.note_refusal(name="王某", role="ADULT_FAMILY", reason="称不识字", picture=film),
    ]
    action = device.field.record_action(
        case_id=CASE, kind="LOCATE", fields={}, photos=[sheet, film], signatures=signatures
    )
    assert set(action.files) == {sheet.sha256, film.sha256}
    told = body_of(device)["fields"]["signatures"]
    assert [each["state"] for each in told] == ["ON_PAPER", "FINGERPRINT", "REFUSED"]
    assert told[0]["image_sha256"] == sheet.sha256
    assert (told[2]["reason"], told[2]["image_sha256"]) == ("称不识字", film.sha256)


def test_a_signature_on_paper_needs_its_page_and_no_state_is_made_up(device: Device) -> None:
    with pytest.raises(InvalidRecord) as missing:
        device.field.sign_by_picture(name="张某", role="DEBTOR")
    assert missing.value.reason == "picture_needed"
    with pytest.raises(InvalidRecord) as unknown:
        device.field.sign_by_picture(name="张某", role="DEBTOR", state="SIGNED")
    assert unknown.value.place == "/state"


def test_who_signs_later_supplements_the_act_and_the_device_says_what_still_lacks(device: Device) -> None:
    knows(device, "onsite@2026.11-2")
    attendees = [{"role": "DEBTOR", "name": name, "attendance": "ATTENDED"} for name in ("张某", "王某")]
    fields = {"attendees": attendees, "signatures": [{"name": "林某", "role": "OFFICER", "state": "SIGNED"}]}
    action = device.field.record_action(case_id=CASE, kind="LOCATE", fields=fields)
    assert sum(each["code"] == "attendees_signed" for each in action.missing) == 2
    once = device.field.correct(
        action, reason="补签", signatures=[device.field.note_refusal(name="张某", role="DEBTOR", reason="")]
    )
    assert {"attendees_signed", "signature_refusal_noted"} <= {each["code"] for each in once.missing}
    twice = device.field.correct(
        action,
        reason="补签",
        signatures=[
            device.field.note_refusal(name="张某", role="DEBTOR", reason="看过后拒绝"),
            device.field.sign(name="王某", role="ADULT_FAMILY", strokes=drawn(2)),
        ],
    )
    assert not {"attendees_signed", "signature_refusal_noted"} & {each["code"] for each in twice.missing}
