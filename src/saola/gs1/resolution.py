"""What a GS1-conformant resolver answers: links kept row by row, inherited from the key upward,
chosen by what was asked for. No web framework: a question in, status, headers and body out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from saola.gs1.identifiers import BadGs1
from saola.gs1.link import DigitalLink, parse

VOC = "https://ref.gs1.org/voc/"
OLD_VOC = "https://gs1.org/voc/"
DEFAULT = f"{VOC}defaultLink"
LINKSET = "application/linkset+json"
CONTEXT = (
    "<https://ref.gs1.org/standards/resolver/linkset-context>; "
    'rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
)
WHOLE = ("linkset", "all", "gs1:linkset", "gs1:all")
ASKED = "{path}"  # in an address: the path of the link that was asked for
HEADERS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Expose-Headers", "Link"),
    ("Vary", "Accept, Accept-Language"),
)
METHODS = "GET, HEAD, OPTIONS"


@dataclass(frozen=True, slots=True)
class Link:
    """One row: `anchor` is the path that it belongs to ("/01/…/10/…"), `rel` the whole address of
    its link type, `href` where it leads, with ASKED for the path asked for."""

    anchor: str
    rel: str
    href: str
    title: str
    language: str = ""
    media: str = ""
    context: str = ""
    default: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers, body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


def read(path: str) -> DigitalLink:
    """The link of a request's path, one slash at its end forgiven; BadGs1 says what is wrong."""
    return parse(f"https://resolver.invalid{path.removesuffix('/')}")


def levels(link: DigitalLink) -> list[str]:
    """Paths whose links hold for this one: its own, then without its last qualifier, up to the
    key. A serial number belongs to its GTIN whether or not its lot is named."""
    steps = [f"/{ai}/{quote(value, safe='')}" for ai, value in (link.key, *link.qualifiers)]
    return ["".join(steps[:count]) for count in range(len(steps), 0, -1)]


def answer(
    link: DigitalLink, query: str, headers: Mapping[str, str], links: Iterable[Link], root: str
) -> Answer:
    """The answer to a request for `link` with this query; `headers` by lower-case name; `links`
    those of all its levels; `root` the address that stands before the path."""
    asked = dict(parse_qsl(query, keep_blank_values=True))
    order = levels(link)
    rows = sorted(links, key=lambda row: order.index(row.anchor))
    if not rows:
        return problem(404, "nothing is known of this number", root, order[0])
    kind = asked.get("linkType", "")
    if kind in WHOLE or (not kind and LINKSET in headers.get("accept", "")):
        return _linkset(rows, order, root)
    wanted = [row for row in rows if row.rel == whole_rel(kind)] if kind else _default(rows)
    if not wanted:
        return problem(404, "no link of this type", root, order[0])
    wanted = [row for row in wanted if row.anchor == wanted[0].anchor]
    best = _best(wanted, headers, asked.get("context", ""))
    addresses = [_address(row, order[0], query) for row in best]
    told = (*HEADERS, _link_header(root, order[0]))
    if len(set(addresses)) > 1:
        choices = [
            {"href": address, "title": row.title, "type": row.media, "hreflang": row.language}
            for row, address in zip(best, addresses, strict=True)
        ]
        body = json.dumps({"choices": choices}, ensure_ascii=False).encode()
        return Answer(300, (*told, ("Content-Type", "application/json")), body)
    return Answer(307, (*told, ("Location", addresses[0])))


def options() -> Answer:
    """What may be asked, for every address."""
    allowed = (("Allow", METHODS), ("Access-Control-Allow-Headers", "Accept"))
    return Answer(204, (*HEADERS, *allowed))


def problem(status: int, reason: str, root: str = "", path: str = "") -> Answer:
    """An error, never with 200."""
    body = json.dumps({"title": reason, "status": status}, ensure_ascii=False).encode()
    told = (_link_header(root, path),) if path else ()
    return Answer(status, (*HEADERS, *told, ("Content-Type", "application/problem+json")), body)


def description(name: str, root: str) -> dict[str, object]:
    """The resolver description file of /.well-known/gs1resolver."""
    return {
        "name": name,
        "resolverRoot": root,
        "supportedPrimaryKeys": ["01"],
        "supportedLinkType": [{"namespace": VOC, "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
        "supportsSemanticInterpretation": False,
        "validatesAIcombinations": True,
        "supportsLanguageVariants": True,
    }


def whole_rel(kind: str) -> str:
    """ "gs1:pip", "pip" and both addresses of the vocabulary as one address."""
    if kind.startswith(OLD_VOC):
        return VOC + kind.removeprefix(OLD_VOC)
    if ":" not in kind:
        return VOC + kind
    return VOC + kind.removeprefix("gs1:") if kind.startswith("gs1:") else kind


def _default(rows: Sequence[Link]) -> list[Link]:
    """The default of the finest level that has one, with its variants in other languages."""
    chosen = next((row for row in rows if row.default), None)
    if chosen is None:
        return []
    same = [row for row in rows if (row.anchor, row.rel) == (chosen.anchor, chosen.rel)]
    return [chosen, *(row for row in same if row != chosen)]


def _best(rows: list[Link], headers: Mapping[str, str], context: str) -> list[Link]:
    """Those that fit best what the request says; the default where it says nothing."""
    if context:
        rows = [row for row in rows if row.context == context] or rows
    told = False
    for language in _preferred(headers.get("accept-language", "")):
        fitting = [row for row in rows if row.language and _speaks(row.language, language)]
        if fitting:
            rows, told = fitting, True
            break
    for media in _preferred(headers.get("accept", "")):
        fitting = [row for row in rows if row.media == media]
        if fitting:
            rows, told = fitting, True
            break
    if not told and any(row.default for row in rows):
        return [row for row in rows if row.default][:1]
    unlabelled = [row for row in rows if not row.language]
    return rows if told else unlabelled or rows


def _speaks(offered: str, asked: str) -> bool:
    """vi answers vi-VN, and the other way round."""
    one, other = offered.lower(), asked.lower()
    return one == other or one.split("-")[0] == other.split("-")[0]


def _preferred(header: str) -> list[str]:
    """The values of an Accept header, the dearest first; wildcards and refused ones left out."""
    found: list[tuple[float, str]] = []
    for part in header[:1000].split(","):
        value, *parameters = (piece.strip() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, number = parameter.partition("=")
            if name.strip() == "q":
                weight = _weight(number)
        if value and "*" not in value and weight > 0:
            found.append((weight, value))
    return [value for _, value in sorted(found, key=lambda pair: -pair[0])]


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _address(row: Link, path: str, query: str) -> str:
    href = row.href.replace(ASKED, path)
    if not query:
        return href
    head, mark, fragment = href.partition("#")
    return f"{head}{'&' if '?' in head else '?'}{query}{mark}{fragment}"


def _link_header(root: str, path: str) -> tuple[str, str]:
    return "Link", f'<{root}{path}?linkType=linkset>; rel="linkset"; type="{LINKSET}"'


def _name(rows: Sequence[Link], anchor: str) -> str:
    """What the thing of a level is called: the title of its default link, else of any."""
    own = [row for row in rows if row.anchor == anchor]
    return next((row.title for row in (*own, *rows) if row.default), own[0].title)


def _linkset(rows: Sequence[Link], order: Sequence[str], root: str) -> Answer:
    """RFC 9264: one context object for each level that has links, the finest first; one default."""
    sets: dict[str, dict[str, object]] = {}
    for row in rows:
        told = {"anchor": root + row.anchor, "itemDescription": _name(rows, row.anchor)}
        own = sets.setdefault(row.anchor, dict(told))
        target: dict[str, object] = {"href": row.href.replace(ASKED, order[0]), "title": row.title}
        if row.media:
            target["type"] = row.media
        if row.language:
            target["hreflang"] = [row.language]
        if row.context:
            target["context"] = [row.context]
        targets = own.setdefault(row.rel, [])
        assert isinstance(targets, list)
        targets.append(target)
    default = next((row for row in rows if row.default), None)
    if default is not None:
        href = default.href.replace(ASKED, order[0])
        sets[default.anchor][DEFAULT] = [{"href": href, "title": default.title}]
    body = json.dumps({"linkset": list(sets.values())}, ensure_ascii=False).encode()
    name, value = _link_header(root, order[0])
    headers = (*HEADERS, (name, f"{value}, {CONTEXT}"), ("Content-Type", LINKSET))
    return Answer(200, headers, body)


__all__ = [
    "ASKED",
    "Answer",
    "BadGs1",
    "Link",
    "answer",
    "description",
    "levels",
    "options",
    "problem",
    "read",
]
