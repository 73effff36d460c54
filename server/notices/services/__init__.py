"""The only writers of notices: telling, reading, digests, receivers of webhooks and what is sent to them."""

from server.notices.services.delivering import deliver, enqueue_due_deliveries
from server.notices.services.digests import make_digests
from server.notices.services.pruning import forget_old_notices
from server.notices.services.reading import mark_read
from server.notices.services.telling import NoticeDraft, tell
from server.notices.services.webhooks import (
    WebhookRefused,
    add_webhook,
    end_webhook,
    rotate_secret,
    send_again,
    unsealed_secrets,
)

__all__ = [
    "NoticeDraft",
    "WebhookRefused",
    "add_webhook",
    "deliver",
    "end_webhook",
    "enqueue_due_deliveries",
    "forget_old_notices",
    "make_digests",
    "mark_read",
    "rotate_secret",
    "send_again",
    "tell",
    "unsealed_secrets",
]
