"""A closed session goes out as a package; the command finds every planted change."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from saola.cli import main
from saola.ledger import pack
from saola.scoring import score
from saola.scoring.contract import panel_from, result_data
from saola.server.councils import actions, seats, sheets
from saola.server.councils.discussion.points import note
from saola.server.councils.models import AgendaItem, Session
from saola.server.demo.marks import choices_for
from saola.server.files.store import open_file
from tests.factories import UserFactory
from tests.server.conftest import Office

pytestmark = pytest.mark.django_db


def talked_over(item: AgendaItem, office: Office) -> None:
    for point in item.points.filter(note=""):
        note(point, "Giữ nguyên", by=office["hd1"])


@pytest.fixture
def session(office: Office) -> Session:
    """Two products; one is scored again by one member, and has an agreed level."""
    office.council.regulation["quorum"] = {"fraction": "1/2", "chair": True}
    office.council.save()
    made = office.session(office.dossier(), office.dossier())
    first, second = made.items.all()
    office.seal(first, 80, 81, 82)
    actions.close_scores(first, by=office["hd1"])
    member = sheets.seat_of(office["hd2"], first)
    actions.discuss_again(first, "Xem lại 5.1", by=office["hd1"], members={member.pk})
    actions.settle(first, agreed={"5.1": 5}, by=office["hd1"])
    mine = member.sheets.get(item=first, current=True)
    sheets.receive(first, {}, by=office["hd2"], revision=mine.revision, seal=True)
    actions.close_scores(first, by=office["hd1"])
    talked_over(first, office)
    actions.conclude(AgendaItem.objects.get(pk=first.pk), by=office["hd1"])
    seats.recuse(second, sheets.seat_of(office["hd3"], second), "em của chủ thể", by=office["hd3"])
    office.seal(second, 75, 76)
    second = AgendaItem.objects.get(pk=second.pk)
    actions.close_scores(second, by=office["hd1"])
    talked_over(second, office)
    actions.conclude(AgendaItem.objects.get(pk=second.pk), by=office["hd1"])
    return made


def exported(session: Session, office: Office) -> dict[str, Any]:
    closed = actions.close_session(session, by=office["hd1"])
    assert closed.package is not None
    data: dict[str, Any] = json.loads(open_file(closed.package).read())
    assert data["head"] == closed.chain_head
    return data


def verified(data: Any, folder: Path, *options: str) -> int:
    file = folder / "phien.json"
    file.write_text(json.dumps(data, ensure_ascii=False))
    return main(["verify-session", str(file), *options])


def of(contents: list[dict[str, Any]], kind: str, item: int | None = None) -> dict[str, Any]:
    return next(
        c for c in contents if c["kind"] == kind and (item is None or c.get("item") == item)
    )


def a_mark(contents: list[dict[str, Any]]) -> None:
    of(contents, "sheet", 1)["choices"]["5.1"] = "5.1#1"


def a_total(contents: list[dict[str, Any]]) -> None:
    of(contents, "sheet", 1)["total"] += 1


def a_class(contents: list[dict[str, Any]]) -> None:
    of(contents, "result", 1)["output"]["stars"] = 5


def a_sheet_gone(contents: list[dict[str, Any]]) -> None:
    contents.remove(of(contents, "sheet", 1))


def a_sheet_more(contents: list[dict[str, Any]]) -> None:
    contents.insert(4, dict(of(contents, "sheet", 1)))


def a_rule(contents: list[dict[str, Any]]) -> None:
    of(contents, "session")["regulation"]["spread_limit"] = None


def a_fingerprint(contents: list[dict[str, Any]]) -> None:
    of(contents, "item", 1)["fingerprint"] = "sha256:" + "0" * 64


def an_agreed_level(contents: list[dict[str, Any]]) -> None:
    of(contents, "item", 1)["agreed"] = {"5.1": 3}


def a_presence(contents: list[dict[str, Any]]) -> None:
    of(contents, "item", 2)["present"].pop()


def a_result_input(contents: list[dict[str, Any]]) -> None:
    of(contents, "result", 2)["input"]["members"][0]["choices"]["1.1"] = "1.1#1"


PLANTED = [
    a_mark, a_total, a_class, a_sheet_gone, a_sheet_more, a_rule, a_fingerprint, an_agreed_level,
    a_presence, a_result_input,
]  # fmt: skip


def test_the_true_package_agrees(session: Session, office: Office, tmp_path: Path) -> None:
    data = exported(session, office)

    assert verified(data, tmp_path) == 0
    assert verified(data, tmp_path, "--head", data["head"]) == 0
    assert verified(data, tmp_path, "--head", "0" * 64) == 1


@pytest.mark.parametrize("plant", PLANTED)
def test_each_planted_change_is_found(
    session: Session,
    office: Office,
    tmp_path: Path,
    plant: Callable[[list[dict[str, Any]]], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Found where the chain was left as it was, and found again where the forger made the whole
    chain anew."""
    data = exported(session, office)
    entries = {id(entry["content"]): entry for entry in data["entries"]}
    contents = [entry["content"] for entry in data["entries"]]
    plant(contents)
    known = [entries.get(id(c), data["entries"][3] | {"content": c}) for c in contents]
    clumsy = data | {"entries": known}

    assert verified(clumsy, tmp_path) == 1
    capsys.readouterr()
    assert verified(pack(contents), tmp_path) == 1
    assert "chuỗi" not in capsys.readouterr().out.split("Đầu chuỗi")[0]


def test_the_check_needs_no_django(session: Session, office: Office, tmp_path: Path) -> None:
    """Another machine has the library alone."""
    file = tmp_path / "phien.json"
    file.write_text(json.dumps(exported(session, office), ensure_ascii=False))
    script = (
        "import sys; sys.modules['django'] = None; from saola.cli import main; "
        "raise SystemExit(main(['verify-session', sys.argv[1]]))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(file)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_a_consistent_forgery_is_found_by_the_head(
    session: Session, office: Office, tmp_path: Path
) -> None:
    """A remark belongs to no sum: only the head on the minutes tells."""
    data = exported(session, office)
    contents = [entry["content"] for entry in data["entries"]]
    of(contents, "sheet", 1)["remark"] = "viết sau"
    forged = pack(contents)

    assert verified(forged, tmp_path) == 0
    assert verified(forged, tmp_path, "--head", data["head"]) == 1


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    for content in ("[]", "{}", "không", '{"format": "saola-session/1", "entries": [1]}'):
        file = tmp_path / "x.json"
        file.write_text(content)
        assert main(["verify-session", str(file)]) == 2


def test_minutes_print_the_head_and_the_talk(session: Session, office: Office) -> None:
    exported(session, office)
    from saola.server.councils.prints import minutes
    from tests.server.test_forms import words_of_pdf

    session.refresh_from_db()
    text = words_of_pdf(minutes(session))

    assert session.chain_head in text.replace(" ", "")
    for told in ("em của chủ thể", "chấm lại: 81 → 81", "Mức thống nhất tiêu chí 5.1"):
        assert told in text


def test_the_package_is_for_who_oversees(session: Session, office: Office) -> None:
    from django.urls import reverse

    exported(session, office)
    address = reverse("jury:package", args=[session.pk])

    codes = {name: office.client(name).get(address).status_code for name in ("hd1", "hd2", "hd3")}

    assert codes == {"hd1": 200, "hd2": 404, "hd3": 200}


# sessions as they are: each goes out as a package that agrees


def concluded(office: Office, item: AgendaItem) -> None:
    actions.close_scores(AgendaItem.objects.get(pk=item.pk), by=office["hd1"])
    talked_over(item, office)
    actions.conclude(AgendaItem.objects.get(pk=item.pk), by=office["hd1"])


def sealed(office: Office, item: AgendaItem, name: str, total: int) -> None:
    choices = choices_for(item.dossier.criteria_set, total, stars=4)
    data = {"choices": choices, "unfit": {}, "comments": {}, "events": [], "remark": ""}
    sheets.receive(item, data, by=office[name], revision=0, seal=True)


def test_who_comes_late_or_is_replaced_later_changes_nothing(
    office: Office, tmp_path: Path
) -> None:
    office.council.regulation["quorum"] = {"fraction": "1/2", "chair": True}
    office.council.save()
    made = office.session(office.dossier(), office.dossier(), present=("hd1", "hd3"))
    first, second = made.items.all()
    for name in ("hd1", "hd3"):
        sealed(office, first, name, 80)
    concluded(office, first)
    away = sheets.seat_of(office["hd2"], first)
    user = UserFactory(username="thay2")
    seats.hand_on(away, user, "cử thay", by=office["ocop_agency"])
    everybody = set(office.council.members.filter(left_at=None).values_list("pk", flat=True))
    actions.mark_attendance(made, everybody, by=office["hd3"])
    for name in ("hd1", "hd3"):
        sealed(office, second, name, 80)
    choices = choices_for(second.dossier.criteria_set, 80, stars=4)
    sheets.receive(second, {"choices": choices}, by=user, revision=0, seal=True)
    concluded(office, second)

    data = exported(made, office)

    assert verified(data, tmp_path, "--head", data["head"]) == 0


def test_opened_again_then_excluded(office: Office, tmp_path: Path) -> None:
    made = office.session(office.dossier())
    item = made.items.get()
    office.seal(item, 80, 80, 80)
    sheets.reopen(item, sheets.seat_of(office["hd2"], item), "lý do", by=office["hd1"])
    event = {"type": "disqualify", "criterion": None, "reason": "giả mạo"}
    actions.exclude(AgendaItem.objects.get(pk=item.pk), event, by=office["hd1"])

    assert verified(exported(made, office), tmp_path) == 0


def test_a_dropped_voice_is_found_without_the_head(
    session: Session, office: Office, tmp_path: Path
) -> None:
    """A member's sealed sheet left out of the result, everything computed again."""
    data = exported(session, office)
    contents = [entry["content"] for entry in data["entries"]]
    item, result = of(contents, "item", 1), of(contents, "result", 1)
    gone = item["present"].pop()
    result["input"]["members"] = [
        {"name": m["name"], "absent": True} if m["name"] == gone else m
        for m in result["input"]["members"]
    ]
    result["output"] = result_data(score(panel_from(result["input"])))

    assert verified(pack(contents), tmp_path) == 1


def test_hostile_files_are_refused_or_found(
    session: Session, office: Office, tmp_path: Path
) -> None:
    data = exported(session, office)
    wild: list[Any] = [None, 5, [], {}, "x", [1], {"a": 1}, True]
    for at, entry in enumerate(data["entries"]):
        for key in entry["content"]:
            for value in wild:
                contents = [dict(e["content"]) for e in data["entries"]]
                contents[at][key] = value
                assert verified(pack(contents), tmp_path) in {0, 1, 2}
    entries = data["entries"]
    for number in (0, -1, 10**8, 2.5, "1"):
        broken = [entries[0] | {"number": number}, *entries[1:]]
        assert verified(data | {"entries": broken}, tmp_path) in {1, 2}
