"""What each province is called on its own papers, who advises it, and what it set for itself:
`OCOP["provinces"]`, over what holds for the whole house."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from saola.server.places.models import Place

DIGITS = 2  # of a province's code


@dataclass(frozen=True)
class Office:
    """A province as papers name it: "Sơn La", "tỉnh Sơn La"."""

    code: str
    name: str
    full: str
    agency: str
    agency_head: str

    @property
    def committee(self) -> str:
        """ "Ủy ban nhân dân tỉnh Sơn La"."""
        return f"Ủy ban nhân dân {self.full}"


def office(code: str) -> Office:
    """The office of a province by its code; its name is that of the register of places."""
    row = Place.objects.filter(level="province", code=code, valid_to=None).first()
    known = settings.OCOP["province_name"] if code == code_of(None) else code
    name = row.name if row else f"Tỉnh {known}"
    full = name[:1].lower() + name[1:]
    own = own_settings(code)
    return Office(
        code,
        full.removeprefix("tỉnh ").removeprefix("thành phố "),
        full,
        own.get("agency_name") or f"Cơ quan tham mưu quản lý OCOP {full}",
        own.get("agency_head") or settings.OCOP["agency_head"],
    )


def own_settings(code: str) -> dict[str, Any]:
    """What a province set for itself; the house's first province has also what stands outside."""
    own: dict[str, Any] = settings.OCOP["provinces"].get(code, {})
    if code == settings.OCOP["province_code"]:
        return {"agency_name": settings.OCOP["agency_name"]} | own
    return own


def setting(code: str, name: str) -> Any:
    """A setting as it holds in a province."""
    return own_settings(code).get(name, settings.OCOP[name])


def code_of(place: Place | None) -> str:
    """The province in which something lies; what no source gives a place lies in the house's
    own."""
    return place.province_code if place else str(settings.OCOP["province_code"])


def province_in(record: Any) -> str:
    """The code of the province of a record: its own, that of its place, or of what it is about."""
    place = getattr(record, "place", None)
    if code := getattr(record, "province_code", "") or getattr(place, "province_code", ""):
        return str(code)
    for about in ("council", "dossier", "recognition", "product"):
        if (of := getattr(record, about, None)) is not None:
            return province_in(of)
    return code_of(None)


def office_of(place: Place | None) -> Office:
    """Of the province in which something lies."""
    return office(code_of(place))


def lying_in(code: str, path: str = "place") -> Q:
    """What lies in a province; `path` leads to the place. What no source gives a place lies in the
    house's own."""
    inside = Q(**{f"{path}__province_code": code})
    return inside | Q(**{path: None}) if code == code_of(None) else inside


def provinces() -> QuerySet[Place]:
    """All provinces of the house, by name."""
    return Place.objects.filter(level="province", valid_to=None).order_by("folded")
