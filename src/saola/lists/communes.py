"""The commune of today behind what a list writes: old names, districts, whole addresses."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from saola import places
from saola.places import Unit
from saola.vietnamese.folding import fold

KINDS = r"(?:thi tran|phuong|xa|tt|p|x)"
_DISTRICT = re.compile(r"^(?:huyen|thi xa|thanh pho|tp|tx|h)\.? ")
# official lists differ in these spellings (data/README of the sources)
_SPELLINGS = ((r"\bnoong\b", "nong"), (r"\bqui\b", "quy"), (r"\bpu pau\b", "pu bau"))
HOME = "son la"  # the province whose units we have


@dataclass(frozen=True, slots=True)
class FoundCommune:
    """Code and name of today's unit, and the warning that goes with it."""

    code: str | None
    name: str | None = None
    warning: str = ""


# text, district, year of the recognition, province as the list says them
Finder = Callable[[str, str, int | None, str], FoundCommune]


@cache
def _by_name() -> dict[str, tuple[Unit, ...]]:
    """Units of all times by their bare folded name."""
    found: dict[str, list[Unit]] = {}
    for unit in places.units():
        found.setdefault(_bare(unit.name), []).append(unit)
    return {name: tuple(units) for name, units in found.items()}


def _bare(name: str) -> str:
    """Name without its kind, spellings that vary made equal."""
    plain = re.sub(rf"^{KINDS}\.? ", "", fold(name))
    for spelling, usual in _SPELLINGS:
        plain = re.sub(spelling, usual, plain)
    return " ".join(plain.replace("-", " ").split())


def _district_of(text: str) -> str:
    return _DISTRICT.sub("", fold(text)).strip()


@cache
def _successors() -> dict[Unit, tuple[Unit, ...]]:
    """Old unit → the units that have its place today."""
    step: dict[Unit, list[Unit]] = {}
    for change in places.changes():
        step.setdefault(change.old, []).append(change.new)

    def today(unit: Unit) -> tuple[Unit, ...]:
        if unit.valid_to is None:
            return (unit,)
        return tuple(dict.fromkeys(t for new in step.get(unit, []) for t in today(new)))

    return {unit: today(unit) for unit in places.units()}


@cache
def _districts() -> frozenset[str]:
    return frozenset(_district_of(u.district) for u in places.units() if u.district)


@lru_cache(maxsize=50_000)
def find_commune(
    text: str, district: str = "", year: int | None = None, province: str = ""
) -> FoundCommune:
    """Today's unit for a commune or address as a list writes it.

    `year` is that of the recognition: before mid-2025 a name means the old unit. Units of other
    provinces are not in our lists: a name that is known here too is not taken for ours.
    """
    known = _by_name()
    text, renamed = _without_remarks(text)
    names, district = _parts(text, district)
    said = re.search(r"\btinh ([a-z -]+)", fold(text))
    province = re.sub(r"^(tinh|thanh pho|tp\.?) ", "", fold(province)) or (said[1] if said else "")
    abroad = province and not province.strip().startswith(HOME)
    if abroad or (district and _district_of(district) not in _districts()):
        where = province or _district_of(district)
        return FoundCommune(None, None, f"địa bàn “{where}” ngoài danh mục xã, phường đang có")
    for name in names:
        units = known.get(_bare(name), ())
        units = _of_kind(name, units) or units
        if units:
            if renamed:
                units = tuple(u for u in units if u.valid_to is None) or units
            return _choose(units, name, _district_of(district), year)
    if not text.strip():
        return FoundCommune(None)
    return FoundCommune(None, None, f"chưa tìm thấy xã, phường “{text[:60]}” trong danh mục")


def _without_remarks(text: str) -> tuple[str, bool]:
    """The text without what stands in brackets, and whether it names the unit of today: "(mới)",
    "(nay là xã Mường Chiên)", "nay thuộc phường Chiềng An"."""
    now = re.search(r"\bnay (?:là|thuộc) ([^);,]+)", text, re.IGNORECASE)
    if now:
        return now[1].strip(), True
    new = re.search(r"\((?:[^)]*\b)?mới\b[^)]*\)", text, re.IGNORECASE) is not None
    return re.sub(r"\s*\([^)]*\)", "", text), new


def _parts(text: str, district: str) -> tuple[list[str], str]:
    """Pieces of an address that may be a commune, and its district."""
    pieces = [p.strip() for p in re.split(r"[,;–]| - ", text) if p.strip()]
    for piece in pieces:
        if not district and _DISTRICT.match(fold(piece)):
            district = piece
    marked = [p for p in pieces if re.match(rf"{KINDS}\.? ", fold(p))]
    if not marked:
        inside = re.search(rf"(?:^|\b)({KINDS}\.? .+)$", fold(text))
        marked = [inside[1]] if inside and len(pieces) == 1 else []
    rest = [p for p in pieces if p not in marked and not _DISTRICT.match(fold(p))]
    return marked + (rest[:1] if not marked else []), district


def _of_kind(name: str, units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Those of the kind that the text names ("xã", "phường", "thị trấn")."""
    plain = fold(name)
    kind = next((k for k in ("thi tran", "phuong", "xa") if plain.startswith(k + " ")), None)
    return tuple(u for u in units if kind is None or fold(u.kind) == kind)


def _choose(units: tuple[Unit, ...], name: str, district: str, year: int | None) -> FoundCommune:
    if district:
        inside = tuple(u for u in units if u.district and _district_of(u.district) == district)
        units = inside or units
    elif year is not None and year >= 2026:
        units = tuple(u for u in units if u.valid_to is None) or units
    elif year is not None and year < 2025:
        old = tuple(u for u in units if u.valid_from is None or u.valid_from < date(2025, 7, 1))
        units = old or units
    today = tuple(dict.fromkeys(t for unit in units for t in _successors()[unit]))
    if len(today) == 1:
        return FoundCommune(today[0].code, today[0].name)
    options = ", ".join(f"{unit.name} ({unit.code})" for unit in today)
    return FoundCommune(None, None, f"“{name}” nay có thể là {options}: cần chọn")
