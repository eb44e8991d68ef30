"""Papers about one dossier, from the commune's letter to the letter to the ministry."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from saola.server.dossiers.labels import KINDS as KIND_NAMES
from saola.server.dossiers.models import Dossier, StepLog
from saola.server.recognition.models import Certificate, DecisionItem
from saola.server.recognition.prints import points_text
from saola.server.web.common.writing.content import (
    AGENCY,
    COMMUNE,
    Block,
    Content,
    Kind,
    commune_of,
    facts,
    heading,
    office_for,
    table,
    text,
)
from saola.vietnamese.dates import short

LAW = ("26-2026",)
RECEIPTS = {
    "receive_commune": "Phiếu tiếp nhận ở xã",
    "receive_agency": "Phiếu tiếp nhận ở tỉnh",
}


def _producer(dossier: Dossier) -> str:
    return dossier.product.producer.name if dossier.product.producer else ""


def _about(dossier: Dossier) -> Block:
    return facts(
        [
            ("Sản phẩm", dossier.product.name),
            ("Chủ thể", _producer(dossier)),
            ("Xã, phường", dossier.place.name),
            ("Loại hồ sơ", str(KIND_NAMES[dossier.kind])),
            ("Số đăng ký", dossier.registration_number),
            ("Bộ sản phẩm", f"{dossier.criteria_set.number}. {dossier.criteria_set.name}"),
            ("Hạng đăng ký", f"{dossier.target_stars} sao"),
        ]
    )


def _step(dossier: Dossier, *steps: str) -> StepLog | None:
    return dossier.steps.filter(step__in=steps).order_by("-pk").first()


def _noted(dossier: Dossier, *steps: str) -> str:
    found = _step(dossier, *steps)
    return found.note if found else ""


def _completion(dossier: Dossier) -> Content:
    """What is asked, item by item, and the last day."""
    rows = [
        (r.about, r.text, "xã, phường" if r.of_commune else "chủ thể")
        for r in dossier.requests.filter(answered_at=None)
    ]
    last = short(dossier.answer_by) if dossier.answer_by else ""
    return Content(
        f"yêu cầu bổ sung hồ sơ sản phẩm {dossier.product.name}",
        [
            _about(dossier),
            text("Qua kiểm tra hồ sơ, đề nghị bổ sung các nội dung sau:"),
            table(["Tiêu chí", "Nội dung cần bổ sung", "Bên bổ sung"], [1, 4, 1.4], rows),
            text(_noted(dossier, "ask_commune", "ask_agency")),
            text(f"Thời hạn bổ sung: trước hết ngày {last}." if last else ""),
        ],
        to=[_producer(dossier), commune_of(dossier.place)],
        grounds=LAW,
    )


def _proposal(dossier: Dossier) -> Content:
    samples = (
        f"; đã bàn giao sản phẩm mẫu ngày {short(dossier.samples_on)}" if dossier.samples_on else ""
    )
    return Content(
        f"đề nghị đánh giá, phân hạng sản phẩm {dossier.product.name}",
        [
            text(
                f"{commune_of(dossier.place)} đã tiếp nhận, rà soát hồ sơ và lập báo cáo bốn nội "
                f"dung (Mẫu 03){samples}. Đề nghị cơ quan tham mưu trình cấp có thẩm quyền tổ chức "
                "đánh giá, phân hạng sản phẩm sau:"
            ),
            _about(dossier),
            text("Kèm theo: hồ sơ của chủ thể; báo cáo Mẫu 03; biên bản giao nhận sản phẩm mẫu."),
        ],
        to=["Cơ quan tham mưu quản lý OCOP cấp tỉnh"],
        grounds=LAW,
    )


def _visits(dossier: Dossier) -> Content:
    blocks: list[Block] = [_about(dossier)]
    for visit in dossier.visits.all():
        blocks += [
            heading(f"Kiểm tra ngày {short(visit.visited_on)}"),
            facts([("Lý do", visit.reason), ("Ảnh kèm theo", str(visit.photos.count()))]),
            text(f"Thành phần: {visit.team}"),
            text(f"Nội dung ghi nhận: {visit.findings}"),
        ]
    return Content(f"kiểm tra thực tế cơ sở sản xuất sản phẩm {dossier.product.name}", blocks)


def _summary(dossier: Dossier) -> Content:
    return Content(
        f"tổng hợp hồ sơ đề nghị đánh giá, phân hạng sản phẩm {dossier.product.name}",
        [
            _about(dossier),
            text(
                "Cơ quan tham mưu đã kiểm tra thành phần và nội dung hồ sơ; báo cáo của xã, phường "
                "theo Mẫu 03 kèm theo hồ sơ."
            ),
            text(_noted(dossier, "accept", "receive_agency")),
            text("Kính trình Chủ tịch Ủy ban nhân dân tỉnh xem xét, giao Hội đồng đánh giá."),
        ],
        to=[f"Chủ tịch {office_for(dossier).committee}"],
        grounds=LAW,
    )


def _assessment(dossier: Dossier) -> Content:
    tests = [
        (t.what, t.laboratory, short(t.received_on) if t.received_on else "chưa có", t.result)
        for t in dossier.tests.all()
    ]
    blocks = [_about(dossier), text(_noted(dossier, "advise", "report_agency"))]
    if tests:
        blocks.append(
            table(["Chỉ tiêu", "Nơi kiểm nghiệm", "Ngày nhận", "Kết quả"], [2, 2, 1, 2], tests)
        )
    return Content(
        f"thẩm định hồ sơ, sản phẩm {dossier.product.name}",
        blocks,
        to=["Chủ tịch Hội đồng đánh giá, phân hạng sản phẩm OCOP"],
        grounds=LAW,
    )


def _submission(dossier: Dossier) -> Content:
    result = dossier.results.filter(concluded_at__isnull=False).order_by("-pk").first()
    outcome = [
        ("Tổng điểm trung bình", points_text(result)),
        (
            "Hạng theo kết quả của Hội đồng",
            f"{result.stars} sao" if result and result.stars else "",
        ),
    ]
    asks = (
        "phê duyệt kết quả và đề nghị Bộ Nông nghiệp và Môi trường đánh giá, công nhận 5 sao"
        if result and result.forwarded
        else "công nhận và cấp giấy chứng nhận sản phẩm OCOP"
    )
    return Content(
        f"đề nghị {asks.partition(' và ')[0]} đối với sản phẩm {dossier.product.name}",
        [
            _about(dossier),
            facts(outcome),
            text(f"Kính trình Chủ tịch {office_for(dossier).committee} xem xét, {asks}."),
        ],
        to=[f"Chủ tịch {office_for(dossier).committee}"],
        grounds=LAW,
    )


def _returned(dossier: Dossier) -> Content:
    return Content(
        f"trả hồ sơ sản phẩm {dossier.product.name}",
        [
            _about(dossier),
            text(f"Lý do trả hồ sơ: {_noted(dossier, 'return_commune', 'return_agency')}"),
            text("Chủ thể có thể hoàn thiện và nộp lại hồ sơ theo quy định."),
        ],
        to=[_producer(dossier), commune_of(dossier.place)],
        grounds=LAW,
    )


def _forwarding(dossier: Dossier) -> Content:
    samples = dossier.central_samples_on or timezone.localdate()
    return Content(
        f"đề nghị đánh giá, công nhận 5 sao đối với sản phẩm {dossier.product.name}",
        [
            _about(dossier),
            text(
                "Kèm theo: hồ sơ của chủ thể, báo cáo thẩm định, báo cáo của Hội đồng cấp tỉnh, "
                "quyết định phê duyệt kết quả và 05 đơn vị sản phẩm mẫu (gửi ngày "
                f"{short(samples)})."
            ),
        ],
        to=["Bộ Nông nghiệp và Môi trường"],
        grounds=LAW,
    )


KINDS = (
    Kind("thong-bao-bo-sung", "Thông báo bổ sung hồ sơ", "THÔNG BÁO", AGENCY, _completion),
    Kind("cong-van-de-nghi", "Văn bản đề nghị của xã, phường", "", COMMUNE, _proposal),
    Kind("bien-ban-thuc-te", "Biên bản kiểm tra thực tế", "BIÊN BẢN", AGENCY, _visits),
    Kind("bao-cao-tong-hop", "Báo cáo tổng hợp của cơ quan tham mưu", "BÁO CÁO", AGENCY, _summary),
    Kind("bao-cao-tham-dinh", "Báo cáo thẩm định", "BÁO CÁO", AGENCY, _assessment),
    Kind("to-trinh", "Tờ trình công nhận, phê duyệt kết quả", "TỜ TRÌNH", AGENCY, _submission),
    Kind("thong-bao-tra", "Thông báo trả hồ sơ", "THÔNG BÁO", AGENCY, _returned),
    Kind("cong-van-chuyen-bo", "Văn bản chuyển Bộ đánh giá", "", AGENCY, _forwarding),
)


def made_by_steps(dossier: Dossier) -> Iterator[tuple[str, str, str]]:
    """Papers about a dossier that its steps have made: name, who signs as what, address."""
    for log in dossier.steps.filter(step__in=RECEIPTS).select_related("by"):
        link = reverse("desk:receipt", args=[dossier.pk, log.step, "pdf"])
        yield RECEIPTS[log.step], log.by.full_name, link
    for number in ("01", "02", "03"):
        if number != "03" or hasattr(dossier, "commune_report"):
            signer = "UBND xã" if number == "03" else str(dossier.product.producer or "")
            yield (
                f"Mẫu {number}",
                signer,
                reverse("desk:form-file", args=[dossier.pk, number, "pdf"]),
            )
    if dossier.samples.exists():
        link = reverse("desk:sample-paper", args=[dossier.pk, "pdf"])
        yield "Biên bản giao nhận mẫu", "bên giao, bên nhận", link
    for item in DecisionItem.objects.filter(dossier=dossier).select_related("decision"):
        paper = item.decision
        signer = f"{paper.capacity} {paper.signer_position} {paper.signer}"
        yield f"Quyết định {paper.number}", signer, reverse("desk:decision", args=[paper.pk])
    for row in Certificate.objects.filter(recognition__dossier=dossier):
        link = reverse("desk:signing", args=["giay-chung-nhan", row.pk])
        yield f"Giấy chứng nhận {row.number}", "người ký quyết định", link
    for notice in dossier.notices.all():
        signer = f"{notice.capacity} {notice.signer_position} {notice.signer}"
        link = reverse("desk:notice-file", args=[notice.pk])
        yield f"Thông báo {notice.number}", signer, link
