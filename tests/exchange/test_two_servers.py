"""Errands between courts of two servers: the same life as on one, by signed messages alone."""

from typing import Any

import pytest

from server.exchange.models import InMessage, OutMessage, Thread
from server.exchange.services import take_in
from server.matters.models import Matter
from server.matters.services import add_note
from server.matters.states import Move
from server.people.keys import signing_key_of
from tests.exchange.conftest import Partners
from tests.exchange.worlds import carry, outgoing, peer_of
from tests.matters.test_moves import moves_told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
LIFE = ["approve", "sign_for", "assign", "feed_back", "confirm"]


def test_a_whole_life_stands_in_the_ledgers_of_both_servers(partners: Partners) -> None:
    matter = partners.fed_back()
    partners.ask(matter, Move.CONFIRM)
    partners.settle()
    assert partners.states(matter) == ("CONFIRMED", "CONFIRMED")
    assert partners.near.does(moves_told, partners.near.court, matter) == ["draft", "submit", *LIFE]
    assert partners.far.does(moves_told, partners.far.court, matter) == LIFE


def test_each_side_names_the_people_of_the_other(partners: Partners) -> None:
    matter = partners.frozen()
    with partners.near.entered():
        near = Matter.objects.get(pk=matter.pk)
        assert (near.handled_by, near.handler_phone) == ("远办", "0577-22")
        assert [row.said_by for row in near.results.all()] == ["远办"]
    with partners.far.entered():
        far = Matter.objects.get(pk=matter.pk)
        assert [row.said_by for row in far.moves.filter(move="approve")] == [partners.cast.director.name]
        assert far.case_id is None
        assert [person["name"] for person in far.people] == ["被执行人乙"]


def test_what_comes_again_or_in_another_order_has_effect_once(partners: Partners) -> None:
    matter = partners.arrived()
    partners.talk(matter)
    partners.do(matter, Move.SIGN_FOR)
    partners.do(matter, Move.ASSIGN, handler=partners.handler.pk)
    with partners.far.entered():
        texts, keys = outgoing(partners.far, partners.near), signing_key_of(partners.far.court).chain

    def take(chosen: list[str]) -> list[str]:
        return take_in(peer=peer_of(partners.far), court=partners.near.court, texts=chosen, keys=keys)

    with partners.near.entered():
        take([texts[2], texts[1]])
        assert str(Matter.objects.get(pk=matter.pk).state) == "SENT", "the gap is waited for"
        first = take(texts[:1])
        assert str(Matter.objects.get(pk=matter.pk).state) == "IN_PROGRESS"
        assert take([*texts, *texts])[0] == first[0], "the answer is remembered with its effect"
        assert Matter.objects.get(pk=matter.pk).moves.filter(move="assign").count() == 1
        assert Matter.objects.get(pk=matter.pk).talks.count() == 1


def test_a_lost_receipt_costs_a_second_delivery_and_nothing_else(partners: Partners) -> None:
    matter = partners.sent()
    assert carry(partners.near, partners.far, lost=True) == carry(partners.near, partners.far) == 1
    assert carry(partners.near, partners.far) == 0
    assert partners.states(matter) == ("SENT", "SENT")
    assert partners.far.does(lambda: Matter.objects.get(pk=matter.pk).moves.count()) == 1


def test_papers_are_asked_for_and_come(partners: Partners) -> None:
    matter = partners.arrived()
    partners.talk(matter)
    partners.do(matter, Move.ASK_SUPPLEMENT, words="缺一份")
    partners.settle()
    assert partners.states(matter) == ("SUPPLEMENT_WAIT", "SUPPLEMENT_WAIT")
    with partners.near.entered():
        partners.paper(Matter.objects.get(pk=matter.pk), "other", "补充", by=partners.cast.holder)
    partners.ask(matter, Move.SUPPLEMENT)
    partners.settle()
    assert partners.states(matter) == ("SENT", "SENT")
    with partners.far.entered():
        (change,) = Matter.objects.get(pk=matter.pk).snapshots.order_by("version")[1:]
        assert change.version == 2


def test_notes_stay_where_they_were_written(partners: Partners) -> None:
    matter = partners.frozen()
    with partners.far.entered():
        add_note(matter=Matter.objects.get(pk=matter.pk), by=partners.centre, text="只在本院")
    partners.settle()
    told = partners.far.does(lambda: list(OutMessage.objects.values_list("text", flat=True)))
    assert len(told) == 3
    assert partners.near.does(lambda: Matter.objects.get(pk=matter.pk).talks.count()) == 0


def test_numbers_have_no_gap_on_either_side(partners: Partners) -> None:
    partners.fed_back()
    for world in (partners.near, partners.far):
        with world.entered():
            thread = Thread.objects.get()
            said: Any = OutMessage.objects.order_by("number").values_list("number", flat=True)
            heard: Any = InMessage.objects.order_by("number").values_list("number", flat=True)
            assert list(said) == list(range(1, thread.said + 1))
            assert list(heard) == list(range(1, thread.heard + 1))
