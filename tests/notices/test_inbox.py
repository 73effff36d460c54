"""An officer's inbox, and the digest of what need not interrupt a leader."""

from typing import Any

import pytest

from server.common.clock import set_clock
from server.notices.models import Notice
from server.notices.services import NoticeDraft, make_digests, tell
from server.people.models import Officer
from tests.actors import Cast, browser_of, people_of_a_city
from tests.people.test_enrolment_race import at_once
from tests.supervision.conftest import Clock


def draft(officer: Officer, key: str, **changes: Any) -> NoticeDraft:
    given = {"kind": "level", "title": f"预警 {key}", "view": {"level": "WARN"}, **changes}
    return NoticeDraft(officer_id=officer.pk, court_id=officer.court_id, key=key, **given)


def inbox(officer: Officer, query: str = "") -> Any:
    return browser_of(officer).get(f"/api/v1/notices{query}").json()


def test_what_was_told_is_listed_newest_first_counted_and_read(clock: Clock, cast: Cast) -> None:
    tell([draft(cast.holder, "1"), draft(cast.holder, "2"), draft(cast.colleague, "3")])
    page = inbox(cast.holder, "?limit=1")
    assert [item["title"] for item in page["items"]] == ["预警 2"]
    assert page["unread"] == 2
    rest = inbox(cast.holder, f"?limit=1&cursor={page['next']}")
    assert [item["title"] for item in rest["items"]] == ["预警 1"]
    assert rest["next"] is None
    theirs = inbox(cast.colleague)["items"][0]["id"]
    ids = [page["items"][0]["id"], theirs]
    answer = browser_of(cast.holder).post("/api/v1/notices/read", {"ids": ids}, content_type="application/json")
    assert answer.json() == {"read": 1, "unread": 1}
    assert [item["title"] for item in inbox(cast.holder, "?unread=true")["items"]] == ["预警 1"]
    assert inbox(cast.colleague)["unread"] == 1


def test_nothing_is_told_twice_under_one_key(clock: Clock, cast: Cast) -> None:
    assert len(tell([draft(cast.holder, "1")])) == 1
    assert tell([draft(cast.holder, "1", title="again")]) == []
    assert inbox(cast.holder)["items"][0]["title"] == "预警 1"


def waiting(cast: Cast, *keys: str) -> None:
    tell([draft(cast.director, key, waits_for_digest=True) for key in keys])


def test_a_leader_gets_one_digest_a_day_at_eight(clock: Clock, cast: Cast) -> None:
    waiting(cast, "1", "2")
    assert inbox(cast.director)["items"] == []
    clock.on(11, 3, 7, 59)
    assert make_digests() == 0
    clock.on(11, 3, 8)
    waiting(cast, "3")
    assert make_digests() == 1
    assert make_digests() == 0
    (digest,) = inbox(cast.director)["items"]
    assert (digest["kind"], digest["title"]) == ("digest", "2026-11-03 汇总：2 条通知")
    assert [line["title"] for line in digest["view"]["lines"]] == ["预警 1", "预警 2"]
    clock.on(11, 4, 9)
    assert make_digests() == 1
    assert [line["title"] for line in inbox(cast.director)["items"][0]["view"]["lines"]] == ["预警 3"]
    clock.on(11, 5, 9)
    assert make_digests() == 0


@pytest.mark.django_db(transaction=True)
def test_two_passes_at_once_make_one_digest() -> None:
    clock = Clock()
    set_clock(clock)
    try:
        cast = people_of_a_city()
        waiting(cast, "1", "2", "3")
        clock.on(11, 3, 8)
        assert sorted(at_once(make_digests, make_digests, make_digests)) == [0, 0, 1]
    finally:
        set_clock(None)
    assert Notice.objects.filter(kind="digest").count() == 1
    assert Notice.objects.filter(waits_for_digest=True, digest=None).count() == 0
