"""What a product is found and ordered by: the names of itself, its producer and its places, folded
once, so that every database finds alike."""

from django.db.models import Q

from saola.server.places.models import MERGERS, Place, Succession
from saola.vietnamese.folding import fold, nfc
from saola.vietnamese.sorting import sort_text

LONGEST = 600


def spelled(text: str) -> str:
    """Lower case with all its marks."""
    return nfc(text).lower()


def place_names(place: Place | None) -> str:
    """Its name and those of places before and after it: old names find new communes."""
    if place is None:
        return ""
    names: set[str] = set()
    before, after = {place.pk}, {place.pk}
    for _ in range(MERGERS):
        near = Succession.objects.filter(Q(new__in=before) | Q(old__in=after))
        rows = list(near.select_related("old", "new"))
        names |= {one.old.name for one in rows} | {one.new.name for one in rows}
        before, after = (
            {one.old_id for one in rows if one.new_id in before},
            {one.new_id for one in rows if one.old_id in after},
        )
        if not before and not after:
            break
    return " | ".join([place.name, *sorted(names - {place.name})])


def found_by(name: str, producer: str, places: str) -> dict[str, str]:
    """The columns `searched`, `spelled` and `sort_text` of a product."""
    text = f"{name} | {producer} | {places}"
    return {
        "searched": fold(text)[:LONGEST],
        "spelled": spelled(text)[:LONGEST],
        "sort_text": sort_text(name),
    }
