"""New operations made readable: bodies parsed, times bounded, reused ids found. What cannot be read is set aside."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.common.statements import Given, GivenMany, Statement
from server.field.operation import Outcome, Reporter, SignedOperation, Status, set_aside
from server.sync.body import BodyInvalid, check_shape, parse_body
from server.sync.continuing import already_brought
from server.sync.envelope import Framed
from server.sync.forks import disputed_bodies
from server.sync.models import DeviceLog, IssuedStatement, Operation
from server.sync.operations import HANDLERS
from server.sync.timing import bounds_of

BODY_VERSION = 1
MAX_SUBJECTS = 200
MAX_SUBJECTS_AT_ONCE = 10_000


def _named() -> Any:
    """Two reads in one: when statements were issued, and ids that were claimed before."""
    issued = IssuedStatement.objects.filter(pk__in=GivenMany("hashes", "text"), device_id=Given("device_id"))
    claimed = Operation.objects.filter(claimed_id__in=GivenMany("ids", "text"))
    no_moment = Cast(Value(None), DateTimeField())
    return issued.values_list("hash", "issued_at").union(claimed.values_list("claimed_id", no_moment), all=True)


_NAMED: Statement[Any] = Statement(_named)


@dataclass(slots=True)
class Arrivals:
    """A batch's new operations. Every one is in `framed`; what no handler may see has its outcome already."""

    framed: Sequence[Framed]
    received_at: datetime
    readable: dict[int, SignedOperation] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    claimed_ids: dict[int, str] = field(default_factory=dict)

    @property
    def handled(self) -> list[SignedOperation]:
        return [each for seq, each in self.readable.items() if seq not in self.outcomes]


def read_arrivals(log: DeviceLog, framed: Sequence[Framed], received_at: datetime) -> Arrivals:
    """One SELECT whatever their number. Raises DomainError push_too_large where they name too many subjects."""
    arrivals = Arrivals(framed, received_at)
    bodies = {each.seq: body for each in framed if (body := _body(each, arrivals)) is not None}
    _require_modest(bodies)
    reporter = reporter_of(log, log.incarnation)
    statements, claimed = _known(log, bodies, arrivals.claimed_ids)
    reused = _reused_ids(arrivals.claimed_ids, claimed)
    disputed = disputed_bodies(log.device)
    for seq, original in already_brought(log.device, _bytes_of(framed), arrivals.claimed_ids).items():
        arrivals.outcomes.setdefault(seq, Outcome(Status.APPLIED, "continued", details={"operation": original.hash}))
        reused.discard(seq)
    for each in framed:
        body = bodies.get(each.seq)
        if body is None:
            continue
        statement_at = statements.get(body.get("last_statement") or "")
        bounds = bounds_of(body.get("recorded_at"), statement_at, received_at)
        arrivals.readable[each.seq] = SignedOperation(
            *(reporter, each.seq, each.hash.hex(), body, received_at, bounds, each.seq in reused),
            is_disputed=log.is_forked or each.body in disputed,
        )
        if body["kind"] not in HANDLERS and each.seq not in arrivals.outcomes:
            arrivals.outcomes[each.seq] = set_aside("kind_unknown")
    return arrivals


def _bytes_of(framed: Sequence[Framed]) -> dict[int, bytes]:
    return {each.seq: each.body for each in framed}


def _body(each: Framed, arrivals: Arrivals) -> dict[str, Any] | None:
    try:
        body = parse_body(each.body)
        _claim(each.seq, body, arrivals)
        check_shape(body)
        _check_limits(body)
    except BodyInvalid as fault:
        arrivals.outcomes[each.seq] = set_aside("body_invalid", reason=fault.reason, where=fault.where)
        return None
    return body


def read_body(raw: bytes) -> dict[str, Any]:
    """As any handler may see it. Raises BodyInvalid."""
    body = parse_body(raw)
    check_shape(body)
    _check_limits(body)
    return body


def _claim(seq: int, body: Mapping[str, Any], arrivals: Arrivals) -> None:
    claimed = body.get("id")
    if isinstance(claimed, str) and 1 <= len(claimed) <= 64:
        arrivals.claimed_ids[seq] = claimed


def _check_limits(body: Mapping[str, Any]) -> None:
    if body["v"] != BODY_VERSION:
        raise BodyInvalid("version_unknown", "/v")
    if len(body.get("subjects") or ()) > MAX_SUBJECTS:
        raise BodyInvalid("too_many", "/subjects")


def _require_modest(bodies: Mapping[int, Mapping[str, Any]]) -> None:
    named = sum(len(body.get("subjects") or ()) for body in bodies.values())
    if named > MAX_SUBJECTS_AT_ONCE:
        raise DomainError(
            "push_too_large", 413, _("Send fewer operations at once."), {"max_subjects": MAX_SUBJECTS_AT_ONCE}
        )


def reporter_of(log: DeviceLog, incarnation: int) -> Reporter:
    officer = log.device.officer
    return Reporter(
        device_id=log.device_id,
        incarnation=incarnation,
        court_id=log.device.court_id,
        officer_id=officer.pk,
        is_active=officer.is_active,
        suspended_from=officer.suspended_from,
        suspended_until=officer.suspended_until,
        kind_rules=log.device.court.kind_rules,
    )


def _known(
    log: DeviceLog, bodies: Mapping[int, Mapping[str, Any]], claimed: Mapping[int, str]
) -> tuple[dict[str, datetime], set[str]]:
    """When the statements that bodies name were issued to this device; which of these ids were claimed before."""
    named = {body["last_statement"] for body in bodies.values() if body.get("last_statement")}
    if not named and not claimed:
        return {}, set()
    rows = _NAMED.rows(hashes=named, device_id=log.device_id, ids=set(claimed.values()))
    times = {name: issued_at for name, issued_at in rows if issued_at is not None}
    return times, {name for name, issued_at in rows if issued_at is None}


def _reused_ids(claimed: Mapping[int, str], before: Collection[str]) -> set[int]:
    """Operations whose id was claimed before, by any device, or earlier in this batch."""
    seen = set(before)
    reused = set()
    for seq, claimed_id in claimed.items():
        if claimed_id in seen:
            reused.add(seq)
        seen.add(claimed_id)
    return reused
