"""The list of orders that a shop on the net gives out, added up by month."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.lists import Unreadable
from saola.lists.grid import read_grids
from saola.server.accounts.models import User
from saola.server.market.keeping import report_sale
from saola.server.market.models import Channel, Sale
from saola.vietnamese.folding import fold
from saola.vietnamese.reading import first_day, plain_number

LARGEST = 20 * 1024 * 1024  # bytes
LINES = 40  # in which the heads of the columns stand
# words of the heads, the surest first; every shop names its columns in its own way
HEADS = {
    "order": ("ma don hang", "ma don", "order id", "so don"),
    "day": ("ngay dat hang", "thoi gian dat", "ngay tao", "ngay dat", "order date", "ngay"),
    # of the whole order, printed again on each of its lines; of one line
    "whole": ("tong gia tri don hang", "tong tien don hang", "order amount", "order total"),
    "line": ("thanh tien", "tong gia ban", "tong tien", "doanh thu", "amount"),
    "product": ("ten san pham", "ten hang", "product name"),
}
STATES = ("trang thai", "tinh trang", "order status", "return")  # heads; there may be several
BACK = ("hoan tien", "hoan tra", "hoan hang", "tra hang", "returned", "refund")  # not "hoàn thành"
GONE = ("huy", "cancel")


@dataclass
class Month:
    """What one month adds up to."""

    orders: dict[str, Decimal] = field(default_factory=dict)  # money by order
    back: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Line:
    order: str
    day: date
    whole: Decimal | None
    line: Decimal | None
    product: str
    state: str


def months_of(content: bytes, product: str = "") -> dict[date, Month]:
    """Months with their orders; Refused where no list of orders can be found, and where lines of
    the `product` cannot be told from others. An order on several lines counts once; one that was
    cancelled does not count; one that came back counts as returned."""
    if len(content) > LARGEST:
        raise Refused(f"Tệp lớn hơn {LARGEST // 1024**2} MB. Hãy xuất từng quý.", field="file")
    try:
        grids = read_grids(content)
    except Unreadable as fault:
        raise Refused(f"Không đọc được tệp: {fault}", field="file") from None
    for grid in grids:
        for at, row in enumerate(grid.rows[:LINES]):
            columns, states = _columns(row)
            if {"order", "day"} <= columns.keys() and {"whole", "line"} & columns.keys():
                lines = list(_lines(grid.rows[at + 1 :], columns, states))
                if lines:
                    return _added(_own(lines, product))
    raise Refused(
        "Không thấy các cột mã đơn, ngày đặt và tổng tiền. Hãy tải tệp danh sách đơn hàng của sàn "
        "và gửi nguyên tệp.",
        field="file",
    )


def _columns(row: list[str]) -> tuple[dict[str, int], list[int]]:
    heads = [fold(cell) for cell in row]
    found: dict[str, int] = {}
    for name, words in HEADS.items():
        for word in words:
            at = next((n for n, head in enumerate(heads) if word in head), None)
            if at is not None and at not in found.values():
                found[name] = at
                break
    return found, [n for n, head in enumerate(heads) if any(word in head for word in STATES)]


def _lines(rows: list[list[str]], columns: dict[str, int], states: list[int]) -> Iterator[_Line]:
    for row in rows:
        cells = {name: row[at] if at < len(row) else "" for name, at in columns.items()}
        day = first_day(cells["day"])
        whole, line = _money(cells.get("whole", "")), _money(cells.get("line", ""))
        if day is not None and cells["order"] and (whole is not None or line is not None):
            told = " ".join(fold(row[at]) for at in states if at < len(row))
            name = fold(cells.get("product", ""))
            yield _Line(cells["order"], day.replace(day=1), whole, line, name, told)


def _own(lines: list[_Line], product: str) -> list[_Line]:
    """Lines of the product, where the list tells of several."""
    names = {line.product for line in lines}
    if len(names) < 2 or not product:
        return lines
    words = set(fold(product).split())
    ours = {name for name in names if len(words & set(name.split())) >= min(2, len(words))}
    mixed = {line.order for line in lines if line.product not in ours}
    own = [line for line in lines if line.product in ours]
    if not own or any(line.order in mixed and line.line is None for line in own):
        raise Refused(
            "Tệp có nhiều sản phẩm mà không tách được phần của sản phẩm này. Hãy lọc theo sản phẩm "
            "trên sàn rồi tải lại.",
            field="file",
        )
    return own


def _added(lines: list[_Line]) -> dict[date, Month]:
    found: dict[date, Month] = {}
    for one in lines:
        if any(word in one.state for word in GONE):
            continue
        month = found.setdefault(one.day, Month())
        if one.line is not None:
            month.orders[one.order] = month.orders.get(one.order, Decimal(0)) + one.line
        else:
            month.orders[one.order] = one.whole or Decimal(0)  # the same on each line
        if any(word in one.state for word in BACK):
            month.back.add(one.order)
    return found


def _money(text: str) -> Decimal | None:
    """Đồng, with or without their sign before or behind."""
    bare = fold(text).replace("vnd", " ").replace("₫", " ").strip(" d")
    number = plain_number(bare)
    return None if number is None else Decimal(number)


@transaction.atomic
def read_file(channel: Channel, upload: Any, *, by: User, replace: bool = False) -> list[Sale]:
    """Keep every month of the file. Months that were typed are replaced only where it is said so,
    for a file may cover half of one."""
    months = months_of(upload.read(), channel.product.name)
    typed = Sale.objects.filter(channel=channel, month__in=months, source=Sale.Source.TYPED)
    if typed and not replace:
        told = ", ".join(f"{sale.month:%m/%Y}" for sale in typed)
        raise Refused(
            f"Tháng {told} đã nhập tay. Đánh dấu “thay số đã nhập tay” nếu tệp đủ cả tháng.",
            field="replace",
        )
    sales = []
    for first, month in sorted(months.items()):
        sold = sum((m for order, m in month.orders.items() if order not in month.back), Decimal(0))
        facts = {"orders": len(month.orders), "revenue": round(sold), "returns": len(month.back)}
        sales.append(report_sale(channel, first, facts, by=by, source=Sale.Source.FILE))
    return sales
