"""The only writers of exchange."""

from server.exchange.services.batch_in import read_batch
from server.exchange.services.batch_out import write_batch
from server.exchange.services.delivering import deliver, enqueue_due_peers
from server.exchange.services.doors import forget_nonces, require_peer
from server.exchange.services.files import parts_of_wanted, require_sent
from server.exchange.services.inbox import apply_waiting, take_in
from server.exchange.services.outbox import note_receipts, retry, waiting_for
from server.exchange.services.peers import card_of, cut_off, enrol_peer
from server.exchange.services.reading import record_look
from server.exchange.services.watching import tell_of_silent_peers

__all__ = [
    "apply_waiting",
    "card_of",
    "cut_off",
    "deliver",
    "enqueue_due_peers",
    "enrol_peer",
    "forget_nonces",
    "note_receipts",
    "parts_of_wanted",
    "read_batch",
    "record_look",
    "require_peer",
    "require_sent",
    "retry",
    "take_in",
    "tell_of_silent_peers",
    "waiting_for",
    "write_batch",
]
