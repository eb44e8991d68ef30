"""Application identifiers: what each may hold, needs beside it and forbids; from data."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from saola.gs1.content import CHECKS

SETS = {
    "N": "0-9",
    "X": "!\"%&'()*+,\\-./0-9:;<=>?A-Z_a-z",
    "Y": "#\\-/0-9A-Z",
    "Z": "\\-0-9A-Z_a-z=",
}
INTERNAL = [str(ai) for ai in range(90, 100)]


class BadGs1(ValueError):
    """What is read is not GS1; `reason` in words, `where` the identifier or place, if one."""

    def __init__(self, reason: str, where: str = "") -> None:
        self.reason, self.where = reason, where
        super().__init__(f"{where}: {reason}" if where else reason)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a value: characters by a pattern, shortest and longest length, checks by name."""

    pattern: re.Pattern[str]
    shortest: int
    longest: int
    optional: bool
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identifier:
    """One application identifier.

    `fixed`: its length is known in advance, no separator follows. `attribute`: allowed in the query
    of a Digital Link. `needs`: of each group one alternative must be there, an alternative being
    identifiers that stand together. `excludes`: patterns, n for any digit. `qualifiers`: sequences
    that may follow it in a path, None where it is no primary key.
    """

    ai: str
    parts: tuple[Part, ...]
    fixed: bool
    attribute: bool
    needs: tuple[tuple[tuple[str, ...], ...], ...]
    excludes: tuple[str, ...]
    qualifiers: tuple[tuple[str, ...], ...] | None

    @property
    def length(self) -> int:
        """Characters of a value of fixed length."""
        return sum(part.longest for part in self.parts)


def _part(text: str) -> Part:
    body, *checks = text.split(",")
    optional = body.startswith("[")
    form = body.strip("[]")
    span = form[1:]
    shortest, longest = (1, int(span[2:])) if span.startswith("..") else (int(span), int(span))
    pattern = re.compile(f"[{SETS[form[0]]}]*")
    return Part(pattern, shortest, longest, optional, tuple(checks))


def _span(name: str) -> list[str]:
    first, _, last = name.partition("-")
    return [f"{n:0{len(first)}}" for n in range(int(first), int(last or first) + 1)]


@cache
def _table() -> dict[str, Identifier]:
    text = resources.files("saola.gs1").joinpath("identifiers.json").read_text("utf-8")
    table = {}
    for row in json.loads(text)["identifiers"]:
        shared = Identifier(
            ai="",
            parts=tuple(_part(part) for part in row["parts"]),
            fixed=row.get("fixed", False),
            attribute=row.get("attribute", False),
            needs=tuple(
                tuple(tuple(choice.split("+")) for choice in group)
                for group in row.get("needs", ())
            ),
            excludes=tuple(row.get("excludes", ())),
            qualifiers=tuple(tuple(q) for q in row["qualifiers"]) if "qualifiers" in row else None,
        )
        for ai in _span(row["ai"]):
            fields = {name: getattr(shared, name) for name in Identifier.__slots__}
            table[ai] = Identifier(**(fields | {"ai": ai}))
    return table


def identifier(ai: str) -> Identifier:
    """Look one up; BadGs1 where there is none."""
    found = _table().get(ai)
    if found is None:
        raise BadGs1("no such application identifier", ai)
    return found


def begins_with(text: str) -> Identifier:
    """The identifier at the beginning of an element string; no identifier begins another."""
    for length in (2, 3, 4):
        found = _table().get(text[:length])
        if found is not None:
            return found
    raise BadGs1("no application identifier", text[:4])


def check_value(ai: str, value: str) -> None:
    """Hold a value against its identifier; BadGs1 says what is wrong."""
    rest = value
    for part in identifier(ai).parts:
        if not rest and part.optional:
            return
        piece, rest = rest[: part.longest], rest[part.longest :]
        if len(piece) < part.shortest:
            raise BadGs1("too short", ai)
        if not part.pattern.fullmatch(piece):
            raise BadGs1("a character that is not allowed", ai)
        for name in part.checks:
            fault = CHECKS[name](piece) if name in CHECKS else ""
            if fault:
                raise BadGs1(fault, ai)
    if rest:
        raise BadGs1("too long", ai)


def _matches(pattern: str, ai: str) -> bool:
    return len(pattern) == len(ai) and all(p in ("n", a) for p, a in zip(pattern, ai, strict=True))


def _there(pattern: str, present: set[str]) -> bool:
    """Whether an identifier of this pattern, or of a group such as 31nn, is here."""
    return any(_matches(pattern, ai) for ai in present)


def check_together(present: set[str]) -> None:
    """Hold the identifiers of one carrier against what each needs and forbids."""
    for ai in sorted(present):
        found = identifier(ai)
        for pattern in found.excludes:
            if _there(pattern, present - {ai}):
                raise BadGs1(f"must not stand with {pattern}", ai)
        for group in found.needs:
            if not any(all(_there(one, present) for one in choice) for choice in group):
                wanted = " or ".join("+".join(choice) for choice in group)
                raise BadGs1(f"needs {wanted}", ai)
