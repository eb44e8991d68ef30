"""Dossiers as rows, for officers who count in spreadsheets."""

from collections.abc import Iterator
from typing import Any

from saola.lists.writing import Cell
from saola.server.dossiers.labels import KINDS, STATES

HEAD = (
    "số đăng ký",
    "mã sản phẩm",
    "sản phẩm",
    "chủ thể",
    "xã, phường",
    "loại hồ sơ",
    "bộ tiêu chí",
    "hạng đăng ký",
    "bước",
    "ngày nộp",
    "hạn của cơ quan",
    "hạn trả lời của chủ thể",
    "ghi chú",
)


def dossier_rows(rows: Any) -> Iterator[tuple[Cell, ...]]:
    """Rows of `queries.queue`, in its order."""
    for dossier in rows.iterator(500):
        product = dossier.product
        yield (
            dossier.registration_number,
            product.code,
            product.name,
            product.producer.name if product.producer else "",
            dossier.place.name,
            str(KINDS[dossier.kind]),
            f"{dossier.criteria_set.number}. {dossier.criteria_set.name}",
            dossier.target_stars,
            str(STATES[dossier.state]),
            dossier.filed_on,
            dossier.due_on,
            dossier.answer_by,
            "dữ liệu minh họa" if dossier.illustrative else "",
        )
