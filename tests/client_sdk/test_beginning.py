"""Four taps: what an act needs and the phone knows is not typed again; what lacks is said before it is sealed."""

from typing import Any

import pytest

from client_sdk import FieldClient, InvalidRecord
from server.field.kinds import kinds_document
from tests.client_sdk.conftest import Device
from tests.pictures import jpeg
from tests.strokes import drawn

CASE = "0199a000-0000-7000-8000-000000000001"
TEAM = [
    {"name": "林某", "role": "EXECUTOR", "credential_shown": True},
    {"name": "陈某", "role": "CLERK", "credential_shown": True},
]
UNIT = {
    "case_no": "（2026）闽9821执1号",
    "parties": [{"role": "applicant", "name": "甲公司"}, {"role": "debtor", "name": "张某"}],
    "papers": [
        {"kind": "RULING", "document_no": "（2026）闽9821执1号之一", "issued_on": "2026-11-20", "sha256": "ab" * 32},
        {"kind": "NOTICE", "document_no": "（2026）闽9821执1号", "sha256": "cd" * 32},
    ],
}
SERVED = {
    "mode": "DIRECT",
    "result": "DONE",
    "documents_left": [{"kind": "EXECUTION_NOTICE"}],
    "place": {"address": "北门街12号", "no_gps_reason": "室内"},
    "signatures": [{"name": "林某", "role": "OFFICER", "state": "SIGNED"}, {"name": "陈某", "state": "SIGNED"}],
}


@pytest.fixture
def ready(device: Device) -> Device:
    device.court.units[("case", CASE)] = ("t1", UNIT)
    device.court.units[("catalogue", CASE)] = ("t2", {"kinds": kinds_document({})})
    device.field.sync()
    device.line.is_offline = True
    return device


class Counting:
    """The SDK as an app sees it: how often it was called."""

    def __init__(self, field: FieldClient) -> None:
        self._field = field
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        self.calls += 1
        return getattr(self._field, name)


def test_the_thirtieth_service_of_a_day_is_four_calls_and_lacks_nothing(ready: Device) -> None:
    ready.field.save_template("送达执行通知书", kind="SERVE", fields=SERVED)
    ready.field.record_action(case_id=CASE, kind="SERVE", fields={"officers": TEAM, "recorder": "陈某"})
    for number in range(30):
        field = Counting(ready.field)
        act = field.begin(kind="SERVE", case_id=CASE, template="送达执行通知书")
        photos = [ready.field.capture(jpeg(seed=2 * number), shot_code="DOOR_NO")]
        ready.clock.advance(minutes=9)
        photos.append(field.capture(jpeg(seed=2 * number + 1), shot_code="DOCUMENT_SHOWN"))
        signature = field.sign(name="张某", role="DEBTOR", strokes=drawn(number))
        action = field.record(act, photos=photos, signatures=[signature])
        assert field.calls == 4
        assert (action.missing, action.warnings) == ((), ())
    fields = ready.field.holdings.outbox.body(31)["fields"]
    assert fields["receiver_name"] == "张某"
    assert fields["officers"] == TEAM
    assert fields["started_at"] < fields["finished_at"]


def test_the_ruling_of_the_case_is_named_where_it_has_one(ready: Device) -> None:
    (ruling,) = ready.field.begin(kind="SEAL", case_id=CASE).fields["authority_docs"]
    assert ruling == {
        "kind": "RULING",
        "doc_no": "（2026）闽9821执1号之一",
        "issued_on": "2026-11-20",
        "sha256": "ab" * 32,
    }
    assert "authority_docs" not in ready.field.begin(kind="SEARCH", case_id=CASE).fields


def test_the_team_outlives_the_app_and_what_is_said_now_goes_first(ready: Device) -> None:
    ready.field.record_action(case_id=CASE, kind="SERVE", fields={"officers": TEAM, "recorder": "陈某"})
    field = ready.reopen()
    act = field.begin(kind="LOCATE", case_id=CASE)
    assert (act.fields["officers"], act.fields["recorder"]) == (TEAM, "陈某")
    field.record(act, fields={"recorder": "周某"})
    assert field.begin(kind="LOCATE", case_id=CASE).fields["recorder"] == "周某"


def test_a_template_is_of_one_kind_and_must_be_there(ready: Device) -> None:
    ready.field.save_template("送达", kind="SERVE", fields=SERVED)
    assert ready.field.templates()["送达"]["kind"] == "SERVE"
    for name, kind in (("送达", "SEAL"), ("无", "SERVE")):
        with pytest.raises(InvalidRecord) as refused:
            ready.field.begin(kind=kind, case_id=CASE, template=name)
        assert refused.value.reason == "template_unknown"


def test_what_lacks_is_said_before_it_is_sealed_as_it_is_afterwards(ready: Device) -> None:
    photo = ready.field.capture(jpeg(), shot_code="DOOR_NO")
    signature = ready.field.note_refusal(name="张某", role="DEBTOR", reason="")
    given: dict[str, Any] = {"kind": "SERVE", "fields": SERVED, "photos": [photo], "signatures": [signature]}
    check = ready.field.check(**given)
    assert ready.field.actions() == []
    assert "signature_refusal_noted" in {each["code"] for each in check.missing}
    assert "拒绝签名的情况未记明" in ready.field.explain(check, "zh")
    action = ready.field.record_action(case_id=CASE, **given)
    assert (action.missing, action.warnings) == (check.missing, check.warnings)
