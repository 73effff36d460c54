"""Tells the feeds whose rights to ask again: after a sign-out, a suspension, the end of a role, a new password.

The socket's own re-check every 30 seconds finds all of it too; this makes it seconds.
"""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models.signals import post_delete, post_save

from server.common.after_commit import after_commit
from server.people.models import Officer
from server.realtime.hints import hint_of_rights

_SIGN_IN_ONLY = frozenset({"last_login"})


def connect() -> None:
    post_delete.connect(_session_ended, sender=Session, dispatch_uid="live rights: session")
    post_save.connect(_officer_changed, sender=Officer, dispatch_uid="live rights: officer")


def _session_ended(instance: Session, **_: Any) -> None:
    officer = instance.get_decoded().get(SESSION_KEY)
    if officer:
        _after_commit(str(officer))


def _officer_changed(instance: Officer, created: bool, update_fields: frozenset[str] | None, **_: Any) -> None:
    if not created and update_fields != _SIGN_IN_ONLY:
        _after_commit(str(instance.pk))


def _after_commit(officer: str) -> None:
    after_commit(hint_of_rights, [officer])
