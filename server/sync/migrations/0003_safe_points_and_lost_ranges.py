import django.db.models.deletion
from django.db import migrations, models

import server.common.clock


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_recovered_devices"),
        ("sync", "0002_operations_are_immutable"),
    ]

    operations = [
        migrations.AddField(
            model_name="devicelog",
            name="safe_hash",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="devicelog",
            name="safe_seq",
            field=models.BigIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="LostRange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("incarnation", models.PositiveIntegerField()),
                ("first_seq", models.BigIntegerField()),
                ("last_seq", models.BigIntegerField()),
                ("prev_hash", models.CharField(max_length=64)),
                ("last_hash", models.CharField(max_length=64)),
                ("proof", models.TextField()),
                ("found_at", models.DateTimeField(default=server.common.clock.now)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lost_ranges", to="people.device"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("device", "incarnation", "first_seq"), name="lost_range_once")
                ],
            },
        ),
    ]
