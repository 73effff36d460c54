"""The page of an errand between two servers: what waits, what was asked, what was not taken, how much has arrived."""

import pytest

from server.exchange.models import Peer, WantedFile
from server.exchange.services import enqueue_due_peers
from server.matters.models import Matter
from server.matters.states import Move
from server.people.models import Officer
from tests.actors import browser_of
from tests.exchange.conftest import Partners
from tests.exchange.line import joined, run
from tests.exchange.worlds import World

pytestmark = pytest.mark.django_db


def page(world: World, reader: Officer, matter: Matter) -> str:
    with world.entered():
        answer = browser_of(reader).get(f"/centre/matters/{matter.pk}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_what_waits_and_what_was_asked(partners: Partners) -> None:
    matter = partners.sent()
    reader = partners.cast.holder
    assert "本院最近的内容尚在送达途中" in page(partners.near, reader, matter)
    partners.settle()
    assert "本院内容均已送达" in page(partners.near, reader, matter)
    partners.ask(matter, Move.WITHDRAW, words="已履行")
    asked = page(partners.near, reader, matter)
    assert "撤回委托：已提出，等待远河市人民法院答复" in asked
    assert "尚未答复" in asked, "and why it is not asked a second time"
    partners.settle()
    assert "撤回委托：远河市人民法院已同意" in page(partners.near, reader, matter)


def test_what_the_other_court_did_not_take_is_said_with_its_reason(partners: Partners) -> None:
    matter = partners.frozen()
    partners.ask(matter, Move.WITHDRAW, words="已履行", asks_release=True)
    with partners.far.entered():
        partners.paper(Matter.objects.get(pk=matter.pk), "receipt", "回执", by=partners.handler, is_result=True)
    partners.do(matter, Move.FEED_BACK, partners.handler)
    partners.settle()
    shown = page(partners.near, partners.cast.holder, matter)
    assert "撤回委托：远河市人民法院未接受" in shown


def test_it_says_how_many_files_have_arrived(partners: Partners, monkeypatch: pytest.MonkeyPatch) -> None:
    matter = partners.arrived()
    count = partners.far.does(WantedFile.objects.count)
    assert f"共 {count} 个文件，已到达 0 个" in page(partners.far, partners.centre, matter)
    with joined(partners.near, partners.far, monkeypatch):
        run(partners.far, partners.near)
    assert f"共 {count} 个文件，已到达 {count} 个" in page(partners.far, partners.centre, matter)


def test_an_errand_of_one_server_says_nothing_of_it(partners: Partners) -> None:
    matter = partners.sent()
    with partners.near.entered():
        Matter.objects.filter(pk=matter.pk).update(to_court=partners.cast.other_court)
    assert 'id="across"' not in page(partners.near, partners.cast.holder, matter)


def test_the_beat_has_the_worker_deliver_and_fetch_once(partners: Partners) -> None:
    partners.sent()
    with partners.near.entered():
        assert enqueue_due_peers() == 0, "by files alone"
        Peer.objects.update(url="http://far.example")
        assert (enqueue_due_peers(), enqueue_due_peers()) == (1, 0)
    partners.settle()
    with partners.far.entered():
        Peer.objects.update(url="http://near.example")
        assert enqueue_due_peers() == 1, "files are wanted"
