from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0009_films_of_body_cameras")]

    operations = [
        migrations.AddField(model_name="paper", name="replicated_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="scrubpass", name="copies_mended", field=models.BigIntegerField(default=0)),
    ]
