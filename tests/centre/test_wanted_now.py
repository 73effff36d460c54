"""A missing photo on its act's page: where it stands in its device's queue, and wanting it now with a plain form."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.cases.models import Case
from server.common import clock
from server.evidence.models import Promise
from server.field.models import FieldAction
from server.ledger.models import Entry
from server.people.models import Officer
from tests.actors import Cast, browser_of
from tests.centre.reading import Page, seen_by, shown_in
from tests.devices import TestDevice
from tests.evidence.uploading import sha256_of
from tests.sync.pushing import file_one, hold, phone_of

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PHOTO, OTHER = b"the photo that is missing", b"another one"
SHA256 = sha256_of(PHOTO)


@pytest.fixture(autouse=True)
def _ten_in_the_morning() -> Iterator[None]:
    clock.set_clock(lambda: MORNING)
    yield
    clock.set_clock(None)


@pytest.fixture
def phone(cast: Cast) -> TestDevice:
    """It has promised two photos of one act and says so."""
    case = hold(file_one(cast), cast.group)
    device = phone_of(cast.holder)
    device._now = lambda: MORNING
    device.record("SEAL", case_id=case.pk, photos=[OTHER, PHOTO])
    say(device, bytes_per_second=1)
    return device


def say(device: TestDevice, **said: Any) -> None:
    names = [sha256_of(photo)[:16] for photo in (OTHER, PHOTO)]
    device.push(status={"uploads": {"queue": {"files": 41, "bytes": 36, "named": names}, **said}})


def act_page(reader: Officer, **options: Any) -> Page:
    return seen_by(reader, f"/centre/actions/{FieldAction.objects.get().pk}", **options)


def awaited(page: Page) -> str:
    return page.one(f".wanted[data-awaited={SHA256}]").text


def form(page: Page) -> str:
    return page.one(f".wanted[data-awaited={SHA256}]").one("form")["action"]


def test_a_missing_photo_says_its_place_and_when_to_expect_it(phone: TestDevice, cast: Cast) -> None:
    said = awaited(act_page(cast.duty))
    assert "队列第 2，共 41 · 末次联系 10:00:00 · 预计 10:00:18 至 10:01:12 到" in said
    english = awaited(act_page(cast.duty, language="en"))
    assert "Place 2 of 41 · last contact 10:00:00 · expected between 10:00:18 and 10:01:12" in english


def test_a_silent_device_is_expected_at_its_next_contact_and_no_sooner(phone: TestDevice, cast: Cast) -> None:
    clock.set_clock(lambda: MORNING + timedelta(minutes=20))
    assert "末次联系 10:00:00 · 最早在设备下次联系时" in awaited(act_page(cast.duty))


@pytest.mark.parametrize(
    ("reason", "words"), [("metered", "等待无线网络"), ("battery", "等待设备充电"), ("novel", "设备暂缓上传")]
)
def test_what_the_device_holds_back_says_why(phone: TestDevice, cast: Cast, reason: str, words: str) -> None:
    say(phone, queue={"files": 0}, held_back={reason: {"files": 1, "bytes": 25, "named": [SHA256[:16]]}})
    assert words in awaited(act_page(cast.duty))


def test_the_form_wants_it_and_takes_it_back(phone: TestDevice, cast: Cast) -> None:
    browser = browser_of(cast.duty)
    asked = form(act_page(cast.duty))
    assert asked.endswith("/want")
    answer = browser.post(asked, follow=True)
    page = Page.of_text(answer.status_code, answer.content.decode())
    assert "10:00:00 已索要" in awaited(page)
    assert Promise.objects.get(sha256=SHA256).wanted_at == MORNING
    browser.post(form(page))
    assert Promise.objects.get(sha256=SHA256).wanted_at is None
    assert "已索要" not in awaited(shown_in(browser, f"/centre/actions/{FieldAction.objects.get().pk}"))


def test_once_the_device_was_told_it_stands_first(phone: TestDevice, cast: Cast) -> None:
    browser_of(cast.duty).post(form(act_page(cast.duty)))
    clock.set_clock(lambda: MORNING + timedelta(seconds=5))
    say(phone)
    assert "队列第 1，共 41" in awaited(act_page(cast.duty))


@pytest.mark.parametrize("who", ["holder", "inspector", "supervisor"])
def test_readers_who_do_not_act_for_the_court_see_its_place_without_a_button(
    phone: TestDevice, cast: Cast, who: str
) -> None:
    page = act_page(getattr(cast, who))
    assert "队列第 2，共 41" in awaited(page)
    assert page.one(f".wanted[data-awaited={SHA256}]").all("form") == []
    address = form(act_page(cast.duty))
    assert browser_of(getattr(cast, who)).post(address).status_code == 404
    assert not Entry.objects.filter(kind="evidence_wanted").exists()


@pytest.mark.parametrize("who", ["stranger", "bystander", "sysadmin"])
def test_a_strangers_form_finds_nothing(phone: TestDevice, cast: Cast, who: str) -> None:
    assert browser_of(getattr(cast, who)).post(form(act_page(cast.duty))).status_code == 404
    assert Promise.objects.get(sha256=SHA256).wanted_at is None


def test_a_form_that_no_page_of_ours_made_is_refused(phone: TestDevice, cast: Cast) -> None:
    browser = browser_of(cast.duty, enforce_csrf_checks=True)
    assert browser.post(form(act_page(cast.duty))).status_code == 403


def test_a_photo_that_arrived_is_awaited_no_more(phone: TestDevice, cast: Cast) -> None:
    phone.upload(PHOTO)
    page = act_page(cast.duty)
    assert page.all(f".wanted[data-awaited={SHA256}]") == []
    assert len(page.all(".wanted")) == 1


def test_the_entry_names_the_case_so_that_open_pages_move(phone: TestDevice, cast: Cast) -> None:
    browser_of(cast.duty).post(form(act_page(cast.duty)))
    assert Entry.objects.get(kind="evidence_wanted").subject_id == Case.objects.get().pk
