"""What a dossier still lacks for 3, 4 and 5 stars: papers, minimums, points."""

from dataclasses import dataclass
from fractions import Fraction

from saola.criteria.papers import Requirement, required
from saola.criteria.rulebook import rulebook
from saola.server.dossiers.completeness import kinds_there, marks
from saola.server.dossiers.models import Dossier, SelfAssessment


@dataclass(frozen=True, slots=True)
class UnmetMinimum:
    """A criterion below what the class asks; `chosen` is None while nothing is chosen."""

    criterion: str
    label: str
    needed: int
    chosen: int | None


@dataclass(frozen=True, slots=True)
class ForClass:
    """The state of a dossier on the way to one class."""

    stars: int
    papers: tuple[Requirement, ...]  # all that are asked for
    missing: tuple[Requirement, ...]
    minimums: tuple[UnmetMinimum, ...]
    points: Fraction  # still missing to the band, on what is chosen so far

    @property
    def open(self) -> int:
        """How many things are still open."""
        return len(self.missing) + len(self.minimums) + (self.points > 0)


def checklist(dossier: Dossier) -> list[ForClass]:
    """For 3, 4 and 5 stars, from the self-assessment and the evidence cited: two queries."""
    assessment = SelfAssessment.objects.filter(dossier=dossier).first() or SelfAssessment()
    chosen = marks(dossier.sheet_id, assessment.choices) | dict.fromkeys(assessment.unfit, 0)
    kinds = kinds_there(dossier)
    return [_for_class(dossier, stars, chosen, kinds) for stars in (3, 4, 5)]


def _for_class(dossier: Dossier, stars: int, chosen: dict[str, int], kinds: set[str]) -> ForClass:
    criteria_set, producer = dossier.criteria_set, dossier.product.producer
    papers = required(criteria_set, stars, producer.kind if producer else "")
    start = next(b.start for b in rulebook(criteria_set.rulebook).bands if b.stars == stars)
    minimums = tuple(
        UnmetMinimum(criterion.id, criterion.label, needed, chosen.get(criterion.id))
        for criterion in criteria_set.criteria
        if (needed := max((m.points for m in criterion.minimums if m.stars <= stars), default=0))
        > chosen.get(criterion.id, -1)
        and needed
    )
    return ForClass(
        stars,
        papers,
        tuple(paper for paper in papers if paper.kind not in kinds),
        minimums,
        max(Fraction(start - sum(chosen.values())), Fraction()),
    )
