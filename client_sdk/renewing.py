"""A log goes on under another certificate: by a fresh code after a fork, by the same key after damage. I/O-free."""

from collections.abc import Mapping
from typing import Any

from client_sdk import enrolment, wire
from client_sdk.answers import OK, busy_error, is_transient, json_object, named_error
from client_sdk.engine import Engine
from client_sdk.errors import NotSent
from client_sdk.identity import Applicant, Enrolled, Identity, Place
from client_sdk.steps import FindSuccessor, Flow, Reply, Request, Send, Succeed, Unreachable, ask
from client_sdk.version import VERSION

REPAIR_PATH = "/api/v1/devices/incarnation"


def begin_anew(engine: Engine) -> Flow[None]:
    """A new log of the same key, since the court calls this one damaged. Raises NotSent, Rejected."""
    applicant, place = yield from ask(FindSuccessor(has_new_key=False))
    enrolled = yield from repair(engine.identity, applicant, place, engine.new_nonce())
    yield from _succeed(engine, enrolled, place)


def renew(engine: Engine, code: str, described: Mapping[str, Any]) -> Flow[None]:
    """A new key and log by a fresh code; a lost answer is asked for again unchanged. Raises as an enrolment does."""
    applicant, place = yield from ask(FindSuccessor(has_new_key=True))
    members = {**described, "continues": place.as_members(engine.identity)}
    enrolled = yield from enrolment.enrol(
        applicant, code, described=members, new_nonce=engine.new_nonce, patience=engine.patience
    )
    yield from _succeed(engine, enrolled, place)


def _succeed(engine: Engine, enrolled: Enrolled, place: Place) -> Flow[None]:
    yield from ask(Succeed(enrolled, place))
    engine.succeed(enrolled.identity, enrolled.statement)


def repair(identity: Identity, applicant: Applicant, place: Place, nonce: str) -> Flow[Enrolled]:
    """One request for a new log of the same key. Raises NotSent, Rejected; asked again, it is answered the same."""
    reply = yield from ask(Send(_request(identity, applicant, place, nonce)))
    if isinstance(reply, Unreachable):
        raise NotSent("unreachable", note=reply.reason)
    if is_transient(reply):
        raise busy_error(reply)
    return _proved(reply, nonce, identity, applicant)


def _request(identity: Identity, applicant: Applicant, place: Place, nonce: str) -> Request:
    members = {"protocol": wire.PROTOCOL, "nonce": nonce, "device": str(applicant.device), "sdk": VERSION}
    body = enrolment.packed({**members, **place.as_members(identity)})
    signature = wire.request_signature(identity.key, identity.device, nonce, body)
    return Request("POST", REPAIR_PATH, {"Content-Type": "application/json", "Zhixing-Signature": signature}, body)


def _proved(reply: Reply, nonce: str, identity: Identity, applicant: Applicant) -> Enrolled:
    members = json_object(reply.body)
    if reply.status != OK:
        raise named_error(reply.status, members)
    try:
        return enrolment.proved(members, nonce, applicant, root_key=identity.root_key)
    except (wire.WireError, KeyError, TypeError) as fault:
        raise NotSent("answer_unproven", note=str(fault)) from None
