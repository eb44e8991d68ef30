"""Why a result is what it is: figures by part, group, criterion and member, and in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from saola.criteria import Criterion, Group, Part
from saola.criteria.rulebook import rulebook
from saola.scoring.compute import compared_total
from saola.scoring.panels import Panel
from saola.scoring.regulation import decimal_text
from saola.scoring.result import Missed, Result
from saola.scoring.words import in_words
from saola.vietnamese.numbers import decimal_comma

STATUS_TEXT = {
    "scored": "Đã chấm điểm",
    "stopped": "Dừng đánh giá",
    "disqualified": "Loại hồ sơ, sản phẩm",
    "not_eligible": "Không thuộc diện đánh giá",
    "needs_decision": "Hội đồng phải thống nhất trước khi tính kết quả",
    "no_quorum": "Không đủ thành viên dự họp theo Quy chế",
    "spread_exceeded": "Chênh lệch điểm vượt mức của Quy chế, phải thảo luận và chấm lại",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Points of one heading or criterion: each present member's and their mean."""

    kind: str  # "part", "group" or "criterion"
    id: str
    label: str
    max: int
    points: tuple[int, ...]  # in the order of the present members
    mean: Fraction
    alone: bool = False  # a group whose only criterion is the group itself


def breakdown(panel: Panel) -> list[Line]:
    """Points by part, group and criterion, members in the order of the panel."""
    rows = [[points or 0 for points in member.points] for member in panel.present]
    lines, at = [], 0
    for part in panel.criteria_set.parts:
        part_end = at + sum(len(group.criteria) for group in part.groups)
        lines.append(_line("part", part, [row[at:part_end] for row in rows]))
        for group in part.groups:
            end = at + len(group.criteria)
            alone = [criterion.id for criterion in group.criteria] == [group.id]
            lines.append(_line("group", group, [row[at:end] for row in rows], alone=alone))
            for place, criterion in enumerate(group.criteria, at):
                lines.append(_line("criterion", criterion, [[row[place]] for row in rows]))
            at = end
    return lines


def _line(
    kind: str, head: Part | Group | Criterion, rows: list[list[int]], *, alone: bool = False
) -> Line:
    """One line from the members' marks that belong to it."""
    points = tuple(sum(row) for row in rows)
    mean = Fraction(sum(points), len(points) or 1)
    return Line(kind, head.id, head.label, head.max, points, mean, alone)


@dataclass(frozen=True, slots=True)
class ToNext:
    """What keeps a product from the class above: points to the band, and minimums."""

    stars: int
    points: Fraction  # 0 when the band is already reached
    minimums: tuple[Missed, ...]


def to_next_class(result: Result) -> ToNext | None:
    """What is missing to the next star; None at 5 stars and where there is no class."""
    if result.stars is None or result.total is None or result.stars >= 5:
        return None
    # "không đạt" (0) is a missed 3-star minimum: the class to reach is 3
    panel, stars = result.panel, result.stars + 1 if result.stars else 3
    compared = compared_with_bands(result)
    start = next(
        band.start for band in rulebook(panel.criteria_set.rulebook).bands if band.stars == stars
    )
    return ToNext(stars, max(Fraction(start) - compared, Fraction()), tuple(_unmet(panel, stars)))


def compared_with_bands(result: Result) -> Fraction:
    """The total of a result as its Quy chế holds it against the bands."""
    assert result.total is not None  # only figures are compared
    totals = [sum(points or 0 for points in member.points) for member in result.panel.present]
    return compared_total(result.panel.regulation, result.total, totals)


def _unmet(panel: Panel, stars: int) -> Iterator[Missed]:
    criteria_set = panel.criteria_set
    if criteria_set.minimum_rule is None and not panel.regulation.sheet26_markers:
        return
    test = panel.regulation.minimum_test
    present = panel.present
    for at, criterion in enumerate(criteria_set.criteria):
        marks = [member.points[at] or 0 for member in present]
        reached = Fraction(sum(marks), len(marks))
        if test == "each_member":
            reached = Fraction(min(marks))
        elif test == "agreed_or_mean" and criterion.id in panel.agreed:
            reached = Fraction(panel.agreed[criterion.id])
        for minimum in criterion.minimums:
            if minimum.stars <= stars and reached < minimum.points:
                yield Missed(minimum.stars, criterion.id, minimum.points, reached)


def number(value: Fraction) -> str:
    """For people: two decimals half up, decimal comma; "khoảng" where that is not exact."""
    text = decimal_comma(decimal_text(value, 2))
    return text if Fraction(decimal_text(value, 2)) == value else f"khoảng {text}"


def explain(result: Result, *, points: bool = True) -> list[str]:
    """The reasons in Vietnamese, one sentence a line; with the table of points if asked."""
    return [
        *_headline(result),
        *(f"Lý do: {_because(b.criterion, b.reason, b.member)}" for b in result.because),
        *_capped(result),
        *_next(result),
        *_spread(result),
        *_quorum(result.panel),
        *_rules(result.panel),
        *((*_unfit(result.panel), *_points(result.panel)) if points and result.parts else ()),
    ]


def _headline(result: Result) -> Iterator[str]:
    s = result.panel.criteria_set
    yield f"Bộ tiêu chí số {s.number}: {s.name} ({s.decision})"
    yield f"{STATUS_TEXT[result.status]}."
    if result.total is None or result.parts is None:
        return
    parts = ", ".join(f"{part} {number(points)}" for part, points in result.parts.items())
    yield f"Tổng điểm trung bình {number(result.total)} ({result.total}); phần {parts}."
    compared = compared_with_bands(result)
    if compared != result.total:
        yield f"Làm tròn theo Quy chế trước khi so với khung điểm: {number(compared)}."
    if result.band is not None:
        yield f"Khung điểm {result.band} sao; kết quả: {stars_text(result.stars)}."
    if result.forwarded:
        yield "Từ 90 điểm: tỉnh phê duyệt kết quả và chuyển Bộ, không cấp giấy chứng nhận."
    elif result.stars == 5:
        yield (
            "Khung 5 sao chỉ do làm tròn: tổng điểm chính xác dưới 90 nên không chuyển Bộ; "
            "tỉnh cũng không công nhận 5 sao."
        )
    elif result.status == "scored" and not result.certificate:
        yield "Hạng này không có quyết định công nhận và không có giấy chứng nhận."


def stars_text(stars: int | None) -> str:
    """The class in words."""
    if stars is None:
        return "chưa có hạng"
    return "không đạt" if stars == 0 else f"{stars} sao"


def _because(criterion: str | None, reason: str, member: str | None) -> str:
    place = f"tiêu chí {criterion}: " if criterion else ""
    who = f" ({member})" if member else " (Hội đồng)"
    return f"{place}{reason}{who}"


def _capped(result: Result) -> Iterator[str]:
    for missed in result.capped_by:
        yield (
            f"Bị giới hạn hạng: tiêu chí {missed.criterion} đạt {number(missed.reached)}, yêu cầu "
            f"tối thiểu của {missed.stars} sao là {missed.needed}, "
            f"thiếu {number(missed.needed - missed.reached)}."
        )


def _next(result: Result) -> Iterator[str]:
    step = to_next_class(result)
    if step is None:
        return
    needs = [f"thêm {number(step.points)} điểm"] if step.points else []
    needs += [
        f"tiêu chí {missed.criterion} từ {missed.needed} điểm (nay {number(missed.reached)})"
        for missed in step.minimums
    ]
    yield f"Để đạt {step.stars} sao còn thiếu: {'; '.join(needs)}."


def _spread(result: Result) -> Iterator[str]:
    if result.spread is None:
        return
    yield f"Chênh lệch giữa các thành viên: {result.spread.max} điểm."
    if result.spread.members:
        yield f"Vượt mức của Quy chế: {', '.join(result.spread.members)}."


def _quorum(panel: Panel) -> Iterator[str]:
    present, everyone = len(panel.present), len(panel.members)
    quorum = panel.regulation.quorum
    if quorum is None:
        yield f"Có mặt {present}/{everyone} thành viên; Quy chế không đặt mức tối thiểu."
        return
    chair = any(member.chair for member in panel.present)
    holds = present >= quorum.fraction * everyone and (chair or not quorum.chair)
    verdict = "đủ" if holds else "không đủ"
    yield f"Có mặt {present}/{everyone} thành viên, cần {quorum.fraction}: {verdict}."


def _rules(panel: Panel) -> Iterator[str]:
    """The Quy chế and each of its settings, so that the same result can be computed again."""
    rules = panel.regulation
    number_text = f"Quy chế {rules.number}" if rules.number else "Quy chế (không ghi số)"
    settings = "; ".join(f"{name.lower()}: {words}" for name, words in in_words(rules))
    yield f"{number_text}: {settings}."


def _unfit(panel: Panel) -> Iterator[str]:
    for member in panel.present:
        for criterion, reason in member.unfit.items():
            yield f"Không mức nào phù hợp, 0 điểm: tiêu chí {criterion}: {reason} ({member.name})."


def _points(panel: Panel) -> Iterator[str]:
    yield "Điểm: " + ", ".join(member.name for member in panel.present)
    for line in breakdown(panel):
        indent = {"part": "", "group": "  ", "criterion": "    "}[line.kind]
        marks = " ".join(map(str, line.points))
        yield f"{indent}{line.id} {line.label}: {marks} → {number(line.mean)}/{line.max}"
