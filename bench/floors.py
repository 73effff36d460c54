"""What cannot be had for less: the same rows, bytes or frames with nothing of ours around them."""

import hashlib
import os
import secrets
import time
from pathlib import Path
from typing import Any

import psycopg

from bench.meters import cpu_of_tree
from bench.place import Place

TABLES = ("sync_operation", "field_fieldaction", "field_actionrecord", "field_actionsubject", "ledger_entry")
ROUNDS, READS = 10, 1000


def bulk_insert_of_batch(place: Place, rows: int) -> float:
    """CPU-s per 1,000 acts of inserting their rows again into bare copies of their tables, one statement a table."""
    with psycopg.connect(place.database_url) as connection:
        taken = {table: _newest(connection, table, rows) for table in TABLES}
        for table in TABLES:
            connection.execute(f"CREATE TABLE bench_{table} AS SELECT * FROM {table} WHERE false".encode())
        connection.commit()
        database, own = cpu_of_tree(place.database_pid), time.process_time()
        for _ in range(ROUNDS):
            for table, batch in taken.items():
                _insert(connection, f"bench_{table}", batch)
            connection.commit()
        spent = cpu_of_tree(place.database_pid) - database + time.process_time() - own
    return spent / ROUNDS / rows * 1000


def _newest(connection: psycopg.Connection[Any], table: str, rows: int) -> list[tuple[Any, ...]]:
    # As text, which every column takes back.
    found = connection.execute(f"SELECT t.ctid FROM {table} t ORDER BY ctid DESC LIMIT {rows}".encode()).fetchall()
    names = [c.name for c in connection.execute(f"SELECT * FROM {table} LIMIT 0".encode()).description or ()]
    texts = ", ".join(f"{name}::text" for name in names)
    ids = [row[0] for row in found]
    return connection.execute(f"SELECT {texts} FROM {table} WHERE ctid = ANY(%s::tid[])".encode(), [ids]).fetchall()


def _insert(connection: psycopg.Connection[Any], table: str, rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def file_written_and_hashed(folder: Path, size: int, rounds: int) -> float:
    """CPU-s per 1,000 files: write, fsync, fsync of the folder, read again, SHA-256."""
    folder.mkdir(exist_ok=True)
    contents = [secrets.token_bytes(size) for _ in range(rounds)]
    begun = time.process_time()
    for number, content in enumerate(contents):
        _write_and_hash(folder / str(number), content)
    return (time.process_time() - begun) / rounds * 1000


def _write_and_hash(path: Path, content: bytes) -> str:
    for place, flags in ((path, os.O_WRONLY | os.O_CREAT), (path.parent, os.O_RDONLY)):
        descriptor = os.open(place, flags)
        if place == path:
            os.write(descriptor, content)
        os.fsync(descriptor)
        os.close(descriptor)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rows_read(connection: psycopg.Connection[Any], database_pid: int, table: str, ids: list[Any]) -> float:
    """CPU-s per 1,000 reads of these rows by one statement."""
    database, own = cpu_of_tree(database_pid), time.process_time()
    for _ in range(READS):
        connection.execute(f"SELECT * FROM {table} WHERE id = ANY(%s)".encode(), [ids]).fetchall()
    return (cpu_of_tree(database_pid) - database + time.process_time() - own) / READS * 1000
