"""`AsyncRecording`: as `recording.Recording`, awaited; disk and keys work in threads."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from client_sdk.async_safety import AsyncSafetyRecording
from client_sdk.beginning import Begun
from client_sdk.case_acts import NodeNamed
from client_sdk.day_views import Handover, Task, Urge
from client_sdk.notes import USUAL_PHOTO_BYTES
from client_sdk.recorder import Check
from client_sdk.recording import Photos, Recording
from client_sdk.signatures import ON_PAPER, Signature
from client_sdk.strokes import Strokes
from client_sdk.views import OTHER_SHOT, Action, Photo

P = ParamSpec("P")
T = TypeVar("T")


async def threaded(call: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    return await asyncio.to_thread(partial(call, *given, **named))


class AsyncRecording(AsyncSafetyRecording):
    """Every method as there: read its docstrings."""

    _field: Recording

    async def capture(self, content: bytes, *, shot_code: str = OTHER_SHOT) -> Photo:
        return await threaded(self._field.capture, content, shot_code=shot_code)

    async def import_file(self, path: str | Path, *, shot_code: str = OTHER_SHOT) -> Photo:
        return await threaded(self._field.import_file, path, shot_code=shot_code)

    async def require_room(self, size: int = USUAL_PHOTO_BYTES) -> None:
        await threaded(self._field.require_room, size)

    async def sign(self, *, name: str, role: str, strokes: Strokes | Sequence[Sequence[Sequence[int]]]) -> Signature:
        return await threaded(self._field.sign, name=name, role=role, strokes=strokes)

    async def sign_by_picture(
        self, *, name: str, role: str, state: str = ON_PAPER, picture: Photo | None = None
    ) -> Signature:
        return await threaded(self._field.sign_by_picture, name=name, role=role, state=state, picture=picture)

    async def note_refusal(
        self, *, name: str, role: str, reason: str, witnessed_by: str = "", picture: Photo | None = None
    ) -> Signature:
        told = partial(self._field.note_refusal, reason=reason, witnessed_by=witnessed_by)
        return await threaded(told, name=name, role=role, picture=picture)

    async def record_action(
        self,
        *,
        kind: str,
        fields: Mapping[str, object] | None = None,
        case_id: str | UUID | None = None,
        case_ids: Sequence[str | UUID] | None = None,
        case_no: str | None = None,
        matter_ids: Sequence[str | UUID] | None = None,
        photos: Photos = (),
        node_id: str | UUID | None = None,
        corrects: Action | str | None = None,
        position: Mapping[str, object] | None = None,
        signatures: Sequence[Signature] = (),
    ) -> Action:
        return await threaded(
            self._field.record_action,
            kind=kind,
            fields=fields,
            case_id=case_id,
            case_ids=case_ids,
            case_no=case_no,
            matter_ids=matter_ids,
            photos=photos,
            node_id=node_id,
            corrects=corrects,
            position=position,
            signatures=signatures,
        )

    async def begin(self, *, kind: str, case_id: str | UUID, template: str | None = None) -> Begun:
        return await threaded(self._field.begin, kind=kind, case_id=case_id, template=template)

    async def record(
        self,
        begun: Begun,
        *,
        fields: Mapping[str, object] | None = None,
        photos: Photos = (),
        signatures: Sequence[Signature] = (),
        position: Mapping[str, object] | None = None,
    ) -> Action:
        told = partial(self._field.record, signatures=signatures, position=position)
        return await threaded(told, begun, fields=fields, photos=photos)

    async def contribute(
        self,
        invitation: Begun | str,
        *,
        photos: Photos = (),
        fields: Mapping[str, object] | None = None,
        signatures: Sequence[Signature] = (),
        position: Mapping[str, object] | None = None,
    ) -> Action:
        told = partial(self._field.contribute, signatures=signatures, position=position)
        return await threaded(told, invitation, fields=fields, photos=photos)

    async def save_template(self, name: str, *, kind: str, fields: Mapping[str, object]) -> None:
        await threaded(self._field.save_template, name, kind=kind, fields=fields)

    async def templates(self) -> dict[str, dict[str, Any]]:
        return await threaded(self._field.templates)

    async def check(
        self,
        *,
        kind: str,
        fields: Mapping[str, object] | None = None,
        photos: Photos = (),
        signatures: Sequence[Signature] = (),
    ) -> Check:
        return await threaded(self._field.check, kind=kind, fields=fields, photos=photos, signatures=signatures)

    async def correct(
        self,
        action: Action | str,
        *,
        reason: str,
        fields: Mapping[str, object] | None = None,
        photos: Photos = (),
        position: Mapping[str, object] | None = None,
        signatures: Sequence[Signature] = (),
    ) -> Action:
        told = partial(self._field.correct, reason=reason, position=position, signatures=signatures)
        return await threaded(told, action, fields=fields, photos=photos)

    async def complete_node(
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
        told = partial(self._field.complete_node, event=event, occurred_at=occurred_at, note=note, chain=chain)
        return await threaded(told, case_id=case_id, node=node, photos=photos)

    async def add_note(
        self, *, case_id: str | UUID, text: str, node: NodeNamed | None = None, photos: Photos = ()
    ) -> Action:
        return await threaded(self._field.add_note, case_id=case_id, text=text, node=node, photos=photos)

    async def submit_clue(
        self,
        *,
        case_id: str | UUID,
        source: str,
        text: str,
        occurred_at: datetime | None = None,
        property: Mapping[str, object] | None = None,
        photos: Photos = (),
    ) -> Action:
        told = partial(self._field.submit_clue, source=source, text=text, occurred_at=occurred_at)
        return await threaded(told, case_id=case_id, property=property, photos=photos)

    async def accept_handover(
        self, handover: Handover | str, *, case_id: str | UUID | None = None, note: str = ""
    ) -> Action:
        return await threaded(self._field.accept_handover, handover, case_id=case_id, note=note)

    async def reject_handover(
        self, handover: Handover | str, *, reason: str, case_id: str | UUID | None = None
    ) -> Action:
        return await threaded(self._field.reject_handover, handover, reason=reason, case_id=case_id)

    async def complete_task(self, task: Task | str, *, case_id: str | UUID | None = None, note: str = "") -> Action:
        return await threaded(self._field.complete_task, task, case_id=case_id, note=note)

    async def reply_urge(self, urge: Urge | str, *, text: str, case_id: str | UUID | None = None) -> Action:
        return await threaded(self._field.reply_urge, urge, text=text, case_id=case_id)

    async def request_approval(
        self, *, case_id: str | UUID, act_kind: str, text: str, act: Action | str | None = None
    ) -> Action:
        return await threaded(self._field.request_approval, case_id=case_id, act_kind=act_kind, text=text, act=act)
