"""One act, one paper: what the device prints on the spot and what the court sets later say the same, by one code."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client_sdk import Action, FieldClient, vault
from client_sdk.set_paper import set_paper
from server.cases.models import Case
from server.field.models import FieldAction
from server.field.sheets import sheets_of
from server.people.services import issue_enrolment_code
from tests.actors import Cast, browser_of, cast
from tests.papers.examples import COMMON, SEALED, item
from tests.papers.reading import pages_of
from tests.pictures import jpeg
from tests.sdk_line import DjangoLine
from tests.sync.pushing import file_one, hold

__all__ = ["cast"]
pytestmark = pytest.mark.django_db
NUMBERS = {"quantity": 2.0, "estimated_value": "1200.50"}
ODD = {**COMMON, "items": [item(1, **NUMBERS), {"name": 1e3}], "未知": [1.0, 2.5, True, None, {"a": ""}]}


@pytest.fixture
def held(cast: Cast) -> Case:
    return hold(file_one(cast), cast.group)


@pytest.fixture
def field(cast: Cast, held: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FieldClient]:
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)
    code = issue_enrolment_code(officer=cast.holder)
    client = FieldClient.enrol(
        "http://court.test", code=code, store=tmp_path / "o.db", passphrase="三号楼", transport=DjangoLine()
    )
    with client:
        client.sync()
        yield client


def device_sheet(field: FieldClient, action: Action, key: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the device sets, as it is given to the typesetter."""
    given: list[tuple[Any, Any, Any]] = []

    def noted(*what: Any) -> bytes:
        given.append(what)
        return set_paper(*what)

    monkeypatch.setattr("client_sdk.printer.set_paper", noted)
    field.render_paper(action, key)
    sheet, terms, _pictures = given[0]
    return {"sheet": sheet, "terms": terms}


@pytest.mark.parametrize("key", ["SEAL_RECORD", "INVENTORY", "SERVICE_RECEIPT", "CORRECTION_RECORD"])
@pytest.mark.parametrize("fields", [SEALED, ODD], ids=["sealed", "odd"])
def test_both_set_the_same_from_the_same_records(
    field: FieldClient, held: Case, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], key: str
) -> None:
    photos = [field.capture(jpeg(seed=seed), shot_code="ITEM") for seed in range(2)]
    action = field.record_action(case_id=held.pk, kind="SEAL", fields=fields, photos=photos)
    field.correct(action, fields={"lease": "无租赁"}, reason="漏记")
    field.sync()
    on_device = device_sheet(field, action, key, monkeypatch)
    sheets = sheets_of(FieldAction.objects.get(), held)
    at_court = sheets.sheet(key)
    differing = {"made_by", "state", "missing"}
    assert {**on_device["sheet"], **{name: at_court[name] for name in differing}} == at_court
    assert on_device["terms"] == sheets.terms


def test_a_paper_printed_on_the_spot_is_known_at_the_court_by_its_code(
    field: FieldClient, held: Case, cast: Cast
) -> None:
    action = field.record_action(case_id=held.pk, kind="SEAL", fields=SEALED)
    printed = "".join(pages_of(field.render_paper(action, "INVENTORY")))
    field.sync()
    answer = browser_of(cast.duty).post(f"/api/v1/actions/{action.id}/papers/INVENTORY").json()
    assert f"核验码{answer['code']}" in printed
