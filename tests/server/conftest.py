"""A small office for tests: people of every role, a council of three, a dossier at will."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from saola.lifecycle.dossier import State
from saola.server.accounts.models import User
from saola.server.councils import actions as councils
from saola.server.councils import seats
from saola.server.councils.models import AgendaItem, Council, Session
from saola.server.demo.marks import choices_for
from saola.server.dossiers.evidence import add_evidence
from saola.server.dossiers.models import Dossier
from saola.server.products.models import Producer
from tests.factories import DossierFactory, ProducerFactory, ProductFactory, UserFactory

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>"
)


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@dataclass
class Office:
    """People by role, and the council."""

    producer: Producer
    people: dict[str, User]
    council: Council

    def __getitem__(self, name: str) -> User:
        return User.objects.get(pk=self.people[name].pk)

    def client(self, name: str) -> Client:
        """A browser in which that person is signed in."""
        client = Client()
        client.force_login(self[name], backend="saola.server.accounts.backends.Accounts")
        return client

    def dossier(self, state: str = "draft", total: int = 80, **fields: Any) -> Dossier:
        """A complete dossier of the producer, put into a state."""
        group = fields.pop("group_number", 11)
        product = ProductFactory(
            producer=self.producer, group_number=group, **fields.pop("product", {})
        )
        made = DossierFactory(product=product, created_by=self["producer"], **fields)
        choices = choices_for(made.criteria_set, total, stars=5 if total >= 90 else 4)
        made.self_assessment.choices = choices
        made.self_assessment.save()
        upload = SimpleUploadedFile("giay.pdf", PDF)
        add_evidence(
            made,
            upload,
            {"title": "Giấy", "kind": "dang-ky-kinh-doanh"},
            ["3.1"],
            by=self["producer"],
        )
        if state != State.DRAFT:
            Dossier.objects.filter(pk=made.pk).update(state=state)
            made.refresh_from_db()
        return made

    def session(
        self,
        *dossiers: Dossier,
        present: tuple[str, ...] = ("hd1", "hd2", "hd3"),
        opened: bool = True,
    ) -> Session:
        """An open session with these dossiers (put to "advised" first) on its agenda."""
        data = {"title": "Phiên thử", "mode": "meeting", "held_on": timezone.localdate()}
        session = councils.call_session(self.council, data, by=self["hd3"])
        for dossier in dossiers:
            Dossier.objects.filter(pk=dossier.pk).update(state=State.ADVISED)
            councils.schedule(session, dossier, by=self["hd3"])
        ids = {m.pk for m in self.council.members.all() if m.user.username in present}
        councils.mark_attendance(session, ids, by=self["hd3"])
        return councils.open_session(session, by=self["hd1"]) if opened else session

    def seal(
        self, item: AgendaItem, *totals: int, stars: int = 4, fixed: dict[str, int] | None = None
    ) -> None:
        """The first members hand in sheets with these totals."""
        from saola.server.councils import sheets

        for number, total in enumerate(totals, 1):
            choices = choices_for(
                item.dossier.criteria_set,
                total,
                stars=5 if total >= 90 else stars,
                fixed=fixed,
                cases=item.cases,
            )
            data = {"choices": choices, "unfit": {}, "comments": {}, "events": [], "remark": ""}
            sheets.receive(item, data, by=self[f"hd{number}"], revision=0, seal=True)

    def remove(self, row: Any, ground: str, signed: Any, kind: str = "revoke") -> Any:
        """End a certificate (or take back its recognition) through report and submission."""
        from saola.server.recognition import revocation

        today, agency = timezone.localdate(), self["ocop_agency"]
        told = revocation.Conclusion(kind, ground, "Kết luận thử", today)
        removal = revocation.open_removal(row, told, by=agency)
        revocation.report_removal(removal, "Đã xác minh", number="1/BC", dated=today, by=agency)
        revocation.submit_removal(removal, number="2/TTr", dated=today, by=agency)
        return revocation.decide_removal(removal, signed, by=self["province_leader"])

    def concluded(self, *totals: int, **options: Any) -> Dossier:
        """A dossier with the council's conclusion."""
        dossier = self.dossier()
        session = self.session(dossier)
        item = session.items.get()
        self.seal(item, *totals, **options)
        councils.close_scores(item, by=self["hd1"])
        councils.conclude(AgendaItem.objects.get(pk=item.pk), by=self["hd1"])
        dossier.refresh_from_db()
        return dossier


@pytest.fixture
def office(db: None) -> Office:
    producer = ProducerFactory()
    roles = {
        "producer": ("producer", f"producer:{producer.pk}"),
        "commune_officer": ("commune_officer", f"place:{producer.place.code}"),
        "commune_leader": ("commune_leader", f"place:{producer.place.code}"),
        "ocop_agency": ("ocop_agency", "place:14"),
        "advisory_team": ("advisory_team", "place:14"),
        "province_leader": ("province_leader", "place:14"),
        "ministry_viewer": ("ministry_viewer", "country:vn"),
        "administrator": ("administrator", "place:14"),
        "other_producer": ("producer", "producer:999999"),
        "other_commune": ("commune_officer", "place:04048"),
        "other_province": ("ocop_agency", "place:11"),
    }
    people = {
        name: UserFactory(username=name, role=role, role__scope=scope)
        for name, (role, scope) in roles.items()
    }
    council = Council.objects.create(
        name="Hội đồng thử",
        decision_number="1/QĐ",
        decided_on=timezone.localdate(),
        province_code="14",
        regulation_number="2/QĐ",
        regulation_dated=timezone.localdate(),
    )
    for number in (1, 2, 3):
        user = people[f"hd{number}"] = UserFactory(username=f"hd{number}")
        seats.seat(
            council, user, by=None, kind="chair" if number == 1 else "member", secretary=number == 3
        )
    return Office(producer, people, council)
