"""The register as it is looked through: what each product is found by, in its order, held in memory
and read anew when the edition changes. So both databases find alike, and in a few milliseconds."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from saola.server.products.models import Edition
from saola.server.products.naming import spelled
from saola.server.recognition.models import Recognition
from saola.vietnamese.folding import fold
from saola.vietnamese.slips import untelex

WORDS = 12  # of a question; more narrow nothing


@dataclass(frozen=True, slots=True)
class Shelf:
    """Recognitions that stand for their products, products in Vietnamese order, made-up ones last;
    beside each its folded words, its words as spelled, and what it is chosen by."""

    edition: int
    pks: list[int]
    folded: list[str]
    spelled: list[str]
    facets: dict[str, list[Any]]

    def found(self, text: str, chosen: Mapping[str, Container[Any]] | None = None) -> list[int]:
        """Those that hold every word of the text, marks or not, first where the words stand as
        typed; `chosen` has what is wanted by facet: stars, group, kind, keys of place, product."""
        hits = list(range(len(self.pks)))
        for word in fold(text).split()[:WORDS]:
            hits = [at for at in hits if word in self.folded[at]]
        for name, wanted in (chosen or {}).items():
            column = self.facets[name]
            hits = [at for at in hits if column[at] in wanted]
        exact = hits
        for word in spelled(text).split()[:WORDS]:
            exact = [at for at in exact if word in self.spelled[at]]
        if len(exact) == len(hits):
            return [self.pks[at] for at in hits]
        first = set(exact)
        return [self.pks[at] for at in (*exact, *(at for at in hits if at not in first))]


FACETS = {
    "stars": "stars",
    "group": "product__group_number",
    "kind": "product__producer__kind",
    "place": "product__place",
    "product": "product",
}
_kept = Shelf(-1, [], [], [], {})


def shelf() -> Shelf:
    """The newest edition."""
    global _kept  # noqa: PLW0603 - one copy for each process
    edition = Edition.current()
    if _kept.edition != edition:
        rows = (
            Recognition.objects.filter(newest=True, product__name_known=True)
            .order_by("product__illustrative", "product__sort_text", "pk")
            .values_list("pk", "product__searched", "product__spelled", *FACETS.values())
        )
        read = list(zip(*rows, strict=True)) or [()] * (3 + len(FACETS))
        pks, folded, words, *facets = map(list, read)
        _kept = Shelf(edition, pks, folded, words, dict(zip(FACETS, facets, strict=True)))
    return _kept


def meant(text: str) -> str:
    """The text, or what its keys mean in Telex where nothing holds it as it stands."""
    words = untelex(text)
    if words == fold(text) or shelf().found(text):
        return text
    return words
