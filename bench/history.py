"""What went before, made in bulk: acts that were really pushed, copied inside the database with ids of their own."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, models

from bench.city import City, enrolled, record_acts
from bench.phone import push_request, require_applied
from bench.place import Server
from server.evidence.models import Promise
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.ledger.models import Entry, Head
from server.ledger.queries import head_of
from server.people.streams import court_stream
from server.sync.models import Operation

BATCH = 500
PUSHED = "bench_pushed"
"""Our own table of the acts that copies are made of."""

Copying = tuple[type[models.Model], str, dict[str, str]]


class History:
    """Acts of another device of the same group, of `pushed` of which all others are copies."""

    def __init__(self, city: City, server: Server, pushed: int) -> None:
        self._stream = court_stream(city.court.pk)
        self._pushed, self._copies = pushed, 1
        self._first = head_of(self._stream).position
        self._device = _push_acts(city, server, pushed)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {PUSHED} AS SELECT id FROM {FieldAction._meta.db_table}")
        _settle()

    def grow(self, size: int, *, on_own_cases: bool) -> None:
        """Copy until `size` acts stand: of cases that nobody here holds, or of the very cases that are measured."""
        upto = size // self._pushed
        tip = head_of(self._stream).position
        span = {"since": self._copies, "upto": upto - 1, "device": self._device, "stream": self._stream}
        for model, where, changed in self._copying(tip, on_own_cases):
            _copy(model, where, changed, span)
        Head.objects.filter(stream=self._stream).update(position=tip + (upto - self._copies) * self._pushed)
        self._copies = upto
        _settle()

    def _copying(self, tip: int, on_own_cases: bool) -> list[Copying]:
        ours, log = f"IN (SELECT id FROM {PUSHED})", f"o.device_id = %(device)s AND o.seq <= {self._pushed}"
        identity = {"id": _uuid("id")}
        act = {**identity, "action_id": _uuid("action_id")}
        subject = {} if on_own_cases else {"subject_id": _uuid("subject_id")}
        position = f"o.position - {self._first} + {tip} + (k - %(since)s::int) * {self._pushed}"
        told = f"o.stream = %(stream)s AND o.position > {self._first} AND o.position <= {self._first + self._pushed}"
        operation = {"operation_hash": _hash("operation_hash")}
        number = {"seq": f"o.seq + k * {self._pushed}"}
        file = {"sha256": _hash("sha256"), "holder_id": _uuid("holder_id")}
        return [
            (FieldAction, f"o.id {ours}", identity),
            (ActionRecord, f"o.action_id {ours}", {**act, **operation}),
            (ActionSubject, f"o.action_id {ours}", {**act, "record_id": _uuid("record_id"), **subject}),
            (Operation, log, {**number, "hash": _hash("hash"), "claimed_id": f"{_uuid('claimed_id')}::text"}),
            (Promise, log, {**identity, **number, **operation, **file, **subject}),
            (Entry, told, {**identity, **subject, "position": position, "hash": _hash("hash")}),
        ]


def _push_acts(city: City, server: Server, count: int) -> str:
    phone, line = enrolled(city.assistant, server)
    record_acts(phone, city, count)
    for first in range(1, count + 1, BATCH):
        require_applied(line.send(push_request(phone, first, min(BATCH, count + 1 - first))))
    line.close()
    return str(phone.id)


def _uuid(column: str) -> str:
    return f"md5(o.{column}::text || ':' || k)::uuid"


def _hash(column: str) -> str:
    return f"md5(o.{column} || ':' || k) || md5(k || ':' || o.{column})"


def _copy(model: type[models.Model], where: str, changed: Mapping[str, str], span: Mapping[str, Any]) -> None:
    table = model._meta.db_table
    columns = [str(field.column) for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    values = ", ".join(changed.get(column, f"o.{column}") for column in columns)
    source = f"{table} o, generate_series(%(since)s::int, %(upto)s::int) k"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {source} WHERE {where}", span)


def _settle() -> None:
    """What PostgreSQL would else begin by itself, in the middle of a measurement."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
