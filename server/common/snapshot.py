"""One consistent view for several reads."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def snapshot() -> Iterator[None]:
    """A read transaction: REPEATABLE READ on PostgreSQL, deferred on SQLite so that writers are not locked out.

    Inside an open transaction (tests, services) it adds nothing: that transaction is the view.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
