"""How a step table works: find the row, check the facts, or refuse with the reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


class Refused(Exception):
    """An act that may not happen now. `reason` is a Vietnamese sentence for the person;
    `field` names the input it is about, if any."""

    def __init__(self, reason: str, *, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a step table. Guards are names; the act brings the facts for them."""

    key: str
    source: frozenset[str]
    target: str
    permission: str
    guards: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()  # empty: every kind
    needs_note: bool = False
    paper: str | None = None  # the paper of this act, where the law or the office has one
    law: str = ""  # where the rule stands


def find(steps: Iterable[Step], key: str, state: str, kind: str) -> Step:
    """The row of that act from that state; Refused when the table has none."""
    for step in steps:
        if step.key == key and state in step.source and (not step.kinds or kind in step.kinds):
            return step
    raise Refused("Hồ sơ không ở bước cho phép việc này. Hãy tải lại trang để xem bước hiện tại.")


def possible(steps: Iterable[Step], state: str, kind: str) -> tuple[Step, ...]:
    """All rows that start from the state, for that kind."""
    return tuple(s for s in steps if state in s.source and (not s.kinds or kind in s.kinds))


def check(step: Step, facts: Mapping[str, str | None], note: str) -> None:
    """Raise Refused for the first guard whose fact is a sentence, and for a missing reason.

    `facts` maps a guard to None when it holds, else to the Vietnamese sentence that says why not.
    A guard without a fact is a fault of the caller: KeyError.
    """
    if step.needs_note and not note.strip():
        raise Refused("Hãy ghi rõ lý do.", field="note")
    for guard in step.guards:
        reason = facts[guard]
        if reason is not None:
            raise Refused(reason)
