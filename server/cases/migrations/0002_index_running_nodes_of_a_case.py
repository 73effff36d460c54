from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_cases_assignments_and_nodes")]

    operations = [
        migrations.AddIndex(
            model_name="node",
            index=models.Index(fields=["case", "state", "due_on"], name="node_by_case_state"),
        ),
    ]
