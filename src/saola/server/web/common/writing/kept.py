"""Word drafts of the papers that Saola sets itself: decision, certificate, notice, minutes, a
sealed sheet, the slip of receiving; the same words, for the office's own edits."""

from typing import Any

from saola.server.councils.models import ScoreSheet, Session
from saola.server.councils.prints import minutes_data, sheet_data
from saola.server.dossiers.filed.receipt import receipt_data
from saola.server.dossiers.models import Dossier
from saola.server.recognition.models import Certificate, Decision, Notice
from saola.server.recognition.prints import certificate_data, decision_data, notice_data
from saola.server.web.common.writing.content import Block, articles, facts, heading, table, text

UNSIGNED = {"capacity": "", "for": "", "position": "", "name": ""}


def _paper(data: dict[str, Any], heading_: str, subject: str, **more: Any) -> dict[str, Any]:
    """The data of papers/official.py, from that of a template of its own."""
    return {
        "illustrative": data["illustrative"],
        "issuer": data.get("body") or data.get("issuer") or data.get("council", ""),
        "above": "",
        "number": data.get("number", "……"),
        "place": data.get("place", ""),
        "date": data.get("date") or data.get("issued") or data.get("held", ""),
        "type": heading_,
        "subject": subject,
        "to": data.get("to", []),
        "decider": data.get("decider", "") if heading_ == "QUYẾT ĐỊNH" else "",
        "grounds": data.get("grounds", []),
        "blocks": [],
        "recipients": data.get("recipients", ["Lưu: HS."]),
        "signer": data.get("signer", UNSIGNED),
    } | more


def of_decision(paper: Decision) -> dict[str, Any]:
    """Articles, then the list."""
    data = decision_data(paper)
    head = [column["name"] for column in data["columns"]]
    rows = [
        [cell if isinstance(cell, str) else f"{cell[0]} ({cell[1]})" for cell in row]
        for row in data["rows"]
    ]
    blocks = [
        *articles(*data["articles"]),
        heading("Danh sách kèm theo"),
        table(head, [column["width"] for column in data["columns"]], rows),
        text(data["list_note"]),
    ]
    return _paper(data, "QUYẾT ĐỊNH", data["subject"], blocks=blocks)


def of_certificate(paper: Certificate) -> dict[str, Any]:
    """The facts of the certificate."""
    data = certificate_data(paper)
    rows = [
        ("Sản phẩm", data["product"]),
        ("Hạng", f"{data['stars']} sao"),
        ("Chủ thể", data["producer"]),
        ("Địa chỉ", data["address"]),
        ("Mã sản phẩm", data["code"]),
        ("Quyết định công nhận", f"{data['decision']}, {data['decided']}"),
        ("Có giá trị đến hết", data["expires"]),
    ]
    return _paper(data, "GIẤY CHỨNG NHẬN", "sản phẩm OCOP", blocks=[facts(rows)])


def of_notice(paper: Notice) -> dict[str, Any]:
    """The outcome with its reasons."""
    data = notice_data(paper)
    rows = [
        ("Sản phẩm", data["product"]),
        ("Chủ thể", data["producer"]),
        ("Bộ sản phẩm", data["set_name"]),
        ("Kết quả", data["outcome"]),
        *[(name, value) for name, value in data["facts"]],
    ]
    blocks = [text(data["opening"]), facts(rows), text(*data["reasons"]), text(data["closing"])]
    return _paper(data, "THÔNG BÁO", "kết quả đánh giá, phân hạng sản phẩm OCOP", blocks=blocks)


def of_minutes(session: Session) -> dict[str, Any]:
    """Who was there, totals, results and their reasons."""
    data = minutes_data(session)
    present = [(m["name"], m["seat"], m["agency"], m["present"]) for m in data["members"]]
    blocks: list[Block] = [
        text(
            f"Khai mạc {data['opened']}; bế mạc {data['closed']}; hình thức: {data['mode']}.",
            f"Căn cứ Quyết định thành lập số {data['council_decision']}; Quy chế số "
            f"{data['regulation']}.",
            *data["notes"],
            f"Có mặt {data['present_count']}/{data['member_count']} thành viên.",
        ),
        table(["Họ và tên", "Tư cách", "Cơ quan", "Dự họp"], [2, 1.6, 2, 1], present),
    ]
    for item in data["items"]:
        totals = ", ".join(f"TV{n} {total}" for n, total in enumerate(item["totals"], 1))
        blocks += [
            heading(f"{item['product']} ({item['producer']}): {item['outcome']}"),
            text(f"Điểm: {totals}; trung bình {item['total']}.", *item["reasons"]),
        ]
    blocks.append(text(f"Đầu chuỗi băm của phiên: {data['head']}" if data["head"] else ""))
    signer = UNSIGNED | {"position": data["presides"].replace("\n", " "), "name": data["chair"]}
    subject = f"họp Hội đồng, {data['session']}"
    return _paper(data, "BIÊN BẢN", subject, blocks=blocks, signer=signer)


def of_sheet(sheet: ScoreSheet) -> dict[str, Any]:
    """A sealed sheet on the legal table."""
    data = sheet_data(sheet)
    rows = [
        (line["label"], line.get("choice", ""), str(line["max"]), str(line["points"]))
        for line in data["lines"]
        if line["kind"] == "criterion"
    ]
    blocks = [
        facts(
            [
                ("Sản phẩm", data["product"]),
                ("Chủ thể", data["producer"]),
                ("Bộ sản phẩm", data["set_name"]),
                ("Phiên", data["session"]),
            ]
        ),
        table(["Tiêu chí", "Mức được chọn", "Tối đa", "Điểm"], [2, 3, 0.7, 0.7], rows),
        facts([("Tổng điểm", data["total"]), ("Nhận xét chung", data["remark"])]),
    ]
    signer = UNSIGNED | {"position": "Thành viên Hội đồng", "name": data["member"]}
    return _paper(data, "PHIẾU ĐÁNH GIÁ", "sản phẩm OCOP", blocks=blocks, signer=signer)


def of_receipt(dossier: Dossier, step: str) -> dict[str, Any]:
    """The slip of an office that received the dossier."""
    data = receipt_data(dossier, step)
    papers = [(title, sha256) for _number, title, sha256 in data["papers"]]
    blocks = [
        facts([tuple(row) for row in data["facts"]]),
        table(["Tệp", "SHA-256"], [2, 3], papers),
    ]
    signer = UNSIGNED | {"position": "Người tiếp nhận", "name": data["officer"]}
    subject = "hồ sơ đăng ký đánh giá, phân hạng sản phẩm OCOP"
    return _paper(data, "GIẤY TIẾP NHẬN", subject, blocks=blocks, signer=signer)
