"""Papers of recognition: plain data from records, set, kept as files by their hash."""

from fractions import Fraction
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
from saola.server.papers.grounds import grounds
from saola.server.papers.signing.making import prepare
from saola.server.papers.typeset import qr_svg, typeset
from saola.server.places.models import Place
from saola.server.places.office import office, office_of
from saola.server.products.models import Product
from saola.server.recognition.models import CentralResult, Certificate, Decision, Notice
from saola.vietnamese.dates import long
from saola.vietnamese.numbers import decimal_comma

PDF = "application/pdf"


def points_text(result: Result | None) -> str:
    """The mean for people: two decimals, comma."""
    if result is None or result.total_decimal is None:
        return ""
    text = f"{result.total_decimal:.2f}"
    return decimal_comma(text.rstrip("0").rstrip("."))


def points_exact(result: Result) -> bool:
    """Whether two decimals tell the whole mean."""
    return (Fraction(result.total) * 100).denominator == 1


def _result(dossier: Dossier) -> Result | None:
    return dossier.results.filter(concluded_at__isnull=False).order_by("-pk").first()


def _signer(paper: Any, body: str, head: str) -> dict[str, str]:
    """The block of signature: TM. signs for the body, KT., TL. and TUQ. for its head, the head
    alone for nobody."""
    stands_for = {"": "", "TM.": body}.get(paper.capacity, head)
    return {
        "capacity": paper.capacity,
        "for": stands_for,
        "position": paper.signer_position,
        "name": paper.signer,
    }


def _body_of(place: Place) -> str:
    """ "Ủy ban nhân dân xã Tà Xùa"."""
    return f"Ủy ban nhân dân {place.name[:1].lower()}{place.name[1:]}"


def _keep(
    paper: Any,
    template: str,
    data: dict[str, Any],
    name: str,
    *,
    drawings: dict[str, str] | None = None,
) -> None:
    """Set the paper once and keep it; a second run finds it done."""
    content = prepare(typeset(template, data, drawings=drawings))
    with transaction.atomic():
        fresh = type(paper).objects.select_for_update(of=("self",)).get(pk=paper.pk)
        if fresh.file_id is None:
            fresh.file = keep(content, name, PDF)
            fresh.save(update_fields=["file"])
            record("print", f"{template}:{paper.pk}", {"sha256": fresh.file.sha256})


SUBJECTS = {
    Decision.Kind.RECOGNISE: "Công nhận sản phẩm OCOP",
    Decision.Kind.APPROVE: "Phê duyệt kết quả đánh giá, phân hạng sản phẩm OCOP đạt từ 90 điểm",
    Decision.Kind.REVOKE: "Thu hồi giấy chứng nhận sản phẩm OCOP",
    Decision.Kind.WITHDRAW: "Thu hồi quyết định công nhận sản phẩm OCOP",
}


def decision(pk: int) -> None:
    """The decision with its list of products."""
    paper = Decision.objects.get(pk=pk)
    _keep(paper, "decision", decision_data(paper), f"Quyet-dinh-{paper.pk}.pdf")


def decision_data(paper: Decision) -> dict[str, Any]:
    """What the decision says."""
    revoking = paper.kind in (Decision.Kind.REVOKE, Decision.Kind.WITHDRAW)
    columns, rows, note = _revoked_list(paper) if revoking else _product_list(paper)
    return {
        "illustrative": paper.illustrative,
        "issuer": paper.authority,
        "body": paper.authority,
        "number": paper.number,
        "place": office(paper.province_code).name,
        "date": long(paper.signed_on),
        "subject": SUBJECTS[Decision.Kind(paper.kind)],
        "decider": f"Chủ tịch {paper.authority}",
        "grounds": _grounds(paper, revoking=revoking),
        "articles": _articles(paper, len(rows)),
        "recipients": ["Như Điều 3;", "Bộ Nông nghiệp và Môi trường;", "Lưu: VT."],
        "signer": _signer(paper, paper.authority, "Chủ tịch"),
        "columns": [{"name": name, "width": width} for name, width in columns],
        "rows": rows,
        "list_note": note,
    }


def _grounds(paper: Decision, *, revoking: bool) -> list[str]:
    proposal = (
        "Theo đề nghị của cơ quan tham mưu quản lý OCOP cấp tỉnh."
        if revoking
        else "Theo đề nghị của cơ quan tham mưu quản lý OCOP cấp tỉnh và kết quả của Hội đồng "
        "đánh giá, phân hạng sản phẩm OCOP cấp tỉnh."
    )
    return [*grounds("local-government", "26-2026", on=paper.signed_on), proposal]


def _articles(paper: Decision, count: int) -> list[str]:
    if paper.kind == Decision.Kind.APPROVE:
        first = (
            f"Phê duyệt kết quả đánh giá, phân hạng {count} sản phẩm đạt từ 90 điểm trở lên và "
            "đề nghị Bộ Nông nghiệp và Môi trường đánh giá, công nhận 5 sao (danh sách kèm theo)."
        )
        second = "Quyết định này không phải quyết định công nhận; không cấp giấy chứng nhận."
    elif paper.kind == Decision.Kind.REVOKE:
        first = f"Thu hồi giấy chứng nhận của {count} sản phẩm OCOP theo danh sách kèm theo."
        second = (
            "Chủ thể không được tiếp tục dùng nhãn hiệu chứng nhận OCOP cho sản phẩm có tên trong "
            "danh sách kể từ ngày ký Quyết định này."
        )
    elif paper.kind == Decision.Kind.WITHDRAW:
        first = (
            f"Thu hồi quyết định công nhận đối với {count} sản phẩm theo danh sách kèm theo, do "
            "việc công nhận trái quy định."
        )
        second = (
            "Sản phẩm có tên trong danh sách không còn là sản phẩm OCOP kể từ ngày ký Quyết định "
            "này; chủ thể không được tiếp tục dùng nhãn hiệu chứng nhận OCOP."
        )
    else:
        first = f"Công nhận {count} sản phẩm OCOP theo danh sách kèm theo."
        second = "Giấy chứng nhận sản phẩm OCOP có giá trị 36 tháng kể từ ngày cấp."
    third = (
        "Quyết định có hiệu lực từ ngày ký. Thủ trưởng các cơ quan liên quan, Chủ tịch Ủy ban "
        "nhân dân các xã, phường và chủ thể có tên chịu trách nhiệm thi hành."
    )
    return [first, second, third]


Cell = str | list[str]  # a list is a text with a code below
Table = tuple[list[tuple[str, float]], list[list[Cell]], str]


def _product_list(paper: Decision) -> Table:
    """Columns with their share of the width, rows, and the note below."""
    columns = [("Sản phẩm", 2.2), ("Chủ thể", 2.2), ("Xã, phường", 1.4), ("Điểm", 0.8)]
    rows: list[list[Cell]] = [
        [
            _named(item.dossier.product),
            _producer(item.dossier.product),
            item.dossier.place.name_today,
            points_text(_result(item.dossier)),
            f"{item.stars} sao",
        ]
        for item in paper.items.select_related("dossier__product__producer", "dossier__place")
    ]
    note = (
        "Điểm là tổng điểm trung bình của Hội đồng; kết quả chính xác dạng phân số lưu trong hệ "
        f"thống. Bộ tiêu chí: {rulebook('26-2026').decision}."
    )
    return [*columns, ("Hạng", 0.8)], rows, note


def _revoked_list(paper: Decision) -> Table:
    """What is revoked, from whom, and on which ground."""
    columns = [("Sản phẩm", 2.0), ("Chủ thể", 2.0), ("Giấy chứng nhận", 2.6), ("Căn cứ", 1.8)]
    revoking = paper.kind == Decision.Kind.REVOKE
    ended = paper.revocations if revoking else paper.withdrawals
    rows: list[list[Cell]] = [
        [
            _named(row.product),
            _producer(row.product),
            row.certificate.number if hasattr(row, "certificate") else row.decision_as_printed,
            row.revoked_ground if revoking else row.withdrawn_reason,
        ]
        for row in ended.select_related("product__producer", "certificate")
    ]
    article = "điều 8" if revoking else "điều 10"
    note = f"Căn cứ thu hồi theo {article} Quyết định số {rulebook('26-2026').decision}."
    return columns, rows, note


def _named(product: Product) -> Cell:
    return [product.name, product.code] if product.code else product.name


def _producer(product: Product) -> str:
    return product.makers


def certificate(pk: int) -> None:
    """The certificate with the QR of its page."""
    paper = Certificate.objects.select_related(
        "recognition__product__producer__place",
        "recognition__product__place",
        "recognition__decision",
    ).get(pk=pk)
    name = f"Giay-chung-nhan-{paper.pk}.pdf"
    drawings = {"qr": qr_svg(certificate_address(paper))}
    _keep(paper, "certificate", certificate_data(paper), name, drawings=drawings)


def certificate_address(paper: Certificate) -> str:
    """Where the QR on certificate and label leads."""
    return str(settings.BASE_URL) + reverse("public:certificate", args=[paper.token])


def certificate_data(paper: Certificate) -> dict[str, Any]:
    """What the certificate says."""
    recognition = paper.recognition
    product, decision_row = recognition.product, recognition.decision
    place = product.place
    assert decision_row is not None  # a certificate is only issued on a decision
    of = office_of(place)
    return {
        "illustrative": product.illustrative,
        "issuer": decision_row.authority,
        "number": paper.number,
        "decider": f"Chủ tịch {decision_row.authority}",
        "stars": recognition.stars,
        "product": product.name,
        "producer": _producer(product),
        "address": f"{place.name_today if place else ''}, {of.full}",
        "code": product.code,
        "decision": decision_row.number,
        "decided": long(decision_row.signed_on),
        "issued": long(paper.issued_on),
        "expires": long(paper.expires_on),
        "place": of.name,
        "signer": _signer(decision_row, decision_row.authority, "Chủ tịch"),
    }


def notice(pk: int) -> None:
    """The written result, whatever the class."""
    paper = Notice.objects.select_related("dossier__product__producer", "dossier__place").get(pk=pk)
    _keep(paper, "notice", notice_data(paper), f"Thong-bao-{paper.pk}.pdf")


def notice_data(paper: Notice) -> dict[str, Any]:
    """What the notice says."""
    dossier = paper.dossier
    product, result = dossier.product, _result(dossier)
    of = office_of(dossier.place)
    producer = _producer(product)
    # the notice of forwarding tells what the province found, also when it is printed late
    told = paper.step != "notify_forwarded"
    central = CentralResult.objects.filter(dossier=dossier).first() if told else None
    return {
        "illustrative": dossier.illustrative,
        "issuer": of.agency,
        "body": of.agency,
        "number": paper.number,
        "place": of.name,
        "date": long(paper.dated),
        "to": [_body_of(dossier.place), producer],
        "opening": "Căn cứ kết quả của Hội đồng đánh giá, phân hạng sản phẩm OCOP cấp tỉnh, xin "
        "thông báo kết quả như sau:",
        "product": product.name,
        "producer": producer,
        "code": product.code,
        "set_name": f"{dossier.criteria_set.name} ({dossier.criteria_set.decision})",
        "outcome": outcome_text(result, central),
        "facts": _facts(dossier, result),
        "reasons": [r for r in (result.reasons if result else []) if r.startswith(REASONS)],
        "closing": "Trân trọng thông báo để chủ thể và Ủy ban nhân dân xã, phường biết, thực hiện.",
        "recipients": ["Như trên;", "Lưu: VT."],
        "signer": _signer(paper, of.agency, of.agency_head),
    }


REASONS = ("Lý do", "Bị giới hạn", "Để đạt", "Từ 90", "Hạng này")


def outcome_text(result: Result | None, central: CentralResult | None) -> str:
    """The outcome in words: class, or why there is none. A forwarded product has its class
    from the central result once that is there."""
    from_status = {
        "stopped": "dừng đánh giá",
        "disqualified": "bị loại",
        "not_eligible": "không thuộc diện đánh giá",
    }
    if result is None:
        return "chưa có kết quả"
    if result.status != "scored":
        return from_status.get(result.status, "Hội đồng chưa kết luận")
    if result.forwarded and central is not None:
        return f"{stars_text(central.stars)} theo kết quả đánh giá của Trung ương"
    if result.forwarded:
        return f"đạt {points_text(result)} điểm, chuyển Bộ đề nghị 5 sao"
    return f"{stars_text(result.stars)} ({points_text(result)} điểm)"


def _facts(dossier: Dossier, result: Result | None) -> list[tuple[str, str]]:
    facts = []
    recognition = dossier.recognitions.select_related("decision", "certificate").first()
    if result is not None and result.total:
        exact = "" if points_exact(result) else f" (chính xác {result.total})"
        facts.append(("Tổng điểm trung bình", f"{points_text(result)}{exact}"))
    if recognition is not None and recognition.decision is not None:
        facts.append(("Quyết định", recognition.decision.number))
        certificate_row = Certificate.objects.filter(recognition=recognition).first()
        if certificate_row:
            facts.append(("Giấy chứng nhận", certificate_row.number))
            facts.append(("Có giá trị đến hết", long(certificate_row.expires_on)))
    return facts
