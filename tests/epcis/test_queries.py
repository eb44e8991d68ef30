"""Parameters of queries: each finds what it should and nothing else; what is none is refused."""

from typing import Any

import pytest

from saola.epcis import read_document
from saola.epcis.mentions import Role, mentions
from saola.epcis.queries import BadQuery, read_query
from tests.epcis.test_hash import EVENT, SPACES
from tests.epcis.test_validation import document

FULL: dict[str, Any] = EVENT | {
    "eventID": "urn:uuid:1",
    "recordTime": "2026-03-01T01:00:00Z",
    "persistentDisposition": {"set": ["recalled"], "unset": ["available"]},
    "bizLocation": {"id": "https://id.gs1.org/414/8938500000003/254/kho-1", "vn:kệ": "A"},
    "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:8938500.00001"}],
    "errorDeclaration": {
        "declarationTime": "2026-04-01T00:00:00Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:2"],
    },
    "ilmd": {"vn:giống": "Kim Tuyên", "vn:lô": {"vn:số": 7}},
    "vn:máy": {"hãng": "Thử", "#text": "M1"},
    "sensorElementList": [
        {
            "sensorMetadata": {"deviceID": "urn:x:máy:1", "time": "2026-03-01T00:10:00Z"},
            "sensorReport": [{"type": "Temperature", "value": 26.5, "uom": "CEL", "vn:tầng": "2"}],
        }
    ],
}
TRUE: list[tuple[str, Any]] = [
    ("eventType", ["ObjectEvent", "AggregationEvent"]),
    ("GE_eventTime", "2026-03-01T00:30:00Z"),
    ("LT_eventTime", "2026-03-01T07:31:00+07:00"),
    ("GE_recordTime", "2026-03-01T01:00:00Z"),
    ("EQ_action", "OBSERVE"),
    ("EQ_bizStep", ["receiving", "shipping"]),
    ("EQ_bizStep", "https://ref.gs1.org/cbv/BizStep-shipping"),
    ("EQ_disposition", "in_transit"),
    ("EQ_persistentDisposition_set", "recalled"),
    ("EQ_persistentDisposition_unset", "available"),
    ("EQ_readPoint", "urn:epc:id:sgln:8938500.00000.0"),
    ("WD_bizLocation", "https://id.gs1.org/414/8938500000003"),
    ("EQ_bizTransaction_po", "urn:epcglobal:cbv:bt:8938500000003:7"),
    ("EQ_source_owning_party", "https://id.gs1.org/417/8938500000010"),
    ("MATCH_epc", "https://ocop.vn/01/08938500000010/21/2"),
    ("MATCH_epc", "urn:epc:idpat:sgtin:8938500.000001.*"),
    ("MATCH_epc", "urn:epc:idpat:sgtin:8938500.*.*"),
    ("MATCH_anyEPC", ["urn:x:none", "https://id.gs1.org/01/08938500000010/21/0"]),
    ("MATCH_epcClass", "https://id.gs1.org/01/08938500000010/10/L1"),
    ("MATCH_anyEPCClass", "urn:epc:class:lgtin:8938500.000001.L1"),
    ("EQ_quantity", 12.5),
    ("GT_quantity_KGM", "12"),
    ("EQ_eventID", "urn:uuid:1"),
    ("EXISTS_errorDeclaration", True),
    ("GE_errorDeclarationTime", "2026-04-01T00:00:00Z"),
    ("EQ_errorReason", "incorrect_data"),
    ("EQ_correctiveEventID", "urn:uuid:2"),
    ("EXISTS_sensorElementList", "true"),
    ("EQ_type", "gs1:Temperature"),
    ("EQ_deviceID", "urn:x:máy:1"),
    ("GE_time", "2026-03-01T00:10:00Z"),
    ("EQ_value_CEL", 26.5),
    ("GE_value_CEL", 26),
    ("EQ_vn:note", "hai"),
    ("EQ_khác:note", "hai"),  # another prefix for the same namespace
    ("EXISTS_vn:note", True),
    ("EQ_ILMD_vn:giống", "Kim Tuyên"),
    ("EQ_INNER_ILMD_vn:số", 7),
    ("GE_INNER_ILMD_vn:số", 7),
    ("EXISTS_ILMD_vn:giống", True),
    ("EQ_bizLocation_vn:kệ", "A"),
    ("EQ_SENSORREPORT_vn:tầng", "2"),
    ("HASATTR_vn:máy", "hãng"),
    ("EQ_ATTR_vn:máy_hãng", "Thử"),
]
FALSE: list[tuple[str, Any]] = [
    ("eventType", ["TransactionEvent"]),
    ("LT_eventTime", "2026-03-01T00:30:00Z"),
    ("GE_recordTime", "2026-03-01T01:00:01Z"),
    ("EQ_bizStep", "receiving"),
    ("EQ_persistentDisposition_set", "available"),
    ("WD_readPoint", "https://id.gs1.org/414/8938500000003/254/kho-1"),
    ("EQ_bizTransaction_po", "urn:epcglobal:cbv:bt:8938500000003:8"),
    ("MATCH_epc", "https://id.gs1.org/01/08938500000010/21/9"),
    ("MATCH_inputEPC", "https://id.gs1.org/01/08938500000010/21/2"),
    ("MATCH_epc", "urn:epc:idpat:sgtin:8938501.*.*"),
    ("GT_quantity_KGM", 12.5),
    ("GT_quantity_GRM", 1),
    ("EXISTS_errorDeclaration", False),
    ("LT_value_CEL", 26.5),
    ("EQ_vn:note", "ba"),
    ("EQ_ILMD_vn:số", 7),
    ("EQ_INNER_vn:giống", "Kim Tuyên"),
    ("HASATTR_vn:máy", "nước"),
]
ASKS = SPACES | {"khác": SPACES["vn"]}


@pytest.mark.parametrize(("name", "value"), TRUE)
def test_a_parameter_finds_its_event(name: str, value: Any) -> None:
    assert read_query({name: value}, ASKS).finds(FULL, SPACES)


@pytest.mark.parametrize(("name", "value"), FALSE)
def test_a_parameter_leaves_the_others(name: str, value: Any) -> None:
    assert not read_query({name: value}, ASKS).finds(FULL, SPACES)


def test_all_parameters_must_hold() -> None:
    given = {"EQ_bizStep": "shipping", "EQ_action": "ADD"}

    assert not read_query(given, SPACES).finds(FULL, SPACES)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"EQ_nothing": "a"}, "EQ_nothing"),
        ({"GE_eventTime": "2026-03-01"}, "GE_eventTime"),
        ({"GE_eventTime": "2026-03-01T00:00:00"}, "GE_eventTime"),
        ({"GT_quantity": "nhiều"}, "GT_quantity"),
        ({"eventType": "QuantityEvent"}, "eventType"),
        ({"MATCH_epc": "urn:epc:idpat:grai:4012345.*.*"}, "MATCH_epc"),
        ({"EQ_bizStep": []}, "EQ_bizStep"),
        ({"EQ_bizStep": [{"a": 1}]}, "EQ_bizStep"),
        ({"orderBy": "bizStep"}, "orderBy"),
        ({"orderDirection": "UP"}, "orderDirection"),
        ({"eventCountLimit": "0"}, "eventCountLimit"),
        ({"eventCountLimit": 1, "maxEventCount": 1}, "maxEventCount"),
        ({"XX_eventTime": "a"}, "XX_eventTime"),
        ({"EXISTS_bizStep": True}, "EXISTS_bizStep"),
    ],
)
def test_what_is_no_parameter_is_refused_by_its_name(given: dict[str, Any], name: str) -> None:
    with pytest.raises(BadQuery) as refused:
        read_query(given, SPACES)
    assert refused.value.name == name


def test_mentions_are_the_things_in_their_roles() -> None:
    read = read_document(document(EVENT))
    found = list(mentions(next(iter(read.events))[0]))

    assert (Role.EPC, "https://id.gs1.org/01/08938500000010/21/3") in found
    assert (Role.CLASS, "https://id.gs1.org/01/08938500000010/10/L1") in found
    assert (Role.PLACE, "https://id.gs1.org/414/8938500000003") in found
    assert len(found) == 6
