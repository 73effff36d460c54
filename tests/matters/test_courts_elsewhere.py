"""A court without a server of ours, or with its own: it is asked like any other, and nothing of its own is kept."""

import pytest

from server.ledger.models import Head
from server.matters.models import Matter, MatterTalk
from server.matters.services import Asked, draft_matter
from server.matters.states import Move
from server.people.models import Court
from server.people.services import create_partner
from server.people.streams import court_stream
from tests.actors import Cast
from tests.matters.conftest import FREEZE, Errand
from tests.matters.test_devices import record, told
from tests.matters.test_moves import entries
from tests.matters.test_who_sees import seen
from tests.pictures import jpeg
from tests.sync.pushing import phone_of, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere() -> Court:
    return create_partner(code="浙9703", name="远溪县人民法院", level=Court.Level.BASIC, reach=Court.Reach.PACKAGE)


@pytest.fixture
def sent(errand: Errand, cast: Cast, elsewhere: Court) -> Matter:
    asked = Asked(kind="DEPOSIT_FREEZE", request=FREEZE)
    matter = draft_matter(case=errand.case, to_court=elsewhere, asked=asked, by=cast.holder).matter
    errand.move(errand.with_papers(matter), Move.SUBMIT, cast.holder)
    return errand.move(matter, Move.APPROVE, cast.director)


def test_a_court_elsewhere_is_asked_like_any_other(sent: Matter, cast: Cast, elsewhere: Court) -> None:
    detail = seen(cast.holder, sent)
    assert (detail["state"], detail["to_court"]["name"], detail["waits_for"]) == ("SENT", elsewhere.name, "doing")
    assert [step["move"] for step in detail["steps"]] == ["withdraw"]


def test_only_ledgers_of_this_server_are_told(sent: Matter, cast: Cast, elsewhere: Court) -> None:
    assert [kind for kind, *_ in entries(cast.court, sent)][-1] == "matter_moved"
    assert not Head.objects.filter(stream=court_stream(elsewhere.pk)).exists()


def test_what_people_elsewhere_said_and_did_shows_their_names(sent: Matter, cast: Cast, elsewhere: Court) -> None:
    MatterTalk.objects.create(matter=sent, court=elsewhere, by_name="远值", spoke_with="林岚", text="已收到")
    Matter.objects.filter(pk=sent.pk).update(handler_name="远办", handler_phone="0577-1")
    detail = seen(cast.holder, sent)
    assert ([talk["by"] for talk in detail["talks"]], detail["handler"]) == (["远值"], "远办")


def test_an_act_for_an_errand_from_elsewhere_stands_in_our_ledger_alone(errand: Errand, cast: Cast) -> None:
    matter, photo = errand.assigned(), jpeg()
    Court.objects.filter(pk=cast.court.pk).update(reach=Court.Reach.PEER)
    phone = phone_of(cast.stranger)
    record(phone, matter, photo)
    assert statuses(phone.push()) == [("applied", "ok")]
    assert phone.upload(photo) == 204
    for kind in ("action_recorded", "evidence_verified"):
        assert (len(told(cast.other_court, kind)), told(cast.court, kind)) == (1, [])


def test_a_court_of_this_server_is_no_partner_elsewhere() -> None:
    with pytest.raises(ValueError, match="keys and ledgers"):
        create_partner(code="浙9704", name="近县人民法院", level=Court.Level.BASIC, reach=Court.Reach.HERE)
