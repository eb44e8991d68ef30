"""A plan in Vietnamese, for the producer and the advisers."""

from collections.abc import Collection, Iterator

from saola.criteria import CriteriaSet
from saola.planning.paths import Plan, Unreachable
from saola.vietnamese.numbers import decimal_comma


def explain(
    plan: Plan, criteria_set: CriteriaSet, stars: int, guesses: Collection[str] = ()
) -> list[str]:
    """One line for the whole and one for each step, in order."""
    return list(_lines(plan, criteria_set, stars, guesses))


def _lines(
    plan: Plan, criteria_set: CriteriaSet, stars: int, guesses: Collection[str]
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
        )


def why_not(out: Unreachable, criteria_set: CriteriaSet, stars: int) -> list[str]:
    """Which class cannot be reached, and what stands in the way."""
    lines = [f"Chưa có cách nào lên {stars} sao: nhiều nhất đạt {out.points} điểm."]
    for criterion_id, least in sorted(out.minimums.items()):
        label = criteria_set.by_id[criterion_id].label
        lines.append(
            f"Tiêu chí {criterion_id} {label} cần ít nhất {least} điểm, không mức nào đạt."
        )
    return lines
