from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models.functions import Now


def look_at_them(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The first pass finds the level of those whose clock runs."""
    apps.get_model("matters", "Matter").objects.filter(due_on__isnull=False).update(next_level_at=Now())


class Migration(migrations.Migration):
    dependencies = [
        ("matters", "0003_clocks_that_warn"),
    ]

    operations = [
        migrations.RunPython(look_at_them, migrations.RunPython.noop, elidable=True),
    ]
