"""The journal: whole, and every tampering named, on the real table."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from saola.server.journal.models import Entry, Head
from saola.server.journal.record import faults, record


@pytest.fixture
def five(db: None) -> None:
    for number in range(5):
        record("act", f"thing:{number}", {"điểm": number})


def tamper(sql: str) -> None:
    """Change rows as somebody with the database's own tools would: without the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER journal_no_update")
            cursor.execute("DROP TRIGGER journal_no_delete")
        cursor.execute(sql)


def found() -> list[tuple[int, str]]:
    return [(fault.number, fault.kind) for fault in faults()]


def test_a_whole_journal_has_no_faults(five: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("journal", "verify")

    assert "Nhật ký toàn vẹn: 5 dòng" in capsys.readouterr().out


def test_rows_refuse_update_and_delete(five: None) -> None:
    for change in (lambda: Entry.objects.update(actor="x"), lambda: Entry.objects.all().delete()):
        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE journal_entry SET actor='khác' WHERE number=3", (3, "altered")),
        ("UPDATE journal_entry SET data='{}' WHERE number=2", (2, "altered")),
        ("DELETE FROM journal_entry WHERE number=4", (4, "removed")),
        ("DELETE FROM journal_entry WHERE number=5", (5, "removed")),
        (
            "INSERT INTO journal_entry (number, at, actor, act, subject, data, previous, hash) "
            "SELECT 6, at, actor, act, subject, data, previous, hash FROM journal_entry "
            "WHERE number=5",
            (6, "altered"),
        ),
    ],
)
def test_tampering_is_named(
    five: None, sql: str, expected: tuple[int, str], capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(sql)

    assert expected in found()
    with pytest.raises(SystemExit) as ended:
        call_command("journal", "verify")
    assert ended.value.code == 1
    assert f"dòng {expected[0]}" in capsys.readouterr().err


def test_an_act_that_fails_leaves_no_entry(db: None) -> None:
    before = Head.objects.get().number

    def act() -> None:
        with transaction.atomic():
            record("act", "thing:1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()

    assert Head.objects.get().number == before
    assert found() == []
