"""Receivers of a court's notices: named by its operator, each with a secret only it and we know."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.ids import new_id
from server.ledger.services import append
from server.notices.models import Delivery, Webhook
from server.notices.receiver import UrlRefused, require_url
from server.people.models import Court
from server.people.sealing import seal, unseal
from server.people.services.entries import court_entry

OVERLAP = timedelta(days=7)
"""For how long what is sent is signed with the former secret, too."""


class WebhookRefused(ValueError):
    """Said to the operator as it is."""


@transaction.atomic
def add_webhook(*, court: Court, name: str, url: str, kinds: Sequence[str] = ()) -> tuple[Webhook, str]:
    """The receiver and its secret, which is shown this once. Raises WebhookRefused."""
    try:
        require_url(url)
    except UrlRefused as fault:
        raise WebhookRefused(str(fault)) from None
    if Webhook.objects.filter(court=court, name=name).exists():
        raise WebhookRefused(_("This court has a receiver %(name)s already.") % {"name": name})
    secret, identity = _new_secret(), new_id()
    sealed = seal(secret.encode(), bound_to=_bound_to(identity))
    webhook = Webhook.objects.create(
        id=identity, court=court, name=name, url=url, kinds=sorted(kinds), sealed_secret=sealed
    )
    _tell("webhook_added", webhook)
    return webhook, secret


@transaction.atomic
def rotate_secret(*, webhook: Webhook) -> str:
    """A new secret, shown this once; the former one signs beside it for a week."""
    webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
    secret = _new_secret()
    webhook.sealed_former_secret, webhook.former_until = webhook.sealed_secret, now() + OVERLAP
    webhook.sealed_secret = seal(secret.encode(), bound_to=_bound_to(webhook.pk))
    webhook.save(update_fields=["sealed_secret", "sealed_former_secret", "former_until"])
    _tell("webhook_secret_rotated", webhook)
    return secret


@transaction.atomic
def end_webhook(*, webhook: Webhook) -> None:
    """Nothing more is sent to it; what was sent stays in its log."""
    webhook.ended_at = now()
    webhook.save(update_fields=["ended_at"])
    Delivery.objects.filter(webhook=webhook, state=Delivery.State.WAITING).update(state=Delivery.State.GIVEN_UP)
    _tell("webhook_ended", webhook)


def send_again(*, webhook: Webhook) -> int:
    """Have what was given up sent again, from the first attempt; how many."""
    given_up = Delivery.objects.filter(webhook=webhook, webhook__ended_at=None, state=Delivery.State.GIVEN_UP)
    return given_up.update(state=Delivery.State.WAITING, attempts=0, next_attempt_at=now())


def unsealed_secrets(webhook: Webhook) -> list[str]:
    """With which it is signed at this moment, the present one first. Raises CannotUnseal."""
    sealed = [webhook.sealed_secret]
    if webhook.former_until is not None and now() < webhook.former_until:
        sealed.append(webhook.sealed_former_secret)
    return [unseal(bytes(each), bound_to=_bound_to(webhook.pk)).decode() for each in sealed]


def _new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def _bound_to(webhook_id: UUID) -> str:
    return f"webhook {webhook_id}"


def _tell(kind: str, webhook: Webhook) -> None:
    append([court_entry(webhook.court_id, kind, {"webhook": str(webhook.pk)}, name=webhook.name, url=webhook.url)])
