"""Papers about inspections and about ending a certificate or a recognition."""

from saola.server.recognition.models import Removal
from saola.server.supervision.models import Inspection
from saola.server.web.common.writing.content import (
    AGENCY,
    Block,
    Content,
    Kind,
    articles,
    facts,
    heading,
    office_for,
    table,
    text,
)
from saola.vietnamese.dates import short

LAW = ("26-2026",)


def _products(inspection: Inspection) -> Block:
    rows = []
    for item in inspection.items.select_related(
        "recognition__product__producer", "recognition__product__place"
    ):
        product = item.recognition.product
        producer = product.producer.name if product.producer else ""
        rows.append((product.name, producer, product.place.name if product.place else ""))
    return table(["Sản phẩm", "Chủ thể", "Xã, phường"], [2.4, 2.4, 1.6], rows)


def _inspecting(inspection: Inspection) -> Content:
    days = f"từ ngày {short(inspection.first_day)} đến ngày {short(inspection.last_day)}"
    return Content(
        f"kiểm tra sản phẩm OCOP: {inspection.title}",
        [
            *articles(
                f"Tổ chức kiểm tra {days} đối với các sản phẩm có tên trong danh sách kèm theo. "
                f"Lý do: {inspection.basis}.",
                "Nội dung: duy trì tiêu chí, sử dụng nhãn hiệu chứng nhận OCOP, quảng cáo và các "
                "điều kiện theo điều 9 Quyết định số 26/2026/QĐ-TTg.",
                "Đoàn kiểm tra, chủ thể và các cơ quan liên quan chịu trách nhiệm thi hành.",
            ),
            heading("Đoàn kiểm tra"),
            text(inspection.team),
            heading("Danh sách sản phẩm"),
            _products(inspection),
        ],
        recipients=["Như Điều 3;", "Lưu: VT."],
        grounds=LAW,
    )


def _record(inspection: Inspection) -> Content:
    blocks: list[Block] = [facts([("Đợt kiểm tra", inspection.title)]), text(inspection.team)]
    for item in inspection.items.select_related("recognition__product"):
        blocks += [
            heading(item.recognition.product.name),
            facts(
                [
                    ("Ngày kiểm tra", short(item.visited_on) if item.visited_on else ""),
                    ("Kết luận", str(item.get_finding_display()) if item.finding else ""),
                ]
            ),
            text(item.record),
            text(f"Phải khắc phục: {item.remedy}" if item.remedy else ""),
        ]
    return Content(f"kiểm tra sản phẩm OCOP: {inspection.title}", blocks)


def _conclusion(inspection: Inspection) -> Content:
    rows = []
    for item in inspection.items.select_related("recognition__product"):
        said = str(item.get_finding_display()) if item.finding else "chưa kiểm tra"
        last = short(item.remedy_by) if item.remedy_by else ""
        after = {True: "đã khắc phục", False: "chưa khắc phục", None: ""}[item.remedied]
        rows.append((item.recognition.product.name, said, item.remedy, last, after))
    head = ["Sản phẩm", "Kết luận", "Phải khắc phục", "Hạn", "Theo dõi"]
    return Content(
        f"kết quả kiểm tra: {inspection.title}",
        [table(head, [2, 1.4, 2.2, 1, 1.2], rows)],
        to=[f"Chủ tịch {office_for(inspection).committee}"],
        grounds=LAW,
    )


def _of_removal(removal: Removal) -> Block:
    product = removal.recognition.product
    return facts(
        [
            ("Sản phẩm", product.name),
            ("Chủ thể", product.producer.name if product.producer else ""),
            ("Căn cứ", removal.ground),
            ("Ngày kết luận, xác nhận", short(removal.concluded_on)),
            ("Quyết định trước hết ngày", short(removal.due_on)),
        ]
    )


def _verification(removal: Removal) -> Content:
    return Content(
        f"xác minh việc {removal.get_kind_display()}",
        [_of_removal(removal), text(removal.basis), text(removal.report)],
        to=[f"Chủ tịch {office_for(removal).committee}"],
        grounds=LAW,
    )


def _removing(removal: Removal) -> Content:
    return Content(
        f"{removal.get_kind_display()} đối với sản phẩm {removal.recognition.product.name}",
        [
            _of_removal(removal),
            text(removal.basis),
            text(
                f"Cơ quan tham mưu đã xác minh (báo cáo số {removal.report_number or '……'}). Kính "
                f"trình Chủ tịch {office_for(removal).committee} xem xét, quyết định."
            ),
        ],
        to=[f"Chủ tịch {office_for(removal).committee}"],
        grounds=LAW,
    )


OF_INSPECTION = (
    Kind("qd-kiem-tra", "Quyết định kiểm tra", "QUYẾT ĐỊNH", AGENCY, _inspecting),
    Kind("bien-ban-kiem-tra", "Biên bản kiểm tra", "BIÊN BẢN", AGENCY, _record),
    Kind("bao-cao-kiem-tra", "Báo cáo kết quả kiểm tra", "BÁO CÁO", AGENCY, _conclusion),
)
OF_REMOVAL = (
    Kind("bao-cao-xac-minh", "Báo cáo xác minh", "BÁO CÁO", AGENCY, _verification),
    Kind("to-trinh-thu-hoi", "Tờ trình thu hồi", "TỜ TRÌNH", AGENCY, _removing),
)
