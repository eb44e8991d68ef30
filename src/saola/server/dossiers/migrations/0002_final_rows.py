"""Triggers: filed versions and the log of steps are final."""

from django.db import migrations

from saola.server.journal.triggers import allow, refuse

ROWS = [
    (table, act, f"{table.split('_')[1]}_no_{act.lower()}")
    for table in ("dossiers_filedversion", "dossiers_steplog")
    for act in ("UPDATE", "DELETE")
]


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0001_initial")]
    operations = [
        migrations.RunPython(
            refuse(table, act, name, "filed versions and steps are final"), allow(table, name)
        )
        for table, act, name in ROWS
    ]
