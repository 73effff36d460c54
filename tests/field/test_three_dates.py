"""Act, arrival and proof are three dates, and stand together by their names wherever an act is shown."""

from typing import Any

import pytest

from server.cases.models import Case
from server.field.queries import action_summaries
from server.sync.models import Review
from tests.actors import Cast, browser_of
from tests.centre.reading import seen_by
from tests.devices import TestDevice
from tests.field.test_late_acts import Wall, case, offline, wall
from tests.sync.pushing import COMPLETE

__all__ = ["case", "offline", "wall"]
pytestmark = pytest.mark.django_db
PHOTO = b"the door"


@pytest.fixture
def proved(case: Case, offline: TestDevice, wall: Wall) -> Case:
    """Done on the 3rd at nine, arrived on the 4th at eight, proved half a day later."""
    wall.on(3)
    offline.record("LOCATE", case_id=case.pk, fields=COMPLETE, photos=[PHOTO])
    wall.on(4, 8)
    offline.push()
    wall.on(4, 20)
    offline.push()
    assert offline.upload(PHOTO) == 204
    return case


def asked(cast: Cast, path: str) -> Any:
    return browser_of(cast.director).get(f"/api/v1/{path}").json()


def dates_of(shown: dict[str, Any]) -> tuple[str, str, str, str | None]:
    """As they are sent, in UTC."""
    return (shown["recorded_at"][:16], shown["clock_verdict"], shown["received_at"][:16], shown["verified_at"])


def test_the_list_of_a_cases_acts_and_each_act_say_all_three(cast: Cast, proved: Case) -> None:
    (listed,) = asked(cast, f"cases/{proved.pk}/actions")["items"]
    one = asked(cast, f"actions/{listed['id']}")
    for shown in (listed, one):
        *three, proof = dates_of(shown)
        assert three == ["2026-11-03T01:00", "consistent", "2026-11-04T00:00"]
        assert proof is not None
        assert proof[:16] == "2026-11-04T12:00"


def test_until_its_last_file_is_verified_an_act_is_not_proved(
    cast: Cast, case: Case, offline: TestDevice, wall: Wall
) -> None:
    offline.record("LOCATE", case_id=case.pk, fields=COMPLETE, photos=[PHOTO, b"the street"])
    offline.push()
    assert offline.upload(PHOTO) == 204
    assert asked(cast, f"cases/{case.pk}/actions")["items"][0]["verified_at"] is None
    (unit,) = action_summaries([case.pk])[case.pk]
    assert "verified_at" not in unit
    assert offline.upload(b"the street") == 204
    assert asked(cast, f"cases/{case.pk}/actions")["items"][0]["verified_at"] is not None


def test_the_page_of_a_case_names_all_three_in_the_timeline_and_beside_the_photographs(
    cast: Cast, proved: Case
) -> None:
    page = seen_by(cast.director, f"/centre/cases/{proved.pk}")
    row = page.one("tr[data-action]")
    assert [cell.text for cell in row.all("td.t")] == ["11-03 09:00时间相符", "11-04 08:00", "11-04 20:001 / 1"]
    beside = page.one("[data-three-dates]").text
    assert [word for word in beside.split() if ":" in word] == ["09:00", "08:00", "20:00"]


def test_the_unit_of_a_case_on_a_device_carries_all_three(proved: Case) -> None:
    (unit,) = action_summaries([proved.pk])[proved.pk]
    three = [unit[name][:16] for name in ("recorded_at", "received_at", "verified_at")]
    assert three == ["2026-11-03T01:00", "2026-11-04T00:00", "2026-11-04T12:00"]


def test_a_review_says_what_the_time_is_worth_and_when_it_arrived_and_was_proved(
    cast: Cast, case: Case, offline: TestDevice, wall: Wall
) -> None:
    wall.on(3)
    offline.record("LOCATE", case_id=case.pk, assignment_no=9, fields=COMPLETE, photos=[PHOTO])
    wall.on(4, 8)
    offline.push()
    assert offline.upload(PHOTO) == 204
    review = Review.objects.get()
    shown = asked(cast, f"reviews/{review.pk}")
    assert (shown["recorded_at"][:16], shown["clock_verdict"]) == ("2026-11-03T01:00", "consistent")
    assert (shown["received_at"][:16], shown["act"]["verified_at"][:16]) == ("2026-11-04T00:00", "2026-11-04T00:00")
    page = seen_by(cast.director, f"/centre/reviews/{review.pk}")
    assert page.one("[data-act-time]").text == "11-03 09:00:00 时间相符"
    assert page.one("[data-proved]").text == "11-04 08:00:00"
