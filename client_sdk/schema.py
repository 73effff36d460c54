"""The local store's tables, as the steps that made them. A released step is never edited; a change is a new step.

Ids, numbers and hashes stand in clear; every column named `sealed` is encrypted for its table and row.
"""

MIGRATIONS: tuple[str, ...] = (
    # 1: enrolment, outbox, photos, replica
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE operation (
        incarnation INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        action_id TEXT NOT NULL,
        hash TEXT NOT NULL,
        signature BLOB NOT NULL,
        size INTEGER NOT NULL,
        sealed BLOB NOT NULL,
        summary_sealed BLOB NOT NULL,
        result_sealed BLOB,
        PRIMARY KEY (incarnation, seq)
    );
    CREATE INDEX operation_by_action ON operation (action_id);
    CREATE INDEX operation_by_hash ON operation (hash);
    CREATE TABLE capture (
        id TEXT PRIMARY KEY,
        sha256 TEXT NOT NULL,
        size INTEGER NOT NULL,
        is_recovered INTEGER NOT NULL DEFAULT 0,
        incarnation INTEGER,
        seq INTEGER,
        sealed BLOB NOT NULL,
        thumbnail_sha256 TEXT,
        thumbnail_sealed BLOB
    );
    CREATE INDEX capture_by_hash ON capture (sha256);
    CREATE INDEX capture_by_operation ON capture (incarnation, seq);
    CREATE TABLE receipt (
        incarnation INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        server_epoch TEXT NOT NULL,
        ledger_epoch TEXT NOT NULL,
        signed TEXT NOT NULL,
        PRIMARY KEY (incarnation, seq, sha256, server_epoch, ledger_epoch)
    ) WITHOUT ROWID;
    CREATE TABLE delivery (
        sha256 TEXT PRIMARY KEY,
        server_epoch TEXT,
        is_wanted INTEGER NOT NULL DEFAULT 0,
        priority INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    CREATE TABLE unit (
        type TEXT NOT NULL,
        id TEXT NOT NULL,
        tag TEXT NOT NULL,
        base_seq INTEGER NOT NULL,
        round INTEGER NOT NULL,
        is_leaving INTEGER NOT NULL DEFAULT 0,
        sealed BLOB NOT NULL,
        PRIMARY KEY (type, id)
    ) WITHOUT ROWID;
    CREATE TABLE review (id TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
    """,
    # 2: why the server does not take a file, so that the officer can be told
    """
    ALTER TABLE delivery ADD COLUMN fault TEXT;
    """,
    # 3: what the court holds safely is let go of; hashes and summaries stay
    """
    ALTER TABLE operation ADD COLUMN is_let_go INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE capture ADD COLUMN is_let_go INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE safe_mark (
        seq INTEGER PRIMARY KEY,
        server_epoch TEXT NOT NULL,
        received_at TEXT NOT NULL
    );
    """,
    # 4: reading has a key of its own, and an end; what an act has to name of its case outlives it
    """
    CREATE TABLE reading (id INTEGER PRIMARY KEY CHECK (id = 1), sealed BLOB NOT NULL);
    CREATE TABLE recording (case_id TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
    """,
)

VERSION = len(MIGRATIONS)
