"""What inspection sees of odd readings, and what the person concerned never does."""

import json
from typing import Any

import pytest
from django.test import Client

from server.cases.models import Case, Party
from server.custody.models import OddReading, Reading
from server.custody.services import Read, find_odd_readings, record_reading
from server.ledger.models import Entry
from server.people.models import Officer, Role
from tests.actors import Cast, browser_of, officer_of
from tests.cases.conftest import file_one
from tests.centre.reading import seen_by

LIST = "/api/v1/odd-readings"


@pytest.fixture(autouse=True)
def few_are_enough(settings: Any) -> None:
    rules = ("many_cases", "at_night", "not_in_hand", "taken_in_bulk", "same_debtor")
    settings.ODD_READINGS = dict.fromkeys(rules, 0) | {"refused": 3}


def refused(officer: Officer, number: int) -> None:
    sha256 = f"{number:064x}"
    assert record_reading(Read(officer, Reading.Thing.FILE, {officer.court_id}, purpose="refused", sha256=sha256))


def asked_in_vain(officer: Officer, first: int = 0) -> None:
    for number in range(3):
        refused(officer, first + number)


def listed(browser: Client, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = browser.get(LIST, query).json()["items"]
    return items


def test_what_is_odd_is_found_once_with_its_readings_and_grows(cast: Cast) -> None:
    asked_in_vain(cast.bystander)
    assert (find_odd_readings(), find_odd_readings()) == (1, 0)
    refused(cast.bystander, 9)
    assert find_odd_readings() == 0
    (item,) = listed(browser_of(cast.inspector))
    assert (item["rule"], item["officer_id"], item["looked_at"]) == ("refused", str(cast.bystander.pk), None)
    assert [each["officer"] for each in item["readings"]] == ["周行"] * 4


def test_what_is_below_the_number_is_not_found(cast: Cast) -> None:
    refused(cast.bystander, 1)
    refused(cast.bystander, 2)
    assert find_odd_readings() == 0


def test_a_word_closes_it_and_what_comes_later_opens_another(cast: Cast) -> None:
    asked_in_vain(cast.bystander)
    find_odd_readings()
    inspector = browser_of(cast.inspector)
    (item,) = listed(inspector)
    href = f"{LIST}/{item['id']}/look"

    def say(word: str) -> tuple[int, str]:
        answer = inspector.post(href, {"word": word}, content_type="application/json")
        return answer.status_code, answer.json().get("code", "")

    assert say(" ") == (422, "note_required")
    assert say("误点,已谈话") == (200, "")
    assert say("再说") == (409, "odd_reading_looked_at")
    assert (listed(inspector), [each["word"] for each in listed(inspector, state="looked_at")]) == ([], ["误点,已谈话"])
    entry = Entry.objects.get(kind="odd_reading_looked_at")
    assert str(cast.bystander.pk) not in entry.view
    assert "误点" not in entry.view
    assert json.loads(entry.facts) == {"word": "误点,已谈话"}
    refused(cast.bystander, 20)
    assert find_odd_readings() == 0, "one more is not three more"
    asked_in_vain(cast.bystander, 30)
    assert find_odd_readings() == 1
    assert len(listed(inspector)[0]["readings"]) == 4


def test_only_inspection_and_the_auditor_of_the_court_see_it(cast: Cast) -> None:
    asked_in_vain(cast.bystander)
    find_odd_readings()
    elsewhere = officer_of(cast.other_court, "250301", "外院", Role.INSPECTION)
    href = f"{LIST}/{OddReading.objects.get().pk}/look"
    for reader in (cast.bystander, cast.holder, cast.director, cast.duty, cast.sysadmin, cast.supervisor):
        assert browser_of(reader).get(LIST).json()["code"] == "role_required"
        assert browser_of(reader).get("/centre/odd-readings").status_code == 404
        assert "/centre/odd-readings" not in browser_of(reader).get("/centre/").content.decode()
        answer = browser_of(reader).post(href, {"word": "x"}, content_type="application/json")
        assert answer.status_code == 403
    assert len(listed(browser_of(cast.auditor))) == 1
    assert listed(browser_of(elsewhere)) == []
    answer = browser_of(elsewhere).post(href, {"word": "x"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (404, "odd_reading_not_found")
    assert Client().get(LIST).status_code == 401


def test_an_inspector_never_sees_his_own_and_the_auditor_does(cast: Cast) -> None:
    asked_in_vain(cast.inspector)
    assert find_odd_readings() == 1
    href = f"{LIST}/{OddReading.objects.get().pk}/look"
    inspector = browser_of(cast.inspector)
    assert listed(inspector) == []
    assert inspector.post(href, {"word": "x"}, content_type="application/json").status_code == 404
    assert len(listed(browser_of(cast.auditor))) == 1


def test_one_debtor_looked_up_by_several_is_found_across_his_cases(cast: Cast, settings: Any) -> None:
    settings.ODD_READINGS |= {"same_debtor": 3}
    cases = [file_one(cast, number) for number in (701, 702)]
    for case in cases:
        Party.objects.filter(case=case, part="debtor").update(identity_hash="k:one")
    readers = [cast.duty, cast.director, cast.inspector]
    for reader, case in zip(readers, [*cases, cases[0]], strict=True):
        look(reader, case)
    assert find_odd_readings() == 1
    (item,) = listed(browser_of(cast.auditor))
    assert (item["rule"], item["officer_id"], len(item["readings"])) == ("same_debtor", None, 3)
    assert listed(browser_of(cast.inspector)) == [], "he is one of them"


def look(reader: Officer, case: Case) -> None:
    assert browser_of(reader).get(f"/api/v1/cases/{case.pk}").status_code == 200


def test_the_page_shows_them_with_the_number_of_a_case_one_may_read_and_takes_the_word(
    cast: Cast, settings: Any
) -> None:
    settings.ODD_READINGS |= {"many_cases": 1}
    case = file_one(cast, 703)
    look(cast.duty, case)
    find_odd_readings()
    page = seen_by(cast.inspector, "/centre/odd-readings").one("main").text
    assert "一小时内查看多件案件" in page
    assert case.case_no in page
    assert case.case_no not in seen_by(cast.auditor, "/centre/odd-readings").one("main").text
    browser = browser_of(cast.auditor)
    found = OddReading.objects.get()
    assert browser.post(f"/centre/odd-readings/{found.pk}/look", {"word": ""}).status_code == 422
    assert browser.post(f"/centre/odd-readings/{found.pk}/look", {"word": "<i>值班查询</i>"}).status_code == 302
    assert "<i>值班查询</i>" in seen_by(cast.inspector, "/centre/odd-readings?state=looked_at").one("main").text
