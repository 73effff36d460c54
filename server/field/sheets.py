"""What the papers of an act say: its records as the one JSON that the template sets. Reads; decides nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from server.cases.models import Case
from server.common.clock import to_wire
from server.evidence.models import Promise, ProvisionalThumbnail, StoredFile
from server.field.authority import UNKNOWN
from server.field.case_acts import case_act_kinds
from server.field.joining import is_contribution
from server.field.kinds import kind_of, kinds_document
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.field.paper_codes import paper_code

ONSITE_RECORD, CORRECTION_RECORD = "ONSITE_RECORD", "CORRECTION_RECORD"
INVENTORY = "INVENTORY"
DRAFT, SIGNED, PARKED, ANNULLED = "draft", "signed", "parked", "annulled"
MOST_PICTURES = 90
_COUNTED = (ActionSubject.Status.APPLIED, ActionSubject.Status.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class Sheets:
    """The papers of one act in one case: what they share, and which there are."""

    titles: Mapping[str, str]
    standing: str
    common: Mapping[str, Any]
    terms: Mapping[str, Any]
    pictures: Mapping[str, str]
    """Hash of the preview, by the hash of the original it shows."""

    def code(self, key: str) -> str:
        return paper_code(key, [record["operation"] for record in self.common["records"]])

    def sheet(self, key: str) -> dict[str, Any]:
        return {**self.common, "paper": {"key": key, "title": self.titles[key]}, "code": self.code(key)}


def sheets_of(action: FieldAction, case: Case) -> Sheets:
    """No titles where such acts have no papers, or this case none of its records. Eight SELECTs at most."""
    subjects = list(ActionSubject.objects.filter(action=action, subject_id=case.pk).exclude(code=UNKNOWN))
    records = _records(subjects)
    promises = _promises(records)
    standing = _standing(action, subjects)
    kind = kind_of(kinds_document(), action.kind) or {}
    common = {
        "made_by": "court",
        "state": standing,
        "court": action.court.name,
        "case": _case(case),
        "kind": action.kind,
        "action": str(action.pk),
        "has_inventory": any(paper["key"] == INVENTORY for paper in kind.get("papers", ())),
        "missing": _missing(action) if standing == DRAFT else [],
        "records": [_record(record, promises[record.operation_hash]) for record in records],
    }
    pictures = _pictures(_signed_first(records, promises))
    titles = paper_titles(action.kind, is_corrected=any(record.corrects for record in records)) if records else {}
    return Sheets(titles, standing, common, terms_of(kind), pictures)


def paper_titles(kind: str, *, is_corrected: bool) -> dict[str, str]:
    """In Chinese, as papers are: those of its kind, the record of any act on site, and of its corrections."""
    if kind in case_act_kinds():
        return {}
    known = kind_of(kinds_document(), kind) or {"papers": ()}
    own = {paper["key"]: paper["zh"] for paper in known["papers"]}
    return {**own, ONSITE_RECORD: "现场执行笔录", **({CORRECTION_RECORD: "补正笔录"} if is_corrected else {})}


def terms_of(kind: Mapping[str, Any]) -> dict[str, Any]:
    """How the catalogue calls what is recorded."""
    document = kinds_document()
    return {name: document[name] for name in ("fields", "types", "code_lists")} | {"facts": kind.get("facts", [])}


def _records(subjects: Sequence[ActionSubject]) -> list[ActionRecord]:
    """In the order they came, those that count for this case before those that do not."""
    counted = {subject.record_id for subject in subjects if subject.status in _COUNTED}
    rows = ActionRecord.objects.filter(pk__in={subject.record_id for subject in subjects}).select_related("officer")
    return sorted(rows, key=lambda record: (record.pk not in counted, is_contribution(record.fields), record.pk))


def _promises(records: Sequence[ActionRecord]) -> dict[str, list[Promise]]:
    # The device first: the index begins with it.
    devices, operations = {record.device_id for record in records}, [record.operation_hash for record in records]
    found: dict[str, list[Promise]] = defaultdict(list)
    for promise in Promise.objects.filter(device_id__in=devices, operation_hash__in=operations).order_by("pk"):
        found[promise.operation_hash].append(promise)
    return found


def _standing(action: FieldAction, subjects: Sequence[ActionSubject]) -> str:
    statuses = {subject.status for subject in subjects}
    if statuses & {*_COUNTED}:
        return SIGNED if action.is_complete else DRAFT
    return ANNULLED if ActionSubject.Status.ANNULLED in statuses else PARKED


def _case(case: Case) -> dict[str, Any]:
    parties = [{"role": party.part, "name": party.name} for party in case.parties.order_by("pk")]
    return {"case_no": case.case_no, "cause": case.cause, "parties": parties}


def _record(record: ActionRecord, promises: Sequence[Promise]) -> dict[str, Any]:
    return {
        "operation": record.operation_hash,
        "officer": record.officer.name,
        "recorded_at": to_wire(record.recorded_at),
        "corrects": record.corrects,
        "contributes": is_contribution(record.fields),
        "fields": record.fields,
        "files": [_file(promise) for promise in promises],
    }


def _file(promise: Promise) -> dict[str, Any]:
    at = promise.recorded_at
    own = {name: getattr(promise, name) for name in ("sha256", "shot_code", "origin", "media_type")}
    return {**own, "recorded_at": to_wire(at) if at else None}


def _missing(action: FieldAction) -> list[str]:
    """In Chinese, as the paper is: what its rules still want, and how many files are not here."""
    document = kinds_document()
    kind = kind_of(document, action.kind) or {"rules": ()}
    texts = {rule["code"]: rule["zh"] for rule in (*document["rules"], *kind["rules"])}
    said = [texts.get(code) or _shape(code, document) for code in action.missing]
    outstanding = action.files_promised - action.files_verified
    return [*dict.fromkeys(said), *([f"尚有{outstanding}件照片或资料的原件未送达法院"] if outstanding > 0 else [])]


def _shape(code: str, document: Mapping[str, Any]) -> str:
    rule, _colon, place = code.partition(":")
    said = document["shape"] if rule == "shape" else document["messages"].get("kind" if rule == "kind_unknown" else "")
    return "：".join(each for each in (place, said["zh"] if said else code) if each)


def _signed_first(records: Sequence[ActionRecord], promises: Mapping[str, Sequence[Promise]]) -> list[Promise]:
    """However many photographs there are: a signature is never left out for them."""
    signatures = (record.fields.get("signatures") for record in records)
    listed = chain.from_iterable(each for each in signatures if isinstance(each, list))
    signed = {str(each.get("image_sha256")) for each in listed if isinstance(each, dict)}
    return sorted(chain.from_iterable(promises.values()), key=lambda promise: promise.sha256 not in signed)


def _pictures(promises: Sequence[Promise]) -> dict[str, str]:
    """What the worker has drawn: of the verified original, else of the device's own preview."""
    shown = promises[:MOST_PICTURES]
    verified = {promise.sha256 for promise in shown if promise.state == Promise.State.VERIFIED}
    drawn = StoredFile.objects.filter(pk__in=verified).exclude(thumbnail_sha256="")
    sent = ProvisionalThumbnail.objects.filter(
        device_id__in={promise.device_id for promise in shown},
        sha256__in={promise.thumbnail_sha256 for promise in shown} - {""},
    ).exclude(stored_sha256="")
    of_device = {(row[0], row[1]): row[2] for row in sent.values_list("device_id", "sha256", "stored_sha256")}
    found = {p.sha256: of_device.get((p.device_id, p.thumbnail_sha256), "") for p in shown}
    return {key: value for key, value in (found | dict(drawn.values_list("pk", "thumbnail_sha256"))).items() if value}
