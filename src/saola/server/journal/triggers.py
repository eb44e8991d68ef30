"""Triggers that make rows final, on both databases; used by migrations."""

from collections.abc import Callable
from typing import Any

SQLITE = """
CREATE TRIGGER {name} BEFORE {act} ON {table} {when}
BEGIN SELECT RAISE(ABORT, '{text}'); END
"""
POSTGRES = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{text}'; END $$;
CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH {each} {when} EXECUTE FUNCTION {name}();
"""


def refuse(table: str, act: str, name: str, text: str, when: str = "") -> Callable[..., None]:
    """A migration step that adds a trigger refusing UPDATE, DELETE or (PostgreSQL) TRUNCATE,
    where `when` holds (a condition on OLD and NEW that reads the same on both databases)."""

    def forwards(apps: Any, editor: Any) -> None:
        vendor = editor.connection.vendor
        if act == "TRUNCATE" and vendor != "postgresql":
            return
        condition = f"WHEN ({when})" if when else ""
        each = "STATEMENT" if act == "TRUNCATE" else "ROW"
        template = POSTGRES if vendor == "postgresql" else SQLITE
        editor.execute(
            template.format(name=name, act=act, table=table, text=text, when=condition, each=each)
        )

    return forwards


def refuse_replacing(table: str, key: str, name: str, text: str) -> Callable[..., None]:
    """A step against SQLite's INSERT OR REPLACE, which takes a row's place without its DELETE
    trigger; PostgreSQL has no such statement."""

    def forwards(apps: Any, editor: Any) -> None:
        if editor.connection.vendor != "postgresql":
            there = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608 - our own words
            editor.execute(
                SQLITE.format(
                    name=name, act="INSERT", table=table, text=text, when=f"WHEN ({there})"
                )
            )

    return forwards


def allow(table: str, name: str) -> Callable[..., None]:
    """The reverse of both."""

    def backwards(apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            editor.execute(f"DROP FUNCTION IF EXISTS {name}()")
        else:
            editor.execute(f"DROP TRIGGER IF EXISTS {name}")

    return backwards
