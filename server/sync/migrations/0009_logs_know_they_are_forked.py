from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0008_forks_and_damage"),
    ]

    operations = [
        migrations.AddField(
            model_name="devicelog",
            name="is_forked",
            field=models.BooleanField(default=False),
        ),
    ]
