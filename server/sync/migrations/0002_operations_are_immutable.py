from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# What a device signed is never changed and never dropped; only the outcome may gain a later life. SQLite has only
# DELETE for the tests' cleanup, so there the trigger guards against UPDATE alone.
SIGNED = ("device_id", "incarnation", "seq", "body", "hash", "signature")
REFUSED = "operations are never changed"


def create_triggers(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    is_postgresql = editor.connection.vendor == "postgresql"
    differs = "IS DISTINCT FROM" if is_postgresql else "IS NOT"
    change = " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in SIGNED)
    if is_postgresql:
        editor.execute(
            f"CREATE FUNCTION sync_operation_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
        )
        refuse = "FOR EACH ROW {} EXECUTE FUNCTION sync_operation_refuse()"
        editor.execute(f"CREATE TRIGGER sync_operation_stays BEFORE DELETE ON sync_operation {refuse.format('')}")
        when = refuse.format(f"WHEN ({change})")
        editor.execute(f"CREATE TRIGGER sync_operation_is_immutable BEFORE UPDATE ON sync_operation {when}")
    else:
        editor.execute(
            f"CREATE TRIGGER sync_operation_is_immutable BEFORE UPDATE ON sync_operation WHEN {change} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )


def drop_triggers(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION sync_operation_refuse() CASCADE")
    else:
        editor.execute("DROP TRIGGER sync_operation_is_immutable")


class Migration(migrations.Migration):
    dependencies = [("sync", "0001_device_logs_operations_and_reviews")]
    operations = [migrations.RunPython(create_triggers, drop_triggers)]
