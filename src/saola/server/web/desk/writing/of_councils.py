"""Papers about a council and its sessions."""

from saola.scoring.explain import stars_text
from saola.scoring.words import in_words
from saola.server.councils.models import AgendaItem, Council, Session
from saola.server.councils.queries import agenda
from saola.server.recognition.prints import points_text
from saola.server.web.common.writing.content import (
    AGENCY,
    COUNCIL,
    PROVINCE,
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
from saola.vietnamese.dates import long

LAW = ("local-government", "26-2026")
DECIDED = ["Như Điều 3;", "Các cơ quan liên quan;", "Lưu: VT."]


def _members(council: Council) -> Block:
    rows = [
        (
            member.user.full_name,
            member.get_seat_display() + (", Thư ký" if member.secretary else ""),
            member.agency,
        )
        for member in council.members.filter(left_at=None).select_related("user")
    ]
    return table(["Họ và tên", "Tư cách", "Cơ quan"], [2, 1.6, 3], rows)


def _setting_up(council: Council) -> Content:
    return Content(
        "thành lập Hội đồng đánh giá, phân hạng sản phẩm OCOP cấp tỉnh",
        [
            *articles(
                f"Thành lập {council.name} gồm các thành viên có tên trong danh sách kèm theo.",
                "Hội đồng đánh giá, phân hạng sản phẩm theo Quyết định số 26/2026/QĐ-TTg và Quy "
                "chế hoạt động; tự giải thể khi hoàn thành nhiệm vụ.",
                "Thủ trưởng các cơ quan liên quan và các thành viên chịu trách nhiệm thi hành.",
            ),
            heading("Danh sách thành viên"),
            _members(council),
        ],
        recipients=DECIDED,
        grounds=LAW,
    )


def _advisers(council: Council) -> Content:
    return Content(
        "thành lập Tổ tư vấn giúp việc Hội đồng đánh giá, phân hạng sản phẩm OCOP cấp tỉnh",
        [
            *articles(
                f"Thành lập Tổ tư vấn giúp việc {council.name} gồm các thành viên sau:",
                "Tổ tư vấn thẩm định hồ sơ, kiểm tra thực tế khi cần, yêu cầu kiểm nghiệm thêm và "
                "báo cáo Chủ tịch Hội đồng.",
                "Thủ trưởng các cơ quan liên quan và các thành viên chịu trách nhiệm thi hành.",
            ),
            # who advises is kept as a role, not with the council: written in by the office
            table(["Họ và tên", "Cơ quan", "Nhiệm vụ"], [2, 3, 1.6], [["", "", ""]] * 5),
        ],
        recipients=DECIDED,
        grounds=LAW,
    )


def _rules(council: Council) -> Content:
    practice = council.practice
    rows = [(str(name), str(words)) for name, words in in_words(council.rules())]
    rows += [
        (
            "Thảo luận lại khi",
            "; ".join(
                words
                for key, words in (
                    ("borderline", "tổng điểm sát ngưỡng hạng trong 1,96 sai số chuẩn"),
                    ("one_voice", "một thành viên quyết định hạng"),
                    ("near_minimum", f"thiếu yêu cầu tối thiểu không quá "
                                     f"{practice.get('near_minimum')} điểm"),
                )
                if practice.get(key)
            ) or "chênh lệch vượt mức",
        ),
        ("Dịch vụ du lịch", "chấm tại chỗ" if practice.get("tourism_on_site") else "theo hồ sơ"),
    ]  # fmt: skip
    return Content(
        "ban hành Quy chế hoạt động của Hội đồng đánh giá, phân hạng sản phẩm OCOP cấp tỉnh",
        [
            *articles(
                f"Ban hành Quy chế hoạt động của {council.name}.",
                "Quyết định có hiệu lực từ ngày ký.",
                "Các thành viên Hội đồng chịu trách nhiệm thi hành.",
            ),
            heading("Những điểm Quy chế quy định"),
            facts(rows),
        ],
        recipients=DECIDED,
        grounds=LAW,
    )


def _products(session: Session) -> list[AgendaItem]:
    return [item for item in agenda(session) if item.counted and not item.left_reason]


def _round_plan(session: Session) -> Content:
    rows = [
        (
            item.dossier.product.name,
            item.dossier.product.producer.name if item.dossier.product.producer else "",
            f"{item.dossier.criteria_set.number}. {item.dossier.criteria_set.name}",
        )
        for item in sorted(_products(session), key=lambda i: i.dossier.criteria_set.number)
    ]
    named = f" {session.assessment_round}" if session.assessment_round else ""
    return Content(
        f"tổ chức đánh giá, phân hạng sản phẩm OCOP{named}",
        [
            facts(
                [
                    ("Thời gian", long(session.held_on)),
                    ("Địa điểm", session.place),
                    ("Hình thức", str(session.get_mode_display())),
                    ("Số sản phẩm", str(len(rows))),
                ]
            ),
            table(["Sản phẩm", "Chủ thể", "Bộ sản phẩm"], [2.4, 2.2, 2.6], rows),
        ],
        grounds=LAW,
        recipients=["Các thành viên Hội đồng;", "Ủy ban nhân dân các xã, phường;", "Lưu: VT."],
    )


def _invitation(session: Session) -> Content:
    return Content(
        f"họp {session.council.name}",
        [
            facts(
                [
                    ("Phiên", session.title),
                    ("Thời gian", long(session.held_on)),
                    ("Địa điểm", session.place),
                    ("Số sản phẩm", str(len(_products(session)))),
                ]
            ),
            text(
                "Hồ sơ điện tử có trên hệ thống; đề nghị thành viên mở trang phiên họp khi có mạng "
                "trước giờ họp để làm việc được cả khi mất mạng, và khai xung đột lợi ích nếu có."
            ),
        ],
        to=[
            row.member.user.full_name
            for row in session.attendance.filter(member__left_at=None)
            .select_related("member__user")
            .order_by("member__order")
        ],
    )


def _attendance(session: Session) -> Content:
    rows = [
        (row.member.user.full_name, str(row.member.get_seat_display()), row.member.agency, "")
        for row in session.attendance.select_related("member__user").order_by("member__order")
        if row.member.left_at is None
    ]
    return Content(
        f"có mặt phiên {session.title}",
        [
            facts([("Thời gian", long(session.held_on)), ("Địa điểm", session.place)]),
            table(["Họ và tên", "Tư cách", "Cơ quan", "Ký tên"], [2, 1.4, 2.4, 1.4], rows),
        ],
    )


def _outcome(item: AgendaItem) -> tuple[str, str, str]:
    result = getattr(item, "result", None)
    if result is None or result.concluded_at is None:
        return "", "chưa kết luận", ""
    if result.status != "scored":
        return "", str(result.status_text), ""
    spread = str(result.spread) if result.spread is not None else ""
    return points_text(result), stars_text(result.stars), spread


def _score_summary(session: Session) -> Content:
    rows = []
    for item in _products(session):
        total, stars, spread = _outcome(item)
        rows.append((item.dossier.product.name, total, spread, stars))
    return Content(
        f"tổng hợp điểm phiên {session.title}",
        [table(["Sản phẩm", "Trung bình", "Chênh lệch", "Hạng"], [3, 1, 1, 1.2], rows)],
        grounds=("26-2026",),
    )


def _council_report(session: Session) -> Content:
    items = [item for item in session.items.select_related("result", "dossier__product")
             if item.counted and not item.left_reason]  # fmt: skip
    rows = [(i.dossier.product.name, *_outcome(i)[:2]) for i in items]
    proposed = [i for i in items if getattr(i, "result", None) and i.result.certificate]
    forwarded = [i for i in items if getattr(i, "result", None) and i.result.forwarded]
    return Content(
        f"kết quả đánh giá, phân hạng sản phẩm OCOP, phiên {session.title}",
        [
            text(f"Hội đồng đã đánh giá {len(items)} sản phẩm; biên bản kèm theo."),
            table(["Sản phẩm", "Trung bình", "Hạng"], [3, 1, 1.2], rows),
            text(
                f"Đề nghị công nhận, cấp giấy chứng nhận: {len(proposed)} sản phẩm; phê duyệt kết "
                f"quả và chuyển Bộ Nông nghiệp và Môi trường: {len(forwarded)} sản phẩm."
            ),
        ],
        to=[f"Chủ tịch {office_for(session).committee}"],
        grounds=("26-2026",),
    )


OF_COUNCIL = (
    Kind("qd-hoi-dong", "Quyết định thành lập Hội đồng", "QUYẾT ĐỊNH", PROVINCE, _setting_up),
    Kind("qd-to-tu-van", "Quyết định thành lập Tổ tư vấn", "QUYẾT ĐỊNH", PROVINCE, _advisers),
    Kind("qd-quy-che", "Quyết định ban hành Quy chế", "QUYẾT ĐỊNH", PROVINCE, _rules),
)
OF_SESSION = (
    Kind("ke-hoach", "Kế hoạch đợt đánh giá", "KẾ HOẠCH", AGENCY, _round_plan),
    Kind("giay-moi", "Giấy mời họp", "GIẤY MỜI", COUNCIL, _invitation),
    Kind("diem-danh", "Danh sách có mặt, ký tên", "DANH SÁCH", COUNCIL, _attendance),
    Kind("tong-hop-diem", "Bảng tổng hợp điểm", "BẢNG", COUNCIL, _score_summary),
    Kind("bao-cao-hoi-dong", "Báo cáo kết quả của Hội đồng", "BÁO CÁO", COUNCIL, _council_report),
)
