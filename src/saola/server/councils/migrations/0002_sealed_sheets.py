"""Triggers: a sealed sheet keeps its content for ever; only `current` may change."""

from django.db import migrations

from saola.server.journal.triggers import allow, refuse

TABLE = "councils_scoresheet"
CONTENT = (
    "item_id", "member_id", "number", "revision", "fingerprint", "choices", "unfit",
    "comments", "events", "remark", "total", "sealed_at",
)
CHANGED = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in CONTENT)
UPDATE = ("sealed_no_update", "sealed sheets are final", f"OLD.sealed_at IS NOT NULL AND ({CHANGED})")
DELETE = ("sealed_no_delete", "sealed sheets are final", "OLD.sealed_at IS NOT NULL")


class Migration(migrations.Migration):
    dependencies = [("councils", "0001_initial")]
    operations = [
        migrations.RunPython(refuse(TABLE, "UPDATE", *UPDATE), allow(TABLE, UPDATE[0])),
        migrations.RunPython(refuse(TABLE, "DELETE", *DELETE), allow(TABLE, DELETE[0])),
    ]
