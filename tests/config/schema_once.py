"""A restore on PostgreSQL makes the schema from nothing, by every migration there is: six seconds of Python.

The first restore of a test process does, and what it said to the database is kept. Where the same migrations are wanted
again, PostgreSQL is told the same again.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db import connection
from psycopg import ClientCursor

from server.config.operations import loading

Migrations = Sequence[tuple[str, str]]

_READING = ("SELECT", "SAVEPOINT", "RELEASE")
_said: dict[tuple[tuple[str, str], ...], str] = {}


@contextmanager
def schema_once() -> Iterator[None]:
    real = loading._migrate_to

    def migrate_to(migrations: Migrations) -> None:
        wanted = tuple((app, name) for app, name in migrations)
        if wanted in _said:
            connection.connection.execute(_said[wanted])
        else:
            _said[wanted] = _listening_to(lambda: real(migrations))

    with mock.patch.object(loading, "_migrate_to", migrate_to):
        yield


def _listening_to(work: Callable[[], None]) -> str:
    """Every statement of it that changes anything, as one text."""
    heard: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not str(sql).lstrip().upper().startswith(_READING):
            heard.extend((sql, each) for each in (params if many else [params]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        work()
    with ClientCursor(connection.connection) as cursor:
        return ";\n".join(sql if params is None else cursor.mogrify(sql, params) for sql, params in heard)
