from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_courts_officers_and_devices"),
    ]

    operations = [
        migrations.AddField(
            model_name="device",
            name="confirmed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="device",
            name="recovered_at",
            field=models.DateTimeField(null=True),
        ),
    ]
