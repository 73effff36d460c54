from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0006_waiting_cases_of_open_reviews"),
    ]

    operations = [
        migrations.AddField(
            model_name="deviceview",
            name="acked_changes",
            field=models.JSONField(default=dict),
        ),
    ]
