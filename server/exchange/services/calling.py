"""Calls to a peer's server, each signed with the key of today."""

import secrets

from server.common.clock import now
from server.exchange.models import Peer
from server.exchange.signed_requests import Signing, signed_headers
from server.people.keys import signing_key_of
from server.people.models import Court


def request_headers(method: str, path: str, body: bytes | None, peer: Peer, court: Court) -> dict[str, str]:
    """Fresh each time: what is sent again is signed again."""
    key = signing_key_of(court)
    signing = Signing(court.pk, peer.remote_id, key.chain[-1], key.kid, key.private_key)
    return signed_headers(method, path, body, signing, at=now(), nonce=secrets.token_urlsafe(16))
