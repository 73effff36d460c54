from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_index_running_nodes_of_a_case")]

    operations = [
        migrations.AddField(
            model_name="caseevent",
            name="voided_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RemoveConstraint(model_name="caseevent", name="event_once_per_source"),
        migrations.AddConstraint(
            model_name="caseevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at", None)),
                fields=("case", "key", "source_type", "source_id"),
                name="event_once_per_source",
            ),
        ),
    ]
