"""What goes on in a closed case was never warned of: the next pass finds its level."""

from typing import Any

from django.db import migrations


def look_again(apps: Any, schema_editor: Any) -> None:
    nodes = apps.get_model("cases", "Node").objects.filter(state="RUNNING", case__status="CLOSED")
    nodes.exclude(due_on=None).update(level_version=0)


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_clues_at_the_desk")]
    operations = [migrations.RunPython(look_again, migrations.RunPython.noop)]
