"""From a panel to its result: exact, in the order of precedence of the scoring contract."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from saola.criteria import CriteriaSet
from saola.criteria.rulebook import rulebook
from saola.scoring.panels import STATUS_OF_EVENT, MemberSheet, Panel
from saola.scoring.regulation import Regulation
from saola.scoring.result import Because, Missed, Result, Spread, Status

ENDINGS: tuple[Status, ...] = ("disqualified", "not_eligible", "stopped")


def score(panel: Panel) -> Result:
    """The result of a checked panel. Every status is a result; nothing is raised."""
    for status, because in (_council_events(panel), _no_quorum(panel)):
        if because:
            return Result(panel, status, because=because)
    present = panel.present
    shared, disputed = _member_events(panel, present)
    for status in ENDINGS:
        if shared[status]:
            return Result(panel, status, because=tuple(shared[status]))
    disputed += _refused_absences(panel)
    if disputed:
        return Result(panel, "needs_decision", because=tuple(disputed))
    return _figures(panel, present)


def _council_events(panel: Panel) -> tuple[Status, tuple[Because, ...]]:
    for status in ENDINGS:
        found = tuple(
            Because(event.criterion, event.reason, None)
            for event in panel.events
            if event.status == status
        )
        if found:
            return status, found
    return "stopped", ()


def _no_quorum(panel: Panel) -> tuple[Status, tuple[Because, ...]]:
    quorum = panel.regulation.quorum
    if quorum is None:
        return "no_quorum", ()
    present, everyone = panel.present, len(panel.members)
    reasons = []
    if len(present) < quorum.fraction * everyone:
        reasons.append(
            f"có mặt {len(present)}/{everyone} thành viên, cần ít nhất {quorum.fraction}"
        )
    if quorum.chair and not any(member.chair for member in present):
        reasons.append("không có Chủ tịch Hội đồng")
    return "no_quorum", tuple(Because(None, reason, None) for reason in reasons)


def _member_events(
    panel: Panel, present: Sequence[MemberSheet]
) -> tuple[dict[Status, list[Because]], list[Because]]:
    """Endings that all present members share, by status, and those that only some see."""
    shared: dict[Status, list[Because]] = {status: [] for status in ENDINGS}
    disputed: list[Because] = []
    seen: dict[tuple[str, str | None], list[Because]] = {}
    for member in present:
        for event in member.events:
            reason = Because(event.criterion, event.reason, member.name)
            seen.setdefault((event.type, event.criterion), []).append(reason)
    for (kind, _), reasons in seen.items():
        everyone = len({reason.member for reason in reasons}) == len(present)
        (shared[STATUS_OF_EVENT[kind]] if everyone else disputed).extend(reasons)
    for criterion_id in panel.criteria_set.zero_stops:
        zeros = _zeros(panel.criteria_set, criterion_id, present)
        stops = len(zeros) == len(present) or panel.regulation.zero_stops == "any"
        (shared["stopped"] if stops else disputed).extend(zeros)
    return shared, disputed


def _zeros(
    criteria_set: CriteriaSet, criterion_id: str, present: Iterable[MemberSheet]
) -> list[Because]:
    at = criteria_set.position[criterion_id]
    return [
        Because(criterion_id, "0 điểm ở chỉ tiêu dừng đánh giá", member.name)
        for member in present
        if member.points[at] == 0
    ]


def _refused_absences(panel: Panel) -> list[Because]:
    if panel.regulation.missing != "refuse":
        return []
    return [
        Because(None, "vắng mặt, không có phiếu", member.name)
        for member in panel.members
        if member.absent
    ]


def _figures(panel: Panel, present: Sequence[MemberSheet]) -> Result:
    """Totals, band, class and spread of complete sheets."""
    criteria_set, regulation, count = panel.criteria_set, panel.regulation, len(present)
    rows = [[points or 0 for points in member.points] for member in present]
    totals = [sum(row) for row in rows]
    columns = [sum(column) for column in zip(*rows, strict=True)]
    total = Fraction(sum(totals), count)
    parts = {
        part: Fraction(sum(columns[start:end]), count)
        for part, start, end in criteria_set.part_slices
    }
    spread = _spread(regulation, present, totals)
    limit = regulation.spread_limit
    if limit and limit.effect == "block" and count > 1 and limit.broken_by(spread.max):
        return Result(panel, "spread_exceeded", total, parts, spread=spread)
    compared = compared_total(regulation, total, totals)
    band = rulebook(criteria_set.rulebook).band(compared.numerator, compared.denominator)
    stars, capped_by = _cap(panel, rows, columns, band)
    return Result(panel, "scored", total, parts, band, stars, capped_by, spread)


def compared_total(regulation: Regulation, total: Fraction, totals: Sequence[int]) -> Fraction:
    """The total as it is held against the bands."""
    rounding = regulation.rounding
    if rounding is None:
        return total
    if rounding.place == "member":
        return sum((rounding.apply(Fraction(t)) for t in totals), Fraction()) / len(totals)
    return rounding.apply(total)


def _spread(
    regulation: Regulation, present: Sequence[MemberSheet], totals: Sequence[int]
) -> Spread:
    low, high = min(totals), max(totals)
    limit = regulation.spread_limit
    if limit is None or len(totals) < 2 or not limit.broken_by(high - low):
        return Spread(high - low)
    far = [
        member.name
        for member, total in zip(present, totals, strict=True)
        if limit.broken_by(max(high - total, total - low))
    ]
    return Spread(high - low, tuple(sorted(far)))


def _cap(
    panel: Panel, rows: list[list[int]], columns: list[int], band: int
) -> tuple[int, tuple[Missed, ...]]:
    """The class after the minimums, and the missed minimums of the lowest class that misses any."""
    criteria_set, regulation = panel.criteria_set, panel.regulation
    if criteria_set.minimum_rule is None and not regulation.sheet26_markers:
        return band, ()
    missed: list[Missed] = []
    lowest = band + 1
    for at, criterion in enumerate(criteria_set.criteria):
        for minimum in criterion.minimums:
            if minimum.stars > band or minimum.stars > lowest:
                continue
            reached = _reached(panel, criterion.id, at, rows, columns)
            if reached[0] < minimum.points * reached[1]:
                lowest = minimum.stars
                missed.append(
                    Missed(minimum.stars, criterion.id, minimum.points, Fraction(*reached))
                )
    if not missed:
        return band, ()
    stars = lowest - 1
    if lowest == 3 and regulation.missed_three_star == "not_met":
        stars = 0
    return stars, tuple(m for m in missed if m.stars == lowest)


def _reached(
    panel: Panel, criterion_id: str, at: int, rows: list[list[int]], columns: list[int]
) -> tuple[int, int]:
    """What counts against a minimum, as numerator and denominator."""
    test = panel.regulation.minimum_test
    if test == "each_member":
        return min(row[at] for row in rows), 1
    if test == "agreed_or_mean" and criterion_id in panel.agreed:
        return panel.agreed[criterion_id], 1
    return columns[at], len(rows)
