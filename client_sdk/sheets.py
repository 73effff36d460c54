"""What a paper of an act says, from the records of this store: the JSON that the template sets. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from client_sdk.clock import to_wire
from client_sdk.corrections import is_contribution
from client_sdk.views import Action

ONSITE_RECORD, CORRECTION_RECORD, INVENTORY = "ONSITE_RECORD", "CORRECTION_RECORD", "INVENTORY"
STANDINGS = {"parked": "parked", "quarantined": "parked", "annulled": "annulled"}
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_BITS = 80
_FILE = ("sha256", "shot_code", "origin", "media_type", "recorded_at")


@dataclass(frozen=True)
class Recorded:
    """One record of an act: as it is listed, and its body."""

    action: Action
    members: Mapping[str, Any]


def kind_in(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return next((kind for kind in document.get("kinds") or () if kind.get("key") == key), {})


def titles_of(kind: Mapping[str, Any], *, is_corrected: bool) -> dict[str, str]:
    """In Chinese, as papers are: those of its kind, the record of any act on site, and of its corrections."""
    own = {paper["key"]: paper["zh"] for paper in kind.get("papers") or ()}
    return {**own, ONSITE_RECORD: "现场执行笔录", **({CORRECTION_RECORD: "补正笔录"} if is_corrected else {})}


def terms_of(document: Mapping[str, Any], kind: Mapping[str, Any]) -> dict[str, Any]:
    """How the catalogue calls what is recorded; without one, things have their bare names."""
    known = {name: document[name] for name in ("fields", "types", "code_lists") if name in document}
    return {**known, "facts": kind.get("facts") or []}


def sheet_of(
    key: str,
    title: str,
    records: Sequence[Recorded],
    *,
    officer: str,
    court: str,
    case: Mapping[str, Any],
    kind: Mapping[str, Any],
    missing: Sequence[str],
) -> dict[str, Any]:
    last = records[-1].action
    return {
        "made_by": "device",
        "state": STANDINGS.get(last.status, "draft" if missing else "signed"),
        "court": court,
        "case": dict(case),
        "kind": last.kind,
        "action": last.id,
        "has_inventory": any(paper["key"] == INVENTORY for paper in kind.get("papers") or ()),
        "missing": list(missing),
        "records": [_record(each, officer) for each in records],
        "paper": {"key": key, "title": title},
        "code": paper_code(key, [each.action.hash for each in records]),
    }


def _record(recorded: Recorded, officer: str) -> dict[str, Any]:
    return {
        "operation": recorded.action.hash,
        "officer": officer,
        "recorded_at": to_wire(recorded.action.recorded_at),
        "corrects": recorded.action.corrects or "",
        "contributes": is_contribution(recorded.members["fields"]),
        "fields": dict(recorded.members["fields"]),
        "files": [{name: file.get(name) for name in _FILE} for file in recorded.members.get("evidence") or ()],
    }


def images_signed(records: Sequence[Recorded]) -> frozenset[str]:
    """Hashes of the pictures that signatures name: shown however many photographs there are."""
    named = [each.members["fields"].get("signatures") for each in records]
    listed = (each for signatures in named if isinstance(signatures, list) for each in signatures)
    return frozenset(str(each.get("image_sha256")) for each in listed if isinstance(each, dict))


def paper_code(key: str, operations: Sequence[str]) -> str:
    """What stands on every page, as the court counts it: which paper, of which records."""
    digest = hashlib.sha256("\n".join(["zhixing-paper-1", key, *operations]).encode()).digest()
    number = int.from_bytes(digest[: CODE_BITS // 8])
    signs = "".join(ALPHABET[number >> shift & 31] for shift in range(CODE_BITS - 5, -1, -5))
    return "-".join(signs[place : place + 4] for place in range(0, len(signs), 4))
