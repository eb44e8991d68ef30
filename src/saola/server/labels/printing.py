"""Labels as PDF: sheets for a laser printer, rolls for a thermal one, to the dot."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zxingcpp
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from saola.lifecycle.machine import Refused

FONTS = Path(__file__).parent.parent / "papers" / "fonts"
# GS1 General Specifications: smallest module for a Digital Link read at the point of sale
SMALLEST = 0.396  # mm
QUIET = {"qr": 4, "gs1-qr": 4, "datamatrix": 2, "gs1-datamatrix": 2}  # modules of white around
FORMATS = {
    "qr": zxingcpp.BarcodeFormat.QRCode,
    "gs1-qr": zxingcpp.BarcodeFormat.QRCode,
    "datamatrix": zxingcpp.BarcodeFormat.DataMatrix,
    "gs1-datamatrix": zxingcpp.BarcodeFormat.DataMatrix,
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """How labels lie on a page, in millimetres; `dpi` 0 where the printer draws any line."""

    name: str
    page: tuple[float, float]
    label: tuple[float, float]
    across: int
    down: int
    margin: tuple[float, float]  # left, top
    gap: float = 0
    dpi: int = 0


SHEETS = {
    "a4-65": Sheet("A4, 65 tem 38 × 21 mm", (210, 297), (38.1, 21.2), 5, 13, (4.75, 10.7), 2.5),
    "a4-24": Sheet("A4, 24 tem 70 × 37 mm", (210, 297), (70, 37.1), 3, 8, (0, 0)),
    "58-203": Sheet("Cuộn nhiệt 58 mm, 203 dpi", (54, 30), (54, 30), 1, 1, (0, 0), dpi=203),
    "58-300": Sheet("Cuộn nhiệt 58 mm, 300 dpi", (54, 30), (54, 30), 1, 1, (0, 0), dpi=300),
    "80-203": Sheet("Cuộn nhiệt 80 mm, 203 dpi", (76, 40), (76, 40), 1, 1, (0, 0), dpi=203),
    "80-300": Sheet("Cuộn nhiệt 80 mm, 300 dpi", (76, 40), (76, 40), 1, 1, (0, 0), dpi=300),
}


@dataclass(frozen=True, slots=True)
class Label:
    """One label: what its code holds ("[01]…[21]…" for GS1 element strings), lines beside it."""

    content: str
    lines: tuple[str, ...]


def module_of(sheet: Sheet) -> float:
    """Millimetres of one module: the smallest that scanners are promised, in whole dots."""
    if not sheet.dpi:
        return SMALLEST
    dot = 25.4 / sheet.dpi
    return dot * -(-SMALLEST // dot)


def pdf_of(labels: Iterable[Label], sheet: Sheet, carrier: str = "qr", *, skip: int = 0) -> bytes:
    """All labels, page after page; `skip` leaves the first places of a sheet free that was begun.
    Refused where the code does not fit a label at a size that scanners read."""
    target = io.BytesIO()
    width, height = sheet.page
    canvas = Canvas(target, pagesize=(width * mm, height * mm), pageCompression=1)
    pdfmetrics.registerFont(TTFont("BeVietnam", str(FONTS / "BeVietnamPro-Regular.ttf")))
    canvas.setTitle("Tem truy xuất")
    per_page = sheet.across * sheet.down
    place = skip % per_page
    drawn = _Drawn(canvas, sheet, carrier)
    for number, label in enumerate(labels):
        if number and place == 0:
            canvas.showPage()
        row, column = divmod(place, sheet.across)
        left = sheet.margin[0] + column * (sheet.label[0] + sheet.gap)
        top = height - sheet.margin[1] - row * sheet.label[1]
        drawn.label(label, left, top)
        place = (place + 1) % per_page
    canvas.save()
    return target.getvalue()


def code_of(content: str, carrier: str) -> Any:
    """The barcode; error correction M for QR."""
    options: dict[str, Any] = {"ec_level": "M"} if carrier.endswith("qr") else {}
    if carrier.startswith("gs1-"):
        options["gs1"] = True
    return zxingcpp.create_barcode(content, FORMATS[carrier], **options)


def _on_dot(position: float, dpi: int) -> float:
    return round(position * dpi / 25.4) * 25.4 / dpi if dpi else position


class _Drawn:
    """Draws labels on one canvas."""

    def __init__(self, canvas: Canvas, sheet: Sheet, carrier: str) -> None:
        self.canvas, self.sheet, self.carrier = canvas, sheet, carrier
        self.module = module_of(sheet)
        self.quiet = QUIET[carrier] * self.module
        self.size = 6 if sheet.label[1] < 25 else 8
        self.cut: dict[str, str] = {}

    def label(self, label: Label, left: float, top: float) -> None:
        """One label with its upper left corner there, in millimetres from the lower left of the
        page."""
        picture = code_of(label.content, self.carrier).to_image(scale=1, add_quiet_zones=False)
        dots = np.asarray(picture)
        high, wide = dots.shape
        across, down = (side * self.module + 2 * self.quiet for side in (wide, high))
        if across > self.sheet.label[0] or down > self.sheet.label[1]:
            raise Refused(_too_small(across, down, self.sheet), field="sheet")
        x = _on_dot(left + self.quiet, self.sheet.dpi)
        y = _on_dot(top - self.quiet - high * self.module, self.sheet.dpi)
        # in a mask a bit 0 is painted; dark modules come as 0
        bits = np.packbits(dots != 0, axis=1).tobytes()
        self.canvas._code.append(
            f"q {wide * self.module * mm:.4f} 0 0 {high * self.module * mm:.4f} {x * mm:.4f} "
            f"{y * mm:.4f} cm BI /W {wide} /H {high} /IM true /BPC 1 /F /AHx ID {bits.hex()}> EI Q"
        )
        free = (self.sheet.label[0] - across - 1) * mm
        text = self.canvas.beginText((left + across) * mm, (top - self.quiet) * mm - self.size)
        text.setFont("BeVietnam", self.size, self.size * 1.25)
        for line in label.lines:
            text.textLine(self._fitted(line, free))
        self.canvas.drawText(text)

    def _fitted(self, line: str, width: float) -> str:
        """Cut to the width; worked out once, for most lines are the same on every label."""
        if line not in self.cut:
            if len(self.cut) > 1000:
                self.cut.clear()
            shown = line
            while shown and pdfmetrics.stringWidth(shown, "BeVietnam", self.size) > width:
                shown = f"{shown.rstrip('…')[:-1].rstrip()}…" if len(shown) > 2 else ""
            self.cut[line] = shown
        return self.cut[line]


def _too_small(across: float, down: float, sheet: Sheet) -> str:
    needed = f"{across:.1f} × {down:.1f} mm".replace(".", ",")
    there = f"{sheet.label[0]:g} × {sheet.label[1]:g} mm".replace(".", ",")
    return (
        f"Mã cần {needed} ở cỡ nhỏ nhất mà máy quét đọc được, tem chỉ có {there}. Hãy chọn khổ tem "
        "lớn hơn."
    )
