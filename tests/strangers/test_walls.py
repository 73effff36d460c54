"""A wall's account opens the wall, its snapshot and its socket; everything else answers it 404, also to writing."""

import json
from typing import Any

import pytest
from django.test import Client

from server.people.models import Officer
from server.people.services import create_wall, revoke_wall
from server.realtime.access import streams_watched_by
from tests.actors import PASSWORD, Cast, browser_of, officer_of
from tests.strangers.pages import DEVICE_PAGES, FORMS, PAGES
from tests.strangers.test_every_endpoint import LIVE_NAMES, OPEN, OWN, endpoints, known

__all__ = ["known"]
pytestmark = pytest.mark.django_db

ITS_OWN = {
    "GET /api/v1/live/{court}",
    "GET /api/v1/live/{court}/snapshot",
    "GET /api/v1/session",
    "DELETE /api/v1/session",
}
UUID = "01999999-0000-7000-8000-00000000000f"


def wall_in(cast: Cast) -> Officer:
    return create_wall(court=cast.court, name="大厅")[0]


def asked(browser: Client, endpoint: str, **values: str) -> Any:
    method, path = endpoint.split(" ")
    for name in ("court", "case_id"):
        path = path.replace(f"{{{name}}}", values.get(name, UUID))
    address = "/".join(UUID if part.startswith("{") else part for part in path.split("/"))
    return browser.generic(method, f"{address}?after=0", b"{}", content_type="application/json")


def test_every_endpoint_but_its_own_is_not_there_for_a_wall(cast: Cast) -> None:
    browser = browser_of(wall_in(cast))
    judged = endpoints() - ITS_OWN - {"GET /api/v1/hello", "POST /api/v1/session"}
    assert OPEN - {"GET /api/v1/hello", "POST /api/v1/session"} <= judged
    assert judged >= OWN - ITS_OWN | LIVE_NAMES
    answers = {endpoint: asked(browser, endpoint, court=str(cast.court.pk)).status_code for endpoint in judged}
    assert {endpoint: status for endpoint, status in answers.items() if status != 404} == {}


def test_every_page_but_the_wall_is_not_there_for_a_wall(cast: Cast, known: dict[str, str]) -> None:
    browser = browser_of(wall_in(cast))
    paths = [path.format(**known) for path in [*PAGES.values(), *DEVICE_PAGES.values()] if path != "/centre/"]
    others = ["/centre/accounts", "/centre/backfill", "/centre/odd-readings", "/admin/", "/admin/people/officer/"]
    assert {path: browser.get(path).status_code for path in [*paths, *others]} == dict.fromkeys([*paths, *others], 404)
    forms = ["/centre/" + "/".join(UUID if "<" in part else part for part in route.split("/")) for route in FORMS]
    assert {path: browser.post(path).status_code for path in forms} == dict.fromkeys(forms, 404)


def test_it_shows_no_name_and_no_photo_of_anybody(cast: Cast, known: dict[str, str]) -> None:
    browser = browser_of(wall_in(cast))
    page = browser.get("/centre/").content.decode()
    feed = browser.get(f"/api/v1/live/{cast.court.pk}?after=0").content.decode()
    people = [*Officer.objects.filter(is_wall=False).values_list("name", flat=True), "张三", "李四"]
    assert [name for name in people if name in page + feed] == []
    assert "<img" not in page
    assert known["sha256"] not in page
    assert browser.get(f"/api/v1/live/{cast.court.pk}/snapshot").status_code == 200


def test_it_sees_no_other_court_than_its_own_and_those_below(cast: Cast) -> None:
    browser = browser_of(wall_in(cast))
    for court in (cast.other_court, cast.superior_court):
        assert browser.get(f"/api/v1/live/{court.pk}/snapshot").status_code == 404
    high = create_wall(court=cast.superior_court, name="中院大厅")[0]
    courts = (cast.superior_court, cast.court, cast.other_court)
    assert streams_watched_by(high) == {f"court:{court.pk}" for court in courts}


def test_a_revoked_wall_shows_nothing_and_does_not_come_back(cast: Cast) -> None:
    wall, password = create_wall(court=cast.court, name="大厅", by=cast.duty)
    browser = Client()
    signed_in = {"staff_no": wall.staff_no, "password": password}
    assert browser.post("/centre/sign-in", signed_in)["Location"] == "/centre/"
    assert browser.session.get_expiry_age() > 365 * 24 * 3600
    revoke_wall(wall=wall, by=cast.duty)
    assert browser.get("/centre/").status_code == 302
    assert browser.get(f"/api/v1/live/{cast.court.pk}/snapshot").status_code == 401
    assert Client().post("/centre/sign-in", signed_in).status_code == 401
    wall.refresh_from_db()
    assert streams_watched_by(wall) == frozenset()


@pytest.mark.parametrize("who", ["holder", "bystander", "auditor", "supervisor"])
def test_others_neither_see_nor_make_nor_end_accounts_of_walls(cast: Cast, who: str) -> None:
    wall, browser = wall_in(cast), browser_of(getattr(cast, who))
    assert browser.get("/centre/accounts").status_code == 404
    assert browser.post("/centre/accounts/walls", {"name": "我的"}).status_code == 404
    assert browser.post(f"/centre/accounts/walls/{wall.pk}/revoke").status_code == 404
    assert Officer.objects.get(is_wall=True).is_active


def test_a_keeper_of_another_court_does_not_end_it(cast: Cast) -> None:
    wall = wall_in(cast)
    keeper = officer_of(cast.other_court, "250201", "钱值", "command_centre", password=PASSWORD)
    assert browser_of(keeper).post(f"/centre/accounts/walls/{wall.pk}/revoke").status_code == 404
    assert str(wall.pk) not in browser_of(keeper).get("/centre/accounts").content.decode()
    assert Officer.objects.get(is_wall=True).is_active


def test_the_centre_makes_one_is_told_its_password_once_and_ends_it(cast: Cast) -> None:
    browser = browser_of(cast.duty)
    made = browser.post("/centre/accounts/walls", {"name": "一楼大厅"}).content.decode()
    wall = Officer.objects.get(is_wall=True)
    password = made.partition("data-password>")[2].partition("<")[0]
    assert wall.check_password(password)
    assert password not in browser.get("/centre/accounts").content.decode()
    assert browser.post(f"/centre/accounts/walls/{wall.pk}/revoke").status_code == 302
    wall.refresh_from_db()
    assert not wall.is_active


def test_the_log_of_a_wall_is_the_feed_of_everybody(cast: Cast) -> None:
    answers = [
        json.loads(browser_of(officer).get(f"/api/v1/live/{cast.court.pk}?after=0").content)
        for officer in (wall_in(cast), cast.duty)
    ]
    assert answers[0]["entries"] == answers[1]["entries"]
