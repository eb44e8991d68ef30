"""Events by months on PostgreSQL, and final on both databases."""

from typing import Any

from django.db import migrations
from django.utils import timezone

from saola.server.events import partitions
from saola.server.journal.triggers import allow, refuse, refuse_replacing

TEXT = "events are final; declare an error instead"
ACTS = ("UPDATE", "DELETE", "TRUNCATE")


def by_months(apps: Any, editor: Any) -> None:
    if editor.connection.vendor != "postgresql":
        return
    today = timezone.localdate()
    with editor.connection.cursor() as cursor:
        cursor.execute("DROP TABLE events_event")
        partitions.create(cursor)
        partitions.add_months(cursor, today.year, today.month)


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial"), ("journal", "0001_initial")]

    operations = [
        migrations.RunPython(by_months, migrations.RunPython.noop),
        *(
            migrations.RunPython(
                refuse(table, act, f"{table}_no_{act.lower()}", TEXT),
                allow(table, f"{table}_no_{act.lower()}"),
            )
            for table in ("events_event", "events_mention")
            for act in ACTS
        ),
        migrations.RunPython(
            refuse_replacing("events_event", "seq", "events_event_no_replace", TEXT),
            allow("events_event", "events_event_no_replace"),
        ),
    ]
