"""Finds lawful options that add up to a wanted total, for made-up sheets."""

from saola.criteria import CriteriaSet


def choices_for(
    criteria_set: CriteriaSet,
    total: int,
    *,
    stars: int,
    cases: dict[str, str] | None = None,
    fixed: dict[str, int] | None = None,
) -> dict[str, str]:
    """Option ids with that sum; minimums of classes up to `stars` are met except where `fixed`
    says otherwise. Exact, by going through the sums criterion by criterion."""
    cases, fixed = cases or {}, fixed or {}
    paths: dict[int, tuple[str, ...]] = {0: ()}
    for criterion in criteria_set.criteria:
        floor = max((m.points for m in criterion.minimums if m.stars <= stars), default=0)
        wanted = fixed.get(criterion.id)
        options = [
            choice
            for choice in criterion.offered(cases.get(criterion.id))
            if (choice.points >= floor if wanted is None else choice.points == wanted)
        ]
        grown: dict[int, tuple[str, ...]] = {}
        for points, path in paths.items():
            for choice in options:
                grown.setdefault(points + choice.points, (*path, choice.id))
        paths = grown
    ids = [criterion.id for criterion in criteria_set.criteria]
    return dict(zip(ids, paths[total], strict=True))
