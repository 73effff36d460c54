"""补正: a new record beside an old one, under the same act. Nothing recorded is ever edited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from client_sdk.case_acts import ACCEPT_HANDOVER, REJECT_HANDOVER
from client_sdk.corrections import together
from client_sdk.errors import InvalidRecord, NotFound
from client_sdk.holdings import Holdings
from client_sdk.reading import READ_UNITS
from client_sdk.recorder import Recorder
from client_sdk.records import Subject
from client_sdk.views import Action, Photo

REASON_FIELD = "correction_reason"


@dataclass(frozen=True)
class Original:
    """What is corrected, as this device signed it."""

    hash: str
    action_id: str
    kind: str
    members: Mapping[str, Any]
    act: Mapping[str, Any]
    """All its records together, as far as they are here."""


class Corrector:
    def __init__(self, holdings: Holdings, recorder: Recorder) -> None:
        self._holdings = holdings
        self._recorder = recorder

    def correct(
        self,
        action: Action | str,
        fields: Mapping[str, Any],
        reason: str,
        photos: Sequence[Photo | Path | str],
        position: Mapping[str, Any] | None,
    ) -> Action:
        if not isinstance(reason, str) or not reason.strip():
            raise InvalidRecord("reason_needed", "/reason")
        if not isinstance(fields, Mapping):
            raise InvalidRecord("member_invalid", "/fields")
        original = self._original(action)
        if original.kind in (ACCEPT_HANDOVER, REJECT_HANDOVER):
            raise InvalidRecord("not_correctable", "/action")
        return self._recorder.record(
            original.kind,
            {**fields, REASON_FIELD: reason.strip()},
            [self._subject(each) for each in original.members.get("subjects") or ()],
            photos,
            position,
            original.hash,
            beside=original.act,
        )

    def _original(self, action: Action | str) -> Original:
        outbox = self._holdings.outbox
        known = outbox.as_recorded(action.hash) if isinstance(action, Action) else outbox.action(action, 0)
        members = self._members(known)
        beside = [self._members(each) for each in outbox.records_of(known.id, 0)]
        act = reduce(lambda first, later: together(later, first), beside)
        return Original(known.hash, known.id, known.kind, members, act)

    def _members(self, known: Action) -> Mapping[str, Any]:
        try:
            return self._holdings.outbox.body(known.seq, known.incarnation)
        except NotFound:  # let go of, once the court held it safely: what is listed of it is enough
            return _listed(known)

    def _subject(self, stated: Mapping[str, Any]) -> Subject:
        """As this device knows the case today: it is today that its officer corrects."""
        type_ = str(stated.get("type"))
        if type_ not in READ_UNITS:
            return Subject(type_, str(stated.get("id")))
        return self._recorder.subject(str(stated["id"]), stated.get("node_id"), type_)


def _listed(action: Action) -> dict[str, Any]:
    subjects = [{"type": "case", "id": case_id} for case_id in action.case_ids]
    subjects += [{"type": "matter", "id": matter_id} for matter_id in action.matter_ids]
    if action.case_no is not None:
        subjects.append({"type": "case_no", "id": action.case_no})
    return {"action_id": action.id, "subjects": subjects, "fields": {}, "evidence": []}
