"""The same debtor elsewhere: found by a keyed hash, asked for a case one holds, and on record."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from server.cases.identity import identity_hash, normalised
from server.cases.models import Case, Party
from server.cases.services import PartyDraft, assign_subject, import_cases
from server.ledger.models import Entry
from server.people.models import Officer
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of

pytestmark = pytest.mark.django_db
OLD, NEW = "110105491231002", "11010519491231002X"
COMPANY = "91350900MA2XY8K12Q"


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("PERSON", OLD, NEW),
        ("PERSON", NEW, "11010519491231002x"),
        ("PERSON", NEW, "１１０１０５　19491231 002Ｘ"),
        ("ENTITY", COMPANY, "91350900-ma2xy8k1-2q"),
        ("ENTITY", COMPANY, "MA2XY8K12"),
    ],
)
def test_one_identity_has_one_hash_however_its_number_is_written(kind: str, one: str, other: str) -> None:
    assert normalised(kind, one) == normalised(kind, other) != ""
    assert identity_hash(b"k", kind, one) == identity_hash(b"k", kind, other)


def test_other_people_other_keys_and_no_number_have_no_hash_in_common() -> None:
    assert identity_hash(b"k", "PERSON", "") == identity_hash(b"k", "PERSON", " - ") == ""
    hashes = {
        identity_hash(b"k", "PERSON", NEW),
        identity_hash(b"k", "PERSON", "110105194912310038"),
        identity_hash(b"k", "ENTITY", COMPANY),
        identity_hash(b"other", "PERSON", NEW),
    }
    assert len(hashes) == 4
    assert NEW not in "".join(hashes)


def debtor(id_no: str) -> PartyDraft:
    return PartyDraft("debtor", "被执行人乙", id_no=id_no)


@pytest.fixture
def ours(cast: Cast) -> Case:
    return hold(file_one(cast, 41, parties=[debtor(OLD)]), cast.group)


@pytest.fixture
def theirs(cast: Cast) -> Case:
    """Of another court, of the same debtor, whose number was written as the new cards have it."""
    case = file_one(cast, 42, court=cast.other_court, case_no="（2026）闽0925执42号", parties=[debtor(NEW)])
    assign_subject(case=case, officer=cast.stranger, reason="分案")
    return case


def ask(officer: Officer, case: Case) -> tuple[int, Any]:
    reply = browser_of(officer).post(f"/api/v1/cases/{case.pk}/related", {}, content_type="application/json")
    return reply.status_code, reply.json()


def test_a_case_of_another_court_is_named_and_no_more(ours: Case, theirs: Case, cast: Cast) -> None:
    file_one(cast, 43, parties=[debtor("110105194912310038")])
    status, found = ask(cast.holder, ours)
    assert status == 200
    assert found == [
        {
            "case_id": None,
            "case_no": theirs.case_no,
            "court": cast.other_court.name,
            "status": "OPEN",
            "scope": "existence",
            "cause": "",
            "claim_amount": None,
            "seals": [],
            "resistance": [],
        }
    ]


def test_a_case_he_may_read_is_shown_whole(ours: Case, cast: Cast) -> None:
    other = hold(file_one(cast, 44, parties=[debtor(NEW)]), cast.group)
    _, (found,) = ask(cast.holder, ours)
    assert (found["case_id"], found["scope"], found["cause"]) == (str(other.pk), "full", other.cause)


def test_seals_in_force_and_resistance_are_told_those_run_out_are_not(ours: Case, theirs: Case, cast: Cast) -> None:
    phone: TestDevice = phone_of(cast.stranger)
    for expires_on in ("2099-11-20", "2020-11-20"):
        phone.record("SEAL", case_id=theirs.pk, fields={**COMPLETE, "expires_on": expires_on})
    fields = {**COMPLETE, "obstruction": {"kind": "VIOLENCE", "facts": "持械阻拦"}}
    phone.record("LOCATE", case_id=theirs.pk, fields=fields)
    phone.push()
    _, (found,) = ask(cast.holder, ours)
    assert [(seal["kind"], seal["expires_on"], seal["may_be_released"]) for seal in found["seals"]] == [
        ("SEAL", "2099-11-20", False)
    ]
    assert [each["kind"] for each in found["resistance"]] == ["VIOLENCE"]
    assert "持械" not in json.dumps(found, ensure_ascii=False)


def test_only_who_holds_the_case_asks_and_each_asking_is_on_record(ours: Case, theirs: Case, cast: Cast) -> None:
    status, refused = ask(cast.duty, ours)
    assert (status, refused["code"]) == (403, "case_not_held")
    assert ask(cast.stranger, ours)[0] == 404
    assert not Entry.objects.filter(kind="related_asked").exists()
    for _ in range(2):
        assert ask(cast.holder, ours)[0] == 200
    entries = list(Entry.objects.filter(kind="related_asked", subject_id=ours.pk).values_list("view", "facts"))
    said = [json.loads(view) for view, _ in entries]
    assert [(each["case"], each["by"], each["found"]) for each in said] == [(str(ours.pk), str(cast.holder.pk), 1)] * 2
    assert theirs.case_no not in str(entries)


def test_parties_of_a_list_have_their_hash_too(ours: Case, cast: Cast) -> None:
    columns = "case_no,cause,filed_on,basis,claim_kind,debtor_1_name,debtor_1_id_no\n"
    rows = f"{columns}（2026）闽0924执45号,买卖,2026-11-02,JUDGMENT,MONEY,乙,{NEW}\n"
    assert import_cases(raw=rows.encode(), form="csv").created == 1
    assert [found["case_no"] for found in ask(cast.holder, ours)[1]] == ["（2026）闽0924执45号"]


def test_after_another_key_the_command_makes_every_hash_anew(
    ours: Case, theirs: Case, cast: Cast, settings: Settings
) -> None:
    before = Party.objects.get(case=ours).identity_hash
    settings.IDENTITY_KEY = "another key, of thirty-two characters"
    assert ask(cast.holder, ours)[1][0]["case_no"] == theirs.case_no, "old hashes still find one another"
    for count in (2, 0):
        out = io.StringIO()
        call_command("hash_identities", "--language", "en", stdout=out)
        assert out.getvalue().strip() == f"{count} identity hashes made anew."
    hashes = set(Party.objects.filter(case__in=[ours, theirs]).values_list("identity_hash", flat=True))
    assert len(hashes) == 1
    assert before not in hashes
    assert ask(cast.holder, ours)[1][0]["case_no"] == theirs.case_no
