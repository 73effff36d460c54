"""What follows once two persons agree. Repeating it goes on where it was cut."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.common.signing import SignatureError, decode_base64, encode_base64
from server.people.escrow import NotOurs, open_store_slot, seal_grant
from server.people.models import TwoPersonAct
from server.people.services import note_outcome
from server.sync.release import release_sealed


def carry_out(act: TwoPersonAct) -> TwoPersonAct:
    """Raises what the push raises, and DomainError `escrow_slot_invalid`; it may be allowed again."""
    if act.kind == TwoPersonAct.Kind.RELEASE:
        note_outcome(act=act, outcome=asdict(release_sealed(device=act.device)))
    elif not act.outcome:
        note_outcome(act=act, outcome={"store": act.asked["store"], "grant": _grant(act)})
    return act


def _grant(act: TwoPersonAct) -> dict[str, str]:
    """The store's key, sealed for the one place that asked for it."""
    try:
        slot, bound = act.asked["slot"], _bound(act.asked)
        named = {name: decode_base64(slot[name]) for name in ("ephemeral", "nonce", "wrapped")}
        key = open_store_slot(act.court_id, **named, bound=bound)
        grant = seal_grant(key, decode_base64(act.asked["recipient"]), bound)
    except (NotOurs, SignatureError):
        raise slot_invalid() from None
    return {name: encode_base64(value) for name, value in grant.items()}


def _bound(asked: Mapping[str, Any]) -> bytes:
    """A slot that names its device opens as that device's only."""
    device = asked["slot"]["device"]
    return f"zhixing-store-1|{asked['store']}|{asked['way']}{f'|{device}' if device else ''}".encode()


def slot_invalid() -> DomainError:
    message = _("This key is not of that device, or was sealed to another court. Make the request on the device again.")
    return DomainError("escrow_slot_invalid", 422, message)
