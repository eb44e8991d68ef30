"""Entries can be neither replaced (SQLite) nor cut off at once (PostgreSQL)."""

from django.db import migrations

from saola.server.journal.triggers import allow, refuse, refuse_replacing

TABLE, TEXT = "journal_entry", "journal rows are final"
REPLACE, TRUNCATE = "journal_no_replace", "journal_no_truncate"


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_final_rows")]
    operations = [
        migrations.RunPython(refuse_replacing(TABLE, "number", REPLACE, TEXT), allow(TABLE, REPLACE)),
        migrations.RunPython(refuse(TABLE, "TRUNCATE", TRUNCATE, TEXT), allow(TABLE, TRUNCATE)),
    ]
