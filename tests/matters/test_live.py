"""Matters in the live feed: a snapshot and the frames after it are a fresh snapshot, for both courts."""

import pytest

from server.matters.services import Outcome, add_result
from server.matters.states import Move
from server.realtime.snapshot import take_snapshot
from tests.actors import Cast
from tests.matters.conftest import Errand, Partners
from tests.matters.test_devices import record
from tests.realtime.ledgers import stream_of
from tests.realtime.test_snapshot import require_that_frames_add_up, shown
from tests.sync.pushing import phone_of

pytestmark = pytest.mark.django_db


def test_both_courts_pictures_follow_a_whole_life(errand: Errand, cast: Cast, partners: Partners) -> None:
    courts = (cast.court, cast.other_court)
    pictures = [(court, shown(court)) for court in courts]
    matter = errand.assigned()
    phone = phone_of(cast.stranger)
    record(phone, matter)
    phone.push()
    pictures += [(court, shown(court)) for court in courts]
    assert [len(picture.actions) for _, picture in pictures] == [0, 0, 1, 1]
    add_result(matter=matter, outcome=Outcome("REFUSED"), by=cast.stranger)
    errand.paper(matter, "receipt", "回执", is_result=True)
    errand.move(matter, Move.FEED_BACK, cast.stranger)
    pictures += [(court, shown(court)) for court in courts]
    errand.move(matter, Move.CONFIRM, cast.holder)
    for court, picture in pictures:
        require_that_frames_add_up(court, picture)
        assert (picture.matters, picture.actions) == ({}, {}), "what ended leaves, with its acts"


def test_a_draft_is_in_the_picture_of_its_own_court_alone(errand: Errand, cast: Cast, partners: Partners) -> None:
    draft = errand.with_papers(errand.draft())
    assert [row["state"] for row in take_snapshot(stream_of(cast.court), cast.court.pk)["matters"]] == ["DRAFT"]
    assert take_snapshot(stream_of(cast.other_court), cast.other_court.pk)["matters"] == []
    errand.move(draft, Move.SUBMIT, cast.holder)
    errand.move(draft, Move.APPROVE, cast.director)
    for court in (cast.court, cast.other_court, partners.far.court):
        rows = take_snapshot(stream_of(court), court.pk)["matters"]
        assert [row["number"] for row in rows] == ([] if court == partners.far.court else [draft.number])


def test_waiting_for_a_partner_is_said_and_is_no_pause(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.signed_for()
    errand.talk(matter)
    waits = []
    for move, by in ((Move.ASK_SUPPLEMENT, partners.centre), (Move.SUPPLEMENT, cast.holder)):
        errand.move(matter, move, by, words="缺函")
        (row,) = take_snapshot(stream_of(cast.court), cast.court.pk)["matters"]
        waits.append((row["state"], row["waits_for"]))
        assert "is_paused" not in row
    assert waits == [("SUPPLEMENT_WAIT", "asking"), ("ACCEPTED", "doing")]
