import django.db.models.deletion
from django.db import migrations, models

import server.common.clock


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_devices_continue"),
        ("sync", "0007_views_as_difference"),
    ]

    operations = [
        migrations.CreateModel(
            name="DamagedOperation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("incarnation", models.PositiveIntegerField()),
                ("seq", models.BigIntegerField()),
                ("hash", models.CharField(max_length=64)),
                ("body_sha256", models.CharField(max_length=64)),
                ("body", models.BinaryField()),
                ("signature", models.BinaryField()),
                ("reason", models.CharField(max_length=40)),
                ("received_at", models.DateTimeField(default=server.common.clock.now)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.device"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("device", "incarnation", "seq", "hash", "body_sha256"), name="damaged_operation_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Fork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("incarnation", models.PositiveIntegerField()),
                ("seq", models.BigIntegerField()),
                ("kept_hash", models.CharField(max_length=64)),
                ("other_hash", models.CharField(max_length=64)),
                ("found_at", models.DateTimeField(default=server.common.clock.now)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="forks", to="people.device"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("device", "incarnation"), name="fork_known_once")],
            },
        ),
    ]
