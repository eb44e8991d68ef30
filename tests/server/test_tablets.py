"""Messages of tablets: late, twice, out of order, from two devices; each member ends with one
sheet, and nothing scored is lost."""

import random
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import reverse

from saola.lifecycle.machine import Refused
from saola.server.councils import actions, seats, sheets
from saola.server.councils.intake.tablets import Message, take
from saola.server.councils.models import AgendaItem, LateSheet, ScoreSheet
from saola.server.demo.marks import choices_for
from tests.factories import UserFactory
from tests.server.conftest import Office

pytestmark = pytest.mark.django_db


def content(item: AgendaItem, total: int, remark: str = "") -> dict[str, Any]:
    choices = choices_for(item.dossier.criteria_set, total, stars=4)
    return {"choices": choices, "unfit": {}, "comments": {}, "events": [], "remark": remark}


def message(item: AgendaItem, office: Office, name: str, revision: int, **told: Any) -> Message:
    member = sheets.seat_of(office[name], item)
    facts = {"device": f"máy {name}", "base": 0, "seal": False} | told
    return Message(sheets.first_id(item, member), revision=revision, **facts)


@pytest.fixture
def item(office: Office) -> AgendaItem:
    return office.session(office.dossier()).items.get()


def test_each_message_three_times_is_one_sheet(office: Office, item: AgendaItem) -> None:
    by = office["hd2"]
    first, sealed = content(item, 70), content(item, 75)

    for data, revision, seal in ((first, 4, False), (sealed, 9, True)):
        told = message(item, office, "hd2", revision, seal=seal)
        states = [take(item, data, told, by=by).state for _ in range(3)]
        assert states == ["kept"] * 3

    sheet = ScoreSheet.objects.get()
    assert (sheet.total, sheet.revision, sheet.sealed_at is not None) == (75, 9, True)


def test_an_older_message_that_comes_later_changes_nothing(
    office: Office, item: AgendaItem
) -> None:
    by = office["hd2"]
    take(item, content(item, 75), message(item, office, "hd2", 9, seal=True), by=by)

    late = take(item, content(item, 70), message(item, office, "hd2", 4), by=by)

    assert (late.state, late.sealed) == ("old", True)
    assert ScoreSheet.objects.get().total == 75


def test_a_sealed_sheet_sent_again_changed_is_refused(office: Office, item: AgendaItem) -> None:
    by = office["hd2"]
    take(item, content(item, 75), message(item, office, "hd2", 9, seal=True), by=by)

    again = take(item, content(item, 80), message(item, office, "hd2", 10, seal=True), by=by)

    assert (again.state, again.reason) == ("refused", sheets.SEALED)
    assert ScoreSheet.objects.get().total == 75


def test_a_second_device_that_saw_nothing_is_told(office: Office, item: AgendaItem) -> None:
    by = office["hd2"]
    take(item, content(item, 75), message(item, office, "hd2", 3), by=by)

    blind = take(item, content(item, 60), message(item, office, "hd2", 8, device="khác"), by=by)
    seeing = take(
        item, content(item, 61), message(item, office, "hd2", 9, device="khác", base=3), by=by
    )

    assert (blind.state, blind.revision) == ("conflict", 3)
    assert (seeing.state, ScoreSheet.objects.get().total) == ("kept", 61)


def test_what_the_server_computes_counts(office: Office, item: AgendaItem) -> None:
    data = content(item, 75) | {"total": 100}

    take(item, data, message(item, office, "hd2", 1), by=office["hd2"])

    assert ScoreSheet.objects.get().total == 75


def test_an_incomplete_sheet_is_not_sealed(office: Office, item: AgendaItem) -> None:
    data = content(item, 75)
    data["choices"].popitem()

    told = take(item, data, message(item, office, "hd2", 1, seal=True), by=office["hd2"])

    assert told.state == "refused"
    assert not ScoreSheet.objects.exists()


def test_after_the_scores_are_closed_it_is_kept_for_the_secretary(
    office: Office, item: AgendaItem
) -> None:
    """hd2 had gone; the sheet comes when the council has done without."""
    council = office.council
    council.regulation["quorum"] = {"fraction": "1/2", "chair": True}
    council.save()
    there = set(council.members.exclude(user__username="hd2").values_list("pk", flat=True))
    actions.mark_attendance(item.session, there, by=office["hd3"])
    for name in ("hd1", "hd3"):
        sheets.receive(item, content(item, 80), by=office[name], revision=0, seal=True)
    item = AgendaItem.objects.get(pk=item.pk)
    actions.close_scores(item, by=office["hd1"])
    told = message(item, office, "hd2", 5, seal=True)

    states = [take(item, content(item, 75), told, by=office["hd2"]).state for _ in range(3)]

    assert states == ["late"] * 3
    late = LateSheet.objects.get()
    assert (late.member.user, late.data["choices"] != {}, late.sealed) == (
        office["hd2"], True, True,
    )  # fmt: skip
    page = office.client("hd1").get(reverse("jury:late", args=[late.pk]))
    assert "75" in page.content.decode()
    assert office.client("hd2").get(reverse("jury:late", args=[late.pk])).status_code == 403


def test_before_it_is_time_it_waits(office: Office, item: AgendaItem) -> None:
    """Not marked present yet: the device keeps it and sends it again."""
    actions.mark_attendance(item.session, set(), by=office["hd3"])
    told = message(item, office, "hd2", 5, seal=True)

    early = take(item, content(item, 75), told, by=office["hd2"])
    everybody = set(office.council.members.values_list("pk", flat=True))
    actions.mark_attendance(item.session, everybody, by=office["hd3"])
    again = take(item, content(item, 75), told, by=office["hd2"])

    assert (early.state, again.state) == ("wait", "kept")
    assert not LateSheet.objects.exists()


def test_who_gave_the_seat_up_hands_in_late(office: Office, item: AgendaItem) -> None:
    told = message(item, office, "hd2", 5, seal=True)
    old = sheets.seat_of(office["hd2"], item)
    seats.hand_on(old, UserFactory(), "lý do", by=office["ocop_agency"])
    fields = {f"c-{c}": o for c, o in content(item, 75)["choices"].items()}
    sent = fields | {
        "user": "hd2", "uuid": str(told.sheet), "device": str(uuid.uuid4()), "revision": "5",
        "base": "0", "seal": "1",
    }  # fmt: skip

    answer = office.client("hd2").post(reverse("jury:message", args=[item.pk]), sent)

    assert answer.json()["state"] == "late"
    assert LateSheet.objects.get().member == old


def test_what_another_person_left_on_the_device_waits(office: Office, item: AgendaItem) -> None:
    """hd2's message under hd3's signing-in is not taken, nor one with odd numbers."""
    told = message(item, office, "hd2", 5)
    sent = {"user": "hd2", "uuid": str(told.sheet), "device": "x", "revision": "5", "base": "0"}
    address = reverse("jury:message", args=[item.pk])

    other = office.client("hd3").post(address, sent)
    odd = [
        office.client("hd2").post(address, sent | {"revision": text}).json()["state"]
        for text in ("0", "-1", "x", "2147483648", "9" * 30)
    ]

    assert other.json()["state"] == "wait"
    assert odd == ["refused"] * 5
    assert not ScoreSheet.objects.exists()


def test_a_page_and_a_tablet_do_not_overwrite_each_other(office: Office, item: AgendaItem) -> None:
    by = office["hd2"]
    take(item, content(item, 75), message(item, office, "hd2", 1), by=by)
    sheets.receive(item, content(item, 70), by=by, revision=1)

    blind = take(item, content(item, 60), message(item, office, "hd2", 3, base=1), by=by)

    assert blind.state == "conflict"
    assert ScoreSheet.objects.get().total == 70


def test_late_sheets_do_not_pile_up(office: Office, item: AgendaItem) -> None:
    seats.recuse(item, sheets.seat_of(office["hd2"], item), "lý do", by=office["hd3"])

    for revision in range(1, 12):
        take(item, content(item, 75), message(item, office, "hd2", revision), by=office["hd2"])

    assert LateSheet.objects.count() == 5
    assert LateSheet.objects.latest("pk").revision == 11


def test_a_reopened_sheet_is_not_overwritten_by_the_old_device(
    office: Office, item: AgendaItem
) -> None:
    told = message(item, office, "hd2", 5, seal=True)
    take(item, content(item, 75), told, by=office["hd2"])
    sheets.reopen(item, sheets.seat_of(office["hd2"], item), "lý do", by=office["hd1"])

    again = take(item, content(item, 75), told, by=office["hd2"])
    other = take(item, content(item, 60), told, by=office["hd2"])

    assert (again.state, other.state) == ("old", "late")
    assert [s.total for s in ScoreSheet.objects.order_by("number")] == [75, 75]
    assert ScoreSheet.objects.get(current=True).sealed_at is None


def test_strangers_are_refused(office: Office, item: AgendaItem) -> None:
    with pytest.raises(Refused):
        take(item, {}, Message(uuid.uuid4(), "x", 1, 0, False), by=office["commune_officer"])


@dataclass
class Tablet:
    """A device whose messages are cut, doubled and turned round; it sends until it is heard."""

    office: Office
    item: AgendaItem
    name: str
    device: str
    chance: random.Random
    revision: int = 0
    waiting: list[tuple[Message, dict[str, Any]]] = field(default_factory=list)

    def writes(self, total: int, *, seal: bool) -> None:
        self.revision += 1
        told = message(
            self.item, self.office, self.name, self.revision, device=self.device, seal=seal
        )
        self.waiting.append((told, content(self.item, total, self.device)))

    def sends(self) -> list[str]:
        """Everything in some order, some of it more than once; answers get lost."""
        out = self.waiting * 2
        self.chance.shuffle(out)
        heard = []
        for told, data in out:
            if self.chance.random() < 0.3:
                continue  # cut before it arrived
            outcome = take(self.item, data, told, by=self.office[self.name])
            if self.chance.random() < 0.7:
                heard.append(outcome.state)
                self.waiting = [w for w in self.waiting if w[0] != told]
        return heard


@pytest.mark.slow
def test_tablets_with_cuts_reorders_and_doubles_converge(office: Office) -> None:
    chance = random.Random(20261124)
    items = [office.session(office.dossier()).items.get() for _ in range(4)]
    for item in items:
        for number, name in enumerate(("hd1", "hd2", "hd3")):
            tablet = Tablet(office, item, name, f"{item.pk}-{name}", chance)
            final = 70 + number
            for total in (60, 65, final):
                tablet.writes(total, seal=False)
            tablet.writes(final, seal=True)
            for _ in range(60):
                tablet.sends()
                if not tablet.waiting:
                    break
            assert not tablet.waiting

            sheet = ScoreSheet.objects.get(item=item, member__user=office[name])
            assert (sheet.total, sheet.sealed_at is not None) == (final, True)
    assert ScoreSheet.objects.count() == 12
    assert not LateSheet.objects.exists()


def test_the_pack_names_cited_pages_before_others(office: Office, item: AgendaItem) -> None:
    cited = item.dossier.citations.select_related("evidence__file").first()
    assert cited is not None
    cited.page = 2
    cited.save()
    cited.evidence.file.pages = 3  # what the list goes by; the paper itself has one
    cited.evidence.file.save()
    client = office.client("hd2")

    told = client.get(reverse("jury:pack", args=[item.session_id])).json()

    def page(number: int) -> str:
        return reverse("jury:evidence-page", args=[item.pk, cited.evidence_id, number])

    assert page(2) in told["cited"]
    assert {page(1), page(3)} <= {*told["cited"], *told["others"]}
    assert not {*told["cited"]} & {*told["others"]}
    assert reverse("jury:evidence", args=[item.pk, cited.evidence_id]) in told["pages"]


def test_a_cited_page_is_a_picture_for_the_council_alone(office: Office, item: AgendaItem) -> None:
    evidence = item.dossier.citations.first().evidence_id
    first, beyond = (
        reverse("jury:evidence-page", args=[item.pk, evidence, number]) for number in (1, 99)
    )
    client = office.client("hd2")

    pages = [client.get(first) for _ in range(2)]  # made, then kept
    reader = client.get(reverse("jury:evidence", args=[item.pk, evidence])).content.decode()

    assert [page["Content-Type"] for page in pages] == ["image/jpeg"] * 2
    assert pages[0].content == pages[1].content
    assert pages[0].content[:2] == b"\xff\xd8"
    assert first in reader
    assert client.get(beyond).status_code == 404
    for who in ("producer", "other_province"):
        assert office.client(who).get(first).status_code in (403, 404), who
