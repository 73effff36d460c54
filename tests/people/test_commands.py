"""Operators' commands, as they are typed."""

import io
import json
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from server.common.clock import from_wire, now
from server.people.access import roles_of
from server.people.certificates import read_enrolment_code
from server.people.keys import signing_key_of
from server.people.models import Court, EnrolmentCode, Officer
from tests.actors import PASSWORD, Cast

pytestmark = pytest.mark.django_db
NEW_COURT = ("--court-code", "闽0940", "--court-name", "云山县人民法院")


def said(*command: Any) -> str:
    out = io.StringIO()
    call_command(*command, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def create_admin(monkeypatch: pytest.MonkeyPatch, *options: str, password: str = PASSWORD) -> str:
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
    return said("create_admin", "400001", "--name", "罗维", "--password-stdin", *options)


def test_the_first_administrator_comes_with_his_court_and_can_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    create_admin(monkeypatch, *NEW_COURT, "--level", "HIGH")
    assert Court.objects.get(code="闽0940").level == "HIGH"
    assert roles_of(Officer.objects.get(staff_no="400001")) == {"sysadmin"}
    credentials = {"staff_no": "400001", "password": PASSWORD}
    assert Client().post("/api/v1/session", credentials, content_type="application/json").status_code == 200


def test_an_administrator_joins_a_court_that_is_there(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    create_admin(monkeypatch, "--court-code", "闽0924")
    assert Officer.objects.get(staff_no="400001").court == cast.court


@pytest.mark.parametrize("password", ["", "short", "1234567890", "password12"])
def test_a_weak_password_creates_neither_officer_nor_court(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    with pytest.raises(CommandError):
        create_admin(monkeypatch, *NEW_COURT, password=password)
    assert not Court.objects.exists()
    assert not Officer.objects.exists()


def test_a_missing_court_needs_its_name_and_a_taken_number_is_refused(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError, match="闽0940"):
        create_admin(monkeypatch, "--court-code", "闽0940")
    create_admin(monkeypatch, "--court-code", "闽0924")
    with pytest.raises(CommandError, match="400001"):
        create_admin(monkeypatch, "--court-code", "闽0924")


def test_an_enrolment_code_is_printed_alone_on_its_line(cast: Cast) -> None:
    code = said("enrolment_code", "240101").strip()
    assert len(read_enrolment_code(code)[0]) == 10


def test_an_enrolment_code_as_json_says_for_whom_and_until_when(cast: Cast) -> None:
    told = json.loads(said("enrolment_code", "240101", "--json"))
    assert set(told) == {"code", "staff_no", "expires_at"}
    assert told["staff_no"] == "240101"
    assert timedelta(hours=71) < from_wire(told["expires_at"]) - now() <= timedelta(hours=72)


def test_no_code_for_an_unknown_staff_number(cast: Cast) -> None:
    with pytest.raises(CommandError, match="999999") as refused:
        said("enrolment_code", "999999")
    assert refused.value.returncode == 1
    assert not EnrolmentCode.objects.exists()


def test_older_codes_are_voided_when_asked(cast: Cast) -> None:
    said("enrolment_code", "240101")
    assert not EnrolmentCode.objects.exclude(voided_at=None).exists()
    said("enrolment_code", "240101", "--void-older")
    assert EnrolmentCode.objects.exclude(voided_at=None).count() == 1


def test_a_signing_key_is_rotated_by_command(cast: Cast) -> None:
    assert "s2" in said("rotate_signing_key", "闽0924")
    assert signing_key_of(cast.court).kid == "s2"
    with pytest.raises(CommandError):
        said("rotate_signing_key", "无")
