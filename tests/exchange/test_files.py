"""Papers and photographs follow by their hash: fetched in pieces, verified, and had by nobody else."""

import hashlib
from typing import Any

import pytest

from server.common.clock import now
from server.evidence.models import StoredFile
from server.evidence.services import sweep_parts
from server.exchange.line import Answer, NotReached
from server.exchange.models import Peer, WantedFile
from server.exchange.services import arriving_files, card_of, cut_off, enrol_peer, fetching, parts_of_wanted
from server.exchange.services.calling import request_headers
from server.matters.models import Matter
from server.matters.states import Move
from server.people.models import Court
from server.people.services import create_court
from tests.actors import browser_of
from tests.exchange.conftest import Partners
from tests.exchange.line import Line, altered, joined, lost, run, torn
from tests.exchange.worlds import World, peer_of
from tests.pictures import jpeg
from tests.sync.pushing import COMPLETE, phone_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(partners: Partners, monkeypatch: pytest.MonkeyPatch) -> Any:
    with joined(partners.near, partners.far, monkeypatch) as line:
        yield line


def states(world: World, part: str) -> list[str]:
    read: Any = lambda: list(WantedFile.objects.filter(part=part).values_list("state", flat=True))  # noqa: E731
    found: list[str] = world.does(read)
    return found


def act(partners: Partners, matter: Matter, photo: bytes) -> None:
    """On site, by the officer of the other court."""
    with partners.far.entered():
        phone = phone_of(partners.handler)
        subjects = [{"type": "matter", "id": str(matter.pk), "assignment_no": 1}]
        phone.record("LOCATE", subjects=subjects, fields=COMPLETE, photos=[photo])
        phone.push()
        assert phone.upload(photo) == 204


def fed_back_with(partners: Partners, photo: bytes) -> Matter:
    matter = partners.frozen()
    act(partners, matter, photo)
    with partners.far.entered():
        partners.paper(Matter.objects.get(pk=matter.pk), "receipt", "回执", by=partners.handler, is_result=True)
    partners.do(matter, Move.FEED_BACK, partners.handler)
    return matter


def test_papers_of_the_request_come_with_it_and_are_read_there(partners: Partners, line: Line) -> None:
    matter = partners.arrived()
    wanted = states(partners.far, "REQUEST")
    assert wanted
    assert set(wanted) == {"WANTED"}
    assert run(partners.far, partners.near) == len(wanted)
    with partners.far.entered():
        papers = Matter.objects.get(pk=matter.pk).papers.select_related("paper")
        assert len(papers) == len(wanted)
        reader = browser_of(partners.centre)
        for row in papers:
            answer = reader.get(f"/api/v1/papers/{row.paper.sha256}")
            content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
            assert hashlib.sha256(content).hexdigest() == row.paper.sha256
        across = reader.get(f"/api/v1/exchange/matters/{matter.pk}").json()
    assert (across["promised"], across["arrived"]) == (len(wanted), len(wanted))


def test_photographs_of_an_act_follow_the_feedback(partners: Partners, line: Line) -> None:
    photo = jpeg()
    sha256 = hashlib.sha256(photo).hexdigest()
    matter = fed_back_with(partners, photo)
    partners.settle()
    url = f"/api/v1/exchange/matters/{matter.pk}/files/{sha256}"
    with partners.near.entered():
        reader = browser_of(partners.cast.holder)
        assert reader.get(url).json()["code"] == "evidence_not_arrived"
        told = reader.get(f"/api/v1/exchange/matters/{matter.pk}").json()
        assert (told["promised"], told["arrived"]) == (2, 0)
    assert run(partners.near, partners.far) == 2
    with partners.near.entered():
        answer = reader.get(url)
        assert b"".join(answer.streaming_content) == photo  # type: ignore[attr-defined]
        assert StoredFile.objects.get(pk=sha256).size == len(photo)
        assert reader.get(f"/api/v1/exchange/matters/{matter.pk}").json()["arrived"] == 2
        assert browser_of(partners.cast.bystander).get(url).status_code == 404
        (paper,) = Matter.objects.get(pk=matter.pk).papers.filter(is_result=True)
        assert reader.head(f"/api/v1/papers/{paper.paper.sha256}").status_code == 200


def test_a_large_file_goes_on_where_it_broke_off(
    partners: Partners, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (arriving_files, fetching):
        monkeypatch.setattr(module, "PIECE", 1000)
    photo = jpeg(size=(320, 240))
    fed_back_with(partners, photo)
    partners.settle()
    line.faults = [lambda answer: answer, torn, lost]
    run(partners.near, partners.far)
    with partners.near.entered():
        sweep_parts(named_elsewhere=parts_of_wanted)
    before = len(line.asked)
    run(partners.near, partners.far)
    assert states(partners.near, "ACT") == ["ARRIVED"]
    assert states(partners.near, "RESULT") == ["ARRIVED"]
    ranges = [each.rsplit("bytes=")[1] for each in line.asked if "bytes=" in each]
    assert len(ranges) == len(set(ranges)) + 1, "only what was lost was asked for twice"
    assert before > 2


def test_altered_bytes_never_count(partners: Partners, line: Line) -> None:
    matter = partners.arrived()
    line.faults = [altered]
    run(partners.far, partners.near)
    assert sorted(set(states(partners.far, "REQUEST"))) == ["ARRIVED", "WANTED"]
    with partners.far.entered():
        wanted = WantedFile.objects.get(state="WANTED")
        assert (wanted.fault, wanted.offset, wanted.parts) == ("hash_differs", 0, [])
        assert not Matter.objects.get(pk=matter.pk).papers.filter(paper__sha256=wanted.sha256).exists()
        WantedFile.objects.update(next_attempt_at=now())
    run(partners.far, partners.near)
    assert set(states(partners.far, "REQUEST")) == {"ARRIVED"}


def fetched(partners: Partners, line: Line, asker: World, sha256: str, court: Court | None = None) -> Answer:
    path = fetching.FILES_PATH + sha256
    giver, url = (
        (partners.near, "http://near.example") if asker is partners.far else (partners.far, "http://far.example")
    )
    with asker.entered():
        headers = request_headers("GET", path, None, peer_of(giver), court or asker.court)
    return line.ask("GET", url, path, headers)


def code(answer: Answer) -> tuple[int, bool]:
    return answer.status, b"exchange_file_unknown" in answer.body


def test_a_file_is_had_by_whom_it_was_named_to_and_as_long_as_the_matter_lasts(partners: Partners, line: Line) -> None:
    matter = partners.arrived()
    with partners.near.entered():
        sha256 = Matter.objects.get(pk=matter.pk).papers.first().paper.sha256  # type: ignore[union-attr]
        other = partners.draft()
        unsent = other.papers.first().paper.sha256  # type: ignore[union-attr]
    assert fetched(partners, line, partners.far, sha256).status == 200
    assert code(fetched(partners, line, partners.far, unsent)) == (404, True)
    assert code(fetched(partners, line, partners.far, "0" * 64)) == (404, True)
    with partners.far.entered():
        third = create_court(code="浙9703", name="远溪县人民法院", level=Court.Level.BASIC)
        card = card_of(third)
    partners.near.does(enrol_peer, card=card, code="浙9703")
    assert code(fetched(partners, line, partners.far, sha256, third)) == (404, True)
    partners.ask(matter, Move.WITHDRAW, words="已履行")
    partners.settle()
    assert code(fetched(partners, line, partners.far, sha256)) == (404, True)


def test_a_partner_who_was_cut_off_gets_no_file(partners: Partners, line: Line) -> None:
    matter = partners.arrived()
    with partners.near.entered():
        sha256 = Matter.objects.get(pk=matter.pk).papers.first().paper.sha256  # type: ignore[union-attr]
        cut_off(peer=peer_of(partners.far), reason="x")
    answer = fetched(partners, line, partners.far, sha256)
    assert (answer.status, b"exchange_cut_off" in answer.body) == (403, True)


def test_what_is_not_given_is_said_and_holds_nothing_up(partners: Partners, line: Line) -> None:
    partners.arrived()
    gone = Answer(404, {}, b"{}")
    for _ in range(arriving_files.FAILURES_TO_REFUSE):
        line.faults = [lambda answer: gone]
        with partners.far.entered():
            WantedFile.objects.update(next_attempt_at=now())
        run(partners.far, partners.near)
    assert sorted(set(states(partners.far, "REQUEST"))) == ["ARRIVED", "REFUSED"]


def test_messages_go_by_the_line_and_back_off_when_nobody_answers(partners: Partners, line: Line) -> None:
    matter = partners.sent()
    line.faults = [lost]
    assert run(partners.near, partners.far) == 0
    with partners.near.entered():
        peer = Peer.objects.get()
        assert (peer.failures, peer.last_fault, peer.busy_until) == (1, "no answer in time", None)
        assert peer.next_attempt_at > now()
    assert run(partners.near, partners.far) == 1
    with partners.near.entered():
        assert (Peer.objects.get().failures, Peer.objects.get().last_fault) == (0, "")
    assert partners.states(matter) == ("SENT", "SENT")


def test_a_lost_answer_is_not_a_lost_message(partners: Partners, line: Line) -> None:
    matter = partners.sent()
    line.faults = [lost]
    run(partners.near, partners.far)
    assert partners.states(matter) == ("SENT", "SENT"), "it arrived, and nobody here knows yet"
    run(partners.near, partners.far)
    partners.do(matter, Move.SIGN_FOR)
    run(partners.far, partners.near)
    assert partners.states(matter) == ("ACCEPTED", "ACCEPTED")


def test_a_signature_of_nobody_is_no_receipt(partners: Partners, line: Line) -> None:
    partners.sent()
    line.faults = [lambda answer: Answer(200, {}, b'{"receipts": ["x.y"], "keys": []}')]
    assert run(partners.near, partners.far) == 0
    assert run(partners.near, partners.far) == 1
    line.faults = [lambda answer: Answer(200, {}, b'{"receipts": [], "keys": ["x"]}')]
    partners.sent()
    assert run(partners.near, partners.far) == 0
    with pytest.raises(NotReached):
        lost(Answer(200, {}, b""))
