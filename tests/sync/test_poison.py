"""Operations no program of ours would make, in the middle of good ones: kept as they are, neighbours go through."""

import json
from typing import Any

import pytest

from server.cases.models import Case
from server.evidence.models import Promise
from server.field.models import FieldAction
from server.sync.models import Operation, Review
from tests.devices import TestDevice, new_id
from tests.sync.pushing import COMPLETE, counts, statuses, stored_bodies

pytestmark = pytest.mark.django_db

GOOD: dict[str, Any] = {
    "v": 1,
    "id": "0199-test",
    "action_id": "01999999-0000-7000-8000-000000000001",
    "kind": "LOCATE",
    "subjects": [],
    "recorded_at": "2026-11-22T10:00:00+08:00",
    "fields": {},
    "evidence": [],
}
HASH = "a" * 64


def body(**members: Any) -> bytes:
    return json.dumps({**GOOD, "id": str(new_id()), "action_id": str(new_id()), **members}).encode()


def lacking(name: str) -> bytes:
    return json.dumps({key: value for key, value in GOOD.items() if key != name}).encode()


def evidence(**members: Any) -> bytes:
    return body(evidence=[{"sha256": HASH, "size": 5, **members}])


INVALID: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "not JSON": (b"\x89PNG\r\n", "encoding"),
    "half JSON": (b'{"v": 1, "id": ', "syntax"),
    "a list": (b"[]", "not_object"),
    "a number": (b"5", "not_object"),
    "NUL": (b'{"v": 1, "id": "a", "kind": "LOCATE", "fields": {"x": "\\u0000"}}', "nul"),
    "raw NUL": (b'{"v": 1, "id": "\x00"}', "syntax"),
    "lone surrogate": (b'{"v": 1, "id": "a", "kind": "LOCATE", "fields": {"x": "\\ud800"}}', "surrogate"),
    "64 deep": (b'{"v": 1, "id": "a", "kind": "LOCATE", "fields": ' + b'{"x":' * 63 + b"1" + b"}" * 64, "too_deep"),
    "a hundred thousand deep": (b"[" * 100_000, "too_deep"),
    "number beyond 2^53": (b'{"v": 1, "id": "a", "kind": "LOCATE", "fields": {"x": 9007199254740992}}', "number_range"),
    "number of 4,000 digits": (b'{"v": ' + b"9" * 4000 + b"}", "number_range"),
    "infinite": (b'{"v": 1, "id": "a", "kind": "LOCATE", "fields": {"x": 1e999}}', "number_range"),
    "NaN": (b'{"v": NaN}', "number_not_finite"),
    "name twice": (b'{"v": 1, "v": 1}', "duplicate_member"),
    "BOM": (b"\xef\xbb\xbf{}", "bom"),
    "too large": (body(fields={"narrative": "x" * 262_144}), "too_large"),
    "no members": (b"{}", "member_missing"),
    "no fields": (lacking("fields"), "member_missing"),
    "v is text": (body(v="1"), "member_invalid"),
    "v is true": (body(v=True), "member_invalid"),
    "v is of the future": (body(v=2), "version_unknown"),
    "id is a number": (body(id=5), "member_invalid"),
    "id is long": (body(id="i" * 65), "member_invalid"),
    "kind is a list": (body(kind=["LOCATE"]), "member_invalid"),
    "fields is text": (body(fields="{}"), "member_invalid"),
    "action_id is no UUID": (body(action_id="one"), "member_invalid"),
    "officer_id is no UUID": (body(officer_id=7), "member_invalid"),
    "recorded_at is a number": (body(recorded_at=1763776800), "member_invalid"),
    "recorded_at has no offset": (body(recorded_at="2026-11-22T10:00:00"), "member_invalid"),
    "recorded_at before the calendar": (body(recorded_at="0001-01-01T00:00:00+14:00"), "member_invalid"),
    "subjects is an object": (body(subjects={}), "member_invalid"),
    "a subject is a number": (body(subjects=[5]), "member_invalid"),
    "a subject of no known type": (body(subjects=[{"type": "person", "id": "x"}]), "member_invalid"),
    "a subject's id is a list": (body(subjects=[{"type": "case", "id": []}]), "member_invalid"),
    "assignment_no is negative": (body(subjects=[{"type": "case", "assignment_no": -1}]), "member_invalid"),
    "a thousand subjects": (body(subjects=[{"type": "case", "id": "x"}] * 1000), "too_many"),
    "evidence is text": (body(evidence="photo"), "member_invalid"),
    "a file without hash": (body(evidence=[{"size": 5}]), "member_missing"),
    "a bad hash": (evidence(sha256="zz"), "member_invalid"),
    "a hash in capitals": (evidence(sha256="A" * 64), "member_invalid"),
    "a negative size": (evidence(size=-5), "member_invalid"),
    "a size as text": (evidence(size="5"), "member_invalid"),
    "a size with a fraction": (evidence(size=5.5), "member_invalid"),
    "a file from nowhere": (evidence(origin="SKY"), "member_invalid"),
    "corrects is no hash": (body(corrects="yesterday"), "member_invalid"),
    "last_statement is no hash": (body(last_statement="x"), "member_invalid"),
    "boot_ms is negative": (body(boot_ms=-1), "member_invalid"),
    "position is a list": (body(position=[1, 2]), "member_invalid"),
}


@pytest.mark.parametrize("name", INVALID)
def test_a_broken_body_is_quarantined_and_its_neighbours_are_applied(phone: TestDevice, held: Case, name: str) -> None:
    broken, reason = INVALID[name]
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    phone.record_bytes(broken)
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    answer = phone.push()
    assert statuses(answer) == [("applied", "ok"), ("quarantined", "body_invalid"), ("applied", "ok")]
    assert stored_bodies() == [operation.body for operation in phone.log]
    review = Review.objects.get()
    assert (review.operation.seq, review.cause, review.details["reason"]) == (2, "body_invalid", reason)
    assert phone.acked_seq == 3


def test_all_broken_bodies_in_one_batch_between_good_ones(phone: TestDevice, held: Case) -> None:
    for broken, _ in INVALID.values():
        phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
        phone.record_bytes(broken)
    answer = phone.push()
    assert statuses(answer) == [("applied", "ok"), ("quarantined", "body_invalid")] * len(INVALID)
    assert Review.objects.count() == len(INVALID)
    assert stored_bodies() == [operation.body for operation in phone.log]
    again = phone.push(first_seq=1)
    assert again["results"] == [{**result, "repeated": True} for result in answer["results"]]


ODD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "unknown kind": ({"kind": "TEA"}, ("quarantined", "kind_unknown")),
    "no subjects": ({"subjects": []}, ("parked", "subject_unknown")),
    "subjects null": ({"subjects": None}, ("parked", "subject_unknown")),
    "unknown case": ({"subjects": [{"type": "case", "id": str(new_id())}]}, ("parked", "subject_unknown")),
    "a case that is no id": ({"subjects": [{"type": "case", "id": "7"}]}, ("parked", "subject_unknown")),
    "a matter": ({"subjects": [{"type": "matter", "id": str(new_id())}]}, ("parked", "subject_unknown")),
    "a number that is none": ({"subjects": [{"type": "case_no", "id": "执 7 号"}]}, ("parked", "subject_unknown")),
    "a number nobody has": (
        {"subjects": [{"type": "case_no", "id": "（2026）闽0924执99号"}]},
        ("parked", "subject_unknown"),
    ),
    "a subject without id": ({"subjects": [{"type": "case"}]}, ("parked", "subject_unknown")),
    "a subject of nothing": ({"subjects": [{}]}, ("parked", "subject_unknown")),
    "two hundred subjects": (
        {"subjects": [{"type": "case", "id": str(new_id())} for _ in range(200)]},
        ("parked", "subject_unknown"),
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_but_readable_operation_waits_for_a_person(phone: TestDevice, held: Case, name: str) -> None:
    members, expected = ODD[name]
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    phone.record(**{"fields": COMPLETE, "photos": [b"its photo"], **members})
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    assert statuses(phone.push()) == [("applied", "ok"), expected, ("applied", "ok")]
    assert (Review.objects.get().cause, Review.objects.get().operation.seq) == (expected[1], 2)
    assert Promise.objects.get().seq == 2, "its photo is asked for all the same"


WEIRD_FIELDS: list[Any] = [
    {"officers": {"a": 1}, "narrative": [1, [2]], "result": {"x": None}},
    {"finished_at": "9999-12-31T23:59:59Z", "started_at": "0001-01-01", "result": "DONE"},
    {"expires_on": "9999-12-31", "effective_on": "0001-01-01"},
    {"term_days": 9007199254740991, "items": [[[[]]]], "detained_at": True},
    {"": "", "\u202e": "右", "x" * 1000: "\uffff".replace("\uffff", "\ue000")},
    {"items": [{}] * 2000},
    {"signatures": "'; DROP TABLE sync_operation; --", "narrative": '%s %(x)s {0} \\ " \u2028'},
]


@pytest.mark.parametrize("fields", WEIRD_FIELDS)
@pytest.mark.parametrize("kind", ["LOCATE", "SEAL", "DETAIN", "SERVE"])
def test_fields_of_any_shape_are_recorded(phone: TestDevice, held: Case, kind: str, fields: Any) -> None:
    phone.record(kind, case_id=held.pk, fields=fields)
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    answer = phone.push()
    assert [result["status"] for result in answer["results"]] == ["applied", "applied"]
    assert FieldAction.objects.count() == 2


def test_an_id_used_before_is_set_aside_and_overwrites_nothing(phone: TestDevice, held: Case) -> None:
    first = json.loads(phone.record("LOCATE", case_id=held.pk, fields=COMPLETE).body)
    phone.push()
    phone.record("LOCATE", case_id=held.pk, fields={"narrative": "other"}, id=first["id"])
    twin = str(new_id())
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE, id=twin)
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE, id=twin)
    assert statuses(phone.push()) == [("quarantined", "id_reuse"), ("applied", "ok"), ("quarantined", "id_reuse")]
    assert counts() == (4, 2, 2)
    assert Operation.objects.filter(claimed_id=first["id"]).count() == 2


def test_an_act_about_another_case_may_not_take_the_id_of_an_action(phone: TestDevice, held: Case) -> None:
    first = json.loads(phone.record("LOCATE", case_id=held.pk, fields=COMPLETE).body)
    phone.push()
    phone.record("LOCATE", case_id=new_id(), fields=COMPLETE, action_id=first["action_id"])
    phone.record("SEAL", case_id=held.pk, fields=COMPLETE, action_id=first["action_id"])
    assert statuses(phone.push()) == [("quarantined", "id_reuse")] * 2
    assert FieldAction.objects.get().kind == "LOCATE"


def test_more_subjects_than_one_push_may_name_are_halved_not_lost(phone: TestDevice, held: Case) -> None:
    many = [{"type": "case", "id": str(new_id())} for _ in range(200)]
    for _ in range(51):
        phone.record("LOCATE", subjects=many)
    status, problem = phone.push_envelope(phone.envelope())
    assert (status, problem["code"]) == (413, "push_too_large")
    assert not Operation.objects.exists()
    assert len(phone.push(limit=25)["results"]) == 25
