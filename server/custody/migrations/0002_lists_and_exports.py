from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("custody", "0001_readings_and_odd_readings")]

    operations = [
        migrations.AlterField(
            model_name="reading",
            name="thing",
            field=models.CharField(
                choices=[("file", "File"), ("paper", "Paper"), ("case", "Case"), ("list", "List")], max_length=10
            ),
        ),
        migrations.AddIndex(
            model_name="reading",
            index=models.Index(fields=["case_id"], name="export_by_case", condition=Q(purpose="export")),
        ),
    ]
