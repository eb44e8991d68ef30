"""What stands on a roll's labels, as PDF or CSV; the static code of a lot."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from django.conf import settings

from saola.lifecycle.machine import Refused
from saola.lists.writing import csv_lines
from saola.server.labels.models import Roll
from saola.server.labels.printing import SHEETS, Label, pdf_of
from saola.server.labels.rolls import label_link, serials_of, stem
from saola.server.traceability.models import Lot, TradeItem

MARK = "Mã nội bộ tỉnh"


def roll_pdf(
    roll: Roll,
    sheet: str,
    carrier: str,
    *,
    skip: int = 0,
    note: Callable[[int], None] = lambda _done: None,
) -> bytes:
    """All labels of the roll; `note` is told how many are done."""
    if sheet not in SHEETS:
        raise Refused("Hãy chọn khổ tem.", field="sheet")
    return pdf_of(_noted(_labels(roll, carrier), note), SHEETS[sheet], carrier, skip=skip)


def _noted(labels: Iterator[Label], note: Callable[[int], None]) -> Iterator[Label]:
    for number, label in enumerate(labels):
        if number % 100 == 0:
            note(number)
        yield label


def _labels(roll: Roll, carrier: str) -> Iterator[Label]:
    above = _words(roll.item, roll.lot)
    for number in serials_of(roll):
        content = (
            f"[01]{roll.item.gtin}[21]{number}"
            if carrier.startswith("gs1-")
            else label_link(roll, number)
        )
        yield Label(content, (*above, number))


def _words(item: TradeItem, lot: Lot | None) -> tuple[str, ...]:
    """Beside every code: goods, lot and day where they are known, where to look it up."""
    lines = [item.name]
    if lot is not None:
        lines.append(f"Lô {lot.code}")
        if lot.best_before:
            lines.append(f"HSD {lot.best_before:%d/%m/%Y}")
    if item.producer.illustrative:
        lines.append("DỮ LIỆU MINH HỌA")
    elif item.internal:
        lines.append(MARK)
    return (*lines, urlsplit(str(settings.LABEL_URL)).netloc)


def roll_csv(roll: Roll) -> Iterator[bytes]:
    """For the print shop."""
    lot = roll.lot.code if roll.lot else ""
    rows = (
        (label_link(roll, number), number, str(place), roll.item.gtin, lot)
        for place, number in enumerate(serials_of(roll), 1)
    )
    return csv_lines(("link", "serial", "number", "gtin", "lot"), rows)


def lot_pdf(lot: Lot, sheet: str, count: int) -> bytes:
    """The lot's static code, so many times: for those who print no serials."""
    if sheet not in SHEETS:
        raise Refused("Hãy chọn khổ tem.", field="sheet")
    label = Label(stem() + lot.path, _words(lot.item, lot))
    return pdf_of([label] * count, SHEETS[sheet])
