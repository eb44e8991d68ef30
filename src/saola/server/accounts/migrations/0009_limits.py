"""The table in which tries are counted, for all web processes and machines together."""

from django.core.management import call_command
from django.db import migrations


def make(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):

    dependencies = [("accounts", "0008_claims")]

    operations = [
        migrations.RunPython(make, migrations.RunPython.noop, elidable=False),
        migrations.RunSQL(migrations.RunSQL.noop, "DROP TABLE IF EXISTS counted_tries"),
    ]
