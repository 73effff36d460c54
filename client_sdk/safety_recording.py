"""`SafetyRecording`: what an officer says of himself and of orders to his group, offline like all of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from client_sdk import safety
from client_sdk.case_acts import fields_of, required
from client_sdk.errors import InvalidRecord
from client_sdk.overview import Overview
from client_sdk.recorder import Recorder
from client_sdk.records import require_uuid
from client_sdk.safety import Order, Safety, SosCall
from client_sdk.views import Action

WORDS = ("ACCEPT", "DECLINE", "ARRIVE", "FINISH")


class SafetyRecording:
    """Each of these is chained, signed, encrypted and fsynced when it returns."""

    _recorder: Recorder
    _overview: Overview

    def safety(self) -> Safety:
        """On site or not, when a check-in is due, how far calls for help have come, orders to this officer's group.

        A call is `is_received` on the court's signature alone, and seen only as somebody at the desk has said.
        """
        return self._overview.safety()

    def check_in(
        self,
        *,
        interval_minutes: int | None = None,
        place: str = "",
        note: str = "",
        case_id: str | UUID | None = None,
        position: Mapping[str, Any] | None = None,
    ) -> Action:
        """签到: on site, or still there and well. The next one is due `interval_minutes` (5 to 480) from now.

        Without it as agreed before in this stay, else after an hour. `alarms()` rings for it here; at the court
        silence is alarmed, whether this device has a net or not. Raises InvalidRecord and StorageFull.
        """
        if interval_minutes is not None and not _is_interval(interval_minutes):
            raise InvalidRecord("member_invalid", "/interval_minutes")
        minutes = interval_minutes or self._recorder.stay_minutes()
        fields = {"interval_minutes": minutes, **fields_of(place=place, note=note)}
        return self._recorder.say(safety.CHECK_IN, fields, case_id, position)

    def check_out(self, *, note: str = "", position: Mapping[str, Any] | None = None) -> Action:
        """签退: he has left, and is waited for no more."""
        return self._recorder.say(safety.CHECK_OUT, fields_of(note=note), None, position)

    def sos(self, *, words: str = "", position: Mapping[str, Any] | None = None) -> Action:
        """紧急求助: call for help. The next sync sends it before all else; `send_calls` sends it alone, at once.

        `safety().calls` says how far it has come: received, and seen by whom. Pressed again it asks anew.
        """
        return self._recorder.say(safety.SOS, fields_of(words=words), None, position)

    def cancel_sos(self, call: Action | SosCall | str, *, reason: str) -> Action:
        """撤回求助: it was a false alarm; the desk makes sure all the same. Raises InvalidRecord."""
        named = call.said.get("sos", "") if isinstance(call, Action) else call if isinstance(call, str) else call.id
        fields = {"sos": require_uuid(named, "/sos"), "reason": required(reason, "/reason")}
        return self._recorder.say(safety.CANCEL_SOS, fields, None, None)

    def answer_order(
        self, order: Order | str, word: str, *, note: str = "", position: Mapping[str, Any] | None = None
    ) -> Action:
        """答复调度指令: ACCEPT, DECLINE (with the reason in `note`), ARRIVE, FINISH (with what came of it)."""
        if word not in WORDS:
            raise InvalidRecord("member_invalid", "/word")
        note = required(note, "/note") if word in ("DECLINE", "FINISH") else note
        named = require_uuid(order if isinstance(order, str) else order.id, "/order")
        return self._recorder.say(
            safety.ANSWER_ORDER, {"order": named, "word": word, **fields_of(note=note)}, None, position
        )


def _is_interval(minutes: Any) -> bool:
    return isinstance(minutes, int) and not isinstance(minutes, bool) and 5 <= minutes <= 480
