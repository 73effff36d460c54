"""Parcels: a device's signed work carried by another hand, through the same push, held until nothing is missing.

A carrier is told what became of a parcel; its author learns the same only by a statement of its own.
"""

import json
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.clock import now, to_wire
from server.common.errors import DomainError
from server.common.signing import sign_text
from server.ledger.services import append
from server.people.device_auth import prove_certificate
from server.people.escrow import NotOurs, parcel_key
from server.people.keys import signing_key_of
from server.people.models import Device
from server.people.services.entries import court_entry
from server.sync import held_files
from server.sync.envelope import PROTOCOL_MAX, Envelope, parse_envelope
from server.sync.held_files import Sender
from server.sync.logs import open_log
from server.sync.models import HeldFile, Parcel
from server.sync.parcel_content import deliver_files, seal_files
from server.sync.parcel_format import (
    MAGIC,
    SIGNATURE_BYTES,
    Head,
    ParcelDamaged,
    Source,
    content_of,
    read_head,
    read_manifest,
    require_signature,
)
from server.sync.push import push
from server.sync.recovery import known_by
from server.sync.sealed import seal_operations

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A parcel whose signature holds, with what it says it brings."""

    envelopes: list[Envelope]
    files: list[dict[str, Any]]
    content: Source


def submit_parcel(*, sender: Sender, sha256: str) -> Parcel:
    """Take a parcel that has arrived whole. The same one again finds what became of it.

    Raises DomainError 404 `parcel_not_found`, 422 `parcel_damaged` with `reason`, 409 `parcel_of_another_court`.
    """
    held = held_files.progress_of(sender=sender, sha256=sha256)
    if held is None or not held.label:
        message = _("This parcel has not arrived whole. Send its bytes first.")
        raise DomainError("parcel_not_found", 404, message, {"offset": held.offset if held else 0})
    parcel = Parcel.objects.filter(pk=sha256).first() or _known(held)
    return take_parcel(parcel, carrier=sender)


def _known(held: HeldFile) -> Parcel:
    try:
        head, author = _proved(held)
        with _open(held.label, held.length):
            pass  # read once to the end of its manifest, before it is known
    except (ParcelDamaged, NotOurs) as fault:
        message = _("This is no parcel as its author closed it. Make it again on the author's device.")
        raise DomainError("parcel_damaged", 422, message, {"reason": str(fault)}) from None
    members = {"court_id": author.court_id, "device": author, "incarnation": head.incarnation, "label": held.label}
    span = {"first_seq": head.first_seq, "last_seq": head.last_seq}
    parcel, _made = Parcel.objects.get_or_create(sha256=held.sha256, defaults={**members, **span})
    return parcel


def _proved(held: HeldFile) -> tuple[Head, Device]:
    """Its author, by certificate and signature."""
    with held_files.opened(held.label) as blocks:
        head = read_head(Source(blocks))
    if head.court != held.court_id:
        message = _("This parcel is for another court. Hand it in there.")
        raise DomainError("parcel_of_another_court", 409, message, {"court": str(head.court)})
    certificate = prove_certificate(head.certificate)
    if (certificate.court, certificate.device, certificate.incarnation) != (head.court, head.device, head.incarnation):
        raise ParcelDamaged("head_invalid")
    with held_files.opened(held.label) as blocks:
        require_signature(blocks, public_key=certificate.device_key, alg=certificate.alg)
    return head, known_by(certificate)


@contextmanager
def _open(label: str, length: int) -> Iterator[Opened]:
    with held_files.opened(label) as blocks:
        source = Source(blocks)
        head = read_head(source)
        size = length - len(MAGIC) - 4 - len(head.raw) - SIGNATURE_BYTES
        content = Source(content_of(source, size, parcel_key(head.court, head.ephemeral, head.hash)))
        manifest = read_manifest(content)
        files = manifest.get("files")
        if not isinstance(files, list) or not all(map(_is_file, files)):
            raise ParcelDamaged("manifest_invalid")
        yield Opened(_envelopes(head, manifest.get("batches")), files, content)


def _envelopes(head: Head, batches: Any) -> list[Envelope]:
    """They follow each other from the head's first number to its last."""
    if not isinstance(batches, list):
        raise ParcelDamaged("manifest_invalid")
    envelopes, following = [_envelope(head, batch) for batch in batches], head.first_seq
    for envelope in envelopes:
        if envelope.first_seq != following or not envelope.operations:
            raise ParcelDamaged("manifest_invalid")
        following = envelope.last_seq + 1
    if following != head.last_seq + 1:
        raise ParcelDamaged("manifest_invalid")
    return envelopes


def _is_file(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    sha256, size = entry.get("sha256"), entry.get("size")
    return isinstance(sha256, str) and len(sha256) == 64 and type(size) is int and size > 0


def _envelope(head: Head, batch: Any) -> Envelope:
    """A batch has the form of a push, and is read by the push's own reader."""
    if not isinstance(batch, dict):
        raise ParcelDamaged("manifest_invalid")
    members = {name: batch.get(name) for name in ("first_seq", "prev_hash", "operations", "thumbnails")}
    # Nobody waits for this nonce: the statement made for it lets no device go of anything.
    framing = {"protocol": PROTOCOL_MAX, "certificate": head.certificate, "nonce": secrets.token_urlsafe(24)}
    return parse_envelope(json.dumps({**members, **framing, "server_epoch": None}).encode())


def take_parcel(parcel: Parcel, *, carrier: Sender | None = None) -> Parcel:
    """Push what it brings, unless something before it is missing. Repeating it changes nothing."""
    if parcel.state != Parcel.State.WAITING:
        return parcel
    device = Device.objects.select_related("court", "officer").get(pk=parcel.device_id)
    length = HeldFile.objects.values_list("length", flat=True).get(label=parcel.label)
    with _open(parcel.label, length) as opened:
        if device.revoked_at is not None:
            return _seal(parcel, device, opened, carrier)
        log = open_log(device)
        if parcel.incarnation != log.incarnation:
            return _wait(parcel, "incarnation_ended")
        if parcel.first_seq > log.acked_seq + 1:
            return _wait(parcel, "sequence_gap")
        return _push(parcel, device, opened, carrier)


def _push(parcel: Parcel, device: Device, opened: Opened, carrier: Sender | None) -> Parcel:
    try:
        for envelope in opened.envelopes:
            push(device=device, envelope=envelope)
    except DomainError as refused:
        return _wait(parcel, refused.code)
    parcel.files_waiting = deliver_files(device, opened.files, opened.content)
    return _end(parcel, Parcel.State.TAKEN, carrier)


def _seal(parcel: Parcel, device: Device, opened: Opened, carrier: Sender | None) -> Parcel:
    for envelope in opened.envelopes:
        seal_operations(device=device, operations=envelope.operations)
    seal_files(device, opened.files, opened.content)
    return _end(parcel, Parcel.State.SEALED, carrier)


def _wait(parcel: Parcel, code: str) -> Parcel:
    parcel.code = code
    parcel.save(update_fields=["code"])
    return parcel


@transaction.atomic
def _end(parcel: Parcel, state: str, carrier: Sender | None) -> Parcel:
    parcel.state, parcel.code, parcel.taken_at = state, "", now()
    parcel.save(update_fields=["state", "code", "taken_at", "files_waiting"])
    view = {
        "parcel": parcel.sha256,
        "device": str(parcel.device_id),
        "officer": str(parcel.device.officer_id),
        "carrier": _hand(carrier),
        "first_seq": parcel.first_seq,
        "last_seq": parcel.last_seq,
        "state": state,
    }
    append([court_entry(parcel.court_id, "parcel_taken", view)])
    return parcel


def _hand(carrier: Sender | None) -> str | None:
    """Who carried it; None where the beat takes what had waited."""
    officer = carrier and (carrier.device.officer if carrier.device else carrier.officer)
    return str(officer.pk) if officer else None


def take_waiting_parcels() -> int:
    """What has waited for its gap to close; for the beat. Returns how many were taken."""
    taken = 0
    for parcel in Parcel.objects.filter(state=Parcel.State.WAITING).order_by("received_at"):
        try:
            taken += take_parcel(parcel).state != Parcel.State.WAITING
        except Exception:
            logger.exception("parcel %s could not be taken; it is tried again", parcel.sha256)
    return taken


def carrier_receipt(parcel: Parcel, sender: Sender) -> str:
    """The court's word to the carrier, of a type of its own: no device takes it for a statement or a receipt (R77)."""
    key = signing_key_of(parcel.court)
    members = {
        "court": str(parcel.court_id),
        "kid": key.kid,
        "parcel": parcel.sha256,
        "device": str(parcel.device_id),
        "incarnation": parcel.incarnation,
        "first_seq": parcel.first_seq,
        "last_seq": parcel.last_seq,
        "state": parcel.state,
        "carrier": str(sender.device.pk) if sender.device else None,
        "received_at": to_wire(parcel.received_at),
    }
    return sign_text("parcel", members, key.private_key)
