"""Papers of acts at the court: made of what was recorded, kept, superseded, and shown to who may read the case."""

import json
from typing import Any

import pytest
from django.test import Client

from server.cases.models import Case
from server.evidence.models import Paper
from server.evidence.papers import paper_units
from server.evidence.services.previews import make_pending_previews
from server.evidence.store import Area, current_store
from server.field import typesetting
from server.field.models import FieldAction
from server.ledger.models import Entry
from server.people.models import Officer
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.papers.reading import pages_of
from tests.pictures import jpeg
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of

pytestmark = pytest.mark.django_db
THIN = {name: value for name, value in COMPLETE.items() if name != "narrative"}


def act_of(phone: TestDevice, case: Case, kind: str = "LOCATE", **members: Any) -> FieldAction:
    phone.record(kind, case_id=case.pk, **{"fields": COMPLETE, **members})
    phone.push()
    return FieldAction.objects.order_by("-received_at", "-pk")[0]


def issued(officer: Officer, act: FieldAction, key: str = "INVESTIGATION_RECORD") -> dict[str, Any]:
    answer = browser_of(officer).post(f"/api/v1/actions/{act.pk}/papers/{key}")
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def bytes_of(officer: Officer, sha256: str) -> bytes:
    answer = browser_of(officer).get(f"/api/v1/papers/{sha256}")
    assert answer.status_code == 200
    return answer.getvalue()


def words_of(officer: Officer, told: dict[str, Any]) -> str:
    return "".join(pages_of(bytes_of(officer, told["sha256"])))


def papers_listed(officer: Officer, act: FieldAction) -> dict[str, dict[str, Any]]:
    answer = browser_of(officer).get(f"/api/v1/actions/{act.pk}/papers")
    return {each["key"]: each for each in answer.json()}


def test_an_act_has_the_papers_of_its_kind_and_the_common_record(phone: TestDevice, held: Case, cast: Cast) -> None:
    listed = papers_listed(cast.duty, act_of(phone, held, "SEAL"))
    assert list(listed) == [
        *("SEAL_RECORD", "INVENTORY", "SEAL_STRIP", "SEAL_NOTICE", "SERVICE_RECEIPT"),
        "ONSITE_RECORD",
    ]
    assert (listed["INVENTORY"]["title"], listed["INVENTORY"]["standing"]) == ("查封清单", "draft")
    assert not any(each["is_current"] or each["sha256"] for each in listed.values())


def test_a_complete_act_is_made_into_a_paper_that_says_it(phone: TestDevice, held: Case, cast: Cast) -> None:
    photo = jpeg()
    act = act_of(phone, held, photos=[photo])
    phone.upload(photo)
    make_pending_previews()
    told = issued(cast.duty, act)
    assert (told["standing"], told["title"], told["is_superseded"]) == ("signed", "调查笔录", False)
    content = bytes_of(cast.duty, told["sha256"])
    found = "".join(pages_of(content))
    for said in (held.case_no, cast.court.name, "林岚", COMPLETE["narrative"], "被执行人乙", told["code"]):
        assert said in found
    assert phone.log[0].hash_hex in found
    assert "草稿" not in found
    assert b"/Subtype/Image" in content


def test_the_same_state_is_the_same_paper_and_entered_once(phone: TestDevice, held: Case, cast: Cast) -> None:
    act = act_of(phone, held)
    first, second = issued(cast.duty, act), issued(cast.director, act)
    assert first == second
    (entry,) = Entry.objects.filter(kind="paper_issued", stream=f"court:{cast.court.pk}")
    view = json.loads(entry.view)
    assert view["paper"]["sha256"] == first["sha256"]
    assert (view["paper"]["action"], view["paper"]["made_as"]) == (str(act.pk), "INVESTIGATION_RECORD")
    assert view["by"] == str(cast.duty.pk)
    assert COMPLETE["narrative"] not in entry.view + entry.facts
    assert papers_listed(cast.duty, act)["INVESTIGATION_RECORD"]["is_current"]


def test_an_incomplete_act_makes_a_draft_that_says_what_it_lacks(phone: TestDevice, held: Case, cast: Cast) -> None:
    told = issued(cast.duty, act_of(phone, held, fields=THIN))
    assert told["standing"] == "draft"
    found = words_of(cast.duty, told)
    assert "【草稿】" in found
    assert "缺少执行经过或问答" in found


def test_a_draft_waits_for_its_files(phone: TestDevice, held: Case, cast: Cast) -> None:
    act = act_of(phone, held, photos=[jpeg()])
    assert "尚有1件照片或资料的原件未送达法院" in words_of(cast.duty, issued(cast.duty, act))


def test_what_was_supplied_later_makes_a_new_paper_that_supersedes_the_draft(
    phone: TestDevice, held: Case, cast: Cast
) -> None:
    act = act_of(phone, held, fields=THIN)
    draft = issued(cast.duty, act)
    given = {"narrative": "补记：邻居称其已外出务工", "correction_reason": "漏记"}
    phone.record("LOCATE", case_id=held.pk, action_id=str(act.pk), corrects=phone.log[0].hash_hex, fields=given)
    phone.push()
    assert not papers_listed(cast.duty, act)["INVESTIGATION_RECORD"]["is_current"]
    whole = issued(cast.duty, act)
    newer = Paper.objects.get(sha256=draft["sha256"]).superseded_by
    assert newer
    assert (whole["standing"], newer.sha256) == (
        "signed",
        whole["sha256"],
    )
    assert whole["code"] != draft["code"]
    assert "补记：邻居称其已外出务工" in words_of(cast.duty, whole)
    correction = issued(cast.duty, act, "CORRECTION_RECORD")
    assert "理由：漏记" in words_of(cast.duty, correction)
    assert bytes_of(cast.duty, draft["sha256"])  # what was given out can still be shown


def test_an_annulled_act_says_so_and_reinstated_is_the_paper_it_was(phone: TestDevice, held: Case, cast: Cast) -> None:
    act = act_of(phone, held)
    first = issued(cast.director, act)
    browser_of(cast.director).post(f"/api/v1/actions/{act.pk}/annul", {"note": "另案"}, content_type="application/json")
    annulled = issued(cast.director, act)
    assert annulled["standing"] == "annulled"
    assert "【已撤销】" in words_of(cast.director, annulled)
    browser_of(cast.director).post(f"/api/v1/actions/{act.pk}/reinstate", {}, content_type="application/json")
    again = issued(cast.director, act)
    assert again == first
    assert Paper.objects.count() == 2


def test_a_paper_whose_bytes_were_lost_is_made_anew_byte_for_byte(phone: TestDevice, held: Case, cast: Cast) -> None:
    act = act_of(phone, held)
    told = issued(cast.duty, act)
    current_store().remove(Area.PAPERS, told["sha256"])
    assert issued(cast.duty, act) == told
    assert bytes_of(cast.duty, told["sha256"])


def test_it_is_found_by_the_code_on_its_pages_by_who_may_read_the_case(
    phone: TestDevice, held: Case, cast: Cast
) -> None:
    told = issued(cast.duty, act_of(phone, held))
    typed = told["code"].lower().replace("-", "")
    found = browser_of(cast.director).get(f"/api/v1/paper-codes/{typed}")
    assert (found.status_code, found.json()) == (200, told)
    for stranger in (cast.stranger, cast.bystander, cast.sysadmin):
        refused = browser_of(stranger).get(f"/api/v1/paper-codes/{typed}")
        assert (refused.status_code, refused.json()["code"]) == (404, "paper_not_found")
        assert browser_of(stranger).get(f"/api/v1/papers/{told['sha256']}").status_code == 404


def test_papers_of_acts_go_to_no_phone(phone: TestDevice, held: Case, cast: Cast) -> None:
    held.refresh_from_db()
    act = act_of(phone, held)
    held.refresh_from_db()
    before = held.version
    issued(cast.duty, act)
    held.refresh_from_db()
    assert (paper_units([held.pk]), held.version) == ({}, before)


def test_a_paper_of_one_case_names_no_other_that_the_act_serves(phone: TestDevice, held: Case, cast: Cast) -> None:
    other = hold(file_one(cast, 8), cast.group)
    subjects = [{"type": "case", "id": str(case.pk), "assignment_no": None, "node_id": None} for case in (held, other)]
    phone.record("LOCATE", subjects=subjects, fields=COMPLETE)
    phone.push()
    act = FieldAction.objects.get()
    browser = browser_of(cast.duty)
    told = [
        browser.post(f"/api/v1/actions/{act.pk}/papers/ONSITE_RECORD?case_id={case.pk}").json()
        for case in (held, other)
    ]
    assert [each["case_id"] for each in told] == [str(held.pk), str(other.pk)]
    for each, case, strange in zip(told, (held, other), (other, held), strict=True):
        found = words_of(cast.duty, each)
        assert case.case_no in found
        assert strange.case_no not in found


def test_no_such_paper_and_no_papers_at_all(phone: TestDevice, held: Case, cast: Cast) -> None:
    act = act_of(phone, held)
    refused = browser_of(cast.duty).post(f"/api/v1/actions/{act.pk}/papers/SEARCH_RECORD")
    assert (refused.status_code, refused.json()["code"]) == (404, "paper_kind_unknown")
    assert refused.json()["known"] == ["INVESTIGATION_RECORD", "ONSITE_RECORD"]
    note = act_of(phone, held, "add_note", fields={"text": "已电话联系"})
    assert papers_listed(cast.duty, note) == {}


def test_while_as_many_are_set_as_may_be_others_wait_their_turn(
    phone: TestDevice, held: Case, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = act_of(phone, held)
    monkeypatch.setattr(typesetting, "WAIT_SECONDS", 0)
    monkeypatch.setattr(typesetting._turns, "acquire", lambda timeout: False)
    refused = browser_of(cast.duty).post(f"/api/v1/actions/{act.pk}/papers/ONSITE_RECORD")
    assert (refused.status_code, refused.json()["code"]) == (503, "papers_busy")
    assert refused["Retry-After"]


def test_one_that_takes_too_long_is_given_up(
    phone: TestDevice, held: Case, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = act_of(phone, held)
    monkeypatch.setattr(typesetting, "SECONDS", 0.001)
    refused = browser_of(cast.duty).post(f"/api/v1/actions/{act.pk}/papers/ONSITE_RECORD")
    assert (refused.status_code, refused.json()["code"]) == (422, "paper_not_set")
    assert not Paper.objects.exists()


def test_one_tap_on_the_page_opens_it_and_the_case_lists_it(phone: TestDevice, held: Case, cast: Cast) -> None:
    act = act_of(phone, held, fields=THIN)
    browser = browser_of(cast.duty)
    shown = browser.get(f"/centre/actions/{act.pk}").content.decode()
    assert f'action="/centre/actions/{act.pk}/papers/INVESTIGATION_RECORD"' in shown
    answer = browser.post(f"/centre/actions/{act.pk}/papers/INVESTIGATION_RECORD")
    paper = Paper.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/api/v1/papers/{paper.sha256}")
    shown = browser.get(f"/centre/actions/{act.pk}").content.decode()
    assert f'href="/api/v1/papers/{paper.sha256}"' in shown
    assert paper.code in shown
    assert "草稿" in shown


def test_a_tap_that_comes_to_nothing_says_why(phone: TestDevice, held: Case, cast: Cast) -> None:
    act = act_of(phone, held)
    browser = browser_of(cast.duty)
    current = browser.get(f"/centre/actions/{act.pk}?paper=papers_busy").content.decode()
    assert "正在生成其他文书" in current
    assert Client().post(f"/centre/actions/{act.pk}/papers/ONSITE_RECORD")["Location"].startswith("/centre/sign-in")
    answer = browser_of(cast.stranger).post(f"/centre/actions/{act.pk}/papers/ONSITE_RECORD")
    assert answer["Location"] == f"/centre/actions/{act.pk}?paper=action_not_found"
    assert not Paper.objects.exists()


def test_another_phone_s_words_stand_beside_the_first(phone: TestDevice, held: Case, cast: Cast) -> None:
    act = act_of(phone, held)
    second = phone_of(cast.colleague)
    second.record("LOCATE", case_id=held.pk, action_id=str(act.pk), fields={"narrative": "另记", "trace_found": "车辆"})
    second.push()
    found = words_of(cast.duty, issued(cast.duty, act))
    assert COMPLETE["narrative"] in found
    assert "发现的线索车辆" in found
    assert f"补充记录：{cast.colleague.name}" in found
    assert "执行经过另记" in found
