"""The page of peers: who sees it, what waits and since when, what was not taken and goes out again."""

from datetime import timedelta

from server.common.clock import now
from server.exchange.models import OutMessage, Peer
from server.exchange.services import cut_off, tell_of_silent_peers
from server.notices.models import Notice
from server.people.models import Officer
from tests.actors import browser_of, officer_of
from tests.centre.reading import seen_by
from tests.exchange.conftest import Partners
from tests.exchange.worlds import peer_of

PAGE = "/centre/exchange"


def shown(officer: Officer) -> str:
    return seen_by(officer, PAGE).one("main").text


def enrolled_with_line(partners: Partners) -> Peer:
    """As if a line led there, for which minutes count."""
    with partners.near.entered():
        peer = peer_of(partners.far)
        Peer.objects.filter(pk=peer.pk).update(url="https://far.example", last_contact_at=None)
    return peer


def wait_for(**spent: float) -> None:
    OutMessage.objects.update(written_at=now() - timedelta(**spent))


def test_it_is_the_directors_and_the_administrators(partners: Partners) -> None:
    cast = partners.cast
    for officer in (cast.director, cast.sysadmin):
        assert "远河市人民法院" in shown(officer)
        assert PAGE in [link.attributes.get("href") for link in seen_by(officer, "/centre/").all("a")]
    for officer in (cast.holder, cast.duty, cast.stranger, cast.supervisor, cast.inspector, cast.auditor):
        assert browser_of(officer).get(PAGE).status_code == 404
        assert PAGE not in [link.attributes.get("href") for link in seen_by(officer, "/centre/").all("a")]


def test_what_waits_is_shown_with_its_time_and_never_in_green(partners: Partners) -> None:
    enrolled_with_line(partners)
    assert "近期无联系，无待发" in shown(partners.cast.director)
    partners.sent()
    assert "发送中" in shown(partners.cast.director)
    wait_for(hours=1)
    assert "无回音，且有待发" in shown(partners.cast.director)
    wait_for(days=2)
    assert "长时间无回音" in shown(partners.cast.director)
    with partners.near.entered():
        cut_off(peer=peer_of(partners.far), reason="更换机房")
    assert "更换机房" in shown(partners.cast.director)


def test_of_a_silent_peer_people_are_told_once_each_time_it_gets_worse(partners: Partners) -> None:
    enrolled_with_line(partners)
    partners.sent()
    assert tell_of_silent_peers() == 0
    wait_for(hours=1)
    assert (tell_of_silent_peers(), tell_of_silent_peers()) == (3, 0)
    told = Notice.objects.filter(kind="exchange")
    assert {notice.officer for notice in told} == {partners.cast.director, partners.cast.duty, partners.cast.sysadmin}
    OutMessage.objects.update(written_at=now() - timedelta(days=2))
    assert tell_of_silent_peers() == 3


def test_a_dead_letter_shows_why_and_goes_out_again(partners: Partners) -> None:
    matter, director = partners.sent(), partners.cast.director
    letter = OutMessage.objects.get()
    OutMessage.objects.update(state=OutMessage.State.DEAD, code="exchange_message_invalid")
    assert tell_of_silent_peers() == 3
    page = seen_by(director, PAGE)
    assert matter.number in page.one("main").text
    assert "exchange_message_invalid" in page.one("main").text
    again = f"{PAGE}/{letter.pk}/again"
    for officer in (partners.cast.holder, partners.cast.duty, partners.cast.stranger):
        assert browser_of(officer).post(again).status_code == 404
    other = officer_of(partners.cast.other_court, "250909", "外院", "DIRECTOR")
    assert browser_of(other).post(again).status_code == 404
    assert browser_of(director).post(f"{PAGE}/{letter.pk + 1}/again").status_code == 404
    assert browser_of(director).post(again).status_code == 302
    letter.refresh_from_db()
    assert letter.state == OutMessage.State.WAITING
    partners.settle()
    assert partners.states(matter) == ("SENT", "SENT")


def test_it_speaks_english_too(partners: Partners) -> None:
    browser = browser_of(partners.cast.director)
    browser.cookies["django_language"] = "en"
    assert "Courts on other servers" in browser.get(PAGE).content.decode()
