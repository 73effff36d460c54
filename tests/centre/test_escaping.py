"""Whatever people, phones and files say comes out as words, never as elements of the page."""

from urllib.parse import quote

import pytest
from django.test import Client

from server.cases.models import Case
from server.cases.services import PartyDraft, assign_subject
from server.evidence.models import Promise, StoredFile
from server.field.models import FieldAction
from server.people.models import Court, Device, Group, Officer
from tests import pictures
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.centre.reading import Page, seen_by, shown_in
from tests.evidence.conftest import _storage_of_its_own
from tests.sync.pushing import phone_of

__all__ = ["_storage_of_its_own"]
pytestmark = pytest.mark.django_db
EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"


def is_harmless(page: Page) -> bool:
    scripts = [script for script in page.all("script") if not script.attributes.get("src", "").startswith("/static/")]
    handlers = [name for element in page.root for name in element.attributes if name.startswith("on")]
    return [script.attributes.get("type") for script in scripts] in ([], ["application/json"]) and handlers == []


@pytest.fixture
def case(cast: Cast) -> Case:
    parties = [PartyDraft("applicant", f"申请人{EVIL}"), PartyDraft("debtor", f"被执行人{EVIL}")]
    case = file_one(cast, cause=f"案由{EVIL}", parties=parties)
    assign_subject(case=case, group=cast.group, reason="ROTA")
    return case


@pytest.fixture
def action(cast: Cast, case: Case) -> FieldAction:
    photo = pictures.jpeg()
    phone = phone_of(cast.holder)
    phone.record("SEAL", case_id=case.pk, fields={"narrative": EVIL}, photos=[photo])
    phone.push()
    assert phone.upload(photo) == 204
    claimed = {"taken_at": f"时间{EVIL}", "position": {"lat": 26.1, "lon": 119.2}, "maker": EVIL}
    StoredFile.objects.update(exif=claimed, preview="unavailable", preview_reason=f"理由{EVIL}"[:60])
    Promise.objects.update(shot_code=EVIL[:30])
    Device.objects.update(name=f"终端{EVIL}"[:60])
    Group.objects.update(name=f"小组{EVIL}"[:60])
    Court.objects.update(name=f"法院{EVIL}"[:60])
    Officer.objects.update(name=f"人员{EVIL}"[:40])
    return FieldAction.objects.get()


@pytest.mark.parametrize("language", ["", "en"])
def test_names_causes_fields_and_files_are_words_on_the_desk(
    cast: Cast, case: Case, action: FieldAction, language: str
) -> None:
    FieldAction.objects.update(missing=[EVIL], warnings=[f"shot:{EVIL}"])
    cast.duty.refresh_from_db()
    addresses = ("/centre/", f"/centre/cases/{case.pk}", f"/centre/actions/{action.pk}")
    pages = [seen_by(cast.duty, address, language=language) for address in addresses]
    assert [(page.status, is_harmless(page)) for page in pages] == [(200, True)] * 3
    words = pages[-1].root.text
    for part in ("申请人", "被执行人", "案由"):
        assert part + EVIL in words
    for part in ("小组", "法院", "人员", "终端", "理由", "时间"):
        assert f"{part}\"'><script>" in words
    assert f"shot:{EVIL}" in words


def test_a_node_about_a_property_with_a_hostile_name_is_words(cast: Cast, case: Case) -> None:
    case.nodes.filter(key="triage").update(chain=EVIL[:60])
    page = seen_by(cast.duty, f"/centre/cases/{case.pk}")
    assert is_harmless(page)
    assert f"繁简分流 · {EVIL[:60]}" in page.root.text


def test_words_looked_for_come_back_as_words_and_stay_in_the_address(cast: Cast, case: Case) -> None:
    page = shown_in(browser_of(cast.duty), f"/centre/cases/{case.pk}?q={quote(EVIL[:60])}&stage=filing&level=SEVERE")
    assert is_harmless(page)
    assert {box["value"] for box in page.all("input[name=q]")} == {EVIL[:60]}
    assert EVIL[:60] in [token.text for token in page.all("a.tok")]
    assert all(link["href"].startswith(("/centre/", "/api/", "#")) for link in page.all("a"))


def test_a_stage_out_of_the_address_is_words(cast: Cast, case: Case) -> None:
    page = shown_in(browser_of(cast.duty), f"/centre/?stage={quote(EVIL[:40])}&after={quote(EVIL)}&level={quote(EVIL)}")
    assert is_harmless(page)
    assert [token.text for token in page.all("a.tok")] == [EVIL[:40]]


def test_a_number_typed_at_the_door_comes_back_as_words(cast: Cast) -> None:
    answer = Client().post("/centre/sign-in", {"staff_no": EVIL, "password": EVIL})
    page = Page.of_text(answer.status_code, answer.content.decode())
    assert (page.status, is_harmless(page)) == (401, True)
    assert page.one("input[name=staff_no]")["value"] == EVIL
    assert is_harmless(shown_in(Client(), f"/centre/sign-in?next={quote(EVIL)}"))
