"""The list of orders that a shop on the net gives out, added up by month."""

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
    "money": ("tong gia tri don hang", "tong tien", "thanh tien", "doanh thu", "order amount"),
    "state": ("trang thai don hang", "trang thai", "order status", "tinh trang"),
}
BACK = ("hoan tien", "hoan tra", "hoan hang", "tra hang", "return", "refund")  # not "hoàn thành"
GONE = ("huy", "cancel")


@dataclass
class Month:
    """What one month adds up to."""

    orders: dict[str, Decimal] = field(default_factory=dict)  # money by order
    back: set[str] = field(default_factory=set)


def months_of(content: bytes) -> dict[date, Month]:
    """Months with their orders; Refused where no list of orders can be found. An order on several
    lines counts once with the sum of its lines; one that was cancelled does not count."""
    if len(content) > LARGEST:
        raise Refused(f"Tệp lớn hơn {LARGEST // 1024**2} MB. Hãy xuất từng quý.", field="file")
    try:
        grids = read_grids(content)
    except Unreadable as fault:
        raise Refused(f"Không đọc được tệp: {fault}", field="file") from None
    for grid in grids:
        for at, row in enumerate(grid.rows[:LINES]):
            columns = _columns(row)
            if {"order", "day", "money"} <= columns.keys():
                found = _added(grid.rows[at + 1 :], columns)
                if found:
                    return found
    raise Refused(
        "Không thấy các cột mã đơn, ngày đặt và tổng tiền. Hãy tải tệp danh sách đơn hàng của sàn "
        "và gửi nguyên tệp.",
        field="file",
    )


def _columns(row: list[str]) -> dict[str, int]:
    heads = [fold(cell) for cell in row]
    found = {}
    for name, words in HEADS.items():
        for word in words:
            at = next((n for n, head in enumerate(heads) if word in head), None)
            if at is not None:
                found[name] = at
                break
    return found


def _added(rows: list[list[str]], columns: dict[str, int]) -> dict[date, Month]:
    found: dict[date, Month] = {}
    for row in rows:
        cells = {name: row[at] if at < len(row) else "" for name, at in columns.items()}
        day, money = first_day(cells["day"]), _money(cells["money"])
        state = fold(cells.get("state", ""))
        if day is None or money is None or not cells["order"] or any(w in state for w in GONE):
            continue
        month = found.setdefault(day.replace(day=1), Month())
        order = cells["order"]
        month.orders[order] = month.orders.get(order, Decimal(0)) + money
        if any(word in state for word in BACK):
            month.back.add(order)
    return found


def _money(text: str) -> Decimal | None:
    """Đồng, with or without their sign."""
    number = plain_number(fold(text).removesuffix("vnd").rstrip("d₫ "))
    return None if number is None else Decimal(number)


@transaction.atomic
def read_file(channel: Channel, upload: Any, *, by: User) -> list[Sale]:
    """Keep every month of the file; months told before are replaced."""
    sales = []
    for first, month in sorted(months_of(upload.read()).items()):
        sold = sum((m for order, m in month.orders.items() if order not in month.back), Decimal(0))
        facts = {"orders": len(month.orders), "revenue": round(sold), "returns": len(month.back)}
        sales.append(report_sale(channel, first, facts, by=by, source=Sale.Source.FILE))
    return sales
