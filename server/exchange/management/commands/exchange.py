import hashlib
import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from server.common.clock import to_wire
from server.common.errors import DomainError
from server.evidence.store import StoreUnavailable
from server.exchange.models import OutMessage, Peer
from server.exchange.services import card_of, cut_off, deliver, enrol_peer, read_batch, retry, write_batch
from server.exchange.services.batch_out import FILE_BYTES
from server.people.models import Court
from server.people.services import rotate_signing_key


class Command(BaseCommand):
    help = (
        "Courts on other servers: print our card, enrol theirs, rotate our key, cut one off, deliver, look, try again, "
        "write and read batches that are carried."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        doing = parser.add_subparsers(dest="doing", required=True)
        for name in ("card", "rotate"):
            doing.add_parser(name).add_argument("court", help="code of a court of this server, such as 闽0924")
        enrol = doing.add_parser("enrol")
        enrol.add_argument("card", type=Path, help="the file that the other court's people brought")
        enrol.add_argument("--court", required=True, help="code of the court whose card it should be")
        way = enrol.add_mutually_exclusive_group(required=True)
        way.add_argument("--url", default="", help="address of its server, such as https://zhixing.court.example")
        way.add_argument("--by-files", action="store_true", help="no net between the two: batches are carried")
        cut = doing.add_parser("cut-off")
        cut.add_argument("court", help="code of the other court")
        cut.add_argument("--reason", required=True)
        doing.add_parser("deliver").add_argument("court", nargs="?", help="to this court alone")
        doing.add_parser("retry").add_argument(
            "message", type=int, help="number of a dead letter, as `status` lists it"
        )
        doing.add_parser("status")
        export = doing.add_parser("export")
        export.add_argument("folder", type=Path, help="into which one zip is written, for somebody to carry")
        export.add_argument("--peer", required=True, help="code of the court it is for")
        export.add_argument("--court", default="", help="of ours, where this server has several that speak with it")
        export.add_argument("--size", type=int, default=FILE_BYTES, help="most bytes of files in it (%(default)s)")
        doing.add_parser("import").add_argument("file", type=Path, help="a zip that was carried here")

    def handle(self, *args: Any, **options: Any) -> None:
        name = str(options["doing"]).replace("-", "_")
        try:
            getattr(self, f"_{name}")(options)
        except DomainError as refused:
            details = json.dumps(refused.details, ensure_ascii=False)
            raise CommandError(f"{refused.message} [{refused.code}] {details}") from None

    def _card(self, options: dict[str, Any]) -> None:
        self._print({"card": card_of(_own(options["court"]))})

    def _rotate(self, options: dict[str, Any]) -> None:
        court = _own(options["court"])
        self._print({"court": court.code, "kid": rotate_signing_key(court=court).kid})

    def _enrol(self, options: dict[str, Any]) -> None:
        try:
            card = str(json.loads(options["card"].read_text(encoding="utf-8"))["card"])
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise CommandError(_("Cannot read the file: %(fault)s") % {"fault": fault}) from None
        peer = enrol_peer(card=card, code=options["court"], url=options["url"])
        fingerprint = hashlib.sha256(bytes(peer.root_public)).hexdigest()
        self._print({"court": peer.court.code, "name": peer.court.name, "url": peer.url, "root": fingerprint})

    def _cut_off(self, options: dict[str, Any]) -> None:
        peer = _peer(options["court"])
        cut_off(peer=peer, reason=options["reason"])
        self._print({"court": peer.court.code, "cut_off_at": to_wire(peer.cut_off_at) if peer.cut_off_at else None})

    def _deliver(self, options: dict[str, Any]) -> None:
        peers = [_peer(options["court"])] if options["court"] else list(Peer.objects.exclude(url="").order_by("pk"))
        for peer in peers:
            delivered = deliver(peer.pk, is_asked=True)
            peer.refresh_from_db()
            self._print({"court": peer.court.code, "delivered": delivered, "fault": peer.last_fault})

    def _retry(self, options: dict[str, Any]) -> None:
        row = retry(message_id=options["message"])
        if row is None:
            raise CommandError(_("There is no dead letter with this number."))
        self._print({"message": row.pk, "state": row.state})

    def _status(self, options: dict[str, Any]) -> None:
        waiting = Count("threads__out_messages", filter=Q(threads__out_messages__state=OutMessage.State.WAITING))
        for peer in Peer.objects.select_related("court").annotate(waiting=waiting).order_by("pk"):
            self._print(_described(peer, waiting=peer.waiting))
        for row in OutMessage.objects.filter(state=OutMessage.State.DEAD).select_related("thread__peer__court"):
            court, matter = row.thread.peer.court.code, str(row.thread.matter_id)
            self._print({"dead_letter": row.pk, "court": court, "matter": matter, "move": row.move, "code": row.code})

    def _export(self, options: dict[str, Any]) -> None:
        peer = _peer(options["peer"])
        court = _own(options["court"]) if options["court"] else _speaks_with(peer)
        try:
            written = write_batch(peer=peer, court=court, folder=options["folder"], at_most=options["size"])
        except (OSError, StoreUnavailable) as fault:
            raise CommandError(_("The batch was not written: %(fault)s") % {"fault": fault}) from None
        self._print({**asdict(written), "path": str(written.path)})

    def _import(self, options: dict[str, Any]) -> None:
        try:
            taken = read_batch(options["file"])
        except (OSError, StoreUnavailable) as fault:
            raise CommandError(_("Cannot read the file: %(fault)s") % {"fault": fault}) from None
        figures = {name: getattr(taken, name) for name in ("messages", "receipts", "parts", "is_newest")}
        self._print({"court": taken.peer.court.code, **figures})

    def _print(self, told: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(told, ensure_ascii=False))


def _described(peer: Peer, *, waiting: int) -> dict[str, Any]:
    moments = {name: getattr(peer, name) for name in ("cut_off_at", "last_contact_at")}
    return {
        "court": peer.court.code,
        "name": peer.court.name,
        "url": peer.url,
        "waiting": waiting,
        "failures": peer.failures,
        "fault": peer.last_fault,
        **{name: to_wire(at) if at else None for name, at in moments.items()},
    }


def _own(code: str) -> Court:
    court = Court.objects.filter(code=code, reach=Court.Reach.HERE).first()
    if court is None:
        raise CommandError(_("There is no court with code %(code)s.") % {"code": code})
    return court


def _speaks_with(peer: Peer) -> Court:
    """The court of this server that does, or the only one there is."""
    here = Court.objects.filter(reach=Court.Reach.HERE)
    speaking = list(here.filter(pk__in=peer.threads.values("court")) or here)
    if len(speaking) != 1:
        raise CommandError(_("Several courts of this server speak with it: name one by --court."))
    return speaking[0]


def _peer(code: str) -> Peer:
    peer = Peer.objects.select_related("court").filter(court__code=code).first()
    if peer is None:
        raise CommandError(_("There is no court with code %(code)s.") % {"code": code})
    return peer
