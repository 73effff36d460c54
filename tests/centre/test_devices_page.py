"""The desk's pages of devices: a lost one, what wants two persons, a sheet of thirty codes."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from server.people.models import Device, EnrolmentCode, Role
from server.people.services import issue_enrolment_code
from tests.actors import Cast, browser_of, officer_of
from tests.devices import DjangoTransport, TestDevice
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of

pytestmark = pytest.mark.django_db
CODE = re.compile(r"(?:[A-Z2-7]{6}-){6}[A-Z2-7]{6}")


def test_a_lost_device_is_revoked_on_the_page_and_its_cases_named(cast: Cast) -> None:
    case = hold(file_one(cast), cast.group)
    phone = phone_of(cast.holder)
    phone.pull()
    phone.push(status={"unsent": [{"seq": 1, "kind": "SEAL", "case_id": str(case.pk), "hashes": ["a" * 64]}]})
    browser = browser_of(cast.duty)
    assert str(phone.id) in browser.get("/centre/devices").content.decode()
    page = browser.post(f"/centre/devices/{phone.id}/revoke", {"reason": "遗失"})
    assert page.status_code == 200
    assert case.case_no in page.content.decode()
    assert "SEAL" in page.content.decode()
    assert Device.objects.get().revoked_at is not None


def test_the_second_person_releases_on_the_page(cast: Cast) -> None:
    case = hold(file_one(cast), cast.group)
    phone = phone_of(cast.holder)
    browser_of(cast.duty).post(f"/centre/devices/{phone.id}/revoke", {"reason": "遗失"})
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    phone.push_envelope(phone.envelope())
    browser_of(cast.duty).post(f"/centre/devices/{phone.id}/release", {"reason": "找回"})
    page = browser_of(cast.director).get("/centre/devices").content.decode()
    [act] = set(re.findall(r"two-person-acts/([0-9a-f-]{36})/approve", page))
    assert browser_of(cast.duty).post(f"/centre/two-person-acts/{act}/approve").status_code == 403
    assert browser_of(cast.director).post(f"/centre/two-person-acts/{act}/approve").status_code == 302
    assert phone.acked_seq == 0
    assert Device.objects.get().operations.count() == 1


def test_an_officer_says_on_his_page_that_it_was_not_he(cast: Cast) -> None:
    phone_of(cast.holder)
    second = phone_of(cast.holder)
    page = browser_of(cast.holder).get("/centre/devices").content.decode()
    assert f"/centre/devices/{second.id}/answer" in page
    browser_of(cast.holder).post(f"/centre/devices/{second.id}/answer", {"was_me": "no"})
    assert Device.objects.get(pk=second.id).revoked_at is not None


def test_a_sheet_has_a_working_code_and_a_picture_for_each_officer_ticked(cast: Cast) -> None:
    ticked = [str(cast.holder.pk), str(cast.bystander.pk), str(cast.stranger.pk), "x"]
    page = browser_of(cast.duty).post("/centre/devices/sheet", {"officer": ticked})
    codes = CODE.findall(page.content.decode())
    assert (len(codes), page.content.decode().count("<svg")) == (2, 2)
    assert "no-store" in page["Cache-Control"]
    for code in codes:
        TestDevice(DjangoTransport(Client())).enrol(code)
    assert {device.officer for device in Device.objects.select_related("officer")} == {cast.holder, cast.bystander}


@pytest.mark.parametrize("who", ["holder", "inspector", "stranger"])
def test_others_print_no_codes(cast: Cast, who: str) -> None:
    page = browser_of(getattr(cast, who)).post("/centre/devices/sheet", {"officer": [str(cast.holder.pk)]})
    assert not CODE.findall(page.content.decode())
    assert not EnrolmentCode.objects.filter(officer=cast.holder).exists()


def test_thirty_phones_are_enrolled_from_one_printed_sheet(cast: Cast, tmp_path: Path) -> None:
    for number in range(27):
        officer_of(cast.court, f"2405{number:02}", f"警员{number}", Role.OFFICER)
    older = issue_enrolment_code(officer=cast.holder)
    out = StringIO()
    call_command("enrolment_sheet", str(tmp_path / "sheet.html"), "--court", cast.court.code, stdout=out)
    sheet = (tmp_path / "sheet.html").read_text("utf-8")
    codes = CODE.findall(sheet)
    assert (len(codes), len(set(codes)), sheet.count("<svg")) == (30, 30, 30)
    assert older not in codes
    assert "http" not in sheet.replace("http://www.w3.org/2000/svg", "")
    assert (tmp_path / "sheet.html").stat().st_mode & 0o077 == 0
    for code in codes:
        TestDevice(DjangoTransport(Client())).enrol(code)
    assert Device.objects.count() == 30
    with pytest.raises(CommandError):
        call_command("enrolment_sheet", str(tmp_path / "again.html"), "--court", cast.court.code)


def test_the_sheet_names_whom_it_cannot_serve(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="999999"):
        call_command("enrolment_sheet", str(tmp_path / "sheet.html"), "999999")
