"""What a paper says before it is signed, and small pieces that several papers share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from saola.server.papers.grounds import grounds
from saola.server.places.office import Office, office, province_in
from saola.vietnamese.dates import long

Block = dict[str, Any]
AGENCY, PROVINCE, COMMUNE, COUNCIL = "agency", "province", "commune", "council"


@dataclass
class Content:
    """The words of one paper. `decider` only for decisions; `to` only for letters."""

    subject: str
    blocks: list[Block]
    to: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=lambda: ["Như trên;", "Lưu: VT."])
    grounds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of paper: its key in addresses, its name, its heading ("" for a letter), whose paper
    it is, and how it is written from the record."""

    key: str
    name: str
    heading: str
    issuer: str
    build: Callable[[Any], Content]

    @property
    def decides(self) -> bool:
        """Whether it is a decision."""
        return self.heading == "QUYẾT ĐỊNH"


def text(*lines: str) -> Block:
    """Paragraphs; empty ones are left out."""
    return {"kind": "text", "text": "\n".join(line for line in lines if line)}


def heading(words: str) -> Block:
    """A heading within the paper."""
    return {"kind": "heading", "text": words}


def facts(rows: Sequence[tuple[str, str]]) -> Block:
    """Names with their values; an empty value is a line for the pen."""
    return {"kind": "facts", "rows": [list(row) for row in rows]}


def table(head: Sequence[str], widths: Sequence[float], rows: Sequence[Sequence[str]]) -> Block:
    """Rows under heads, numbered."""
    numbered = [[str(n), *row] for n, row in enumerate(rows, 1)]
    return {"kind": "table", "widths": [0.6, *widths], "head": ["TT", *head], "rows": numbered}


def articles(*words: str) -> list[Block]:
    """Điều 1, Điều 2, … of a decision."""
    return [text(f"Điều {n}. {said}") for n, said in enumerate(words, 1)]


def office_for(record: Any) -> Office:
    """The province whose paper a record's is."""
    return office(province_in(record))


def commune_of(place: Any) -> str:
    """ "Ủy ban nhân dân xã Tà Xùa"."""
    return f"Ủy ban nhân dân {place.name[:1].lower()}{place.name[1:]}"


def issuer_of(kind: Kind, record: Any) -> tuple[str, str, str]:
    """Issuing body, the body above it, and its head."""
    of = office_for(record)
    if kind.issuer == PROVINCE:
        return of.committee, "", "Chủ tịch"
    if kind.issuer == COMMUNE:
        return commune_of(record.place), "", "Chủ tịch"
    if kind.issuer == COUNCIL:
        council = getattr(record, "council", record)
        return council.name, "", "Chủ tịch Hội đồng"
    return of.agency, of.committee, of.agency_head


def written(
    kind: Kind, record: Any, signed: dict[str, Any], *, illustrative: bool
) -> dict[str, Any]:
    """The data of papers/official.py for a record; `signed` holds number, dated, signer, position,
    capacity."""
    content, (issuer, above, head) = kind.build(record), issuer_of(kind, record)
    on: date = signed["dated"]
    capacity = signed["capacity"]
    return {
        "illustrative": illustrative,
        "issuer": issuer,
        "above": above,
        "number": signed["number"],
        "place": office_for(record).name,
        "date": long(on),
        "type": kind.heading,
        "subject": content.subject,
        "to": content.to,
        "decider": f"{head} {issuer}" if kind.decides else "",
        "grounds": grounds(*content.grounds, on=on),
        "blocks": content.blocks,
        "recipients": content.recipients if content.to or kind.decides else ["Lưu: HS."],
        "signer": {
            "capacity": capacity,
            "for": {"": "", "TM.": issuer}.get(capacity, head),
            "position": signed["position"],
            "name": signed["signer"],
        },
    }
