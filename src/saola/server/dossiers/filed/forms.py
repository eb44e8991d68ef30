"""Mẫu 01, 02 and 03 of Phụ lục III, from the draft or from what was filed.

The decision's own layout was not in the sources we could read: titles, parts and numbers are the
decision's, the arrangement is ours. A person's sex, ethnic origin and home address are not kept;
their lines stay open to be written by hand.
"""

from typing import Any

from django.utils import timezone
from django.utils.translation import override

from saola.criteria.forms import forms, topics
from saola.criteria.rulebook import rulebook
from saola.lifecycle.machine import Refused
from saola.server.dossiers.filed.versions import content_of
from saola.server.dossiers.models import CommuneReport, Dossier
from saola.server.papers.forms import as_docx, as_pdf
from saola.server.products.models import Producer
from saola.vietnamese.dates import long, short

NUMBERS = ("01", "02", "03")
KINDS = {"pdf": as_pdf, "docx": as_docx}


def whole_form(dossier: Dossier, number: str, kind: str) -> bytes:
    """The form of that number as "pdf" or "docx": of the last filed version, or of the draft."""
    return KINDS[kind](form(dossier, number))


@override("vi")
def form(dossier: Dossier, number: str) -> dict[str, Any]:
    """The form as plain data (`papers.forms`)."""
    law = forms(dossier.criteria_set.rulebook)["forms"][number]
    version = dossier.versions.order_by("-number").first()
    content = version.content if version else content_of(dossier)
    if "producer" not in content:  # filed before the forms were kept whole
        content = content_of(dossier) | content
    made = {"01": _registration, "02": _self_assessment, "03": _commune_report}[number]
    subtitle = dossier.registration_number
    return {
        "title": law["title"],
        "subtitle": f"Số: {subtitle}" if subtitle and number == "01" else "",
        "form": f"Mẫu số {number} – {dossier.criteria_set.decision}",
        "illustrative": dossier.illustrative,
        "national": number != "02",
        "blocks": made(dossier, content, law),
    }


def _facts(*rows: tuple[str, str]) -> dict[str, Any]:
    return {"kind": "facts", "rows": [list(row) for row in rows]}


def _heading(text: str) -> dict[str, Any]:
    return {"kind": "heading", "text": text}


def _registration(dossier: Dossier, content: dict[str, Any], law: dict[str, Any]) -> list[Any]:
    """Mẫu 01."""
    what = content["about"]
    return [
        {"kind": "text", "text": f"Kính gửi: Ủy ban nhân dân {_body(dossier.place.name)}"},
        {"kind": "boxes", "rows": [[key == dossier.kind, n] for key, n in law["kinds"].items()]},
        _heading("1. Chủ thể"),
        _who(dossier, content["producer"]),
        _heading("2. Sản phẩm"),
        _facts(
            ("Tên sản phẩm", content["product"]),
            ("Nhóm (bộ) sản phẩm", _sheet(dossier)),
            ("Lý do chọn bộ sản phẩm", content["sheet_reason"] or "không có bộ nào khác phù hợp"),
            ("Nơi sản xuất", dossier.place.name),
            ("Quy cách đóng gói", what.get("packing", "")),
            ("Hạng đăng ký", f"{content['target_stars']} sao"),
            *_together(what),
        ),
        {
            "kind": "text",
            "text": "Chúng tôi cam kết các thông tin trong hồ sơ là đúng và chịu trách nhiệm trước "
            "pháp luật về nội dung đã khai.",
        },
        _signed_by(content, [" "]),
        _heading("Phần của cơ quan tiếp nhận"),
        _received(dossier),
    ]


def _received(dossier: Dossier) -> dict[str, Any]:
    """The office block: who received it when, commune and province."""
    rows = []
    for step, office in (
        ("receive_commune", "Ủy ban nhân dân cấp xã"),
        ("receive_agency", "Cấp tỉnh"),
    ):
        act = dossier.steps.filter(step=step).select_related("by").order_by("-pk").first()
        day = short(timezone.localdate(act.at)) if act else "……/……/……"
        rows.append([office, day, act.by.full_name if act else "", ""])
    return _table([3, 3, 5, 3], ["Cơ quan", "Ngày nhận", "Người nhận", "Ký"], rows)


def _who(dossier: Dossier, who: dict[str, Any]) -> dict[str, Any]:
    """The producer and who signs for it; what is not kept stays open."""
    producer = dossier.product.producer
    return _facts(
        ("Tên chủ thể", who.get("name", "")),
        ("Loại hình", str(Producer.Kind(producer.kind).label) if producer else ""),
        ("Số đăng ký kinh doanh", who.get("registration_number", "")),
        ("Mã số thuế", who.get("tax_code", "")),
        ("Người đại diện", who.get("representative", "")),
        ("Chức vụ", who.get("representative_position", "")),
        ("Giới tính, dân tộc (ghi tay)", ""),
        ("Nơi thường trú (ghi tay)", ""),
        ("Điện thoại", who.get("phone", "")),
        ("Thư điện tử", who.get("email", "")),
    )


def _signed_by(content: dict[str, Any], left: list[str]) -> dict[str, Any]:
    name = content["producer"].get("representative") or " "
    right = ["ĐẠI DIỆN CHỦ THỂ", "(ký, ghi rõ họ tên, đóng dấu nếu có)", name]
    return {"kind": "sign", "left": left, "right": right}


def _together(what: dict[str, Any]) -> list[tuple[str, str]]:
    rows = []
    if what.get("contents"):
        rows.append(("Hộp quà gồm", "; ".join(what["contents"])))
    if what.get("partners"):
        rows.append(("Chủ thể cùng làm", "; ".join(what["partners"])))
    return rows


def _sheet(dossier: Dossier) -> str:
    return f"{dossier.criteria_set.number}. {dossier.criteria_set.name}"


def _body(name: str) -> str:
    return f"{name[:1].lower()}{name[1:]}"


def _self_assessment(dossier: Dossier, content: dict[str, Any], law: dict[str, Any]) -> list[Any]:
    """Mẫu 02 in its four parts; an upgrade or a renewal tells what it must beside them."""
    own, what = content["self_assessment"], content["about"]
    general, results, assessed, plan = law["parts"]
    return [
        _heading(f"I. {general}"),
        _facts(
            ("Tên sản phẩm", content["product"]),
            ("Chủ thể", content["producer"].get("name", "")),
            ("Bộ tiêu chí", f"{_sheet(dossier)} ({dossier.criteria_set.decision})"),
            ("Nơi sản xuất", dossier.place.name),
            ("Quy cách đóng gói", what.get("packing", "")),
            ("Sản lượng một năm", what.get("yearly_output", "")),
            *_together(what),
        ),
        {"kind": "text", "text": what.get("description", "")},
        _heading(f"II. {results}"),
        {"kind": "text", "text": own["results"]},
        *_updates(dossier, own.get("updates", {})),
        _heading(f"III. {assessed}"),
        _table(
            [4, 6, 1.4], ["Tiêu chí", "Mức tự đánh giá và ý kiến", "Điểm"], _assessed(dossier, own)
        ),
        _heading("Minh chứng kèm theo"),
        _table(
            [1, 5, 6, 2],
            ["TT", "Loại minh chứng", "Giấy tờ trong hồ sơ", "Tiêu chí"],
            _papers(dossier, content["evidence"]),
        ),
        _heading(f"IV. {plan}"),
        {"kind": "text", "text": own["plan"]},
        _signed_by(content, [" "]),
    ]


def _table(widths: list[float], head: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {"kind": "table", "widths": widths, "head": head, "rows": rows}


def _updates(dossier: Dossier, told: dict[str, str]) -> list[dict[str, Any]]:
    """What an upgrade or a renewal tells of changes; nothing for a first dossier."""
    asked = topics(dossier.criteria_set.rulebook, dossier.kind)
    if not asked:
        return []
    rows = [[topic.label, told.get(topic.id, "")] for topic in asked]
    return [
        _heading("Những thay đổi từ lần được công nhận trước"),
        _table([2, 5], ["Nội dung", "Thay đổi"], rows),
    ]


def _assessed(dossier: Dossier, own: dict[str, Any]) -> list[list[str]]:
    """Criterion, the option in the law's words with the producer's comment, points; the sum."""
    rows, total = [], 0
    for criterion in dossier.criteria_set.criteria:
        chosen, note = own["choices"].get(criterion.id), own["comments"].get(criterion.id, "")
        text, points = "", ""
        if criterion.id in own["unfit"]:
            text, points = f"Không mức nào phù hợp: {own['unfit'][criterion.id]}", "0"
        elif chosen is not None:
            choice = criterion.choice(chosen)
            text, points = choice.text, str(choice.points)
            total += choice.points
        said = f"{text}\nÝ kiến: {note}" if note else text
        rows.append([f"{criterion.id} {criterion.label}", said, points])
    return [*rows, ["Tổng điểm tự đánh giá", "", str(total)]]


def _papers(dossier: Dossier, evidence: list[dict[str, Any]]) -> list[list[str]]:
    """The decision's table of kinds of evidence, each with the papers of the dossier; what was
    filed before kinds were kept stands in a last row."""
    book = rulebook(dossier.criteria_set.rulebook)
    names = {k["id"]: k["label_vi"] for k in book.facts.get("evidence_catalogue", ())}
    rows: dict[str, tuple[list[str], list[str]]] = {kind: ([], []) for kind in names}
    for line in evidence:
        papers, criteria = rows.setdefault(line.get("kind", ""), ([], []))
        number = f" (số {line['number']})" if line.get("number") else ""
        papers.append(line["title"] + number)
        criteria.append(line["criterion"])
    return [
        [str(at), names.get(kind, "Khác"), "; ".join(dict.fromkeys(papers)), _once(criteria)]
        for at, (kind, (papers, criteria)) in enumerate(rows.items(), 1)
    ]


def _once(criteria: list[str]) -> str:
    return ", ".join(dict.fromkeys(criteria))


def _commune_report(dossier: Dossier, content: dict[str, Any], law: dict[str, Any]) -> list[Any]:
    """Mẫu 03; Refused before the commune has written anything."""
    report = CommuneReport.objects.filter(dossier=dossier).first()
    if report is None:
        raise Refused("Xã chưa soạn báo cáo Mẫu 03.")
    act = dossier.steps.filter(step="report").order_by("-pk").select_related("by").first()
    blocks: list[Any] = [
        _facts(
            ("Số", act.paper_number if act else ""),
            ("Ngày", long(act.paper_date) if act and act.paper_date else ""),
            ("Cơ quan", f"Ủy ban nhân dân {_body(dossier.place.name)}"),
            ("Sản phẩm", content["product"]),
            ("Chủ thể", content["producer"].get("name", "")),
            ("Bộ tiêu chí", _sheet(dossier)),
            ("Số đăng ký", dossier.registration_number),
            (
                "Thành phần hồ sơ",
                "đã kiểm tra, đủ theo quy định" if report.file_checked else "chưa kiểm tra xong",
            ),
            *([("Ngày họp", short(report.met_on))] if report.met_on else []),
        )
    ]
    for number, (field, label) in enumerate(law["contents"].items(), 1):
        blocks += [_heading(f"{number}. {label}"), {"kind": "text", "text": getattr(report, field)}]
    signer = act.by.full_name if act else " "
    capacity = {"KT.": "KT. CHỦ TỊCH – PHÓ CHỦ TỊCH", "TM.": "TM. ỦY BAN NHÂN DÂN – CHỦ TỊCH"}.get(
        act.capacity if act else "", "CHỦ TỊCH"
    )
    blocks.append(
        {
            "kind": "sign",
            "left": ["Nơi nhận:", "Cơ quan tham mưu OCOP cấp tỉnh; chủ thể; lưu.", " "],
            "right": [capacity, "(ký, đóng dấu)", signer],
        }
    )
    return blocks
