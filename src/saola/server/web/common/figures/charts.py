"""Figures as a chart over the table that says the same; drawn in the browser from the table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from saola.planning.fans import Fan
from saola.server.market.queries import MILLION, Link


@dataclass(frozen=True)
class Chart:
    """`kind`: bars (stacked), groups (beside each other), fan or links. `head` names the columns,
    the first of them that of the rows' names; the rest are numbers."""

    title: str
    kind: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    opens: Sequence[str] = ()  # addresses of the lists behind the rows

    @property
    def lines(self) -> list[tuple[Sequence[Any], str]]:
        """Each row with the address behind it."""
        return [*zip_longest(self.rows, self.opens, fillvalue="")]


def bars(
    title: str,
    head: Sequence[Any],
    rows: Iterable[Sequence[Any]],
    kind: str = "bars",
    opens: Sequence[str] = (),
) -> Chart:
    """Bars for each row, stacked or in groups."""
    return Chart(title, kind, [str(name) for name in head], list(rows), opens)


def links(title: str, rows: Iterable[Link]) -> Chart:
    """Who delivers to whom, as broad as the contract is worth."""
    head = [_("Bên giao"), _("Bên nhận"), _("Trị giá một năm (triệu đồng)")]
    head += [_("Nguyên liệu (%)"), _("Sản phẩm")]
    return Chart(
        str(title),
        "links",
        head,
        [
            (
                row.origin,
                row.target,
                round(row.value / MILLION) if row.value else "–",
                row.share if row.share is not None else "–",
                row.product,
            )
            for row in rows
        ],
    )


def fan(title: str, now: int, years: Sequence[int], fans: Sequence[Fan]) -> Chart:
    """From what there is today to ranges at the end of each year; the middle only where it is
    told."""
    head = [_("Năm"), _("chín phần mười: từ"), _("một nửa: từ"), _("một nửa: đến")]
    head.append(_("chín phần mười: đến"))
    told = all(one.middle is not None for one in fans)
    if told:
        head.append(_("giữa"))
    rows: list[list[Any]] = [[_("nay"), *[now] * (len(head) - 1)]]
    for year, one in zip(years, fans, strict=True):
        numbers = [one.low, one.quarter, one.three_quarters, one.high]
        rows.append([year, *(round(n) for n in (*numbers, *([one.middle or 0] if told else [])))])
    return Chart(title, "fan", head, rows)
