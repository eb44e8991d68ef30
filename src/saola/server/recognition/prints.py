"""Papers of recognition: plain data from records, set, kept as files by their hash."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from saola.criteria.rulebook import rulebook
from saola.scoring.explain import stars_text
from saola.server.councils.models import Result
from saola.server.dossiers.models import Dossier
from saola.server.files.store import keep
from saola.server.journal.record import record
from saola.server.papers.typeset import qr_svg, typeset
from saola.server.recognition.models import Certificate, Decision, Notice
from saola.vietnamese.dates import long
from saola.vietnamese.numbers import decimal_comma

PDF = "application/pdf"


def points_text(result: Result | None) -> str:
    """The mean for people: two decimals, comma."""
    if result is None or result.total_decimal is None:
        return ""
    text = f"{result.total_decimal:.2f}"
    return decimal_comma(text.rstrip("0").rstrip("."))


def _result(dossier: Dossier) -> Result | None:
    return dossier.results.filter(concluded_at__isnull=False).order_by("-pk").first()


def _signer(paper: Any, body: str, name: str, position: str) -> dict[str, str]:
    return {"capacity": paper.capacity, "for": body, "position": position, "name": name}


def _keep(paper: Any, template: str, data: dict[str, Any], name: str) -> None:
    """Set the paper once and keep it; a second run finds it done."""
    content = typeset(template, data)
    with transaction.atomic():
        fresh = type(paper).objects.select_for_update(of=("self",)).get(pk=paper.pk)
        if fresh.file_id is None:
            fresh.file = keep(content, name, PDF)
            fresh.save(update_fields=["file"])
            record("print", f"{template}:{paper.pk}", {"sha256": fresh.file.sha256})


def decision(pk: int) -> None:
    """The decision with its list of products."""
    paper = Decision.objects.get(pk=pk)
    items = list(paper.items.select_related("dossier__product__producer", "dossier__place"))
    book = rulebook("26-2026")
    approve = paper.kind == Decision.Kind.APPROVE
    subject = (
        "Phê duyệt kết quả đánh giá, phân hạng sản phẩm OCOP đạt từ 90 điểm"
        if approve
        else "Công nhận sản phẩm OCOP"
    )
    data = {
        "illustrative": paper.illustrative,
        "issuer": paper.authority,
        "body": paper.authority,
        "number": paper.number,
        "place": settings.OCOP["province_name"],
        "date": long(paper.signed_on),
        "subject": subject,
        "decider": f"Chủ tịch {paper.authority}",
        "grounds": [
            "Căn cứ Luật Tổ chức chính quyền địa phương;",
            f"Căn cứ Quyết định số {book.decision} {long(book.decided_on)} của Thủ tướng Chính "
            "phủ về Bộ tiêu chí và quy trình đánh giá, phân hạng sản phẩm OCOP;",
            "Theo đề nghị của cơ quan tham mưu quản lý OCOP cấp tỉnh và kết quả của Hội đồng "
            "đánh giá, phân hạng sản phẩm OCOP cấp tỉnh.",
        ],
        "articles": _articles(paper, len(items), approve),
        "recipients": ["Như Điều 3;", "Bộ Nông nghiệp và Môi trường;", "Lưu: VT."],
        "signer": _signer(paper, paper.authority, paper.signer, paper.signer_position),
        "decision_of_criteria": book.decision,
        "items": [_decision_row(item) for item in items],
    }
    _keep(paper, "decision", data, f"Quyet-dinh-{paper.pk}.pdf")


def _articles(paper: Decision, count: int, approve: bool) -> list[str]:
    if approve:
        first = (
            f"Phê duyệt kết quả đánh giá, phân hạng {count} sản phẩm đạt từ 90 điểm trở lên và "
            "đề nghị Bộ Nông nghiệp và Môi trường đánh giá, công nhận 5 sao (danh sách kèm theo)."
        )
        second = "Quyết định này không phải quyết định công nhận; không cấp giấy chứng nhận."
    else:
        first = f"Công nhận {count} sản phẩm OCOP theo danh sách kèm theo."
        second = "Giấy chứng nhận sản phẩm OCOP có giá trị 36 tháng kể từ ngày cấp."
    third = (
        "Quyết định có hiệu lực từ ngày ký. Thủ trưởng các cơ quan liên quan, Chủ tịch Ủy ban "
        "nhân dân các xã, phường và chủ thể có tên chịu trách nhiệm thi hành."
    )
    return [first, second, third]


def _decision_row(item: Any) -> dict[str, Any]:
    product = item.dossier.product
    return {
        "product": product.name,
        "code": product.code,
        "producer": product.producer.name if product.producer else "",
        "place": item.dossier.place.name,
        "total": points_text(_result(item.dossier)),
        "stars": f"{item.stars} sao",
    }


def certificate(pk: int) -> None:
    """The certificate with the QR of its page."""
    paper = Certificate.objects.select_related(
        "recognition__product__producer__place",
        "recognition__product__place",
        "recognition__decision",
    ).get(pk=pk)
    recognition = paper.recognition
    product, decision_row = recognition.product, recognition.decision
    assert decision_row is not None  # a certificate is only issued on a decision
    address = settings.BASE_URL + reverse("public:certificate", args=[paper.token])
    data = {
        "illustrative": product.illustrative,
        "issuer": decision_row.authority,
        "number": paper.number,
        "decider": f"Chủ tịch {decision_row.authority}",
        "stars": recognition.stars,
        "product": product.name,
        "producer": product.producer.name if product.producer else "",
        "address": f"{product.place}, tỉnh {settings.OCOP['province_name']}",
        "code": product.code,
        "decision": decision_row.number,
        "decided": long(decision_row.signed_on),
        "issued": long(paper.issued_on),
        "expires": long(paper.expires_on),
        "place": settings.OCOP["province_name"],
        "qr": qr_svg(address),
        "signer": _signer(
            decision_row,
            decision_row.authority,
            decision_row.signer,
            decision_row.signer_position,
        ),
    }
    _keep(paper, "certificate", data, f"Giay-chung-nhan-{paper.pk}.pdf")


def notice(pk: int) -> None:
    """The written result, whatever the class."""
    paper = Notice.objects.select_related("dossier__product__producer", "dossier__place").get(pk=pk)
    dossier = paper.dossier
    product, result = dossier.product, _result(dossier)
    body = f"Cơ quan tham mưu quản lý OCOP tỉnh {settings.OCOP['province_name']}"
    producer = product.producer.name if product.producer else ""
    data = {
        "illustrative": dossier.illustrative,
        "issuer": body,
        "body": body,
        "number": paper.number,
        "place": settings.OCOP["province_name"],
        "date": long(paper.dated),
        "to": [f"Ủy ban nhân dân {dossier.place.name}", producer],
        "opening": "Căn cứ kết quả của Hội đồng đánh giá, phân hạng sản phẩm OCOP cấp tỉnh, xin "
        "thông báo kết quả như sau:",
        "product": product.name,
        "producer": producer,
        "code": product.code,
        "set_name": f"{dossier.criteria_set.name} ({dossier.criteria_set.decision})",
        "outcome": outcome_text(result),
        "facts": _facts(dossier, result),
        "reasons": [r for r in (result.reasons if result else []) if r.startswith(REASONS)],
        "closing": "Trân trọng thông báo để chủ thể và Ủy ban nhân dân xã, phường biết, thực hiện.",
        "recipients": ["Như trên;", "Lưu: VT."],
        "signer": _signer(paper, "", paper.signer, paper.signer_position),
    }
    _keep(paper, "notice", data, f"Thong-bao-{paper.pk}.pdf")


REASONS = ("Lý do", "Bị giới hạn", "Để đạt", "Từ 90", "Hạng này")


def outcome_text(result: Result | None) -> str:
    """The outcome in words: class, or why there is none."""
    from_status = {
        "stopped": "dừng đánh giá",
        "disqualified": "bị loại",
        "not_eligible": "không thuộc diện đánh giá",
    }
    if result is None:
        return "chưa có kết quả"
    if result.status != "scored":
        return from_status.get(result.status, "Hội đồng chưa kết luận")
    if result.forwarded:
        return f"đạt {points_text(result)} điểm, chuyển Bộ đề nghị 5 sao"
    return f"{stars_text(result.stars)} ({points_text(result)} điểm)"


def _facts(dossier: Dossier, result: Result | None) -> list[tuple[str, str]]:
    facts = []
    recognition = dossier.recognitions.select_related("decision", "certificate").first()
    if result is not None and result.total:
        facts.append(("Tổng điểm trung bình", f"{points_text(result)} (chính xác {result.total})"))
    if recognition is not None and recognition.decision is not None:
        facts.append(("Quyết định", recognition.decision.number))
        certificate_row = Certificate.objects.filter(recognition=recognition).first()
        if certificate_row:
            facts.append(("Giấy chứng nhận", certificate_row.number))
            facts.append(("Có giá trị đến hết", long(certificate_row.expires_on)))
    return facts
