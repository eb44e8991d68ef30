"""A plan in Vietnamese, for the producer and the advisers."""

from collections.abc import Collection, Iterator, Mapping

from saola.criteria import CriteriaSet, rulebook
from saola.planning.paths import Plan, Unreachable
from saola.vietnamese.numbers import decimal_comma


def explain(
    plan: Plan,
    criteria_set: CriteriaSet,
    stars: int,
    guesses: Collection[str] = (),
    support: Mapping[str, str] | None = None,
) -> list[str]:
    """One line for the whole and one for each step, in order, with the evidence it needs and who
    can help (`support` by criterion)."""
    return list(_lines(plan, criteria_set, stars, guesses, support or {}))


def _lines(
    plan: Plan,
    criteria_set: CriteriaSet,
    stars: int,
    guesses: Collection[str],
    support: Mapping[str, str],
) -> Iterator[str]:
    if not plan.steps:
        yield f"Đã đủ điểm và yêu cầu tối thiểu của {stars} sao ({plan.points} điểm)."
        return
    chance = decimal_comma(f"{plan.chance * 100:.0f}")
    yield (
        f"Lên {stars} sao: {len(plan.steps)} bước, khoảng {decimal_comma(str(plan.cost))} triệu "
        f"đồng, {plan.months} tháng, đạt {plan.points} điểm; khả năng mọi bước đều thành khoảng "
        f"{chance} %."
    )
    for number, step in enumerate(plan.steps, 1):
        criterion = criteria_set.by_id[step.criterion]
        mark = " (ước đoán)" if step.criterion in guesses else ""
        yield (
            f"{number}. Tiêu chí {criterion.id} {criterion.label}: lên {step.level.points} điểm – "
            f"{step.level.what} Từ tháng {step.begins + 1} đến tháng {max(step.ends, 1)}, khoảng "
            f"{decimal_comma(str(step.level.cost))} triệu đồng{mark}."
            f"{_needed(criteria_set, step.criterion, support)}"
        )


def _needed(criteria_set: CriteriaSet, criterion_id: str, support: Mapping[str, str]) -> str:
    book = rulebook(criteria_set.rulebook)
    papers = [book.evidence_label(kind) for kind in criteria_set.by_id[criterion_id].evidence]
    told = f" Minh chứng: {'; '.join(papers)}." if papers else ""
    helper = support.get(criterion_id)
    return told + (f" Có thể hỗ trợ: {helper}." if helper else "")


def why_not(out: Unreachable, criteria_set: CriteriaSet, stars: int) -> list[str]:
    """Which class cannot be reached, and what stands in the way."""
    lines = [f"Chưa có cách nào lên {stars} sao: nhiều nhất đạt {out.points} điểm."]
    for criterion_id, least in sorted(out.minimums.items()):
        label = criteria_set.by_id[criterion_id].label
        lines.append(
            f"Tiêu chí {criterion_id} {label} cần ít nhất {least} điểm, không mức nào đạt."
        )
    return lines
