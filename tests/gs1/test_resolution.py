"""What the resolver answers, as the standard's conformance points have it."""

import json
from typing import Any

import pytest

from saola.gs1.resolution import (
    ASKED,
    DEFAULT,
    LINKSET,
    VOC,
    Answer,
    BadGs1,
    Link,
    answer,
    description,
    levels,
    options,
    read,
)

ITEM, LOT = "/01/09506000134352", "/01/09506000134352/10/A1"
ROOT = "https://id.example"
LINKS = [
    Link(ITEM, f"{VOC}pip", f"https://page.example{ASKED}", "Tea", media="text/html", default=True),
    Link(ITEM, f"{VOC}instructions", "https://x.example/vi", "Cách pha", "vi"),
    Link(ITEM, f"{VOC}instructions", "https://x.example/en", "How to", "en"),
    Link(ITEM, f"{VOC}instructions", "https://x.example/any", "Brew"),
    Link(ITEM, f"{VOC}recipeInfo", "https://x.example/1", "One"),
    Link(ITEM, f"{VOC}recipeInfo", "https://x.example/2", "Two"),
    Link(LOT, f"{VOC}certificationInfo", "https://x.example/c?a=1#b", "Test report"),
]


def ask(path: str, query: str = "", links: list[Link] = LINKS, **headers: str) -> Answer:
    link = read(path)
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    mine = [one for one in links if one.anchor in levels(link)]
    return answer(link, query, told, mine, ROOT)


def header(found: Answer, name: str) -> str:
    return dict(found.headers).get(name, "")


def test_the_default_unless_the_request_says_more() -> None:
    for headers in ({}, {"accept_language": "vi-VN"}, {"accept": "text/html"}):
        found = ask(f"{LOT}/21/7", **headers)
        assert (found.status, header(found, "Location")) == (
            307,
            f"https://page.example{LOT}/21/7",
        )


@pytest.mark.parametrize(
    ("language", "where"),
    [
        ("vi-VN,vi;q=0.9,en;q=0.5", "vi"),
        ("en-GB", "en"),
        ("en;q=0.2, vi;q=0.9", "vi"),
        ("fr", "any"),
        ("", "any"),
        ("vi;q=0, en", "en"),
        ("*", "any"),
        ("vi;q=x", "any"),
    ],
)
def test_the_language_that_is_dearest(language: str, where: str) -> None:
    found = ask(ITEM, "linkType=gs1:instructions", accept_language=language)
    assert header(found, "Location").startswith(f"https://x.example/{where}?")


@pytest.mark.parametrize(
    "kind",
    ["gs1:certificationInfo", f"{VOC}certificationInfo", "https://gs1.org/voc/certificationInfo"],
)
def test_a_link_type_in_its_spellings(kind: str) -> None:
    found = ask(LOT, f"linkType={kind}&x=1")
    assert header(found, "Location") == f"https://x.example/c?a=1&linkType={kind}&x=1#b"


def test_not_found_and_several_equal() -> None:
    assert ask(ITEM, "linkType=gs1:certificationInfo").status == 404
    assert ask(ITEM, links=[]).status == 404
    several = ask(ITEM, "linkType=gs1:recipeInfo")
    assert several.status == 300
    assert len(json.loads(several.body)["choices"]) == 2


@pytest.mark.parametrize(
    ("query", "accept"), [("linkType=linkset", ""), ("linkType=all", ""), ("", LINKSET)]
)
def test_the_linkset_with_all_levels(query: str, accept: str) -> None:
    found = ask(f"{LOT}/21/7", query, accept=accept)
    assert (found.status, header(found, "Content-Type")) == (200, LINKSET)
    sets: list[dict[str, Any]] = json.loads(found.body)["linkset"]
    assert [one["anchor"] for one in sets] == [ROOT + LOT, ROOT + ITEM]
    assert all(one["itemDescription"] == "Tea" for one in sets)
    defaults = [one[DEFAULT] for one in sets if DEFAULT in one]
    assert defaults == [[{"href": f"https://page.example{LOT}/21/7", "title": "Tea"}]]
    assert "json-ld#context" in header(found, "Link")
    assert 'rel="linkset"' in header(ask(LOT), "Link")


@pytest.mark.parametrize(
    "path",
    ["/01/09506000134353", "/01/9506000134352", "/21/1", "/x", "/01/09506000134352/21/a/10/b"],
)
def test_what_is_no_link(path: str) -> None:
    with pytest.raises(BadGs1):
        read(path)


def test_a_slash_at_the_end_is_forgiven() -> None:
    assert ask(ITEM + "/").headers == ask(ITEM).headers


def test_cors_methods_description() -> None:
    for found in (options(), ask(ITEM), ask(ITEM, links=[])):
        assert header(found, "Access-Control-Allow-Origin") == "*"
        assert header(found, "Access-Control-Allow-Methods") == "GET, HEAD, OPTIONS"
    assert description("x", ROOT)["resolverRoot"] == ROOT
