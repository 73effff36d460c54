"""Papers of the acts in this store: a preview on the spot, and print where there is no network."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from client_sdk import case_acts
from client_sdk.corrections import is_contribution
from client_sdk.errors import FieldError, NotFound
from client_sdk.holdings import Holdings
from client_sdk.recorder import Recorder
from client_sdk.set_paper import set_paper
from client_sdk.sheets import Recorded, images_signed, kind_in, sheet_of, terms_of, titles_of
from client_sdk.views import Action

MOST_PICTURES = 90
MAX_PICTURE_BYTES = 4 * 1024 * 1024


class Printer:
    def __init__(self, holdings: Holdings, recorder: Recorder) -> None:
        self._holdings = holdings
        self._recorder = recorder

    def titles(self, action: Action | str) -> dict[str, str]:
        return self._titles(self._records(action))

    def render(self, action: Action | str, key: str | None, case_id: str | None) -> bytes:
        records = self._records(action)
        titles, last = self._titles(records), records[-1].action
        wanted = key or next(iter(titles), "")
        if wanted not in titles:
            raise NotFound("paper_kind_unknown", what=wanted, known="、".join(titles))
        document = self._recorder.document(last.kind) or {}
        kind, identity = kind_in(document, last.kind), self._holdings.identity
        sheet = sheet_of(
            wanted,
            titles[wanted],
            records,
            officer=str(identity.officer.get("name", "")),
            court=str(identity.court.get("name", "")),
            case=self._case(records[0].action, case_id),
            kind=kind,
            missing=list(dict.fromkeys(self._recorder.explain(replace(last, warnings=()), "zh"))),
        )
        return set_paper(sheet, terms_of(document, kind), self._pictures(records))

    def _titles(self, records: Sequence[Recorded]) -> dict[str, str]:
        kind = records[0].action.kind
        if kind in case_acts.KINDS or all(is_contribution(each.members["fields"]) for each in records):
            return {}  # of an act that another device records, that device has the papers
        is_corrected = any(each.action.corrects for each in records)
        return titles_of(kind_in(self._recorder.document(kind) or {}, kind), is_corrected=is_corrected)

    def _records(self, action: Action | str) -> list[Recorded]:
        """Raises NotFound: `act_let_go` where the court holds it safely, and this device no more."""
        outbox, identity = self._holdings.outbox, action.id if isinstance(action, Action) else action
        try:
            rows = outbox.records_of(identity, self._holdings.acked_seq)
            return [Recorded(each, outbox.body(each.seq, each.incarnation)) for each in rows]
        except NotFound as fault:
            raise fault if fault.details.get("what") == f"action {identity}" else NotFound("act_let_go") from None

    def _case(self, action: Action, case_id: str | None) -> dict[str, Any]:
        """As this device knows it; of a case that it knows no more, or never did, what was typed."""
        named = case_id or next(iter(action.case_ids), None)
        if case_id is not None and case_id not in action.case_ids:
            raise NotFound(what=f"case {case_id}")
        try:
            unit = self._holdings.replica.unit("case", named) if named else None
        except FieldError:  # a damaged replica: fetched again by the next pull
            unit = None
        data = unit.data if unit else {}
        parties = [_party(each) for each in data.get("parties") or () if isinstance(each, Mapping)]
        case_no = str(data.get("case_no") or action.case_no or "")
        if not case_no:
            raise NotFound("case_let_go")
        return {"case_no": case_no, "cause": str(data.get("cause") or ""), "parties": parties}

    def _pictures(self, records: Sequence[Recorded]) -> dict[str, bytes]:
        """The previews made when the photos were taken, by the hash of the photo."""
        signed = images_signed(records)
        files = [file for each in records for file in each.members.get("evidence") or ()]
        files = sorted(files, key=lambda file: file["sha256"] not in signed)[:MOST_PICTURES]
        previews = {file["sha256"]: file.get("thumbnail_sha256") for file in files}
        wanted = [sha256 for sha256 in previews.values() if sha256]
        here = self._holdings.captures.thumbnails(wanted, MAX_PICTURE_BYTES)
        return {photo: here[preview] for photo, preview in previews.items() if preview in here}


def _party(party: Mapping[str, Any]) -> dict[str, str]:
    return {"role": str(party.get("role", "")), "name": str(party.get("name", ""))}
