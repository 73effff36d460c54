"""From what the officer says and shows to an act that is safe here: no network, no readable replica needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from client_sdk import alarms, case_acts, completeness, safety, wire
from client_sdk.corrections import is_contribution, together
from client_sdk.errors import FieldError, InvalidRecord
from client_sdk.holdings import Holdings
from client_sdk.reading import READ_UNITS
from client_sdk.records import (
    Act,
    Context,
    Subject,
    body_bytes,
    context_now,
    draft_of,
    members_of,
    require_name,
    require_uuid,
)
from client_sdk.replica import RecordingContext
from client_sdk.views import IMPORTED, OTHER_SHOT, Action, Photo

CASE, MATTER = READ_UNITS


@dataclass(frozen=True)
class Check:
    """What the catalogue's rules would want: `missing` keeps an act from counting, `warnings` ask for a reason."""

    kind: str
    missing: tuple[Any, ...]
    warnings: tuple[Any, ...]


class Recorder:
    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._catalogue: tuple[str | None, Mapping[str, Any]] = (None, {})

    def capture(self, content: bytes, shot_code: str) -> Photo:
        # bytes() would make a photograph of a path's name, or of so many zeros.
        if not isinstance(content, bytes | bytearray | memoryview):
            raise InvalidRecord("bytes_needed", "/photo")
        return self._holdings.captures.capture(bytes(content), require_name(shot_code, "/shot_code"))

    def import_file(self, path: Path, shot_code: str) -> Photo:
        return self._holdings.captures.import_file(path, require_name(shot_code, "/shot_code"))

    def record(
        self,
        act_kind: str,
        fields: Mapping[str, Any],
        subjects: Sequence[Subject],
        photos: Sequence[Photo | Path | str],
        position: Mapping[str, Any] | None,
        corrects: str | None,
        beside: Mapping[str, Any] | None = None,
        action_id: str | None = None,
    ) -> Action:
        """`beside` is the act it joins, as far as it is here: judged is what both make. `action_id`: of one begun."""
        require_photos(photos)
        if photos:  # before any file is taken in: an officer who must correct a text does not seal his photos twice
            body_bytes({"fields": fields, "position": position})
        sealed = tuple(self._sealed(photo) for photo in photos)
        act = Act(
            act_kind, fields, tuple(subjects), sealed, position, corrects, beside["action_id"] if beside else action_id
        )
        kinds = self._kinds()
        members = members_of(act, self._context(kinds))
        document = self.document(act_kind)
        found = _assess(document, act_kind, together(members, beside) if beside else members)
        found = completeness.Assessment() if is_contribution(fields) else found  # what lacks is its owner's to hear
        draft = draft_of(members, act, found.missing, found.warnings)
        seq = self._holdings.outbox.add(draft)
        return self._holdings.outbox.action(seq, self._holdings.acked_seq)

    def say(
        self, kind: str, fields: Mapping[str, Any], case_id: str | UUID | None, position: Mapping[str, Any] | None
    ) -> Action:
        """A word on safety, which needs no subject."""
        subjects = [] if case_id is None else self.subjects(case_id, None, None, None)
        return self.record(kind, fields, subjects, (), position, None)

    def stay_minutes(self) -> int:
        """As agreed with the last check-in of this stay."""
        last = [each for each in self._holdings.outbox.protective() if each.action.kind in alarms.STAYS][-1:]
        minutes = [each.facts["fields"].get("interval_minutes") for each in last if each.action.kind == safety.CHECK_IN]
        return minutes[0] if minutes and isinstance(minutes[0], int) else safety.USUAL_MINUTES

    def _context(self, kinds: Mapping[str, Any] | None) -> Context:
        statement = self._holdings.statement
        return context_now(
            self._holdings.store.clock,
            str(self._holdings.identity.certificate.officer),
            f"{kinds.get('catalogue')}@{kinds.get('version')}" if kinds else None,
            wire.text_hash(statement.text) if statement else None,
        )

    def _sealed(self, photo: Photo | Path | str) -> Photo:
        if isinstance(photo, Photo):
            return self._holdings.captures.photo(photo.id)
        return self._holdings.captures.import_file(Path(photo), OTHER_SHOT)

    def subjects(
        self,
        case_id: str | UUID | None,
        case_ids: Sequence[str | UUID] | None,
        case_no: str | None,
        node_id: str | UUID | None,
        matter_ids: Sequence[str | UUID] | None = None,
    ) -> list[Subject]:
        """Raises InvalidRecord unless exactly one way of naming the subject is used."""
        if sum(given is not None for given in (case_id, case_ids, case_no, matter_ids)) != 1:
            raise InvalidRecord("subject_needed", "/subjects")
        if case_no is not None:
            return [Subject("case_no", case_no)]
        if matter_ids is not None:
            return [self._subject(id_, None, None, MATTER) for id_ in _ids(matter_ids, "/matter_ids")]
        named = [case_id] if case_id is not None else list(case_ids or ())
        ids = _ids(named, "/case_ids")
        node = None if node_id is None else require_uuid(node_id, "/node_id")
        return [self._subject(id_, node if len(ids) == 1 else None, node) for id_ in ids]

    def check(self, act_kind: str, fields: Mapping[str, Any], photos: Sequence[Photo | Path | str]) -> Check:
        shown = [{"shot_code": each.shot_code, "origin": each.origin} for each in photos if isinstance(each, Photo)]
        imported = {"shot_code": OTHER_SHOT, "origin": IMPORTED}
        shown += [imported for each in photos if not isinstance(each, Photo)]
        body_bytes({"fields": fields})
        found = _assess(self.document(act_kind), act_kind, {"fields": dict(fields), "evidence": shown})
        return Check(act_kind, tuple(found.missing), tuple(found.warnings))

    def require_new(self, action_id: str) -> None:
        if self._holdings.outbox.knows(action_id):
            raise InvalidRecord("already_recorded", "/begun")

    def named(self, type_: str, id_: str) -> Subject:
        """A subject as another device named it."""
        if type_ not in READ_UNITS:
            return Subject(type_, id_)
        return self._subject(require_uuid(id_, "/subjects"), None, None, type_)

    def subject(self, id_: str, node_id: str | None, type_: str = CASE) -> Subject:
        """A case or matter as this device knows it now."""
        return self._subject(id_, node_id, None, type_)

    def _subject(self, id_: str, node_id: str | None, node_of_one: str | None, type_: str = CASE) -> Subject:
        context = self._context_of(id_)
        if context is None:
            return Subject(type_, id_, node_id=node_id)
        if node_of_one is not None and node_of_one in context.nodes:
            node_id = node_of_one
        return Subject(type_, id_, context.assignment_no, node_id, context.tag)

    def _context_of(self, case_id: str) -> RecordingContext | None:
        try:
            return self._holdings.replica.recording_context(case_id)
        except FieldError:  # a damaged replica must not stop a record: it is fetched again by the next pull
            return None

    def explain(self, action: Action | Check, language: str) -> list[str]:
        """What `missing` and `warnings` say, by the catalogue as last pulled; codes where it is silent."""
        kinds, findings = self.document(action.kind), (*action.missing, *action.warnings)
        return [_said(kinds, finding, language) for finding in findings]

    def document(self, kind: str) -> Mapping[str, Any] | None:
        """The one by which acts of this kind are judged, None where the court has not delivered it."""
        if kind in safety.KINDS:
            return None  # nothing is asked of a word on one's safety
        if kind not in case_acts.KINDS:
            return self._kinds()
        document = self._kinds("case_kinds")
        known = {each.get("key") for each in document.get("kinds") or ()} if document else set()
        return document if kind in known else None

    def _kinds(self, name: str = "kinds") -> Mapping[str, Any] | None:
        """A document of the catalogue as last pulled, None before the first pull."""
        try:
            tag = self._holdings.replica.tag("catalogue")
            if tag != self._catalogue[0]:
                unit = next(iter(self._holdings.replica.units("catalogue")), None)
                self._catalogue = (tag, unit.data if unit else {})
        except FieldError:
            return None
        return self._catalogue[1].get(name)


def require_photos(photos: Any) -> None:
    """One path alone is a row of letters to Python: said before any of them is looked for."""
    if isinstance(photos, str | bytes) or not isinstance(photos, Sequence):
        raise InvalidRecord("photos_needed", "/photos")
    for place, photo in enumerate(photos):
        if not isinstance(photo, Photo | Path | str):
            raise InvalidRecord("photos_needed", f"/photos/{place}")


def _assess(kinds: Mapping[str, Any] | None, kind: str, members: Mapping[str, Any]) -> completeness.Assessment:
    if kinds is None:
        return completeness.Assessment()
    try:
        return completeness.assess(kinds, kind, members)
    except (KeyError, TypeError, ValueError, AttributeError):
        # A catalogue of a form unknown to this SDK: the server judges, and the act is recorded all the same.
        return completeness.Assessment()


def _said(kinds: Mapping[str, Any] | None, finding: Mapping[str, Any], language: str) -> str:
    try:
        if kinds is not None:
            return completeness.message(kinds, cast(completeness.Finding, finding), language)
    except (KeyError, TypeError, ValueError, AttributeError):
        pass  # a catalogue of a form unknown to this SDK
    return str(finding.get("code"))


def _ids(named: Sequence[str | UUID], place: str) -> list[str]:
    ids = list(dict.fromkeys(require_uuid(each, place.removesuffix("s")) for each in named))
    if not ids:
        raise InvalidRecord("subject_needed", place)
    if len(ids) > wire.MAX_SUBJECTS:
        raise InvalidRecord("too_many", place, note=f"{len(ids)} > {wire.MAX_SUBJECTS}")
    return ids
