"""The data set of the bench: 200 products × 9 members × 32 criteria, made in bulk."""

import random

from django.db import connection
from django.utils import timezone

from saola.criteria import load
from saola.scoring import score
from saola.scoring.contract import panel_from, result_data
from saola.scoring.explain import explain
from saola.server.accounts.actions import grant
from saola.server.accounts.models import User
from saola.server.councils import consolidate
from saola.server.councils.models import (
    AgendaItem,
    Attendance,
    Council,
    Result,
    ScoreSheet,
    Session,
)
from saola.server.councils.seats import seat
from saola.server.demo.marks import choices_for
from saola.server.dossiers.models import Citation, Dossier, Evidence, SelfAssessment
from saola.server.files.store import keep
from saola.server.places.actions import load_places
from saola.server.places.models import Place
from saola.server.products.models import Producer, Product
from saola.server.recognition.models import Recognition

SHEET = "26-2026-che-tuoi-che-che-bien"
PRODUCTS, MEMBERS = 200, 9


def build() -> dict[str, int]:
    """Fill an empty database; returns ids that the bench asks for."""
    chance, today = random.Random(26), timezone.localdate()
    load_places("14", "Sơn La")
    producer = Producer.objects.create(
        name="HTX đo tốc độ (dữ liệu minh họa)",
        kind="cooperative",
        place=Place.objects.communes().first(),
        illustrative=True,
    )
    officer = User.objects.create(username="officer", full_name="Cán bộ")
    grant(officer, "ocop_agency", "place:14")
    maker = User.objects.create(username="p0", full_name="Chủ thể")
    grant(maker, "producer", f"producer:{producer.pk}")
    council = Council.objects.create(
        name="Hội đồng đo",
        decision_number="1",
        decided_on=today,
        province_code="14",
        regulation_number="2",
        regulation_dated=today,
        illustrative=True,
    )
    users = [
        User.objects.create(username=f"m{n}", full_name=f"Thành viên {n}") for n in range(MEMBERS)
    ]
    members = [
        seat(council, user, by=None, kind="member" if n else "chair", secretary=n == MEMBERS - 1)
        for n, user in enumerate(users)
    ]
    session = Session.objects.create(
        council=council,
        title="Phiên đo",
        held_on=today,
        state="open",
        opened_at=timezone.now(),
        illustrative=True,
    )
    Attendance.objects.bulk_create(
        Attendance(session=session, member=m, present=True) for m in members
    )
    items = _dossiers(producer, session, officer)
    _sheets(items, members, chance)
    for item in items[:-1]:
        _result(item)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {
        "session": session.pk,
        "item": items[0].pk,
        "open_item": items[-1].pk,
        "dossier": items[0].dossier_id,
    }


def _dossiers(producer: Producer, session: Session, officer: User) -> list[AgendaItem]:
    """Dossiers with self-assessment and 8 evidence files each, all on the agenda."""
    criteria_set = load(SHEET)
    products = Product.objects.bulk_create(
        Product(
            producer=producer,
            name=f"Chè đo {n}",
            folded=f"che do {n}",
            place=producer.place,
            group_number=11,
            code=f"14-00000-{n}-2026",
            illustrative=True,
        )
        for n in range(PRODUCTS)
    )
    dossiers = Dossier.objects.bulk_create(
        Dossier(
            product=product,
            kind="first",
            state="scored",
            place=producer.place,
            year=2026,
            sheet_id=SHEET,
            fingerprint=criteria_set.fingerprint,
            commune_number=n + 1,
            illustrative=True,
            created_by=officer,
        )
        for n, product in enumerate(products)
    )
    Dossier.objects.filter(pk=dossiers[-1].pk).update(state="scheduled")
    choices = choices_for(criteria_set, 80, stars=4)
    SelfAssessment.objects.bulk_create(SelfAssessment(dossier=d, choices=choices) for d in dossiers)
    stored = keep(b"%PDF-1.4 bench", "do.pdf", "application/pdf", pages=1)
    papers = Evidence.objects.bulk_create(
        Evidence(
            producer=producer, file=stored, kind="lao-dong", title=f"Giấy {n}", added_by=officer
        )
        for n in range(8)
    )
    criteria = [c.id for c in criteria_set.criteria]
    Citation.objects.bulk_create(
        Citation(dossier=d, evidence=paper, criterion=criteria[4 * n])
        for d in dossiers
        for n, paper in enumerate(papers)
    )
    return AgendaItem.objects.bulk_create(
        AgendaItem(session=session, dossier=d, order=n) for n, d in enumerate(dossiers)
    )


def _sheets(items: list[AgendaItem], members: list, chance: random.Random) -> None:
    criteria_set = load(SHEET)
    by_total = {t: choices_for(criteria_set, t, stars=3) for t in range(55, 90)}
    rows = []
    for item in items:
        middle = chance.randint(60, 84)
        for n, member in enumerate(members):
            if item is items[-1] and n == 0:
                continue  # the sheet that the bench saves
            total = middle + chance.randint(-4, 4)
            rows.append(
                ScoreSheet(
                    item=item,
                    member=member,
                    fingerprint=criteria_set.fingerprint,
                    revision=1,
                    choices=by_total[total],
                    total=total,
                    sealed_at=timezone.now(),
                    comments={"7": "Độc đáo, cần giữ hương"},
                )
            )
    ScoreSheet.objects.bulk_create(rows, batch_size=500)


def _result(item: AgendaItem) -> None:
    data = consolidate.input_of(
        AgendaItem.objects.select_related("session__council", "dossier").get(pk=item.pk)
    )
    computed = score(panel_from(data))
    output = result_data(computed)
    Result.objects.create(
        item=item,
        dossier=item.dossier,
        status=computed.status,
        total=output["total"],
        total_decimal=output["total_decimal"],
        band=computed.band,
        stars=computed.stars,
        certificate=computed.certificate,
        forwarded=computed.forwarded,
        spread=computed.spread.max,
        input=data,
        output=output,
        reasons=explain(computed, points=False),
        computed_at=timezone.now(),
    )
    Recognition.objects.create(
        product=item.dossier.product,
        stars=computed.stars or 3,
        year=2026,
        published_on=timezone.localdate(),
    )
