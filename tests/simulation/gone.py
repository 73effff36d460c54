"""What a device's log need not hold, and why: holes of a restore to before the court's own word, and what is sealed."""

from uuid import UUID

from server.ledger.models import Entry
from server.sync.models import LostRange, SealedOperation
from tests.simulation.findings import require
from tests.simulation.phone import Phone


def lost_seqs(device_id: UUID) -> set[int]:
    """Numbers that the server has written down as lost."""
    spans = LostRange.objects.filter(device_id=device_id).values_list("first_seq", "last_seq")
    return {seq for first, last in spans for seq in range(first, last + 1)}


def sealed_operations(device_id: UUID) -> dict[int, tuple[bytes, str, bytes]]:
    rows = SealedOperation.objects.filter(device_id=device_id)
    return {row.seq: (bytes(row.body), row.hash, bytes(row.signature)) for row in rows}


def holes_are_explained(phone: Phone) -> None:
    """I1: nothing is called lost but what the device had let go of, at our word; what it still has it sends."""
    lost = lost_seqs(phone.device_id)
    require(max(lost, default=0) <= phone.let_go, "I1", f"{phone.name}: {max(lost, default=0)} is lost and was kept")


def each_hole_has_its_alarm() -> None:
    told = Entry.objects.filter(kind="lost_range").count()
    holes = LostRange.objects.count()
    require(told == holes, "I1", f"{told} alarms of {holes} lost ranges")


def everything_is_handed_over(phone: Phone, acked: int) -> None:
    """I1: what a revoked device had not sent and not let go of is sealed, byte for byte, behind a hole too."""
    sealed = sealed_operations(phone.device_id)
    for operation in phone.journal.operations[acked:]:
        ours = (operation.raw, operation.hash, operation.signature)
        held = sealed.get(operation.seq)
        is_excused = operation.seq <= phone.let_go
        require(held == ours or is_excused, "I1", f"{phone.name}/{operation.seq} of a revoked device is not sealed")
    for sha256, content in phone.journal.photos.items():
        is_held = sha256 in phone.photos_let_go or phone.reads(sha256) == content
        require(is_held, "I1", f"{phone.name}: a photo of a revoked device is gone, {sha256[:12]}")
