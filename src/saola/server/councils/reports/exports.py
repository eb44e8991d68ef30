"""Every mark of a session, as rows for CSV and XLSX."""

from collections.abc import Iterator

from saola.criteria import load
from saola.server.councils.models import ScoreSheet, Session

HEAD = (
    "sản phẩm",
    "chủ thể",
    "bộ tiêu chí",
    "thành viên",
    "tiêu chí",
    "điểm",
    "mức",
    "lý do không mức nào phù hợp",
    "ý kiến",
    "phiếu số",
)
Row = tuple[str | int, ...]


def marks_rows(session: Session, items: set[int]) -> Iterator[Row]:
    """One row a mark of current sealed sheets, in agenda order: one query, read in pieces."""
    rows = (
        ScoreSheet.objects.filter(
            item__session=session, item__in=items, current=True, sealed_at__isnull=False
        )
        .order_by("item__order", "item_id", "member__order")
        .values_list(
            "item__dossier__product__name",
            "item__dossier__product__producer__name",
            "item__dossier__sheet_id",
            "member__user__full_name",
            "choices",
            "unfit",
            "comments",
            "number",
        )
    )
    points: dict[str, dict[str, int]] = {}
    for product, producer, sheet_id, member, choices, unfit, comments, number in rows.iterator(500):
        if sheet_id not in points:
            criteria = load(sheet_id).criteria
            points[sheet_id] = {o.id: o.points for c in criteria for o in c.choices}
        of = points[sheet_id]
        for criterion in load(sheet_id).criteria:
            chosen = choices.get(criterion.id)
            if chosen is None and criterion.id not in unfit:
                continue
            yield (
                product,
                producer or "",
                sheet_id,
                member,
                criterion.id,
                of[chosen] if chosen else 0,
                chosen or "",
                unfit.get(criterion.id, ""),
                comments.get(criterion.id, ""),
                number,
            )
