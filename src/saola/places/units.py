"""Communes of Sơn La through time: three lists, and which unit became which."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

PROVINCE_CODE = "14"
TWO_TIERS = date(2025, 7, 1)  # districts end, 200 units become 75
FIRST_CHANGE = date(2025, 2, 1)  # 204 units become 200
BEFORE_FIRST, BEFORE_TWO = date(2025, 1, 31), date(2025, 6, 30)


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune or ward between two dates. Code and name alone do not tell units apart."""

    code: str
    name: str
    district: str | None  # where it lay until districts ended; None for units made since then
    valid_from: date | None  # None: before our lists begin
    valid_to: date | None  # last day; None: in force

    @property
    def kind(self) -> str:
        """ "xã", "phường" or "thị trấn"."""
        lowered = self.name.lower()
        return next(kind for kind in ("thị trấn", "phường", "xã") if lowered.startswith(kind))

    def existed(self, on: date) -> bool:
        """Whether the unit was there on that day."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Change:
    """One old unit and the unit that has its place from `on`. `confidence` as in the source."""

    old: Unit
    new: Unit
    on: date
    confidence: str
    note: str


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("saola.places") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _generations() -> tuple[dict[str, Unit], dict[str, Unit], dict[str, Unit]]:
    """Units by code in the three lists; a unit that did not change is the same in both."""
    today = {row["code"]: row for row in _rows("son_la_units_2025.csv")}
    middle = {row["code"]: row for row in _rows("son_la_units_2025_02_to_2025_07.csv")}
    first = {row["code_2024"]: row for row in _rows("son_la_units_before_2025.csv")}

    def lasting(code: str) -> bool:
        return code in today and today[code]["kept_unchanged"] == "yes"

    middle_units = {
        code: Unit(
            code,
            row["name"],
            row["district"],
            None if code in first and first[code]["name_2024"] == row["name"] else FIRST_CHANGE,
            None if lasting(code) else BEFORE_TWO,
        )
        for code, row in middle.items()
    }
    first_units = {
        code: middle_units[code]
        if code in middle and middle[code]["name"] == row["name_2024"]
        else Unit(code, row["name_2024"], row["district_2024"], None, BEFORE_FIRST)
        for code, row in first.items()
    }
    today_units = {
        code: middle_units[code]
        if lasting(code)
        else Unit(code, row["full_name"], None, TWO_TIERS, None)
        for code, row in today.items()
    }
    return first_units, middle_units, today_units


@cache
def units() -> tuple[Unit, ...]:
    """Every unit of Sơn La that the lists know, old and new, each once."""
    return tuple(dict.fromkeys(u for generation in _generations() for u in generation.values()))


def units_on(day: date) -> tuple[Unit, ...]:
    """The units that existed on a day."""
    return tuple(unit for unit in units() if unit.existed(day))


def changes() -> Iterator[Change]:
    """Old unit → new unit, at both dates; one old unit may have gone into several."""
    first, middle, today = _generations()
    for row in _rows("son_la_units_before_2025.csv"):
        old, new = first[row["code_2024"]], middle[row["code_2025_02"]]
        if old is not new:
            yield Change(old, new, FIRST_CHANGE, row["mapping_confidence"], row["note"])
    for row in _rows("son_la_units_2025_02_to_2025_07.csv"):
        old, new = middle[row["code"]], today[row["new_code"]]
        if old is not new:
            yield Change(old, new, TWO_TIERS, "official", "")
