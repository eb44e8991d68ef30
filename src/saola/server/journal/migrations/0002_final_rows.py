"""The first head of the chain, and triggers that make entries final."""

from django.db import migrations

from saola.ledger import GENESIS
from saola.server.journal.triggers import allow, refuse

TABLE = "journal_entry"
TEXT = "journal rows are final"


def first_head(apps, schema_editor):
    apps.get_model("journal", "Head").objects.create(pk=1, number=0, hash=GENESIS)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [
        migrations.RunPython(first_head, migrations.RunPython.noop),
        migrations.RunPython(
            refuse(TABLE, "UPDATE", "journal_no_update", TEXT), allow(TABLE, "journal_no_update")
        ),
        migrations.RunPython(
            refuse(TABLE, "DELETE", "journal_no_delete", TEXT), allow(TABLE, "journal_no_delete")
        ),
    ]
