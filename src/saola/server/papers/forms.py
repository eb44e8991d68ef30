"""A form of several blocks, set as PDF by typst and as DOCX to be edited.

A form is {"title", "subtitle", "form" (such as "Mẫu 01"), "illustrative", "national": bool,
"blocks": [...]}; a block is one of

    {"kind": "heading", "text"}            {"kind": "text", "text"}
    {"kind": "facts", "rows": [[name, value]]}      an empty value is a dotted line to fill in
    {"kind": "table", "widths": [parts], "head": [names], "rows": [[cells]]}
    {"kind": "boxes", "rows": [[ticked, label]]}
    {"kind": "sign", "left": [lines], "right": [lines]}
"""

import io
import unicodedata
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from saola.server.papers.typeset import typeset

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
STAMP = "DỮ LIỆU MINH HỌA – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
NATIONAL = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
DOTS = "…" * 24
ROOM_TO_SIGN = 3  # empty lines above the name
TEXT_WIDTH = 160  # millimetres between the margins of Decree 30


def as_pdf(form: dict[str, Any]) -> bytes:
    """The form as PDF/A."""
    return typeset("form", form)


def as_docx(form: dict[str, Any]) -> bytes:
    """The form as a document for a word processor."""
    document = Document()
    page(document, form)
    if form["national"]:
        _line(document, NATIONAL[0], bold=True)
        _line(document, NATIONAL[1], bold=True)
    _line(document, form["title"].upper(), bold=True, size=14, before=12)
    if form["subtitle"]:
        _line(document, form["subtitle"])
    for block in form["blocks"]:
        DRAWN[block["kind"]](document, block)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def page(document: Any, form: dict[str, Any]) -> None:
    """A4 with the margins of Decree 30, the form's number above, the stamp of made-up data."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(32), Mm(18)
    section.top_margin = section.bottom_margin = Mm(22)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(13)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
    style.paragraph_format.space_after = Pt(6)
    head = section.header.paragraphs[0]
    head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    head.add_run(form["form"]).italic = True
    document.core_properties.title = fit(form["title"])
    document.core_properties.author = "Saola"
    if form["illustrative"]:
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        foot.add_run(STAMP).bold = True


def fit(text: Any) -> str:
    """Text as XML can hold it: composed, without control signs."""
    plain = unicodedata.normalize("NFC", str(text))
    return "".join(c for c in plain if c in "\n\t" or unicodedata.category(c)[0] != "C")


def _line(
    document: Any, text: str, *, bold: bool = False, size: float = 13, before: float = 0
) -> None:
    made = document.add_paragraph()
    made.alignment = WD_ALIGN_PARAGRAPH.CENTER
    made.paragraph_format.space_after = Pt(2)
    made.paragraph_format.space_before = Pt(before)
    run = made.add_run(fit(text))
    run.bold, run.font.size = bold, Pt(size)


def _heading(document: Any, block: dict[str, Any]) -> None:
    made = document.add_paragraph()
    made.paragraph_format.space_before = Pt(8)
    made.paragraph_format.keep_with_next = True
    made.add_run(fit(block["text"])).bold = True


def _text(document: Any, block: dict[str, Any]) -> None:
    for part in fit(block["text"] or DOTS).split("\n"):
        made = document.add_paragraph(part)
        made.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY


def _facts(document: Any, block: dict[str, Any]) -> None:
    for name, value in block["rows"]:
        made = document.add_paragraph()
        made.add_run(f"{fit(name)}: ")
        made.add_run(fit(value) or DOTS).bold = bool(value)


def _boxes(document: Any, block: dict[str, Any]) -> None:
    for ticked, label in block["rows"]:
        document.add_paragraph(f"{'☒' if ticked else '☐'} {fit(label)}")


def _table(document: Any, block: dict[str, Any]) -> None:
    widths = [Mm(TEXT_WIDTH * part / sum(block["widths"])) for part in block["widths"]]
    made = document.add_table(rows=0, cols=len(widths), style="Table Grid")
    made.autofit = False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    for at, cells in enumerate([block["head"], *block["rows"]]):
        row = made.add_row()
        _whole(row, repeated=at == 0)
        for cell, width, text in zip(row.cells, widths, cells, strict=True):
            cell.width = width
            run = cell.paragraphs[0].add_run(fit(text))
            run.bold, run.font.size = at == 0, Pt(11)
            cell.paragraphs[0].paragraph_format.space_after = Pt(0)
    document.add_paragraph()


def _whole(row: Any, *, repeated: bool) -> None:
    """A row that is not broken over pages; the head again on each page."""
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if repeated:
        properties.append(OxmlElement("w:tblHeader"))


def _sign(document: Any, block: dict[str, Any]) -> None:
    made = document.add_table(rows=1, cols=2)
    sides: Sequence[list[str]] = (block["left"], block["right"])
    for cell, lines in zip(made.rows[0].cells, sides, strict=True):
        paragraph = cell.paragraphs[0]
        for at, text in enumerate(lines):
            if 0 < at == len(lines) - 1:
                for _ in range(ROOM_TO_SIGN):
                    cell.add_paragraph()
            paragraph = paragraph if at == 0 else cell.add_paragraph()
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.paragraph_format.space_after = Pt(0)
            run = paragraph.add_run(fit(text))
            run.bold, run.italic = at in (0, len(lines) - 1), text.startswith("(")
    _whole(made.rows[0], repeated=False)


DRAWN = {
    "heading": _heading,
    "text": _text,
    "facts": _facts,
    "boxes": _boxes,
    "table": _table,
    "sign": _sign,
}
