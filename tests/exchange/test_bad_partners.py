"""A partner that errs or cheats: what it says is judged, holds up nothing else, and moves no clock of ours."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pydantic import ValidationError

from server.common.clock import now
from server.common.errors import DomainError
from server.common.signing import text_hash
from server.evidence.services import papers
from server.exchange import batch_file
from server.exchange.batch_file import MESSAGES, BatchReader, BatchUnreadable, BatchWriter
from server.exchange.models import WantedFile
from server.exchange.services import cut_off, write_batch
from server.exchange.services.outbox import _signed, hold_thread, write_message
from server.matters.models import Matter
from server.matters.services import pass_limits
from server.matters.states import Move
from server.matters.told import FeedbackTold
from tests.exchange.conftest import Partners
from tests.exchange.line import Line, joined, run
from tests.exchange.test_files import states
from tests.exchange.worlds import World, codes, peer_of
from tests.matters.conftest import at_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def line(partners: Partners, monkeypatch: pytest.MonkeyPatch) -> Any:
    with joined(partners.near, partners.far, monkeypatch) as line:
        yield line


def says(speaker: World, listener: World, matter: Matter, kind: str, body: dict[str, Any]) -> None:
    """Signed and numbered as it should be, whatever it says."""
    with speaker.entered(), transaction.atomic():
        thread = hold_thread(peer_of(listener), speaker.court, matter.pk)
        row = write_message(thread, kind[:20], body, at=now())
        row.text = _signed(thread, row.number, kind, body, "", now())
        row.hash = text_hash(row.text)
        row.save(update_fields=["text", "hash"])


def test_no_batch_is_written_for_a_court_that_was_cut_off(partners: Partners, tmp_path: Path) -> None:
    partners.sent()
    with partners.near.entered():
        cut_off(peer=peer_of(partners.far), reason="钥匙遗失")
        with pytest.raises(DomainError) as caught:
            write_batch(peer=peer_of(partners.far), court=partners.near.court, folder=tmp_path)
    assert caught.value.code == "exchange_cut_off"
    assert list(tmp_path.glob("*.zip")) == []


def test_a_kind_with_a_long_name_is_answered_and_the_next_message_has_its_turn(partners: Partners) -> None:
    matter = partners.arrived()
    says(partners.far, partners.near, matter, "a_kind_of_a_much_newer_server_than_this_one", {})
    partners.do(matter, Move.SIGN_FOR)
    partners.settle()
    assert codes(partners.far) == ["exchange_kind_unknown"]
    assert partners.states(matter) == ("ACCEPTED", "ACCEPTED")


def test_numbers_that_no_column_holds_are_no_message() -> None:
    with pytest.raises(ValidationError, match="version"):
        FeedbackTold.model_validate({"id": "00000000-0000-0000-0000-000000000000", "version": 2**31, "papers": []})


def test_a_number_of_ours_is_not_given_by_another_court(partners: Partners) -> None:
    matter = partners.draft()
    with partners.near.entered():
        Matter.objects.filter(pk=matter.pk).update(number="（2026）浙9702委1号")
    partners.ask(matter, Move.SUBMIT)
    partners.ask(matter, Move.APPROVE, partners.cast.director)
    partners.settle()
    assert codes(partners.near) == ["matter_request_invalid"]
    assert partners.far.does(Matter.objects.count) == 0


def test_papers_are_not_late_before_their_day(partners: Partners) -> None:
    matter = partners.arrived()
    partners.talk(matter)
    partners.do(matter, Move.ASK_SUPPLEMENT, words="缺一份")
    partners.settle()
    says(partners.far, partners.near, matter, "move", {"move": "time_out"})
    partners.settle()
    assert codes(partners.far) == ["matter_not_in_state"]
    assert partners.states(matter)[0] == "SUPPLEMENT_WAIT"


def test_a_result_that_was_carried_for_days_waits_for_a_word_since_it_came(partners: Partners) -> None:
    matter = partners.frozen()
    with partners.far.entered():
        row = Matter.objects.get(pk=matter.pk)
        partners.paper(row, "receipt", "回执", by=partners.handler, is_result=True)
    partners.do(matter, Move.FEED_BACK, partners.handler)
    at_day(10)
    partners.settle()
    assert partners.near.does(pass_limits) == 0
    at_day(20)
    assert partners.near.does(pass_limits) == 1


def test_papers_that_no_court_keeps_are_given_up_each_by_itself(
    partners: Partners, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    partners.arrived()
    with partners.far.entered():
        sizes = dict(WantedFile.objects.values_list("sha256", "size"))
    monkeypatch.setattr(papers, "MAX_PAPER_BYTES", max(sizes.values()) - 1)
    kept = sum(size < max(sizes.values()) for size in sizes.values())
    assert run(partners.far, partners.near) == kept < len(sizes)
    assert sorted(states(partners.far, "REQUEST")) == ["ARRIVED"] * kept + ["REFUSED"] * (len(sizes) - kept)


def test_a_member_that_grows_without_end_is_no_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_file, "LARGEST_TEXT", 100_000)
    path = tmp_path / "batch.zip"
    with path.open("w+b") as file:
        writer = BatchWriter(file)
        writer.add_lines(MESSAGES, ["0" * 100_001])
        writer.seal(lambda sha256: sha256)
    with path.open("rb") as file, pytest.raises(BatchUnreadable, match="larger"):
        BatchReader(file).lines(MESSAGES)
    with path.open("rb") as file, pytest.raises(BatchUnreadable, match="wants"):
        BatchReader(file).json("wants.json")
