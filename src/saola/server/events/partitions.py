"""Months of events as partitions of PostgreSQL, and the large tables spread over several machines
by Citus where its extension is there; SQLite has one table."""

from collections.abc import Iterator
from typing import Any

from saola.server.events.models import MONTH

TABLE, MENTIONS = "events_event", "events_mention"
AHEAD = 18  # months made in advance; what comes later falls into the rest
# table → the column its rows are spread by. Events go by province; what they name goes by the
# thing, so that all that is known of it lies on one machine. Every unique key must hold the column.
SPREAD = {"events_event": "province", "events_mention": "key"}
EVERYWHERE = ("events_word",)  # small, copied to all machines
UNIQUE = """
    SELECT i.indexrelid::regclass::text,
           array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = %s::regclass AND (i.indisunique OR i.indisexclusion) GROUP BY 1
"""
FOREIGN = """
    SELECT conname, conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
    WHERE contype = 'f' AND (conrelid = %s::regclass OR confrelid = %s::regclass)
"""
TRIGGERS = """
    SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal
"""


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


def hindrances(cursor: Any) -> Iterator[str]:
    """What in these tables Citus could not spread, by the database's own catalogue; nothing where
    all can be."""
    for table, column in SPREAD.items():
        cursor.execute(UNIQUE, [table])
        for name, columns in cursor.fetchall():
            if column not in columns:
                yield f"{table}: {name} is unique without {column}"
        cursor.execute(FOREIGN, [table, table])
        for name, source, target in cursor.fetchall():
            if source != table or target not in EVERYWHERE:
                yield f"{table}: {name} ties {source} to {target}"


def statements(cursor: Any) -> Iterator[str]:
    """What spreads them. Triggers go, for Citus takes none: that rows are final is then held by
    rights alone (`protect`)."""
    for table in EVERYWHERE:
        yield f"SELECT create_reference_table('{table}')"
    for table, column in SPREAD.items():
        cursor.execute(TRIGGERS, [table])
        for (name,) in cursor.fetchall():
            yield f'DROP TRIGGER "{name}" ON {table}'
        yield f"SELECT create_distributed_table('{table}', '{column}', colocate_with => 'none')"


def there(cursor: Any) -> bool:
    """Whether the extension is."""
    cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'citus'")
    return bool(cursor.fetchone()[0])
