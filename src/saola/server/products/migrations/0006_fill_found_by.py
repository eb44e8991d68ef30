"""Products that are there already get what they are found by."""

from django.db import migrations

from saola.server.products.naming import found_by

HOUSEHOLD = "household"


def fill(apps, schema_editor):
    Product = apps.get_model("products", "Product")
    Succession = apps.get_model("places", "Succession")
    near = {}
    for one in Succession.objects.select_related("old", "new"):
        for place in (one.old, one.new):
            near.setdefault(place.pk, set()).update({one.old.name, one.new.name})
    rows = list(Product.objects.select_related("producer", "place"))
    for row in rows:
        producer, place = row.producer, row.place
        told = producer.name if producer else ""
        if producer and producer.kind == HOUSEHOLD:
            told = "Hộ kinh doanh"
        names = [place.name, *sorted(near.get(place.pk, set()) - {place.name})] if place else []
        vars(row).update(found_by(row.name, told, " | ".join(names)))
    Product.objects.bulk_update(rows, ["searched", "spelled", "sort_text"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0005_found_by"),
        ("places", "0001_initial"),
    ]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
