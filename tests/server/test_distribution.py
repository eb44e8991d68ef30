"""That the tables of events could be spread over machines as they are: by PostgreSQL's catalogue."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from saola.server.events import partitions

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="chỉ trên PostgreSQL"),
]


def test_every_unique_and_foreign_key_allows_it() -> None:
    with connection.cursor() as cursor:
        assert list(partitions.hindrances(cursor)) == []
        cursor.execute(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events_event'::regclass"
        )
        assert cursor.fetchone()[0] > 12


def test_a_key_without_the_column_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX wrong ON events_mention (seq, role)")
        cursor.execute("CREATE TABLE pointing (k bigint, s bigint, r smallint, FOREIGN KEY (k, s, r) "
                       "REFERENCES events_mention (key, seq, role))")  # fmt: skip
        said = list(partitions.hindrances(cursor))
    assert len(said) == 2
    assert "wrong is unique without key" in said[0]
    assert "ties pointing to events_mention" in said[1]


def test_the_command_says_what_it_would_do_and_what_is_missing() -> None:
    out = StringIO()
    call_command("events", "distribute", "--print", stdout=out)
    said = out.getvalue()
    assert "create_distributed_table('events_event', 'province'" in said
    assert "create_distributed_table('events_mention', 'key'" in said
    assert "DROP TRIGGER" in said
    with pytest.raises(CommandError, match="citus"):
        call_command("events", "distribute")


def test_each_row_of_events_knows_its_province() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT is_nullable FROM information_schema.columns "
            "WHERE table_name = 'events_event' AND column_name = 'province'"
        )
        assert cursor.fetchone() == ("NO",)
