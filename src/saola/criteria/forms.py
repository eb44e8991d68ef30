"""The decision's forms (Phụ lục III): titles, parts, and what each kind of dossier must say beside
them; data with the decision's id."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from saola.criteria.rulebook import rulebook


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that an upgrade or a renewal must tell about."""

    id: str
    label: str


@cache
def forms(book_id: str) -> dict[str, Any]:
    """Titles and parts of the forms by number ("01", "02", "03"); those of the newest decision for
    one whose forms are not known."""
    file = files("saola.criteria") / "form_rules" / f"{rulebook(book_id).id}.json"
    if not file.is_file():
        return forms("26-2026")
    found: dict[str, Any] = json.loads(file.read_bytes())
    return found


def topics(book_id: str, kind: str) -> tuple[Topic, ...]:
    """What a dossier of that kind must tell beside the self-assessment; none for a first one."""
    return tuple(Topic(t["id"], t["label"]) for t in forms(book_id)["topics"].get(kind, ()))


def proposal_file(book_id: str, step: str, kind: str) -> list[str]:
    """What one office sends to the next with a proposal ("propose" to the province, "forward" to
    the ministry), by kind of dossier; an upgrade goes as a first one. Empty for other acts."""
    lists: dict[str, list[str]] = forms(book_id)["proposal_files"].get(step, {})
    return lists.get("all") or lists.get("renewal" if kind == "renewal" else "first", [])
