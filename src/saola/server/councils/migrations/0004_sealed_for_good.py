"""Sealed sheets can be neither replaced nor cut off; of their columns only `current` may change,
once, from true to false."""

from django.db import migrations

from saola.server.journal.triggers import allow, refuse, refuse_replacing

TABLE, TEXT = "councils_scoresheet", "sealed sheets are final"
REST = ("uuid", "saved_at", "reopened_reason")
CHANGED = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in REST)
BACK = "(NEW.current AND NOT OLD.current)"
UPDATE = ("sealed_no_change", TEXT, f"OLD.sealed_at IS NOT NULL AND ({CHANGED} OR {BACK})")
REPLACE, TRUNCATE = "sealed_no_replace", "sealed_no_truncate"


class Migration(migrations.Migration):
    dependencies = [("councils", "0003_presence_and_postponing"), ("journal", "0003_no_replacing")]
    operations = [
        migrations.RunPython(refuse(TABLE, "UPDATE", *UPDATE), allow(TABLE, UPDATE[0])),
        migrations.RunPython(refuse_replacing(TABLE, "uuid", REPLACE, TEXT), allow(TABLE, REPLACE)),
        migrations.RunPython(refuse(TABLE, "TRUNCATE", TRUNCATE, TEXT), allow(TABLE, TRUNCATE)),
    ]
