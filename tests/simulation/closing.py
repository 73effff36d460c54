"""The whole account, made up when the network is fair and nobody has anything left to say."""

import hashlib
import json
from collections import Counter
from datetime import datetime
from uuid import UUID

from server.evidence import store
from server.evidence.models import Promise, Upload
from server.evidence.store import Area
from server.field.models import ActionRecord, FieldAction
from server.field.related_units import forget_entries
from server.field.replaying import Replay
from server.ledger.models import Entry, Head
from server.ledger.queries import current_server_epoch
from server.ledger.verify import verify_stream
from server.people.models import Device
from server.sync.models import DeviceLog, Operation, Review
from server.sync.units import VisibleUnits
from tests.simulation.acts import mark_of
from tests.simulation.answers import KINDS as ANSWERS
from tests.simulation.answers import answers_count_once
from tests.simulation.audit import Audit
from tests.simulation.findings import require
from tests.simulation.gone import (
    each_hole_has_its_alarm,
    everything_is_handed_over,
    holes_are_explained,
    lost_seqs,
)
from tests.simulation.journal import parsed
from tests.simulation.measures import each_measure_has_its_clock
from tests.simulation.oracle import is_revoked, related_cases
from tests.simulation.phone import Phone
from tests.simulation.verifying import logs_verify_alone


def close_accounts(phones: list[Phone], audits: dict[str, Audit], now: datetime, proved: set[str]) -> None:
    forget_entries()  # what a process keeps of a version is not what the rows say
    for phone in phones:
        _everything_arrived(phone)
        if not is_revoked(phone.id):
            _replica_is_what_may_be_seen(phone, now)
            _related_is_what_the_rows_say(phone)
            own_work_shows_once(phone)
            _what_is_called_safe_is_safe(phone)
    each_hole_has_its_alarm()
    _effects_once()
    _verified_means_delivered({phone.device_id: audits[phone.name] for phone in phones})
    court_is_whole(proved)


def court_is_whole(proved: set[str]) -> None:
    """What holds of all courts, whoever's logs they keep."""
    _one_review_each()
    bytes_before_offsets_are_there()
    _ledger_is_whole()
    logs_verify_alone(proved)
    _nodes_are_a_fold()
    answers_count_once()
    each_measure_has_its_clock()


def _everything_arrived(phone: Phone) -> None:
    """I1, I2, I3, I4: the log on the server is the log that was recorded, no more, no less, no other."""
    acked = DeviceLog.objects.get(pk=phone.device_id).acked_seq
    rows = Operation.objects.filter(device_id=phone.device_id).order_by("seq")
    kept = [(row.seq, bytes(row.body), row.hash) for row in rows]
    lost = lost_seqs(phone.device_id) - {seq for seq, _, _ in kept}
    ours = [(each.seq, each.raw, each.hash) for each in phone.journal.operations[:acked] if each.seq not in lost]
    require(kept == ours, "I1", f"{phone.name}: {len(kept)} operations kept of {len(ours)} recorded")
    holes_are_explained(phone)
    if is_revoked(phone.id):
        everything_is_handed_over(phone, acked)
        return
    require(acked == phone.journal.head_seq, "I3", f"{phone.name}: {acked} acknowledged of {phone.journal.head_seq}")
    _photos_arrived(phone)


def _photos_arrived(phone: Phone) -> None:
    """I1. What the device let go of is excused only where the court went back to before its word."""
    promised = set(Promise.objects.filter(device_id=phone.device_id).values_list("sha256", flat=True))
    excused = phone.photos_let_go if phone.court_broke_its_word else set()
    for sha256, content in phone.journal.photos.items():
        held = _stored(sha256) if sha256 in promised else phone.reads(sha256)
        require(held == content or sha256 in excused, "I1", f"{phone.name}: a photo's bytes are gone, {sha256[:12]}")


def _stored(sha256: str) -> bytes | None:
    blobs = store.current_store()
    return b"".join(blobs.read(Area.ORIGINALS, sha256)) if blobs.size_of(Area.ORIGINALS, sha256) is not None else None


def _replica_is_what_may_be_seen(phone: Phone, now: datetime) -> None:
    """I8: tag for tag, content for content, what a direct query shows."""
    device = Device.objects.select_related("court", "officer").get(pk=phone.device_id)
    visible = VisibleUnits(device, now, current_server_epoch(), 1)
    replica = phone.opened.holdings.replica
    held = {f"{t}:{u.id}": u for t in ("case", "catalogue", "profile") for u in replica.units(t)}
    tags = {key: unit.tag for key, unit in held.items()}
    require(tags == visible.tags, "I8", f"{phone.name} holds {_differing(tags, visible.tags)}")
    for content in visible.contents(list(visible.tags)):
        key = f"{content['type']}:{content['id']}"
        same = json.loads(json.dumps(content["data"])) == held[key].data
        require(same, "I13", f"{phone.name}: {key} has another content than its tag promises")


def _related_is_what_the_rows_say(phone: Phone) -> None:
    """I8, by a second opinion: the debtors' other cases, and who was resisted there."""
    for case in phone.cases():
        told = {each.case_no: (each.status, sorted(str(met.on) for met in each.resistance)) for each in case.related}
        expected = related_cases(case.id)
        is_right = told == expected or (case.related_more and told.items() <= expected.items())
        require(is_right, "I8", f"{phone.name}: {case.case_no} tells of its debtor {told} for {expected}")


def _differing(held: dict[str, str], visible: dict[str, str]) -> str:
    keys = {key for key, _ in held.items() ^ visible.items()}
    return ", ".join(f"{key} as {held.get(key)} for {visible.get(key)}" for key in sorted(keys))


def own_work_shows_once(phone: Phone) -> None:
    """I11: each own act stands in its case once, sent or not, unless the court may not show it there."""
    gone = _let_go_and_lost(phone)
    for case in phone.cases():
        shown = Counter(action.id for action in case.actions)
        hidden = gone | _foreign_where_it_is_from(phone, case.id)
        for operation in phone.journal.of_case(case.id):
            if (operation.body or {}).get("kind") in ANSWERS:
                continue  # no act of the case: what was asked says so
            count = shown[operation.action_id]
            is_right = count == 1 or (not count and (operation.seq in hidden or mark_of(operation.body)))
            require(is_right, "I11", f"{phone.name}/{operation.seq} stands {count} times")


def _foreign_where_it_is_from(phone: Phone, case_id: str) -> set[int]:
    """What may be missing in a case by the judgement of the server's life that sent it, which may be an earlier one."""
    unit = phone.opened.holdings.replica.unit("case", case_id)
    assert unit is not None
    life = unit.tag.split(".")[0]
    return foreign_seqs(phone.device_id) if life == current_server_epoch() else phone.foreign.get(life, set())


def foreign_seqs(device_id: UUID) -> set[int]:
    """Operations of which a case shows nothing: never this officer's, or never understood."""
    rows = Operation.objects.filter(device_id=device_id).values_list("seq", "result")
    return {seq for seq, result in rows if "subject_unknown" in result or "kind_unknown" in result}


def _let_go_and_lost(phone: Phone) -> set[int]:
    if not phone.court_broke_its_word:
        return set()
    kept = Operation.objects.filter(device_id=phone.device_id).values_list("seq", flat=True)
    return set(range(1, phone.let_go + 1)) - set(kept)


def _what_is_called_safe_is_safe(phone: Phone) -> None:
    """I7: the device says so only of what is here, files and all."""
    field = phone.opened
    kept = {action.seq: action for action in field.actions()}
    hashes = set(Operation.objects.filter(device_id=phone.device_id).values_list("hash", flat=True))
    lost, excused = lost_seqs(phone.device_id), phone.photos_let_go if phone.court_broke_its_word else set()
    for operation in phone.journal.operations:
        if operation.seq in kept and field.safe_to_purge(kept[operation.seq]):
            is_here = operation.hash in hashes or operation.seq in lost
            files = {sha256: _stored(sha256) for sha256 in operation.files if sha256 not in excused}
            is_whole = all(content == phone.journal.photos[name] for name, content in files.items())
            require(is_here and is_whole, "I7", f"{phone.name}/{operation.seq} is called safe and is not")


def _effects_once() -> None:
    """I2: one record of each operation that has an act, one entry for it in each stream and case."""
    records = Counter(ActionRecord.objects.values_list("operation_hash", flat=True))
    rows = Operation.objects.exclude(status=Operation.Status.QUARANTINED).values_list("hash", "body")
    wanted = [hash_ for hash_, body in rows if (parsed(bytes(body)) or {}).get("kind") not in ANSWERS]
    require(records == Counter(wanted), "I2", f"{sum(records.values())} records of {len(wanted)} operations")
    told = Counter(
        (entry.stream, json.loads(entry.facts)["operation"], entry.subject_id)
        for entry in Entry.objects.filter(kind="action_recorded")
    )
    require(all(count == 1 for count in told.values()), "I2", "an act is entered twice")
    require({key[1] for key in told} == set(wanted), "I2", "an act is not entered")


def _one_review_each() -> None:
    """I15."""
    unapplied = set(Operation.objects.exclude(status=Operation.Status.APPLIED).values_list("pk", flat=True))
    reviews = Counter(Review.objects.values_list("operation_id", flat=True))
    require(reviews == Counter(unapplied), "I15", f"{sum(reviews.values())} reviews of {len(unapplied)} operations")


def _verified_means_delivered(audits: dict[UUID, Audit]) -> None:
    """I16: after every delivery, all is verified, of whoever promised it, and complete means just that."""
    states: dict[object, list[bool]] = {}
    revoked = {device for device in audits if is_revoked(device)}
    for promise in Promise.objects.all():
        content, audit = _stored(promise.sha256) or b"", audits[promise.device_id]
        is_right = hashlib.sha256(content).hexdigest() == promise.sha256 and audit.has_delivered(promise.sha256)
        is_verified = promise.state == Promise.State.VERIFIED
        is_open = not is_verified and (promise.device_id in revoked or audit.cannot_deliver(promise.sha256))
        require(
            is_verified == is_right or is_open,
            "I16",
            f"{promise.sha256[:12]} is {promise.state}, delivered: {is_right}",
        )
        states.setdefault(promise.holder_id, []).append(is_verified)
    for action in FieldAction.objects.all():
        is_complete = not action.missing and all(states.get(action.pk, []))
        require(action.is_complete == is_complete, "I16", f"action {action.pk}: complete is {action.is_complete}")


def bytes_before_offsets_are_there() -> None:
    """I16: what an upload's offset says has arrived is in the store; nobody sends it again."""
    blobs = store.current_store()
    for upload in Upload.objects.order_by("pk"):
        held = sum(len(block) for part in upload.parts for block in blobs.read_part(part))
        require(held == upload.offset, "I16", f"{upload.sha256[:12]} has {held} bytes of {upload.offset}")


def _ledger_is_whole() -> None:
    """I18: positions 1, 2, 3 … in every stream, chained, to the head."""
    for head in Head.objects.all():
        report = verify_stream(head.stream)
        is_whole = report.is_sound and report.entries == head.position
        require(is_whole, "I18", f"{head.stream}: {report.fault} after {report.entries} of {head.position}")


def _nodes_are_a_fold() -> None:
    """I14: the nodes of each case are what operations, desks and the ledger make them, as `manage.py replay` has it."""
    for difference in Replay().walk():
        require(False, "I14", str(difference))
