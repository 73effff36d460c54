from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_entries_are_immutable"),
    ]

    operations = [
        migrations.AddField(
            model_name="head",
            name="safe_position",
            field=models.BigIntegerField(default=0),
        ),
    ]
