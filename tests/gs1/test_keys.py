"""Check digits, element strings and URNs of EPCs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saola import gs1

# of the EPC Tag Data Standard and CBV 2.0, with the length of the company prefix
URNS = [
    ("urn:epc:id:sgtin:4012345.011111.9876", 7, "/01/04012345111118/21/9876"),
    ("urn:epc:idpat:sgtin:4012345.011111.*", 7, "/01/04012345111118"),
    ("urn:epc:class:lgtin:4012345.011111.4711", 7, "/01/04012345111118/10/4711"),
    ("urn:epc:id:sscc:4012345.0111222333", 7, "/00/040123451112223331"),
    ("urn:epc:id:sgln:4012345.00005.0", 7, "/414/4012345000054"),
    ("urn:epc:id:sgln:4012345.00005.32a%2Fb", 7, "/414/4012345000054/254/32a%2Fb"),
    ("urn:epc:id:pgln:4012345.00005", 7, "/417/4012345000054"),
    ("urn:epc:id:grai:4012345.55555.987", 7, "/8003/04012345555554987"),
    ("urn:epc:id:giai:4000001.111", 7, "/8004/4000001111"),
    ("urn:epc:id:gdti:4012345.55555.987", 7, "/253/4012345555554987"),
    ("urn:epc:id:gsrn:4000001.0000000001", 7, "/8018/400000100000000012"),
    ("urn:epc:id:itip:4012345.011111.01.02.987", 7, "/8006/040123451111180102/21/987"),
    ("urn:epc:id:cpi:4012345.5PQ7%2FZ43.12", 7, "/8010/40123455PQ7%2FZ43/8011/12"),
    ("urn:epc:id:gsin:4012345.222333444", 7, "/402/40123452223334442"),
    ("urn:epc:id:ginc:4012345.xyz47", 7, "/401/4012345xyz47"),
    ("urn:epc:id:sgcn:4012345.67890.04711", 7, "/255/401234567890104711"),
    (
        "urn:epc:id:upui:1234567.089456.51qIgY)%3C%26Jp3*j7SDB",
        7,
        "/01/01234567894560/235/51qIgY%29%3C%26Jp3%2Aj7SDB",
    ),
    # a prefix of twelve digits leaves nothing for the reference
    ("urn:epc:id:sgln:437473647364..0", 12, "/414/4374736473640"),
    ("urn:epc:id:pgln:859839494502.", 12, "/417/8598394945028"),
    ("urn:epc:id:grai:123456789012..4", 12, "/8003/012345678901284"),
    # a serial number that is an asterisk is no pattern
    ("urn:epc:id:sgtin:4012345.011111.%2A", 7, "/01/04012345111118/21/%2A"),
]


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        ("/415/9521000000003/8020/R", 7),  # there is no URN of this key
        ("/8004/9521A34", 6),  # the prefix would hold a letter
        ("/8004/123456789012", 12),  # nothing behind it
        ("/414/4012345000054", 5),
        ("/414/4012345000054/7040/1ABC", 7),  # the qualifier would be lost
        ("/8006/040123451111180102/10/A", 7),
    ],
)
def test_what_has_no_urn_says_so(path: str, prefix: int) -> None:
    with pytest.raises(gs1.BadGs1):
        gs1.urn_of(gs1.CANONICAL + path, prefix)


def test_a_lot_is_a_lot_beside_its_variant() -> None:
    gtin = gs1.CANONICAL + "/01/04012345111118"
    assert gs1.urn_of(gtin + "/22/2A/10/L1", 7) == "urn:epc:class:lgtin:4012345.011111.L1"
    assert gs1.urn_of(gtin + "/10/L1/21/7", 7) == "urn:epc:id:sgtin:4012345.011111.7"
    assert gs1.urn_of(gtin + "/22/2A", 7) == "urn:epc:idpat:sgtin:4012345.011111.*"


def test_the_words_of_a_urn_may_be_large() -> None:
    assert gs1.link_of("URN:EPC:ID:sgln:4012345.00005.0").endswith("/414/4012345000054")


@pytest.mark.parametrize(("urn", "prefix", "path"), URNS)
def test_urns_are_links_and_links_are_urns(urn: str, prefix: int, path: str) -> None:
    link = gs1.link_of(urn)
    assert link == gs1.CANONICAL + path
    assert gs1.urn_of(link, prefix) == urn


@pytest.mark.parametrize(
    "urn",
    [
        "urn:epc:id:sscc:7438473847381.7483",
        "urn:epc:id:giai:12345.123",
        "urn:epc:id:giai:123456789012.",
        "urn:epc:id:sgtin:234567.1890123.\ud800",
        "urn:epc:class:lgtin:4012345.011111.*",
        "urn:epc:id:sgtin:4012345.01111.9876",
        "urn:epc:id:sgtin:4012345.011111",
        "urn:epc:class:sgtin:4012345.011111.9876",
        "urn:epc:id:lgtin:4012345.011111.4711",
        "urn:epc:idpat:sscc:4012345.*",
        "urn:epc:id:nothing:4012345.1",
        "urn:epcglobal:cbv:bizstep:shipping",
    ],
)
def test_what_is_no_urn_of_a_key_is_refused(urn: str) -> None:
    with pytest.raises(gs1.BadGs1):
        gs1.link_of(urn)


@given(st.text("0123456789", min_size=7, max_size=17), st.integers(0, 16), st.integers(1, 9))
def test_a_check_digit_finds_every_single_wrong_digit(digits: str, at: int, by: int) -> None:
    whole = gs1.with_check_digit(digits)
    at %= len(whole)
    wrong = whole[:at] + str((int(whole[at]) + by) % 10) + whole[at + 1 :]
    assert gs1.check_digit(wrong[:-1]) != wrong[-1]


def test_the_check_pair_of_the_general_specifications() -> None:
    # the example of GS1 General Specifications, 7.9.6
    assert gs1.check_pair("1987654Ad4X4bL5ttr2310c") == "2K"


def test_element_strings_as_scanners_send_them() -> None:
    read = gs1.read_elements
    assert read("^010952012345678810ABC^17270131") == read("(01)09520123456788(10)ABC(17)270131")
    assert read("\x1d010952012345678810ABC") == (("01", "09520123456788"), ("10", "ABC"))
    assert gs1.element_string(read("(01)09520123456788(10)A\\(1")) == "^010952012345678810A(1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "010952012345678810ABC",
        "(01)09520123456789",
        "(10)ABC",
        "(01)09520123456788(10)",
        "(01)09520123456788(01)09520123456795",
        "^010952012345678805A",
        "(01)09520123456788(02)09520123456788(37)1",
        "x" * 5000,
    ],
)
def test_what_is_no_element_string_is_refused(text: str) -> None:
    with pytest.raises(gs1.BadGs1):
        gs1.read_elements(text)
