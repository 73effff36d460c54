"""Two persons erase what a ledger says in private: chain, receipts and backups go on verifying."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from server.cases.models import Case
from server.evidence.models import Promise
from server.field.related_units import forget_entries
from server.ledger.models import Entry, Head
from server.ledger.verify import verify_stream
from server.people.streams import court_stream
from tests.actors import people_of_a_city
from tests.config.copying import Office, problems_in, refusal_of, said
from tests.sync.replica import Replica

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "被执行人乙"
TWO = ("--by", "240201", "--allowed-by", "240301")


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Office:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return Office(people_of_a_city())


@pytest.fixture
def filed(office: Office) -> Entry:
    """The entry that names a party."""
    return Entry.objects.get(stream=court_stream(office.case.court_id), kind="case_filed", facts__contains=NAME)


def test_the_name_is_gone_and_everything_verifies(office: Office, filed: Entry, tmp_path: Path) -> None:
    office.record(1)
    office.sync()
    receipt = Promise.objects.get().receipt
    said("backup", tmp_path / "before")

    told = said("erase_facts", str(filed.position), *TWO, "--reason", "个人信息保护法第四十七条")

    assert told == "The facts of 1 entries are erased.\n"
    assert not Entry.objects.filter(facts__contains=NAME).exists()
    assert Entry.objects.get(kind="facts_erased").facts.count("第四十七条") == 1
    assert all(verify_stream(stream).is_sound for stream in Head.objects.values_list("stream", flat=True))
    said("backup", tmp_path / "after")
    assert problems_in(tmp_path / "before") == problems_in(tmp_path / "after") == []
    assert Case.objects.get().parties.filter(name=NAME).exists(), "the file of the case is another matter"
    assert receipt == Promise.objects.get().receipt
    office.record(1)
    office.sync()
    assert office.phone.acked_seq == 2


def test_said_again_it_changes_nothing(filed: Entry) -> None:
    for count in (1, 0):
        told = said("erase_facts", str(filed.position), *TWO, "--reason", "依法")
        assert told == f"The facts of {count} entries are erased.\n"
    assert Entry.objects.filter(kind="facts_erased").count() == 1


def test_no_unit_on_a_device_shows_what_is_erased_so_none_gets_a_new_version(office: Office) -> None:
    office.record(1)
    office.sync()
    before = units_of(office)
    positions = Entry.objects.filter(stream=court_stream(office.case.court_id)).values_list("position", flat=True)
    said("erase_facts", *map(str, positions), *TWO, "--reason", "依法")
    assert not Entry.objects.filter(facts__contains=NAME).exists()
    forget_entries()
    assert units_of(office) == before


def units_of(office: Office) -> dict[tuple[str, str], tuple[str, dict[str, Any]]]:
    """All that a device is sent which holds nothing yet."""
    replica = Replica(office.phone)
    replica.sync()
    assert ("case", str(office.case.pk)) in replica.units
    return replica.units


@pytest.mark.parametrize(
    ("by", "allowed_by", "reason", "said_why"),
    [
        ("240202", "240202", "依法", "Another person of the same court has to allow it."),
        ("240201", "240201", "依法", "Your role does not include this. Ask the administrator of your court."),
        ("240101", "240301", "依法", "Your role does not include this. Ask the administrator of your court."),
        ("240201", "240301", "  ", "Say why: the law or the decision that asks for it."),
        ("240201", "999999", "依法", "There is no officer with staff number 999999."),
    ],
)
def test_one_person_alone_erases_nothing(filed: Entry, by: str, allowed_by: str, reason: str, said_why: str) -> None:
    asked = ("--by", by, "--allowed-by", allowed_by, "--reason", reason)
    assert refusal_of("erase_facts", str(filed.position), *asked) == said_why
    assert Entry.objects.get(pk=filed.pk).facts


def test_only_entries_that_are_there_are_erased(filed: Entry) -> None:
    refusal = refusal_of("erase_facts", str(filed.position), "9999", *TWO, "--reason", "依法")
    assert refusal == "There is no entry here whose facts could be erased: 9999."
    assert Entry.objects.get(pk=filed.pk).facts
