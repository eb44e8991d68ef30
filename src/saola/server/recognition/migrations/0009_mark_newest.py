"""The newest published recognition of each product is marked."""

from django.db import migrations


def mark(apps, schema_editor):
    Recognition = apps.get_model("recognition", "Recognition")
    newest = {}
    for row in Recognition.objects.filter(published_on__isnull=False):
        day = row.recognised_on.toordinal() if row.recognised_on else 0
        key = (row.year or 0, day, row.pk)
        newest[row.product_id] = max(newest.get(row.product_id, key), key)
    pks = [pk for _, _, pk in newest.values()]
    for at in range(0, len(pks), 500):
        Recognition.objects.filter(pk__in=pks[at : at + 500]).update(newest=True)


class Migration(migrations.Migration):
    dependencies = [("recognition", "0008_newest")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
