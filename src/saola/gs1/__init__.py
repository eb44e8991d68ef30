"""GS1 keys, element strings and Digital Links, read strictly; URNs of EPCs as links and back.

The rules are data (`identifiers.json`, the GS1 Barcode Syntax Dictionary); `biip` knows where a
company prefix ends. Nothing here asks a network.
"""

from saola.gs1.elements import Element, element_string, read_elements
from saola.gs1.epc import link_of, urn_of
from saola.gs1.identifiers import BadGs1, Identifier, check_value, identifier
from saola.gs1.keys import check_digit, check_pair, with_check_digit
from saola.gs1.link import CANONICAL, DigitalLink, build, canonical, parse

__all__ = [
    "CANONICAL",
    "BadGs1",
    "DigitalLink",
    "Element",
    "Identifier",
    "build",
    "canonical",
    "check_digit",
    "check_pair",
    "check_value",
    "element_string",
    "identifier",
    "link_of",
    "parse",
    "read_elements",
    "urn_of",
    "with_check_digit",
]
