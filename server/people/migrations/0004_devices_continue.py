import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_further_devices_and_two_person_acts"),
    ]

    operations = [
        migrations.AddField(
            model_name="device",
            name="continues",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="continued_by", to="people.device"
            ),
        ),
    ]
