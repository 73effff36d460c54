from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def name_cases(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Reviews opened before there were rows for their cases: the case each of them names."""
    reviews = apps.get_model("sync", "Review").objects.exclude(subject_id=None)
    subject = apps.get_model("sync", "ReviewSubject")
    named = reviews.values_list("pk", "subject_id")
    rows = [subject(review_id=pk, subject_id=case) for pk, case in named if case]
    subject.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("sync", "0005_leases_sealed_quarantine_and_parcels")]
    operations = [migrations.RunPython(name_cases, migrations.RunPython.noop)]
