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
CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {name}();
"""


def refuse(table: str, act: str, name: str, text: str, when: str = "") -> Callable[..., None]:
    """A migration step that adds a trigger refusing UPDATE or DELETE, where `when` holds
    (a condition on OLD and NEW that reads the same on both databases)."""

    def forwards(apps: Any, editor: Any) -> None:
        vendor = editor.connection.vendor
        condition = f"WHEN ({when})" if when else ""
        template = POSTGRES if vendor == "postgresql" else SQLITE
        editor.execute(template.format(name=name, act=act, table=table, text=text, when=condition))

    return forwards


def allow(table: str, name: str) -> Callable[..., None]:
    """The reverse of `refuse`."""

    def backwards(apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();")
        else:
            editor.execute(f"DROP TRIGGER {name}")

    return backwards
