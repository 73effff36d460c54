"""Notices of alarms, written once in the language of the deployment, for whoever is to be told."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise

from server.common.clock import SHANGHAI
from server.notices.services import NoticeDraft, tell
from server.safety.live import alarm_view
from server.safety.models import Alarm


def tell_of(alarm: Alarm, step: str, text: str | Promise, words: Mapping[str, Any], to: Iterable[UUID]) -> None:
    """To each once for each step of an alarm: `raised`, `escalated`, `withdrawn`."""
    with translation.override(settings.LANGUAGE_CODE):
        title = str(text) % words
    kind = {Alarm.Kind.SOS: "sos", Alarm.Kind.CHECK_IN: "check_in", Alarm.Kind.ORDER: "order"}[Alarm.Kind(alarm.kind)]
    tell(
        [
            NoticeDraft(
                officer_id=officer_id,
                court_id=alarm.court_id,
                kind=kind,
                key=f"{kind}:{alarm.pk}:{step}",
                title=title,
                view={"alarm": alarm_view(alarm)},
                is_urgent=True,
            )
            for officer_id in to
        ]
    )


def wall(moment: Any) -> str:
    return str(moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M"))
