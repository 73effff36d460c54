from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0009_logs_know_they_are_forked")]

    operations = [
        migrations.AlterField(
            model_name="reviewdecision",
            name="choice",
            field=models.CharField(
                choices=[
                    ("ratify", "Ratify"),
                    ("annul", "Annul"),
                    ("supplement", "Ask for supplement"),
                    ("replay", "Replay"),
                    ("belongs", "Belongs to a case"),
                ],
                max_length=10,
            ),
        ),
    ]
