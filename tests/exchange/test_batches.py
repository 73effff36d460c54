"""By files alone: a zip carried twice, late, cut short, altered or to the wrong court acts once, or not at all."""

import hashlib
import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from server.common.clock import now
from server.common.errors import DomainError
from server.exchange.models import OutMessage, Peer, WantedFile
from server.exchange.services import cut_off, read_batch, write_batch
from server.exchange.services.batch_in import Taken
from server.exchange.services.batch_out import FILE_BYTES
from server.matters.models import Matter, MatterTalk
from server.matters.services import log_talk
from server.matters.states import Move
from server.people.services import rotate_signing_key
from tests.actors import browser_of
from tests.exchange.conftest import Partners
from tests.exchange.test_files import fed_back_with
from tests.exchange.worlds import World, peer_of
from tests.pictures import jpeg


class Gate:
    """Between the two: whoever carries files."""

    def __init__(self, partners: Partners, folder: Path) -> None:
        self.near, self.far, self._folder = partners.near, partners.far, folder

    def written(self, sender: World, at_most: int = FILE_BYTES) -> Path:
        receiver = self.far if sender is self.near else self.near
        return Path(sender.does(lambda: _written(sender, receiver, self._folder, at_most)))

    def read(self, receiver: World, path: Path) -> Taken:
        taken: Taken = receiver.does(read_batch, path)
        return taken

    def carry(self, sender: World, at_most: int = FILE_BYTES) -> Taken:
        return self.read(self.far if sender is self.near else self.near, self.written(sender, at_most))

    def settle(self) -> None:
        for sender in (self.near, self.far, self.near, self.far):
            self.carry(sender)


def _written(sender: World, receiver: World, folder: Path, at_most: int) -> Path:
    return write_batch(peer=peer_of(receiver), court=sender.court, folder=folder, at_most=at_most).path


def arrived(world: World, part: str) -> list[bool]:
    rows = WantedFile.objects.filter(part=part)
    return [state == "ARRIVED" for state in world.does(lambda: list(rows.values_list("state", flat=True)))]


def waiting(world: World) -> int:
    return int(world.does(OutMessage.objects.filter(state=OutMessage.State.WAITING).count))


def state(world: World, matter: Matter) -> str:
    return str(world.does(lambda: Matter.objects.get(pk=matter.pk).state))


@pytest.fixture
def gate(partners: Partners, tmp_path: Path) -> Gate:
    folder = tmp_path / "gate"
    folder.mkdir()
    return Gate(partners, folder)


def refused(world: World, path: Path) -> str:
    with pytest.raises(DomainError) as caught:
        world.does(read_batch, path)
    return caught.value.code


def test_an_errand_goes_its_way_by_files_alone(partners: Partners, gate: Gate) -> None:
    matter = partners.sent()
    gate.carry(gate.near)
    partners.do(matter, Move.SIGN_FOR)
    assert (state(gate.far, matter), state(gate.near, matter), waiting(gate.near)) == ("ACCEPTED", "SENT", 1)
    taken = gate.carry(gate.far)
    assert (taken.messages, taken.receipts, taken.is_newest) == (1, 1, True)
    assert (state(gate.near, matter), waiting(gate.near), waiting(gate.far)) == ("ACCEPTED", 0, 1)
    gate.settle()
    assert (waiting(gate.near), waiting(gate.far)) == (0, 0)


def test_a_batch_read_twice_or_lost_or_late_acts_once(partners: Partners, gate: Gate) -> None:
    matter = partners.sent()
    lost, late = gate.written(gate.near), gate.written(gate.near)
    lost.unlink()
    gate.settle()
    with gate.far.entered():
        log_talk(matter=Matter.objects.get(pk=matter.pk), by=partners.centre, spoke_with="林岚", text="已收到")
    newer = gate.written(gate.far)
    for path in (newer, newer):
        gate.read(gate.near, path)
    assert gate.read(gate.far, late).is_newest is False
    gate.settle()
    assert gate.near.does(MatterTalk.objects.filter(matter=matter).count) == 1
    assert (waiting(gate.near), waiting(gate.far)) == (0, 0)


def test_a_later_message_waits_for_an_earlier_one(partners: Partners, gate: Gate) -> None:
    matter = partners.sent()
    gate.settle()
    partners.do(matter, Move.SIGN_FOR)
    (first,) = gate.far.does(lambda: list(OutMessage.objects.filter(state="WAITING")))
    gate.far.does(OutMessage.objects.filter(pk=first.pk).update, state="DEAD")
    with gate.far.entered():
        log_talk(matter=Matter.objects.get(pk=matter.pk), by=partners.centre, spoke_with="林岚", text="已签收")
    gate.carry(gate.far)
    assert (state(gate.near, matter), gate.near.does(MatterTalk.objects.count)) == ("SENT", 0)
    gate.far.does(OutMessage.objects.filter(pk=first.pk).update, state="WAITING")
    gate.settle()
    assert (state(gate.near, matter), gate.near.does(MatterTalk.objects.count)) == ("ACCEPTED", 1)


def test_what_is_altered_or_cut_short_is_refused(partners: Partners, gate: Gate) -> None:
    partners.sent()
    path = gate.written(gate.near)
    whole = path.read_bytes()
    codes = set()
    for place in range(0, len(whole), 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        codes.add(refused(gate.far, path))
    path.write_bytes(whole[: len(whole) // 2])
    assert refused(gate.far, path) == "batch_unreadable"
    # Where the byte falls into the ids of the signed text, it is another court's before it is an altered one.
    assert codes - {"exchange_misdirected", "exchange_stranger"} == {"batch_altered", "batch_unreadable"}
    assert gate.far.does(Matter.objects.count) == 0


def test_a_zip_of_somebody_else_is_refused(partners: Partners, gate: Gate) -> None:
    path = gate.written(gate.near)
    assert refused(gate.near, path) == "exchange_misdirected"
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("messages.jsonl", "")
    path.write_bytes(plain.getvalue())
    assert refused(gate.far, path) == "batch_unreadable"


def test_a_peer_that_was_cut_off_or_never_enrolled_gets_nothing(partners: Partners, gate: Gate) -> None:
    partners.sent()
    path = gate.written(gate.near)
    with gate.far.entered():
        cut_off(peer=peer_of(gate.near), reason="钥匙遗失")
    assert refused(gate.far, path) == "exchange_cut_off"
    gate.far.does(Peer.objects.all().delete)
    assert refused(gate.far, path) == "exchange_stranger"
    assert gate.far.does(Matter.objects.count) == 0


def test_a_batch_made_before_a_new_key_is_read_after_it(partners: Partners, gate: Gate) -> None:
    matter = partners.sent()
    before = gate.written(gate.near)
    with gate.near.entered():
        rotate_signing_key(court=gate.near.court)
    assert gate.carry(gate.near).messages == 1
    assert gate.read(gate.far, before).is_newest is False
    assert state(gate.far, matter) == "SENT"


def test_papers_come_with_the_word_of_them(partners: Partners, gate: Gate) -> None:
    partners.sent()
    assert gate.carry(gate.near).parts == 6
    assert arrived(gate.far, "REQUEST") == [True] * 6


def test_a_photograph_larger_than_a_batch_comes_in_parts_and_goes_on_where_it_was(
    partners: Partners, gate: Gate
) -> None:
    photo = jpeg(noise=90)
    matter = fed_back_with(partners, photo)
    few, walks = len(photo) // 3 + 1, 0
    first = gate.written(gate.far, few)
    gate.read(gate.near, first)
    while not all(arrived(gate.near, "ACT")):
        gate.carry(gate.near)
        lost, again = gate.written(gate.far, few), gate.written(gate.far, few)
        lost.unlink()
        gate.read(gate.near, again)
        gate.read(gate.near, first)
        walks += 1
        assert walks < 6
    assert walks >= 2
    address = f"/api/v1/exchange/matters/{matter.pk}/files/{hashlib.sha256(photo).hexdigest()}"
    with gate.near.entered():
        answer = browser_of(partners.cast.holder).get(address)
        assert b"".join(answer.streaming_content) == photo  # type: ignore[attr-defined]
    assert arrived(gate.near, "RESULT") == [True]


def test_the_newest_batch_says_since_when_a_peer_is_silent(partners: Partners, gate: Gate) -> None:
    gate.carry(gate.near)
    heard = gate.far.does(lambda: peer_of(gate.near).last_contact_at)
    assert now() - heard < timedelta(hours=1)


def test_the_command_writes_and_reads_and_names_what_it_refuses(partners: Partners, gate: Gate, tmp_path: Path) -> None:
    partners.sent()
    with gate.near.entered():
        call_command("exchange", "export", str(tmp_path), "--peer", gate.far.court.code)
    (path,) = tmp_path.glob("*.zip")
    with gate.far.entered():
        call_command("exchange", "import", str(path))
    with gate.near.entered(), pytest.raises(CommandError, match="exchange_misdirected"):
        call_command("exchange", "import", str(path))
