"""Months of events as partitions of PostgreSQL; SQLite has one table."""

from typing import Any

from saola.server.events.models import MONTH

TABLE, MENTIONS = "events_event", "events_mention"
AHEAD = 18  # months made in advance; what comes later falls into the rest


def create(cursor: Any) -> None:
    """The table of events by months, with a rest for what no month holds."""
    cursor.execute(f"""
        CREATE TABLE {TABLE} (
            seq bigint NOT NULL, province smallint NOT NULL, type smallint NOT NULL,
            action smallint, step integer, disposition integer,
            event_time timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
            owner bigint, public boolean NOT NULL, declared boolean NOT NULL,
            hash bytea NOT NULL, document text NOT NULL,
            PRIMARY KEY (seq, province)
        ) PARTITION BY RANGE (seq)
    """)
    cursor.execute(f"CREATE INDEX event_time ON {TABLE} (event_time)")
    cursor.execute(f"CREATE INDEX event_owner ON {TABLE} (owner, seq)")
    cursor.execute(f"CREATE INDEX event_recorded ON {TABLE} USING brin (recorded_at)")
    cursor.execute(f"CREATE TABLE {TABLE}_rest PARTITION OF {TABLE} DEFAULT")


def protect(cursor: Any) -> None:
    """Take from the service's own role what it never does to events: beside the triggers, so that
    no code of its can change a row even where a trigger is missing. A superuser is not bound."""
    cursor.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [TABLE]
    )
    tables = [TABLE, MENTIONS, *(name for (name,) in cursor.fetchall())]
    cursor.execute(
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(tables)} FROM CURRENT_USER, PUBLIC"
    )


def add_months(cursor: Any, year: int, month: int, count: int = AHEAD) -> None:
    """Partitions of so many months from this one on, where they are not there yet."""
    for number in range(year * 12 + month - 1, year * 12 + month - 1 + count):
        first, after = (n // 12 * 100 + n % 12 + 1 for n in (number, number + 1))
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {TABLE}_{first} PARTITION OF {TABLE} "
            f"FOR VALUES FROM ({first * MONTH}) TO ({after * MONTH})"
        )
