"""An administrative paper in the layout of Decree 30, as PDF and as DOCX for the office's edits.

Data: {"illustrative", "issuer", "above" (the body above the issuer, or ""), "number", "place",
"date", "type" (QUYẾT ĐỊNH, BÁO CÁO, … or "" for a letter), "subject", "to": [receivers],
"decider" (of a decision, or ""), "grounds": [lines], "blocks": [those of papers/forms.py],
"recipients": [lines], "signer": {"capacity", "for", "position", "name"}}
"""

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from saola.server.papers.forms import DRAWN, NATIONAL, ROOM_TO_SIGN, fit, page
from saola.server.papers.typeset import typeset

CENTRE = WD_ALIGN_PARAGRAPH.CENTER


def as_pdf(data: dict[str, Any]) -> bytes:
    """The paper as PDF/A."""
    return typeset("official", data | {"body": data["issuer"]})


def as_docx(data: dict[str, Any]) -> bytes:
    """The paper for a word processor: same order, same sizes."""
    document = Document()
    page(document, data | {"form": "", "title": data["subject"] or data["type"]})
    _head(document, data)
    if data["type"]:
        _centred(document, data["type"], size=14, before=10)
        _centred(document, data["subject"], size=14)
    for number, receiver in enumerate(data["to"]):
        _centred(document, f"Kính gửi: {receiver}" if number == 0 else receiver, bold=False)
    if data["decider"]:
        _centred(document, data["decider"].upper(), before=6)
    for ground in data["grounds"]:
        document.add_paragraph().add_run(fit(ground)).italic = True
    if data["decider"]:
        _centred(document, "QUYẾT ĐỊNH:")
    for block in data["blocks"]:
        DRAWN[block["kind"]](document, block)
    _foot(document, data)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def _centred(
    place: Any, text: str, *, bold: bool = True, size: float = 13, before: float = 0
) -> None:
    made = place.add_paragraph()
    made.alignment = CENTRE
    made.paragraph_format.space_before, made.paragraph_format.space_after = Pt(before), Pt(0)
    run = made.add_run(fit(text))
    run.bold, run.font.size = bold, Pt(size)


def _head(document: Any, data: dict[str, Any]) -> None:
    """Issuer and number on the left, nation, place and date on the right."""
    left, right = document.add_table(rows=1, cols=2).rows[0].cells
    if data["above"]:
        _centred(left, data["above"].upper(), bold=False, size=12)
    _centred(left, data["issuer"].upper(), size=12)
    _centred(left, f"Số: {data['number']}", bold=False)
    if not data["type"] and data["subject"]:
        _centred(left, f"V/v {data['subject']}", bold=False, size=12)
    _centred(right, NATIONAL[0], size=12)
    _centred(right, NATIONAL[1])
    dated = right.add_paragraph()
    dated.alignment = CENTRE
    dated.add_run(fit(f"{data['place']}, {data['date']}")).italic = True
    for cell in (left, right):  # a new cell begins with an empty paragraph
        cell._tc.remove(cell.paragraphs[0]._p)


def _foot(document: Any, data: dict[str, Any]) -> None:
    """Recipients on the left, signature on the right."""
    left, right = document.add_table(rows=1, cols=2).rows[0].cells
    head = left.paragraphs[0].add_run("Nơi nhận:")
    head.bold, head.italic, head.font.size = True, True, Pt(12)
    for line in data["recipients"]:
        left.add_paragraph().add_run(fit(f"- {line}")).font.size = Pt(11)
    signer = data["signer"]
    if signer["capacity"]:
        _centred(right, f"{signer['capacity']} {signer['for']}".upper())
    _centred(right, signer["position"].upper())
    for _ in range(ROOM_TO_SIGN):
        right.add_paragraph()
    _centred(right, signer["name"])
    right._tc.remove(right.paragraphs[0]._p)
