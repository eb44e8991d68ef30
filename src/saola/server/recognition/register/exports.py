"""The register as rows: for everybody, and as the ministry's table PTNT_OCOP for offices."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from saola.lists.writing import Cell
from saola.server.places.office import code_of
from saola.server.recognition.labels import STATUS

REGISTER = (
    "sản phẩm",
    "chủ thể",
    "xã, phường",
    "mã xã",
    "mã tỉnh",
    "hạng sao",
    "năm công nhận",
    "ngày công nhận",
    "hết hạn",
    "tình trạng",
    "số giấy chứng nhận",
    "nguồn",
    "ghi chú",
    "ngày dữ liệu",
    "giấy phép dữ liệu",
)
LICENCE = "CC BY 4.0"
# QĐ 5277/QĐ-BNNMT, as law.md tells of it; the decision itself was not read
PTNT_OCOP = (
    "MA_OCOP",
    "Ma_DonViHanhChinh",
    "Ma_ThoiGian",
    "Ma_SanPham",
    "TenSanPham",
    "XepHang",
    "ChuTheSXKD",
    "DoanhThuNam",
    "TrangThai",
)
TEXT = 255  # longest text of that table


def register_rows(rows: Any, on: date) -> Iterator[tuple[Cell, ...]]:
    """Public facts only: a household business goes by its kind. Rows of `queries.register`."""
    for row in rows.iterator(500):
        product, paper = row.product, getattr(row, "certificate", None)
        yield (
            product.name,
            product.producer.public_name if product.producer else "",
            product.place.name if product.place else "",
            product.place.code if product.place else "",
            code_of(product.place),
            row.stars,
            row.year,
            row.recognised_on,
            row.expires_on,
            str(STATUS[row.status]),
            paper.number if paper else "",
            row.source_url,
            "dữ liệu minh họa" if product.illustrative else "",
            on,
            LICENCE,
        )


def ptnt_rows(rows: Iterable[Any], turnover: Mapping[int, str]) -> Iterator[tuple[Cell, ...]]:
    """The reporting table; `turnover` has that of a year (million đồng) by product, as far as it
    was told. Made-up products are not reported."""
    for row in rows:
        product = row.product
        if product.illustrative or row.stars is None:
            continue
        yield (
            row.pk,
            product.place.code if product.place else "",
            str(row.year or ""),
            str(product.pk),
            product.name[:TEXT],
            f"{row.stars}*",
            (product.producer.name if product.producer else "")[:TEXT],
            turnover.get(product.pk),
            row.status[:10],
        )
