from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_look_again_at_closed_cases")]

    operations = [
        migrations.AddField(
            model_name="caseevent",
            name="acted_on",
            field=models.DateField(null=True),
        ),
    ]
