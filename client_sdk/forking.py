"""What a fork statement says of this log: another copy of this phone signed other acts under the same numbers. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from client_sdk import wire
from client_sdk.answers import OK, Answer
from client_sdk.errors import NotSent, Rejected
from client_sdk.identity import Identity


@dataclass(frozen=True)
class Fork:
    seq: int
    """The first difference."""
    kept_hash: str
    """h_n of the history that the court goes on with."""
    held_seq: int
    """How far it holds the other one; 0 where it does not say."""


def read_fork(answer: Answer, identity: Identity, keys: Mapping[str, bytes]) -> Fork | None:
    """Proved, and an answer to the same request as the statement beside it. Raises NotSent."""
    text = answer.members.get("fork")
    if answer.status != OK or text is None:
        return None
    try:
        members = wire.verify_about_device("fork", str(text), identity.certificate, keys)
        if members.name("nonce") != answer.require_statement().nonce:
            raise wire.WireError("answers another nonce")
        held = members.count("held_seq") if "held_seq" in members else 0
        return Fork(members.count("seq", 1), members.hash("kept_hash"), held)
    except wire.WireError as fault:
        raise NotSent("answer_unproven", note=str(fault)) from None


def require_agreement(statement: wire.Statement, head_seq: int, hashes: Mapping[int, str]) -> None:
    """R30: what the court states of our log is our log. Raises Rejected; then nothing is touched and a person looks."""
    if statement.acked_seq > head_seq:
        raise Rejected("log_behind", acked_seq=statement.acked_seq, head_seq=head_seq)
    for seq, stated in ((statement.acked_seq, statement.acked_hash), (statement.safe_seq, statement.safe_hash)):
        if hashes.get(seq, stated) != stated:
            raise Rejected("log_disagrees", seq=seq)
