"""`AsyncSafetyRecording`: as `safety_recording.SafetyRecording`, awaited."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from client_sdk.safety import Order, SosCall
from client_sdk.safety_recording import SafetyRecording
from client_sdk.views import Action


class AsyncSafetyRecording:
    """Every method as there: read its docstrings."""

    _field: SafetyRecording

    async def check_in(
        self,
        *,
        interval_minutes: int | None = None,
        place: str = "",
        note: str = "",
        case_id: str | UUID | None = None,
        position: Mapping[str, Any] | None = None,
    ) -> Action:
        told = partial(self._field.check_in, interval_minutes=interval_minutes, place=place, note=note)
        return await asyncio.to_thread(partial(told, case_id=case_id, position=position))

    async def check_out(self, *, note: str = "", position: Mapping[str, Any] | None = None) -> Action:
        return await asyncio.to_thread(partial(self._field.check_out, note=note, position=position))

    async def sos(self, *, words: str = "", position: Mapping[str, Any] | None = None) -> Action:
        return await asyncio.to_thread(partial(self._field.sos, words=words, position=position))

    async def cancel_sos(self, call: Action | SosCall | str, *, reason: str) -> Action:
        return await asyncio.to_thread(partial(self._field.cancel_sos, call, reason=reason))

    async def answer_order(
        self, order: Order | str, word: str, *, note: str = "", position: Mapping[str, Any] | None = None
    ) -> Action:
        return await asyncio.to_thread(partial(self._field.answer_order, order, word, note=note, position=position))
