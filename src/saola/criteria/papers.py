"""Which kinds of paper a dossier needs: by set, class aimed at and kind of producer; data with the
decision's dates.

A paper is asked for by a rule of the decision, or because a minimum of the class stands on a
criterion that such a paper proves. The table of 15 kinds is guidance: only what `blocks` must be
there before filing.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from saola.criteria.model import CriteriaSet
from saola.criteria.rulebook import rulebook


@dataclass(frozen=True, slots=True)
class Requirement:
    """One kind of paper, why it is asked for, and whether filing waits for it."""

    kind: str
    label: str
    form: str  # in which form, as the decision guides
    criteria: tuple[str, ...]  # whose minimums stand on it
    basis: str  # the rule of the decision, empty where only criteria ask
    blocks: bool


@cache
def _rules(book_id: str) -> dict[str, Any]:
    file = files("saola.criteria") / "paper_rules" / f"{book_id}.json"
    if not file.is_file():
        return {"rules": [], "forms_by_producer": {}}
    rules: dict[str, Any] = json.loads(file.read_bytes())
    return rules


def required(criteria_set: CriteriaSet, stars: int, producer: str = "") -> tuple[Requirement, ...]:
    """Kinds of paper for a class, in the order of the decision's table.

    `producer` is the kind of producer ("cooperative", "enterprise", …). Empty for decisions whose
    table is not known (148, 1048).
    """
    book, data = rulebook(criteria_set.rulebook), _rules(criteria_set.rulebook)
    found = []
    for kind in book.facts.get("evidence_catalogue", ()):
        rules = [
            rule
            for rule in data["rules"]
            if rule["kind"] == kind["id"]
            and (rule["sets"] == "all" or criteria_set.number in rule["sets"])
        ]
        criteria = tuple(
            criterion.id
            for criterion in criteria_set.criteria
            if kind["id"] in criterion.evidence
            and any(m.stars <= stars and m.points > 0 for m in criterion.minimums)
        )
        if rules or criteria:
            forms = data["forms_by_producer"].get(kind["id"], {})
            found.append(
                Requirement(
                    kind["id"],
                    kind["label_vi"],
                    forms.get(producer, kind["form_vi"]),
                    criteria,
                    "; ".join(rule["basis"] for rule in rules),
                    any(rule["blocks"] for rule in rules),
                )
            )
    return tuple(found)
