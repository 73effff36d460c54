from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Facts and salt may become empty together, once; nothing else of an entry ever changes.
KEPT = ("id", "stream", "ledger_epoch", "position", "kind", "subject_id", "view", "hash", "appended_at")
ERASES = "NEW.facts = '' AND length(NEW.salt) = 0 AND length(OLD.salt) > 0 AND " + " AND ".join(
    f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in KEPT
)
POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION ledger_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'UPDATE' AND {ERASES} THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'ledger entries are never changed';
END $$
"""
POSTGRESQL_BEFORE = """
CREATE OR REPLACE FUNCTION ledger_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'ledger entries are never changed'; END $$
"""
SQLITE = f"""
CREATE TRIGGER ledger_entry_is_immutable BEFORE UPDATE ON ledger_entry
WHEN NOT ({ERASES.replace("IS NOT DISTINCT FROM", "IS")})
BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed'); END
"""
SQLITE_BEFORE = """
CREATE TRIGGER ledger_entry_is_immutable BEFORE UPDATE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed'); END
"""


def _replace(editor: BaseDatabaseSchemaEditor, postgresql: str, sqlite: str) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(postgresql)
    else:
        editor.execute("DROP TRIGGER ledger_entry_is_immutable")
        editor.execute(sqlite)


def let_erase(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    _replace(editor, POSTGRESQL, SQLITE)


def let_nothing(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    _replace(editor, POSTGRESQL_BEFORE, SQLITE_BEFORE)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_timeline")]
    operations = [migrations.RunPython(let_erase, let_nothing)]
