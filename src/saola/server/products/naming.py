"""What a product is found and ordered by: the names of itself, its producer and its places, folded
once, so that every database finds alike."""

from django.db.models import Q

from saola.server.places.models import Place, Succession
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
    near = Succession.objects.filter(Q(old=place) | Q(new=place)).select_related("old", "new")
    names = {name for one in near for name in (one.old.name, one.new.name)}
    return " | ".join([place.name, *sorted(names - {place.name})])


def found_by(name: str, producer: str, places: str) -> dict[str, str]:
    """The columns `searched`, `spelled` and `sort_text` of a product."""
    text = f"{name} | {producer} | {places}"
    return {
        "searched": fold(text)[:LONGEST],
        "spelled": spelled(text)[:LONGEST],
        "sort_text": sort_text(name),
    }
