from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# PostgreSQL's TRUNCATE (the tests' cleanup) passes by row triggers. SQLite has only DELETE for it, so there a
# trigger guards against UPDATE alone; a deleted entry shows as a gap in `verify_ledger`.
POSTGRESQL = """
CREATE FUNCTION ledger_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'ledger entries are never changed'; END $$;
CREATE TRIGGER ledger_entry_is_immutable BEFORE UPDATE OR DELETE ON ledger_entry
FOR EACH ROW EXECUTE FUNCTION ledger_entry_refuse();
"""
SQLITE = """
CREATE TRIGGER ledger_entry_is_immutable BEFORE UPDATE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed'); END
"""


def create_trigger(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute(POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE)


def drop_trigger(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP TRIGGER ledger_entry_is_immutable ON ledger_entry; DROP FUNCTION ledger_entry_refuse()")
    else:
        editor.execute("DROP TRIGGER ledger_entry_is_immutable")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_entries_heads_and_server_lives")]
    operations = [migrations.RunPython(create_trigger, drop_trigger)]
