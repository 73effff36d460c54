"""`Recording`: everything an officer records, offline. A part of the SDK's door, with no network in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from client_sdk import case_acts
from client_sdk.beginning import Beginner, Begun, read_invitation
from client_sdk.case_acts import NodeNamed
from client_sdk.correcting import Corrector
from client_sdk.day_views import Handover, Task, Urge
from client_sdk.holdings import Holdings
from client_sdk.notes import USUAL_PHOTO_BYTES
from client_sdk.recorder import Check, Recorder
from client_sdk.records import require_name, require_uuid
from client_sdk.safety_recording import SafetyRecording
from client_sdk.signatures import ON_PAPER, Signature, Signing, signed, with_files
from client_sdk.strokes import Strokes
from client_sdk.views import OTHER_SHOT, Action, Photo

Photos = Sequence[Photo | Path | str]


class Recording(SafetyRecording):
    """Each of these is chained, signed, encrypted and fsynced when it returns, and never edited."""

    _holdings: Holdings
    _recorder: Recorder
    _corrector: Corrector
    _signing: Signing
    _beginner: Beginner

    def capture(self, content: bytes, *, shot_code: str = OTHER_SHOT) -> Photo:
        """Seal a photograph from the app's own camera now: hash, time, encryption, fsync. Its origin is CAMERA.

        `shot_code` is one of the catalogue's (`SEAL_CLOSEUP`, …). Raises StorageFull (before anything is written) and
        InvalidRecord for no bytes at all; anything else is evidence, readable or not.
        """
        return self._recorder.capture(content, shot_code)

    def import_file(self, path: str | Path, *, shot_code: str = OTHER_SHOT) -> Photo:
        """Seal a file from elsewhere, of any size; its origin is IMPORTED, which proves less. Raises as `capture`."""
        return self._recorder.import_file(Path(path), shot_code)

    def require_room(self, size: int = USUAL_PHOTO_BYTES) -> None:
        """Raises StorageFull unless a file of `size` bytes fits and the reserve stays. Ask before the shutter."""
        self._holdings.captures.require_room(size)

    def sign(self, *, name: str, role: str, strokes: Strokes | Sequence[Sequence[Sequence[int]]]) -> Signature:
        """Take a signature drawn on the screen, of as many people one after the other as there are. Sealed at once.

        A stroke is a list of points `(x, y, t, pressure)`, whole numbers: hundredths of a millimetre from the upper
        left corner of the field, milliseconds since the first point of all, thousandths of full pressure (1000 where
        the screen measures none). `role` is a code of the catalogue's `signer_role`. Strokes, and the picture drawn of
        them, are evidence of the act that takes the answer among its `signatures`.

        Raises InvalidRecord, naming the point (`strokes_needed`, `strokes_invalid`, `too_many`), and StorageFull.
        """
        return self._signing.drawn(name, role, strokes)

    def sign_by_picture(
        self, *, name: str, role: str, state: str = ON_PAPER, picture: Photo | None = None
    ) -> Signature:
        """A signature that a photograph shows: on a printed paper (ON_PAPER), a FINGERPRINT, a stamp (STAMPED).

        `picture` may be missing only of the latter two. Raises InvalidRecord (`picture_needed`).
        """
        return self._signing.shown(name, role, state, picture)

    def note_refusal(
        self, *, name: str, role: str, reason: str, witnessed_by: str = "", picture: Photo | None = None
    ) -> Signature:
        """That somebody would not sign, how, and who saw it. What the rules miss in it, the act's answer says."""
        return self._signing.refused(name, role, reason, witnessed_by, picture)

    def record_action(
        self,
        *,
        kind: str,
        fields: Mapping[str, Any] | None = None,
        case_id: str | UUID | None = None,
        case_ids: Sequence[str | UUID] | None = None,
        case_no: str | None = None,
        matter_ids: Sequence[str | UUID] | None = None,
        photos: Photos = (),
        node_id: str | UUID | None = None,
        corrects: Action | str | None = None,
        position: Mapping[str, Any] | None = None,
        signatures: Sequence[Signature] = (),
    ) -> Action:
        """Record one act on site. When this returns it is chained, signed and on the disk: the officer is done.

        Name what it is about in one way: `case_id`, `case_ids` (one act for several cases of one debtor), or `case_no`
        as typed by hand, which the court reconciles, or `matter_ids` (errands for another court, such as many to one
        bank in one visit). `fields` are what the kind asks for; `photos` are captures, or paths, sealed as IMPORTED.
        `position` is `{"lat", "lon", "accuracy" (metres), "crs"}`. `corrects` is
        an earlier action, or the hash of its operation: a record is never edited, a correction is a new one.
        `signatures` join those of `fields`, with their files.

        The answer's `missing` and `warnings` say what the catalogue's rules still want; nothing is refused for them.
        Raises InvalidRecord, naming the place of a text or number that cannot go on the wire, and StorageFull.
        """
        subjects = self._recorder.subjects(case_id, case_ids, case_no, node_id, matter_ids)
        corrected = corrects.hash if isinstance(corrects, Action) else corrects
        said, files = signed(fields or {}, signatures), with_files(photos, signatures)
        action = self._recorder.record(kind, said, subjects, files, position, corrected)
        self._beginner.remember(said)
        return action

    def begin(self, *, kind: str, case_id: str | UUID, template: str | None = None) -> Begun:
        """Begin an act that `record` ends: now is its `started_at`, and what need not be typed is in its `fields`.

        Those are the team of the act recorded last, the paper it is done by and the receiver as the case has them, and
        a template's (`save_template`), which goes before both. Show its `invitation` as a QR code, and a second
        officer's device contributes to it. Nothing is kept until it is recorded. Raises InvalidRecord
        `template_unknown`.
        """
        return self._beginner.begin(kind, self._recorder.subjects(case_id, None, None, None), template)

    def record(
        self,
        begun: Begun,
        *,
        fields: Mapping[str, Any] | None = None,
        photos: Photos = (),
        signatures: Sequence[Signature] = (),
        position: Mapping[str, Any] | None = None,
    ) -> Action:
        """Record an act that was begun; `fields` go before its defaults, now is its `finished_at`. As `record_action`.

        Raises InvalidRecord `already_recorded` for one that was: what comes later is a correction.
        """
        self._recorder.require_new(begun.id)
        said = signed(self._beginner.finished(begun, fields or {}), signatures)
        files = with_files(photos, signatures)
        action = self._recorder.record(begun.kind, said, begun.subjects, files, position, None, action_id=begun.id)
        self._beginner.remember(said)
        return action

    def contribute(
        self,
        invitation: Begun | str,
        *,
        photos: Photos = (),
        fields: Mapping[str, Any] | None = None,
        signatures: Sequence[Signature] = (),
        position: Mapping[str, Any] | None = None,
    ) -> Action:
        """两台设备合作: add files, signatures, recordings and words to an act that another officer's device records.

        `invitation` is the text that `begin` gave there. Files, signatures and recordings count for the act, in
        whatever order both arrive; words stand beside it under this officer's name, and its owner takes over what he
        will by a correction. Raises InvalidRecord `not_an_invitation`, and as `record_action`.
        """
        invited = read_invitation(invitation.invitation if isinstance(invitation, Begun) else invitation)
        said, files = signed({**(fields or {}), **invited.marker}, signatures), with_files(photos, signatures)
        subjects = [self._recorder.named(type_, id_) for type_, id_ in invited.subjects]
        return self._recorder.record(invited.kind, said, subjects, files, position, None, action_id=invited.act)

    def save_template(self, name: str, *, kind: str, fields: Mapping[str, Any]) -> None:
        """Keep what is often said, for `begin`; the same `name` replaces. On this device alone."""
        self._beginner.save_template(name, kind, fields)

    def templates(self) -> dict[str, dict[str, Any]]:
        """By name: `{"kind", "fields"}`."""
        return self._beginner.templates()

    def check(
        self,
        *,
        kind: str,
        fields: Mapping[str, Any] | None = None,
        photos: Photos = (),
        signatures: Sequence[Signature] = (),
    ) -> Check:
        """What an act would lack if it were recorded now: to be shown before it is sealed. Keeps nothing.

        Judged is what `record_action` would judge, by the catalogue as last pulled; `photos` are captures.
        """
        return self._recorder.check(kind, signed(fields or {}, signatures), with_files(photos, signatures))

    def correct(
        self,
        action: Action | str,
        *,
        reason: str,
        fields: Mapping[str, Any] | None = None,
        photos: Photos = (),
        position: Mapping[str, Any] | None = None,
        signatures: Sequence[Signature] = (),
    ) -> Action:
        """补正: a new record of the same act, which names the one it corrects. Both stay, and are shown together.

        `fields` are only those that were wrong or left out; what was said before still stands beside them, and what was
        not is filled in; `signatures` add to those there are. The answer's `missing` is what all of it together still
        lacks. Raises NotFound for an act of another device, and as `record_action`.
        """
        said, files = signed(fields or {}, signatures), with_files(photos, signatures)
        return self._corrector.correct(action, said, reason, files, position)

    def complete_node(
        self,
        *,
        case_id: str | UUID,
        node: NodeNamed,
        event: str | None = None,
        occurred_at: datetime | None = None,
        note: str = "",
        chain: str | None = None,
        photos: Photos = (),
    ) -> Action:
        """办结节点: say that a node of a case is done, as of `occurred_at` (aware; without it, now).

        `node` is one of the case's or the day's, or its key, then with its `chain` where the case has several. `event`
        says how it ended, where it may end in several ways (`node_endings`). The court judges it like any act: what a
        word does not end is parked, and `reviews()` says why. Raises as `record_action`.
        """
        fields = case_acts.node_fields(node, chain) | case_acts.fields_of(
            event=event, occurred_at=occurred_at, note=note
        )
        return self._on_file(case_acts.COMPLETE_NODE, case_id, fields, photos, node)

    def add_note(self, *, case_id: str | UUID, text: str, node: NodeNamed | None = None, photos: Photos = ()) -> Action:
        """办案记事: words for the file of a case, or of one of its nodes; everybody who holds the case reads them."""
        fields = {**case_acts.node_fields(node), "text": case_acts.required(text, "/text")}
        return self._on_file(case_acts.ADD_NOTE, case_id, fields, photos, node)

    def submit_clue(
        self,
        *,
        case_id: str | UUID,
        source: str,
        text: str,
        occurred_at: datetime | None = None,
        property: Mapping[str, Any] | None = None,
        photos: Photos = (),
    ) -> Action:
        """财产线索: a clue to property, which the court must verify within days of `occurred_at` (aware; else now).

        `source` is APPLICANT, NETWORK, REPORT, REWARD, THIRD_PARTY or OWN. `property` is what is known of it:
        `property_kind`, `place`, `holder`, `estimated_value`.
        """
        said = case_acts.fields_of(source=source, occurred_at=occurred_at)
        fields = {**(property or {}), **said, "text": case_acts.required(text, "/text")}
        return self._on_file(case_acts.SUBMIT_CLUE, case_id, fields, photos)

    def accept_handover(self, handover: Handover | str, *, case_id: str | UUID | None = None, note: str = "") -> Action:
        """接收移交: take over a stage that is offered; its clock starts now, whenever this arrives.

        With the handover's id alone its `case_id` is needed. Should it be decided or withdrawn elsewhere first, this is
        parked and says so.
        """
        return self._answer(case_acts.ACCEPT_HANDOVER, "handover", handover, case_id, case_acts.fields_of(note=note))

    def reject_handover(self, handover: Handover | str, *, reason: str, case_id: str | UUID | None = None) -> Action:
        """退回移交: send it back, with the reason that its sender is told."""
        fields = {"reason": case_acts.required(reason, "/reason")}
        return self._answer(case_acts.REJECT_HANDOVER, "handover", handover, case_id, fields)

    def complete_task(self, task: Task | str, *, case_id: str | UUID | None = None, note: str = "") -> Action:
        """办结任务: say that a task is done, as of now, whenever this arrives.

        With the task's id alone its `case_id` is needed. Should it be moved at the desk first, this is parked.
        """
        return self._answer(case_acts.COMPLETE_TASK, "task", task, case_id, case_acts.fields_of(note=note))

    def reply_urge(self, urge: Urge | str, *, text: str, case_id: str | UUID | None = None) -> Action:
        """答复催办: the reply that whoever asked is told, in time or late by this moment. A second one is parked."""
        fields = {"text": case_acts.required(text, "/text")}
        return self._answer(case_acts.REPLY_URGE, "urge", urge, case_id, fields)

    def request_approval(
        self, *, case_id: str | UUID, act_kind: str, text: str, act: Action | str | None = None
    ) -> Action:
        """紧急请示: ask the leaders to approve what is to be done now: SEAL, SEIZE, SEARCH, COMPEL, DETAIN, ….

        `act` names an act that the law let you do first (先行拘留): then this reports it, and it must be decided within
        a day. The answer comes with a pull: `case.approvals`, and the signed document among the case's papers.
        """
        done = {} if act is None else {"act": act.id if isinstance(act, Action) else require_uuid(act, "/act")}
        fields = {"act_kind": require_name(act_kind, "/act_kind"), "text": case_acts.required(text, "/text"), **done}
        return self._on_file(case_acts.REQUEST_APPROVAL, case_id, fields)

    def _answer(
        self,
        kind: str,
        member: str,
        asked: Handover | Task | Urge | str,
        case_id: str | UUID | None,
        fields: Mapping[str, Any],
    ) -> Action:
        if not isinstance(asked, str):
            case_id, asked = case_id or asked.case_id, asked.id
        named = {member: require_uuid(asked, f"/{member}")}
        return self._on_file(kind, require_uuid(case_id, "/case_id"), {**named, **fields})

    def _on_file(
        self,
        kind: str,
        case_id: str | UUID,
        fields: Mapping[str, Any],
        photos: Photos = (),
        node: NodeNamed | None = None,
    ) -> Action:
        subjects = self._recorder.subjects(case_id, None, None, case_acts.node_id_of(node))
        return self._recorder.record(kind, fields, subjects, photos, None, None)
