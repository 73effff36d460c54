"""紧急请示: asked in the field, decided by another person, the signed document back on the phone and read offline."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from client_sdk import FieldClient, InvalidRecord, vault
from server.cases.models import Case
from server.common.clock import now
from server.evidence.models import Paper
from server.field.models import FieldAction
from server.ledger.models import Entry
from server.notices.models import Notice
from server.people.models import Officer, Role
from server.sync.models import Review
from server.teamwork.approvals import is_overdue
from server.teamwork.models import Approval
from server.teamwork.services import tell_of_late_approvals
from tests.actors import Cast, browser_of, officer_of
from tests.devices import TestDevice
from tests.field.sdk import client_of
from tests.sync.pushing import file_one, hold, phone_of, statuses
from tests.sync.reviewing import decide

pytestmark = pytest.mark.django_db
WARRANT = b"%PDF-1.7 signed warrant"


@pytest.fixture
def held(cast: Cast) -> Case:
    return hold(file_one(cast), cast.group)


@pytest.fixture
def phone(cast: Cast, held: Case) -> TestDevice:
    return phone_of(cast.holder)


@pytest.fixture
def president(cast: Cast) -> Officer:
    return officer_of(cast.court, "240200", "方院", Role.PRESIDENT)


@pytest.fixture
def field(cast: Cast, held: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FieldClient]:
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)
    with client_of(cast.holder, tmp_path / "o.db") as client:
        yield client


def ask(phone: TestDevice, held: Case, **fields: Any) -> list[tuple[str, str]]:
    said = {"act_kind": "SEARCH", "text": "发现藏匿现金", **fields}
    phone.record("request_approval", case_id=held.pk, fields=said)
    return statuses(phone.push())


def approve(
    by: Officer, approval: Approval, document: bytes | None = WARRANT, **said: str
) -> tuple[int, dict[str, Any]]:
    files = {"document": SimpleUploadedFile("w.pdf", document)} if document else {}
    answer = browser_of(by).post(f"/api/v1/approvals/{approval.pk}/approve", {**said, **files})
    return answer.status_code, answer.json()


def test_asked_offline_decided_at_the_desk_and_the_warrant_is_read_on_the_phone(
    field: FieldClient, held: Case, president: Officer, cast: Cast
) -> None:
    asked = field.request_approval(case_id=held.pk, act_kind="SEARCH", text="发现藏匿现金，请签发搜查令")
    (unsent,) = field.case(held.pk).approvals
    assert (unsent.state, unsent.act_kind, unsent.text) == ("UNSENT", "SEARCH", "发现藏匿现金，请签发搜查令")
    field.sync()
    assert field.action(asked.id).status == "applied"
    (waiting,) = field.case(held.pk).approvals
    assert (waiting.state, waiting.by) == ("WAITING", cast.holder.name)
    (notice,) = Notice.objects.filter(kind="approval")
    assert (notice.officer, notice.is_urgent) == (president, True)
    status, told = approve(president, Approval.objects.get(), document_no="（2026）闽0924执7号之二")
    assert (status, told["state"], told["decided_by"]) == (200, "APPROVED", "方院")
    field.sync()
    (given,) = field.case(held.pk).approvals
    assert (given.state, given.decided_by) == ("APPROVED", "方院")
    assert given.paper == hashlib.sha256(WARRANT).hexdigest()
    assert field.open_paper(given.paper) == WARRANT
    (paper,) = field.papers(held.pk)
    assert (paper.kind, paper.title, paper.signer, paper.is_here) == ("WARRANT", "搜查令", "方院", True)
    assert (
        field.begin(kind="SEARCH", case_id=held.pk).fields["authority_docs"][0]["doc_no"] == "（2026）闽0924执7号之二"
    )
    kinds = Entry.objects.filter(kind__startswith="approval_").order_by("position").values_list("kind", flat=True)
    assert list(kinds) == ["approval_asked", "approval_given"]
    assert Notice.objects.filter(officer=cast.holder, kind="approval").count() == 1


def test_nobody_approves_what_he_asked_and_each_kind_has_its_office(
    phone: TestDevice, held: Case, president: Officer, cast: Cast
) -> None:
    ask(phone, held)
    approval = Approval.objects.get()
    assert approve(cast.director, approval)[1]["code"] == "role_required"
    assert approve(cast.duty, approval)[1]["code"] == "role_required"
    assert approve(cast.stranger, approval)[0] == 404
    Approval.objects.update(asked_by=president)
    status, told = approve(president, approval)
    assert (status, told["code"]) == (403, "second_person_needed")
    Approval.objects.update(asked_by=cast.holder, act_kind="SEAL")
    assert approve(cast.director, approval, title="查封裁定书")[0] == 200
    paper = Paper.objects.get()
    assert (paper.kind, paper.title, paper.signer) == ("RULING", "查封裁定书", cast.director.name)


def test_a_no_needs_words_a_yes_its_document_and_the_first_word_stands(
    phone: TestDevice, held: Case, president: Officer
) -> None:
    ask(phone, held)
    approval, browser = Approval.objects.get(), browser_of(president)
    assert approve(president, approval, document=None)[1]["code"] == "document_required"
    address = f"/api/v1/approvals/{approval.pk}/refuse"
    assert browser.post(address, {"said": " "}, content_type="application/json").json()["code"] == "note_required"
    told = browser.post(address, {"said": "线索不足"}, content_type="application/json").json()
    assert (told["state"], told["said"], told["paper"]) == ("REFUSED", "线索不足", None)
    status, again = approve(president, approval)
    assert (status, again["code"], Paper.objects.count()) == (409, "approval_decided", 0)
    assert Entry.objects.filter(kind="approval_refused").count() == 1


def test_done_first_and_reported_it_counts_warns_and_must_be_decided_in_time(
    field: FieldClient, held: Case, president: Officer, cast: Cast
) -> None:
    fields = {
        "is_urgent": True,
        "ground": "RESISTS",
        "term_days": 5,
        "person_name": "张某",
        "narrative": "当场抗拒执行。",
    }
    team = [{"name": "林岚", "credential_shown": True}]
    act = field.record_action(case_id=held.pk, kind="DETAIN", fields={**fields, "officers": team, "result": "DONE"})
    field.request_approval(case_id=held.pk, act_kind="DETAIN", text="先行拘留，报请补办", act=act)
    field.sync()
    stored = FieldAction.objects.get()
    assert (stored.missing, "urgent_reported" in stored.warnings) == ([], True)
    approval = Approval.objects.get()
    assert (approval.act_id, approval.due_at) == (stored.pk, approval.asked_at + timedelta(hours=24))
    assert approval.due_at
    assert not is_overdue(approval.due_at, approval.state, approval.due_at)
    assert is_overdue(approval.due_at, approval.state, approval.due_at + timedelta(seconds=1))
    assert not is_overdue(approval.due_at, "APPROVED", approval.due_at + timedelta(days=2))
    assert "先行采取" in Notice.objects.get(officer=president).title
    assert field.case(held.pk).approvals[0].due_at == approval.due_at
    Approval.objects.update(due_at=approval.asked_at - timedelta(hours=1))
    (listed,) = browser_of(cast.duty).get("/api/v1/approvals").json()
    assert (listed["is_overdue"], listed["may_decide"]) == (True, False)


def test_what_nobody_decides_in_time_is_told_once_to_who_may_decide_and_to_who_asked(
    phone: TestDevice, held: Case, president: Officer, cast: Cast
) -> None:
    ask(phone, held, act_kind="DETAIN", act="0192f3a0-0000-7000-8000-000000000001")
    ask(phone, held)
    assert tell_of_late_approvals() == 0
    Approval.objects.exclude(due_at=None).update(due_at=now() - timedelta(seconds=1))
    assert [tell_of_late_approvals(), tell_of_late_approvals()] == [1, 0]
    late = Notice.objects.filter(key__endswith=":late")
    assert {notice.officer for notice in late} == {president, cast.holder}
    assert {notice.title for notice in late} == {f"逾期未决定：拘留，{held.case_no}"}
    entry = Entry.objects.get(kind="approval_late")
    assert json.loads(entry.view)["approval"]["act_kind"] == "DETAIN"


def test_in_time_decided_is_not_told(phone: TestDevice, held: Case, president: Officer) -> None:
    ask(phone, held, act_kind="DETAIN", act="0192f3a0-0000-7000-8000-000000000001")
    assert approve(president, Approval.objects.get())[0] == 200
    Approval.objects.update(due_at=now() - timedelta(seconds=1))
    assert tell_of_late_approvals() == 0


def test_the_list_reads_the_readers_offices_once_however_many_wait(
    phone: TestDevice, held: Case, president: Officer
) -> None:
    browser = browser_of(president)
    for _ in range(12):
        phone.record("request_approval", case_id=held.pk, fields={"act_kind": "SEARCH", "text": "急"})
    phone.push()
    with CaptureQueriesContext(connection) as asked:
        assert len(browser.get("/api/v1/approvals").json()) == 12
    assert 1 <= sum("people_officerrole" in query["sql"] for query in asked) <= 3


def test_what_is_asked_by_those_without_the_case_or_without_words_waits(
    phone: TestDevice, held: Case, cast: Cast
) -> None:
    assert ask(phone, held, act_kind="TEA") == [("parked", "request_unclear")]
    assert ask(phone, held, text=" ")[-1] == ("parked", "request_unclear")
    assert ask(phone_of(cast.stranger), held) == [("parked", "subject_unknown")]
    assert Review.objects.count() == 3
    assert not Approval.objects.exists()
    assert Entry.objects.filter(kind="approval_request_parked").count() == 3


def test_said_again_it_is_asked_once(phone: TestDevice, held: Case, cast: Cast) -> None:
    ask(phone, held)
    phone.push()
    assert Approval.objects.count() == 1


def test_a_request_without_the_case_any_more_is_ratified_by_a_leader(phone: TestDevice, held: Case, cast: Cast) -> None:
    phone.record("request_approval", case_id=held.pk, assignment_no=77, fields={"act_kind": "SEAL", "text": "急"})
    assert statuses(phone.push()) == [("parked", "not_assigned")]
    decide(cast.director, Review.objects.get(), "ratify")
    assert Approval.objects.get().act_kind == "SEAL"


def test_the_device_refuses_words_that_say_nothing(field: FieldClient, held: Case) -> None:
    with pytest.raises(InvalidRecord):
        field.request_approval(case_id=held.pk, act_kind="SEARCH", text="  ")


def test_the_page_shows_what_waits_and_decides_it(
    phone: TestDevice, held: Case, president: Officer, cast: Cast
) -> None:
    ask(phone, held)
    approval, desk = Approval.objects.get(), browser_of(president)
    page = desk.get("/centre/approvals").content.decode()
    assert "发现藏匿现金" in page
    assert "搜查令" in page
    assert 'value="approve"' not in browser_of(cast.duty).get("/centre/approvals").content.decode()
    assert "附签发的文书" in desk.post(f"/centre/approvals/{approval.pk}", {"word": "approve"}).content.decode()
    sent = {"word": "approve", "title": "搜查令", "document": SimpleUploadedFile("w.pdf", WARRANT)}
    assert desk.post(f"/centre/approvals/{approval.pk}", sent).status_code == 302
    assert "签发文书</a>" in desk.get("/centre/approvals?all=1").content.decode()
    assert "发现藏匿现金" not in desk.get("/centre/approvals").content.decode()
    assert browser_of(cast.stranger).post(f"/centre/approvals/{approval.pk}", sent).status_code == 404


def test_an_older_device_sees_its_case_as_before(phone: TestDevice, held: Case) -> None:
    """The old form: a device that knows no approvals takes a unit in which there may be one more member."""
    ask(phone, held)
    entry = Entry.objects.get(kind="approval_asked")
    assert "发现" not in entry.view, "words stay in the private part"
    assert json.loads(entry.view)["approval"]["state"] == "WAITING"
