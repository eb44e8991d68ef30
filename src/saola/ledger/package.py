"""An exported session checked on another machine: chain, sheets, totals and classes from the raw
marks. The document is `{"format", "entries": [{number, content, previous, hash}], "head"}`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from saola.criteria import CriteriaSet, UnknownSheet, load
from saola.ledger.chain import GENESIS, Link, entry_hash, verify
from saola.scoring import Event, Invalid, member_sheet, score
from saola.scoring.contract import loads, panel_from, result_data
from saola.scoring.panels import left_out

FORMAT = "saola-session/1"
KINDS = {"altered": "bị sửa", "removed": "bị bỏ", "inserted": "bị chèn"}
STATEMENT = ("choices", "no_option_fits", "events")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree: where, and in what (Vietnamese)."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def pack(contents: Sequence[Any]) -> dict[str, Any]:
    """The document of these contents, chained in their order."""
    entries, previous = [], GENESIS
    for number, content in enumerate(contents, 1):
        own = entry_hash(number, content, previous)
        entries.append({"number": number, "content": content, "previous": previous, "hash": own})
        previous = own
    return {"format": FORMAT, "entries": entries, "head": previous}


@dataclass
class Contents:
    """The entries by kind. Counted: how much was held against what."""

    session: dict[str, Any] = field(default_factory=dict)
    items: dict[int, dict[str, Any]] = field(default_factory=dict)
    sheets: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    results: dict[int, dict[str, Any]] = field(default_factory=dict)
    closing: dict[str, Any] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Items, sheets and results that are there."""
        sheets = sum(len(rows) for rows in self.sheets.values())
        return {"items": len(self.items), "sheets": sheets, "results": len(self.results)}


def read_package(content: bytes) -> dict[str, Any]:
    """The document from its bytes; Invalid when it is none."""
    data = loads(content)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise Invalid("format", f"not {FORMAT}")
    entries = data.get("entries")
    keys = {"number", "content", "previous", "hash"}
    if not isinstance(entries, list) or not isinstance(data.get("head"), str):
        raise Invalid("entries", "missing")
    for at, entry in enumerate(entries):
        if not isinstance(entry, dict) or set(entry) != keys:
            raise Invalid(f"entries[{at}]", "not an entry")
        # numbers stand in order, so that no gap has to be counted out
        if type(entry["number"]) is not int or abs(entry["number"] - at - 1) > len(entries):
            raise Invalid(f"entries[{at}].number", "not the number of an entry")
        if not all(isinstance(entry[key], str) for key in ("previous", "hash")):
            raise Invalid(f"entries[{at}]", "a hash is no text")
        _shaped(entry["content"], f"entries[{at}].content")
    return data


TEXTS, MANY = (str,), (list,)
SHAPES: dict[str, dict[str, tuple[type, ...]]] = {
    "session": {"regulation": (dict,), "members": MANY},
    "item": {
        "item": (int,), "product": TEXTS, "sheet": TEXTS, "fingerprint": TEXTS, "purpose": TEXTS,
        "left": TEXTS, "cases": (dict,), "agreed": (dict,), "events": MANY, "seats": MANY,
        "present": MANY, "kept_out": MANY,
    },
    "sheet": {
        "item": (int,), "member": TEXTS, "number": (int,), "current": (bool,), "choices": (dict,),
        "no_option_fits": (dict,), "events": MANY, "fingerprint": TEXTS,
    },
    "point": {"item": (int,)},
    "result": {"item": (int,), "input": (dict,), "output": (dict,)},
    "closing": {"counts": (dict,)},
}  # fmt: skip


def _shaped(content: Any, place: str) -> None:
    """Raise Invalid where an entry lacks what its kind has, or has it in another form."""
    shape = SHAPES.get(str(content.get("kind"))) if isinstance(content, dict) else None
    if shape is None:
        raise Invalid(place, "an entry of no known kind")
    for key, types in shape.items():
        if type(content.get(key)) not in types:
            raise Invalid(f"{place}.{key}", "missing or of another form")
    for key in ("seats", "present", "kept_out"):
        if any(not isinstance(name, str) for name in content.get(key, ())):
            raise Invalid(f"{place}.{key}", "not names")
    given = content.get("input", {"members": []})
    members = content.get("members", given.get("members"))
    if not isinstance(members, list) or not all(
        isinstance(m, dict) and isinstance(m.get("name"), str) for m in members
    ):
        raise Invalid(f"{place}.members", "not members")


def verify_package(data: dict[str, Any], head: str | None = None) -> Iterator[Finding]:
    """Everything that does not agree, nothing when all does. `head` is the one printed on the
    minutes: without it a whole package made anew cannot be told from the true one."""
    entries = data["entries"]
    links = [Link(e["number"], e["content"], e["previous"], e["hash"]) for e in entries]
    for fault in verify(links, last=(len(links), data["head"])):
        yield Finding(f"mục {fault.number} của chuỗi", KINDS[fault.kind])
    if head is not None and head.lower() != data["head"]:
        yield Finding("đầu chuỗi", "khác đầu chuỗi ghi trên biên bản")
    contents = Contents()
    for entry in entries:
        yield from _sorted(contents, entry["number"], entry["content"])
    told = contents.closing.get("counts")
    if told != contents.counts:
        yield Finding("bế mạc", f"ghi {told}, trong gói có {contents.counts}")
    for number, item in contents.items.items():
        yield from _item(contents, number, item)


def _sorted(contents: Contents, number: int, content: dict[str, Any]) -> Iterator[Finding]:
    """Put one entry where it belongs."""
    kind, item = content["kind"], int(content.get("item", 0))
    if kind == "session" and not contents.session:
        contents.session = content
    elif kind == "item" and item not in contents.items:
        contents.items[item] = content
    elif kind == "sheet" and item in contents.items:
        contents.sheets.setdefault(item, []).append(content)
    elif kind == "result" and item in contents.items and item not in contents.results:
        contents.results[item] = content
    elif kind == "closing" and not contents.closing:
        contents.closing = content
    elif kind != "point":
        yield Finding(f"mục {number}", f"không rõ hoặc lặp lại: {kind}")


def _item(contents: Contents, number: int, item: dict[str, Any]) -> Iterator[Finding]:
    place = f"sản phẩm {number} ({item.get('product')})"
    try:
        criteria_set = load(item["sheet"])
    except (UnknownSheet, KeyError, TypeError):
        yield Finding(place, "không có bộ tiêu chí này")
        return
    if item.get("fingerprint") != criteria_set.fingerprint:
        yield Finding(place, "dấu vân tay bộ tiêu chí khác với bộ đã ban hành")
    sheets = contents.sheets.get(number, [])
    yield from _current(place, sheets)
    for sheet in sheets:
        yield from _sheet(place, criteria_set, item, sheet)
    result = contents.results.get(number)
    if result is not None:
        yield from _result(place, contents.session, item, sheets, result)
    elif item.get("purpose") == "counted" and item.get("left") == "":
        yield Finding(place, "không có kết quả")


def _current(place: str, sheets: list[dict[str, Any]]) -> Iterator[Finding]:
    """Each member's sheets are numbered from 1 without gaps, the last alone is current."""
    by_member: dict[str, list[dict[str, Any]]] = {}
    for sheet in sheets:
        by_member.setdefault(str(sheet.get("member")), []).append(sheet)
    for member, own in by_member.items():
        numbers = [sheet["number"] for sheet in own]
        # the last is current, unless it was opened again and never handed in
        if numbers != list(range(1, len(own) + 1)) or any(sheet["current"] for sheet in own[:-1]):
            yield Finding(f"{place}, phiếu của {member}", "thiếu, thừa hoặc đổi thứ tự phiếu")


def _sheet(
    place: str, criteria_set: CriteriaSet, item: dict[str, Any], sheet: dict[str, Any]
) -> Iterator[Finding]:
    """The options are of the set, and their points make the total."""
    place = f"{place}, phiếu {sheet.get('number')} của {sheet.get('member')}"
    if sheet.get("fingerprint") != item.get("fingerprint"):
        yield Finding(place, "chấm trên một bộ tiêu chí khác")
    try:
        marks = {
            criterion: criteria_set.by_id[criterion].choice(choice).points
            for criterion, choice in sheet["choices"].items()
        }
        row = member_sheet(
            criteria_set,
            sheet["member"],
            marks,
            cases=item["cases"],
            unfit=sheet["no_option_fits"],
            events=[Event(e["type"], e.get("criterion"), e["reason"]) for e in sheet["events"]],
        )
    except (Invalid, LookupError, TypeError, AttributeError, StopIteration) as fault:
        yield Finding(place, f"không hợp lệ ({fault})")
        return
    complete = not left_out(criteria_set, row.points)
    total = sum(points or 0 for points in row.points) if complete else None
    if sheet.get("total") != total:
        yield Finding(place, f"tổng ghi {sheet.get('total')}, cộng lại {total}")


def _seats(
    place: str, session: dict[str, Any], item: dict[str, Any], current: dict[str, Any]
) -> Iterator[Finding]:
    """Seats are those of the session's members; who has handed in counts, unless kept out."""
    known = {member["name"] for member in session.get("members", [])}
    for name in item["seats"]:
        if name not in known:
            yield Finding(place, f"{name} không phải thành viên của phiên")
        if name in current and name not in item["present"] and name not in item["kept_out"]:
            yield Finding(place, f"phiếu đã khóa của {name} bị bỏ khỏi kết quả")
        if name in item["present"] and name in item["kept_out"]:
            yield Finding(place, f"{name} không tham gia chấm mà vẫn được tính")


def _settled(session: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """What the council settled, as the input of a result must have it."""
    own = {key: item.get(key) for key in ("sheet", "cases", "agreed", "events")}
    return own | {"regulation": session.get("regulation")}


def _result(
    place: str,
    session: dict[str, Any],
    item: dict[str, Any],
    sheets: list[dict[str, Any]],
    result: dict[str, Any],
) -> Iterator[Finding]:
    """The input is what was sealed and agreed; computed again it gives the same."""
    place = f"{place}, kết quả"
    given = result["input"]
    for key, true in _settled(session, item).items():
        if given.get(key) != true:
            yield Finding(place, f"“{key}” khác với điều đã ghi của phiên")
    current = {s["member"]: s for s in sheets if s.get("current")}
    present = item["present"]
    yield from _seats(place, session, item, current)
    if [m.get("name") for m in given["members"]] != item.get("seats"):
        yield Finding(place, "danh sách thành viên khác")
    for member in given["members"]:
        name = member.get("name")
        if member.get("absent", False) == (name in present):
            yield Finding(place, f"có mặt, vắng mặt của {name} khác với điểm danh")
        own = current.get(name) if name in present else None
        told = {key: own[key] for key in STATEMENT} if own else {}
        if {key: member[key] for key in STATEMENT if key in member} != told:
            yield Finding(place, f"điểm của {name} khác với phiếu đã khóa")
    try:
        output = result_data(score(panel_from(given)))
    except Invalid as fault:
        yield Finding(place, f"đầu vào không hợp lệ ({fault})")
        return
    if json.dumps(output, sort_keys=True) != json.dumps(result.get("output"), sort_keys=True):
        yield Finding(place, f"tính lại ra {output['stars']} sao, {output['total_decimal']} điểm")
