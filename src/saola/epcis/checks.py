"""What is held against single values of an event: dates, words, addresses, lists, fields.
Each finding has its path."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from saola.epcis.documents import FOREIGN

Rule = Callable[[Any, str], None]
WORDS: dict[str, list[str]] = {
    name: words
    for name, words in json.loads(
        resources.files("saola.epcis").joinpath("words.json").read_text("utf-8")
    ).items()
    if name != "source"
}
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20\x7f\s<>\"{}|\\^`]+")
LONGEST_URI = 1000
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
OFFSET = re.compile(r"[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)", re.ASCII)
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
ABSOLUTE = ("http", "https", "urn", "ni", "geo", "_")
OLD_WORDS = ("urn:epcglobal:cbv:bizstep:", "urn:epcglobal:cbv:disp:", "urn:epcglobal:cbv:btt:",
             "urn:epcglobal:cbv:sdt:", "urn:epcglobal:cbv:er:")  # fmt: skip
MOST = 1000  # faults that are told


def is_uri(text: str) -> bool:
    """Whether it is an address or URN that can be kept."""
    return len(text) <= LONGEST_URI and SCHEME.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass
class Check:
    """What is found while events are gone through; `xml` where words are URNs, numbers texts."""

    xml: bool
    spaces: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: str, reason: str) -> None:
        """Note it."""
        if len(self.faults) < MOST:
            self.faults.append(Fault(path, reason))

    def text(self, value: Any, path: str) -> bool:
        """Whether it is a text; noted otherwise."""
        if not isinstance(value, str) or not value.strip():
            self.fault(path, "a text is expected")
            return False
        return True

    def words(self, value: Any, path: str) -> None:
        """Any text."""
        self.text(value, path)

    def uri(self, value: Any, path: str) -> None:
        """An address or URN."""
        if self.text(value, path) and not is_uri(value):
            self.fault(path, f"{value[:60]!r} is no URI")

    def moment(self, value: Any, path: str) -> None:
        """Date and time with their zone."""
        if not self.text(value, path):
            return
        if not MOMENT.fullmatch(value):
            return self.fault(path, f"{value[:60]!r} is no date and time with a zone")
        try:
            datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fault(path, f"{value[:60]!r} is no date of the calendar")

    def offset(self, value: Any, path: str) -> None:
        """Hours and minutes beside UTC."""
        if self.text(value, path) and not OFFSET.fullmatch(value):
            self.fault(path, f"{value[:60]!r} is no offset such as +07:00")

    def number(self, value: Any, path: str) -> None:
        """A number of JSON, in XML the text of one."""
        if self.xml and isinstance(value, str) and NUMBER.fullmatch(value):
            return
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(path, "a number is expected")

    def boolean(self, value: Any, path: str) -> None:
        """True or false."""
        if not isinstance(value, bool) and not (self.xml and value in ("true", "false", "0", "1")):
            self.fault(path, "true or false is expected")

    def like(self, pattern: re.Pattern[str], what: str) -> Rule:
        """A text of this shape."""

        def rule(value: Any, path: str) -> None:
            if self.text(value, path) and not pattern.fullmatch(value):
                self.fault(path, f"{value[:60]!r} is no {what}")

        return rule

    def word(self, kind: str) -> Rule:
        """A word of CBV, or an address that is none of CBV's old ones."""

        def rule(value: Any, path: str) -> None:
            if not self.text(value, path):
                return
            if ":" not in value:
                if self.xml or value not in WORDS[kind]:
                    self.fault(path, f"{value[:60]!r} is no word of CBV 2.0")
            elif not is_uri(value):
                self.fault(path, f"{value[:60]!r} is no URI")
            elif not self.xml and value.startswith(OLD_WORDS):
                self.fault(path, f"{value[:60]!r}: in JSON the bare word is written")
            elif self.xml and value.startswith(OLD_WORDS):
                bare = value.rsplit(":", 1)[1]
                if bare not in WORDS[kind]:
                    self.fault(path, f"{value[:60]!r} is no word of CBV 2.0")

        return rule

    def rows(self, rule: Rule, *, least: int = 0, once: bool = False) -> Rule:
        """A list, each entry by the rule."""

        def whole(value: Any, path: str) -> None:
            if not isinstance(value, list):
                return self.fault(path, "a list is expected")
            if len(value) < least:
                self.fault(path, "must not be empty")
            if once and not self.xml and len({str(entry) for entry in value}) < len(value):
                self.fault(path, "the same entry twice")
            for number, entry in enumerate(value):
                rule(entry, f"{path}[{number}]")

        return whole

    def fields(
        self, rules: Mapping[str, Rule], needed: Iterable[str] = (), *, own: bool = True
    ) -> Rule:
        """A mapping with these fields; `own`: whether users may add theirs under a namespace."""

        def whole(value: Any, path: str) -> None:
            if not isinstance(value, Mapping):
                return self.fault(path, "an object is expected")
            for name in needed:
                if name not in value:
                    self.fault(path, f"{name} is missing")
            for name, entry in value.items():
                if name in rules:
                    rules[name](entry, f"{path}.{name}")
                elif not own or not self.declared(name):
                    self.unknown(name, path)

        return whole

    def unknown(self, name: str, path: str) -> None:
        """A field that nobody defines."""
        known = ":" in name and not name.startswith("{")
        what = "the namespace of this field is not declared" if known else "unknown field"
        self.fault(f"{path}.{name[:80]}", what)

    def declared(self, name: str) -> bool:
        """Whether a user's field stands under a namespace that the document declares."""
        if name.startswith("{"):
            return True
        prefix, colon, local = name.partition(":")
        known = prefix in self.spaces or prefix in ABSOLUTE or FOREIGN in self.spaces
        return bool(colon and local) and known

    def masterdata(self, value: Any, path: str) -> None:
        """Instance and lot master data: users' fields alone."""
        self.fields({})(value, path)

    def certified(self, value: Any, path: str) -> None:
        """One certificate's address or several."""
        if isinstance(value, list):
            self.rows(self.uri)(value, path)
        else:
            self.uri(value, path)
