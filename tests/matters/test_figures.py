"""Figures of errands, against a count by hand: two courts, two officers, what was in time and what was not."""

from decimal import Decimal
from typing import Any

import pytest

from server.matters.services import pass_limits
from server.matters.states import Move
from server.people.models import Officer, Role
from tests.actors import Cast, browser_of, officer_of
from tests.centre.reading import seen_by
from tests.matters.conftest import Errand, Partners, at_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
NOVEMBER = "since=2026-11-01&until=2026-11-30"
ASKED = {"addressee": "乙", "address": "周溪"}


@pytest.fixture
def busy(errand: Errand, cast: Cast, partners: Partners) -> Officer:
    """Four errands, and two of them by the second officer, whom it gives.

    | errand | weight | signed | fed back | decided | then |
    |---|---|---|---|---|---|
    | freeze | 0.1 | in time | in time | confirmed, in time | rated 4 |
    | freeze | 0.1 | late | not | | withdrawn: nobody's |
    | service | 0.1 | in time | late | by the clock: late | complained of |
    | service | 0.1 | not | | | returned |
    """
    second = officer_of(cast.other_court, "250104", "江二", Role.OFFICER)
    errand.move(errand.confirmed(), Move.RATE, cast.holder, rating=4)
    slow, service, wrong = (
        errand.sent(),
        errand.sent(kind="SERVE", request=ASKED),
        errand.sent(kind="SERVE", request=ASKED),
    )
    errand.move(service, Move.SIGN_FOR, partners.centre)
    errand.move(service, Move.ASSIGN, partners.centre, handler=second.pk)
    errand.talk(wrong)
    errand.move(wrong, Move.RETURN, partners.centre, reason="WRONG_COURT", words="不在本院辖区")
    at_day(4)
    errand.move(slow, Move.SIGN_FOR, partners.centre)
    errand.move(slow, Move.ASSIGN, partners.centre, handler=second.pk)
    errand.move(slow, Move.WITHDRAW, cast.holder, words="不再需要")
    at_day(20)
    errand.served(service, by=second)
    at_day(27)
    assert pass_limits() == 1
    errand.move(service, Move.COMPLAIN, cast.holder, words="拖延")
    return second


def figures(reader: Officer, query: str = NOVEMBER) -> dict[str, Any]:
    answer = browser_of(reader).get(f"/api/v1/matter-figures?{query}").json()
    return {court["name"]: court for court in answer["courts"]}


def test_each_number_is_what_a_hand_counts(busy: Officer, cast: Cast, partners: Partners) -> None:
    court = figures(partners.centre)[cast.other_court.name]
    counts = {key: number for key, number in court["counts"].items() if number}
    assert counts == {
        "sent": 4,
        "signed": 3,
        "signed_in_time": 2,
        "fed_back": 2,
        "fed_back_in_time": 1,
        "confirmed": 2,
        "returned": 1,
        "rated": 1,
        "complained": 1,
    }
    rates = {name: rate and Decimal(rate) for name, rate in court["rates"].items()}
    assert rates == {
        "signed_rate": Decimal("0.6667"),
        "fed_back_rate": Decimal("0.5"),
        "decided_rate": None,
        "return_rate": Decimal("0.3333"),
    }
    assert (Decimal(court["converted"]), Decimal(court["rating"])) == (Decimal("0.2"), Decimal(4))


def test_what_was_asked_is_counted_for_the_court_that_decides_on_it(busy: Officer, cast: Cast) -> None:
    court = figures(cast.director)[cast.court.name]
    assert {key: number for key, number in court["counts"].items() if number} == {"decided": 2, "decided_in_time": 1}
    assert Decimal(court["rates"]["decided_rate"]) == Decimal("0.5")
    assert cast.other_court.name not in figures(cast.director), "what the other court does is its own to know"


def test_each_officer_has_what_he_did(busy: Officer, cast: Cast, partners: Partners) -> None:
    officers = {each["name"]: each for each in figures(partners.centre)[cast.other_court.name]["officers"]}
    first, second = officers[cast.stranger.name], officers[busy.name]
    assert [first["counts"][key] for key in ("fed_back", "fed_back_in_time", "confirmed", "rated")] == [1, 1, 1, 1]
    assert [second["counts"][key] for key in ("fed_back", "fed_back_in_time", "confirmed", "complained")] == [
        1,
        0,
        1,
        1,
    ]
    assert [Decimal(each["converted"]) for each in (first, second)] == [Decimal("0.1"), Decimal("0.1")]


def test_every_number_leads_to_the_moves_it_counts(busy: Officer, cast: Cast, partners: Partners) -> None:
    court = figures(cast.supervisor)[cast.other_court.name]
    for key, number in court["counts"].items():
        path = f"/api/v1/matter-figures/{key}?court={court['id']}&{NOVEMBER}"
        rows = browser_of(cast.supervisor).get(path).json()
        assert rows["total"] == len(rows["items"]) == number, key
    own = f"/api/v1/matter-figures/fed_back?officer={busy.pk}&{NOVEMBER}"
    (row,) = browser_of(partners.centre).get(own).json()["items"]
    assert (row["was_late"], row["handler"], row["kind"]) == (True, busy.name, "SERVE")
    assert figures(partners.centre, "since=2026-12-01&until=2026-12-31")[cast.other_court.name]["counts"]["sent"] == 0
    assert browser_of(partners.far).get(f"/api/v1/matter-figures/sent?{NOVEMBER}").json()["total"] == 0
    assert browser_of(cast.stranger).get(f"/api/v1/matter-figures?{NOVEMBER}").json()["courts"] == []


def test_the_page_shows_them_and_leads_to_the_list(busy: Officer, cast: Cast, partners: Partners) -> None:
    shown = seen_by(partners.centre, f"/centre/matter-figures?{NOVEMBER}")
    assert "0.3333" in shown.one("dl").text
    links = [link["href"] for link in shown.all("a") if "/returned?" in link.attributes.get("href", "")]
    listed = seen_by(partners.centre, links[0])
    assert listed.one("h1").text == "已退回委托 1"
    assert len(listed.one("tbody").all("tr")) == 1
    assert seen_by(cast.stranger, "/centre/matter-figures").status == 404
    assert seen_by(partners.centre, "/centre/matter-figures/none").status == 404
    assert seen_by(partners.centre, "/centre/matter-figures?since=x&until=9999-12-31").status == 200
