"""Many rows in one statement, whatever their number: written, changed, looked for.

Django's `bulk_create` makes a model of each row and cuts a batch by the database's limit of parameters; a push pays for
both. Here a row is a tuple, and a batch is one statement on either database.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.expressions import RawSQL


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert `rows`, each with a value for every field in `names` (attribute names, `case_id` for a key).

    Every column without a database default must be named: model defaults are not applied. JSON is given as text.
    """
    if not rows:
        return
    if connection.vendor == "postgresql" and len(rows) > 1:
        _copy_rows(_copy_sql(model, tuple(names)), rows)
        return
    sql, adapters = _values_sql(model, tuple(names))
    _execute(sql, adapters, rows)


def insert_unless_there(model: type[models.Model], names: Sequence[str], row: Sequence[Any]) -> None:
    """Insert one row as `insert_rows` does; one that breaks a rule of uniqueness is left out."""
    sql, adapters = _values_sql(model, tuple(names))
    _execute(f"{sql} ON CONFLICT DO NOTHING", adapters, [row])


Rows = tuple[type[models.Model], tuple[str, ...], Sequence[Sequence[Any]]]
"""Model, names and rows, as `insert_rows` takes them."""


def insert_together(inserts: Iterable[Rows]) -> None:
    """Rows of several tables, each table once: those of one row in one statement where the database can."""
    inserts = list(inserts)
    single = [each for each in inserts if len(each[2]) == 1]
    if connection.vendor != "postgresql" or len(single) < 2:
        single = []
    for model, names, rows in inserts:
        if not single or len(rows) > 1:
            insert_rows(model, names, rows)
    if single:
        sql = _insert_several_sql(tuple((model, names) for model, names, _ in single))
        with connection.cursor() as cursor:
            cursor.execute(sql, [value for _, _, (row,) in single for value in row])


def _execute(sql: str, adapters: "Adapters", rows: Sequence[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(sql, list(rows[0]))  # one row: cheaper than COPY, which is planned anew each time
        else:
            cursor.executemany(sql, _adapted(adapters, rows))


def _copy_rows(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    # Measured against unnest() of arrays, 1,000 rows of eight columns: 0.010 CPU-s here instead of 0.090, 0.026 there.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)


def update_rows(model: type[models.Model], key: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Set the fields `names` of the rows found by `key`; each row is its key followed by the values."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_update_unnest_sql(model, key, tuple(names)), [list(c) for c in zip(*rows, strict=True)])
        return
    sql, adapters = _update_sql(model, key, tuple(names))
    with connection.cursor() as cursor:
        cursor.executemany(sql, [[*values, key] for key, *values in _adapted(adapters, rows)])


def update_one(model: type[models.Model], where: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Set `values` of the row that is still as `where` says, both by attribute names; False where there is none."""
    sql, adapters = _update_one_sql(model, tuple(where), tuple(values))
    (given,) = _adapted(adapters, [(*values.values(), *where.values())])
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return bool(cursor.rowcount == 1)


def count_up(model: type[models.Model], key: str, name: str, keys: Collection[UUID]) -> None:
    """One more in the column `name` of these rows; the caller holds them, or their order does not matter."""
    if not keys:
        return
    found, column = (_column(field) for field in _fields(model, (key, name)))
    among_keys = "(SELECT unnest(%s::uuid[]))"
    given: Any = list(keys)
    if connection.vendor != "postgresql":
        among_keys, given = "(SELECT value FROM json_each(%s))", json.dumps([each.hex for each in keys])
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {_table(model)} SET {column} = {column} + 1 WHERE {found} IN {among_keys}", [given])


Change = tuple[type[models.Model], str, tuple[str, ...], Sequence[Sequence[Any]]]
"""Model, key, names and rows, as `update_rows` takes them."""


def update_together(changes: Iterable[Change]) -> None:
    """Rows of several tables, each table once: one statement where the database can."""
    changes = [change for change in changes if change[3]]
    if connection.vendor != "postgresql" or len(changes) < 2:
        for change in changes:
            update_rows(*change)
        return
    sql = _update_several_sql(tuple((model, key, names) for model, key, names, _ in changes))
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(column) for change in changes for column in zip(*change[3], strict=True)])


def among(values: Collection[UUID] | Collection[str]) -> RawSQL | list[str]:
    """For `filter(pk__in=among(ids))`: one parameter and one text of the statement, however many there are.

    A list of 500 costs Django and the driver 5 ms to spell out, and some databases refuse long ones.
    """
    if not values:
        return []  # nothing says of which type they are; and Django then asks nothing at all
    is_uuid = isinstance(next(iter(values)), UUID)
    if connection.vendor == "postgresql":
        return RawSQL(f"SELECT unnest(%s::{'uuid' if is_uuid else 'text'}[])", (list(values),))
    texts = [value.hex if isinstance(value, UUID) else value for value in values]
    return RawSQL("SELECT value FROM json_each(%s)", (json.dumps(texts),))


def json_text(value: Any) -> str:
    """JSON for a column; both databases keep it as they like."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _adapted(adapters: "Adapters", rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    # `connection` looks for the thread's own at each use, several times a value: a quarter of what an import costs.
    ours = connections[DEFAULT_DB_ALIAS]
    return [[None if v is None else a(v, ours) for a, v in zip(adapters, row, strict=True)] for row in rows]


def _fields(model: type[models.Model], names: Iterable[str]) -> "list[models.Field[Any, Any]]":
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    return [by_name[name] for name in names]


def _column(field: "models.Field[Any, Any]") -> str:
    assert field.column
    return connection.ops.quote_name(field.column)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _array_type(field: "models.Field[Any, Any]") -> str:
    # Without the length: `varchar(64)[]` would cut a value silently where the column refuses it.
    return f"{(field.db_type(connection) or '').split('(')[0]}[]"


@lru_cache(maxsize=64)
def _copy_sql(model: type[models.Model], names: tuple[str, ...]) -> str:
    columns = ", ".join(_column(field) for field in _fields(model, names))
    return f"COPY {_table(model)} ({columns}) FROM STDIN"


@lru_cache(maxsize=64)
def _update_unnest_sql(model: type[models.Model], key: str, names: tuple[str, ...]) -> str:
    fields = _fields(model, (key, *names))
    arrays = ", ".join(f"%s::{_array_type(field)}" for field in fields)
    sets = ", ".join(f"{_column(field)} = given.v{i}" for i, field in enumerate(fields) if i)
    given = ", ".join(f"v{i}" for i in range(len(fields)))
    table = _table(model)
    found = f"{table}.{_column(fields[0])} = given.v0"
    return f"UPDATE {table} SET {sets} FROM unnest({arrays}) AS given({given}) WHERE {found}"


@lru_cache(maxsize=64)
def _update_several_sql(changes: tuple[tuple[type[models.Model], str, tuple[str, ...]], ...]) -> str:
    *others, last = [_update_unnest_sql(*change) for change in changes]
    return f"WITH {', '.join(f'w{i} AS ({sql})' for i, sql in enumerate(others))} {last}"


@lru_cache(maxsize=64)
def _update_one_sql(
    model: type[models.Model], where: tuple[str, ...], names: tuple[str, ...]
) -> "tuple[str, Adapters]":
    fields = _fields(model, (*names, *where))
    sets, found = fields[: len(names)], fields[len(names) :]
    changed = ", ".join(f"{_column(field)} = %s" for field in sets)
    unchanged = " AND ".join(f"{_column(field)} = %s" for field in found)
    return f"UPDATE {_table(model)} SET {changed} WHERE {unchanged}", tuple(map(_adapter, fields))


@lru_cache(maxsize=64)
def _insert_several_sql(inserts: tuple[tuple[type[models.Model], tuple[str, ...]], ...]) -> str:
    *others, last = [_values_sql(*insert)[0] for insert in inserts]
    return f"WITH {', '.join(f'w{i} AS ({sql})' for i, sql in enumerate(others))} {last}"


Adapters = tuple[Callable[[Any, Any], Any], ...]


@lru_cache(maxsize=64)
def _values_sql(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, Adapters]:
    fields = _fields(model, names)
    columns = ", ".join(_column(field) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {_table(model)} ({columns}) VALUES ({marks})", tuple(map(_adapter, fields))


@lru_cache(maxsize=64)
def _update_sql(model: type[models.Model], key: str, names: tuple[str, ...]) -> tuple[str, Adapters]:
    fields = _fields(model, (key, *names))
    sets = ", ".join(f"{_column(field)} = %s" for field in fields[1:])
    return f"UPDATE {_table(model)} SET {sets} WHERE {_column(fields[0])} = %s", tuple(map(_adapter, fields))


def _adapter(field: "models.Field[Any, Any]") -> Callable[[Any, Any], Any]:
    if isinstance(field, models.JSONField):
        return lambda text, ours: text
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return target.get_db_prep_value
