"""The made-up session under 26/2026, walked through the real acts of the office."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from saola.criteria.forms import topics
from saola.lifecycle.dossier import Kind
from saola.server.accounts.actions import grant
from saola.server.accounts.models import User
from saola.server.councils import actions as council_actions
from saola.server.councils import seats as council_seats
from saola.server.councils import sheets
from saola.server.councils.agenda import went_there
from saola.server.councils.discussion.points import note
from saola.server.councils.models import AgendaItem, Council, CouncilMember, Session
from saola.server.demo.cases import CASES, Case
from saola.server.demo.marks import choices_for
from saola.server.demo.people import AGENCIES, COMMUNE
from saola.server.dossiers import actions as dossier_actions
from saola.server.dossiers.actions import Paper
from saola.server.dossiers.draft.saving import save as save_draft
from saola.server.dossiers.evidence import add_evidence
from saola.server.dossiers.models import Dossier
from saola.server.examination.actions import record_samples
from saola.server.papers.typeset import typeset
from saola.server.places.models import Place
from saola.server.products.actions import add_product
from saola.server.products.details import save_product
from saola.server.products.models import Producer, Product
from saola.server.recognition import actions as recognition
from saola.server.recognition import watch
from saola.server.recognition.actions import Signed
from saola.server.recognition.models import Recognition

UBND = "Ủy ban nhân dân tỉnh Sơn La"
SIGNER = "Người ký (minh họa)"
STAMP = "dữ liệu minh họa"
DUE = "Hồng giòn đến hạn đánh giá lại (minh họa)"
MEMBERS = len(AGENCIES)


def person(username: str) -> User:
    """A demonstration account with fresh grants."""
    return User.objects.get(username=username)


@transaction.atomic
def load_sample() -> None:
    """Everything or nothing; a second time changes nothing."""
    if Council.objects.filter(illustrative=True).exists():
        return
    producer = Producer.objects.create(
        name="HTX Minh Họa Tà Xùa (dữ liệu minh họa)",
        kind=Producer.Kind.COOPERATIVE,
        place=Place.objects.communes().get(code=COMMUNE),
        representative="Người đại diện (minh họa)",
        representative_position="Giám đốc",
        illustrative=True,
    )
    grant(person("chuthe"), "producer", f"producer:{producer.pk}")
    council = _council()
    meeting = _session(council, "Phiên đánh giá lần đầu, nâng hạng (minh họa)", "meeting")
    written = _session(council, "Lấy ý kiến bằng văn bản: đánh giá lại (minh họa)", "written")
    for case in CASES:
        dossier = _prepared(producer, case)
        if case.stop_at == "scheduled":
            session = written if case.kind == Kind.RENEWAL else meeting
            item = council_actions.schedule(session, dossier, by=person("hd9"))
            _before_council(item, case)
    for session in (meeting, written):
        present = set(council.members.values_list("pk", flat=True))
        council_actions.mark_attendance(session, present, by=person("hd9"))
        council_actions.open_session(session, by=person("hd1"))
        for item in session.items.select_related("dossier__product").order_by("order"):
            case = next(c for c in CASES if c.name == item.dossier.product.name)
            _score(item, case)
    _walk_to_certificate()
    _walk_to_ministry()
    _recognised_before(add_product(producer, DUE, 7, by=person("chuthe")))
    watch.run(timezone.localdate())


def _council() -> Council:
    today = timezone.localdate()
    council = Council.objects.create(
        name="Hội đồng đánh giá, phân hạng sản phẩm OCOP cấp tỉnh (minh họa)",
        decision_number="01/QĐ-UBND (minh họa)",
        decided_on=today - timedelta(60),
        province_code="14",
        regulation_number="02/QĐ-UBND (minh họa)",
        regulation_dated=today - timedelta(45),
        illustrative=True,
    )
    for number, agency in enumerate(AGENCIES, 1):
        council_seats.seat(
            council,
            person(f"hd{number}"),
            by=None,
            kind={1: "chair", 2: "deputy_chair"}.get(number, "member"),
            secretary=number == MEMBERS,
            agency=agency,
        )
    return council


def _session(council: Council, title: str, mode: str) -> Session:
    data = {
        "title": title,
        "mode": mode,
        "held_on": timezone.localdate(),
        "place": "Hội trường UBND tỉnh (minh họa)",
        "opinions_by": timezone.localdate() + timedelta(7) if mode == "written" else None,
    }
    return council_actions.call_session(council, data, by=person("hd9"))


def _prepared(producer: Producer, case: Case) -> Dossier:
    """A dossier walked as far as the case says, by the accounts of the offices."""
    chuthe = person("chuthe")
    product = add_product(producer, case.name, case.group, by=chuthe)
    save_product(product, {"description": f"Sản phẩm {STAMP}", "packing": "gói 100 g"}, by=chuthe)
    if case.kind == Kind.RENEWAL:
        _recognised_before(product)
        dossier = recognition.start_renewal(product, by=chuthe)
    else:
        dossier = dossier_actions.start(product, case.kind, by=chuthe, sheet_reason=case.why)
    data = {"target_stars": str(case.target), "sheet_reason": case.why}
    data |= {f"case-{criterion}": chosen for criterion, chosen in case.cases.items()}
    save_draft(dossier, data, by=chuthe)
    dossier.refresh_from_db()
    _fill(dossier, case)
    dossier.refresh_from_db()
    return _walk(dossier, case)


def _recognised_before(product: Product) -> None:
    """Four stars that end in 150 days: the window for renewal is open."""
    today = timezone.localdate()
    Recognition.objects.create(
        product=product,
        stars=4,
        year=today.year - 2,
        recognised_on=today - timedelta(945),
        expires_on=today + timedelta(150),
        expiry_basis=Recognition.Basis.PRINTED,
        decision_as_printed="quyết định minh họa",
        published_on=today,
        note=STAMP,
    )


def _fill(dossier: Dossier, case: Case) -> None:
    chuthe = person("chuthe")
    if not case.totals:
        return
    choices = choices_for(
        dossier.criteria_set,
        case.totals[0],
        stars=case.floor,
        cases=case.cases,
        fixed=case.fixed,
    )
    words = {"plan": f"Kế hoạch ({STAMP})", "results": f"Kết quả ({STAMP})"}
    words |= {
        f"u-{topic.id}": f"Không thay đổi ({STAMP})"
        for topic in topics(dossier.criteria_set.rulebook, dossier.kind)
    }
    words |= {f"c-{criterion}": option for criterion, option in choices.items()}
    save_draft(dossier, words, by=chuthe)
    for kind, title, criteria in EVIDENCE:
        wanted = [c for c in criteria if c in dossier.criteria_set.by_id]
        pdf = typeset(
            "sample_evidence",
            {"illustrative": True, "title": title, "product": dossier.product.name},
        )
        upload = SimpleUploadedFile(f"{kind}.pdf", pdf, "application/pdf")
        fields: dict[str, Any] = {"title": f"{title} ({STAMP})", "kind": kind}
        fields |= {"number": "01 (minh họa)", "issued_on": timezone.localdate() - timedelta(60)}
        add_evidence(dossier, upload, fields, wanted, by=chuthe)


EVIDENCE = (
    ("dang-ky-kinh-doanh", "Giấy đăng ký kinh doanh", ["3.1", "1.1"]),
    ("nguon-goc-lien-ket", "Hợp đồng liên kết nguyên liệu", ["1.1", "1.2", "1.5"]),
    ("kiem-nghiem", "Phiếu kết quả kiểm nghiệm", ["8", "9"]),
)
PATH: tuple[tuple[str, str], ...] = (
    ("file", "chuthe"),
    ("receive_commune", "canbo.xa"),
    ("report", "lanhdao.xa"),
    ("propose", "lanhdao.xa"),
    ("receive_agency", "tinh.ocop"),
    ("accept", "tinh.ocop"),
)


def _walk(dossier: Dossier, case: Case) -> Dossier:
    """The acts up to the council, or up to where the case stops."""
    if case.stop_at == "draft":
        return dossier
    for step, username in PATH:
        if step == "report":
            texts = dict.fromkeys(
                ("material", "labour", "idea", "identity"), f"Nhận xét của xã ({STAMP})."
            )
            dossier_actions.save_commune_report(
                dossier, {**texts, "file_checked": True}, by=person("canbo.xa")
            )
        if step == "propose" and dossier.criteria_set.sample_units:
            today = timezone.localdate()
            samples = {"act": "hand_over", "level": "province", "units": 5, "on": today}
            names = {"giver": f"Người giao ({STAMP})", "taker": f"Người nhận ({STAMP})"}
            record_samples(dossier, samples | names, by=person("canbo.xa"))
        paper = Paper(f"{dossier.pk:02d}/UBND (minh họa)", timezone.localdate())
        dossier = dossier_actions.advance(dossier, step, by=person(username), paper=paper)
        if dossier.state == case.stop_at:
            return dossier
    renewal = case.kind == Kind.RENEWAL
    step, username = ("report_agency", "tinh.ocop") if renewal else ("advise", "tuvan")
    note = f"Hồ sơ đủ, đề nghị Hội đồng đánh giá ({STAMP})."
    return dossier_actions.advance(dossier, step, by=person(username), note=note)


def _before_council(item: AgendaItem, case: Case) -> None:
    if case.cases:
        council_actions.settle(item, cases=case.cases, agreed={}, by=person("hd1"))
        went_there(item, timezone.localdate(), by=person("hd9"))


def _score(item: AgendaItem, case: Case) -> None:
    """Sheets as the case has them; concluded where all are in."""
    members = list(item.session.council.members.select_related("user"))
    for member, total in zip(members, case.totals, strict=False):
        _seal(item, member, total, case)
    chair = person("hd1")
    if case.event:
        council_actions.exclude(item, case.event, by=chair)
    elif len(case.totals) == MEMBERS:
        council_actions.close_scores(item, by=chair)
        if case.conclude:
            for point in item.points.filter(note=""):
                note(point, f"Đã thảo luận, các thành viên giữ phiếu ({STAMP}).", by=chair)
            council_actions.conclude(item, by=chair)


def _seal(item: AgendaItem, member: CouncilMember, total: int, case: Case) -> None:
    choices = choices_for(
        item.dossier.criteria_set, total, stars=case.floor, cases=case.cases, fixed=case.fixed
    )
    data = {"choices": choices, "unfit": {}, "comments": {}, "events": [], "remark": ""}
    sheets.receive(item, data, by=member.user, revision=0, seal=True)


def _submitted(name: str) -> Dossier:
    dossier = Dossier.objects.get(product__name=name)
    return recognition.submit(
        dossier, Paper(f"{dossier.pk}/TTr (minh họa)", timezone.localdate()), by=person("tinh.ocop")
    )


def _walk_to_certificate() -> None:
    """The product just under 90: recognised, certified, published, notified."""
    today, leader = timezone.localdate(), person("lanhdao.tinh")
    dossier = _submitted("Chè xanh sát 90 điểm (minh họa)")
    signed = Signed("100/QĐ-UBND (minh họa)", today, SIGNER, "Chủ tịch", "", UBND)
    recognition.decide("recognise", [dossier], signed, by=leader)
    recognition.certify(dossier, today, by=leader)
    recognition.publish(dossier, by=leader)
    notice = Signed("50/TB (minh họa)", today, SIGNER, "Chi cục trưởng", "")
    recognition.notify(dossier, notice, by=person("tinh.ocop"))


def _walk_to_ministry() -> None:
    """The product from 90: approved and forwarded, no certificate."""
    today = timezone.localdate()
    dossier = _submitted("Cà phê từ 90 điểm (minh họa)")
    signed = Signed("101/QĐ-UBND (minh họa)", today, SIGNER, "Phó Chủ tịch", "KT.", UBND)
    recognition.decide("approve_result", [dossier], signed, by=person("lanhdao.tinh"))
    paper = Paper("60/UBND (minh họa)", today)
    recognition.forward(dossier, paper, by=person("tinh.ocop"), samples_on=today)
