"""The record of handing over samples, and of what became of them."""

from django.utils.translation import override

from saola.server.dossiers.models import Dossier
from saola.server.examination.models import SampleRecord
from saola.server.papers.forms import as_docx, as_pdf
from saola.vietnamese.dates import short

SIDES = {
    "kind": "sign",
    "left": ["BÊN GIAO", "(ký, ghi rõ họ tên)", " "],
    "right": ["BÊN NHẬN", "(ký, ghi rõ họ tên)", " "],
}
HEAD = ["Ngày", "Việc", "Cấp", "Số", "Bên giao", "Bên nhận", "Mã, ghi chú"]


@override("vi")
def sample_paper(dossier: Dossier, kind: str = "pdf") -> bytes:
    """All acts on the samples of one dossier with both names, as PDF to be signed or as DOCX."""
    producer, number = dossier.product.producer, dossier.registration_number
    facts = [
        ["Sản phẩm", dossier.product.name],
        ["Chủ thể", producer.name if producer else ""],
        ["Xã, phường", dossier.place.name],
        ["Số đơn vị mẫu theo quy định", str(dossier.criteria_set.sample_units or 0)],
    ]
    rows = [_row(row) for row in dossier.samples.all()]
    form = {
        "title": "Biên bản giao nhận, lưu và xử lý sản phẩm mẫu",
        "subtitle": f"Hồ sơ số {number}" if number else "",
        "form": "",
        "illustrative": dossier.illustrative,
        "national": True,
        "blocks": [
            {"kind": "facts", "rows": facts},
            {"kind": "table", "widths": [2, 2, 2, 1, 3, 3, 3], "head": HEAD, "rows": rows},
            SIDES,
        ],
    }
    return as_docx(form) if kind == "docx" else as_pdf(form)


def _row(row: SampleRecord) -> list[str]:
    note = "; ".join(part for part in (row.code, row.note) if part)
    what, level = str(row.get_act_display()), str(row.get_level_display())
    return [short(row.on), what, level, str(row.units), row.giver, row.taker, note]
