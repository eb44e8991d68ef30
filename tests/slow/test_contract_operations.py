"""Every operation of the EPCIS contract, asked at random with good and bad values."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from saola.server.events.tokens import make_token
from saola.server.web.api.application import application
from tests.epcis.test_validation import SHARED

CONTRACT = SHARED / "epcis" / "openapi.json"
EXAMPLES = 200
SHAPE: list[Any] = [response_headers_conformance, response_schema_conformance]
STATUS: list[Any] = [status_code_conformance, content_type_conformance]


def checks(operation: Any, status: int) -> list[Any]:
    """What an answer has to keep. The contract lists no 400 where only paging or a name can be
    wrong, and answers 501 to the deletion of page tokens where nothing is held for them."""
    if status == 400 and "400" not in operation.definition.raw["responses"]:
        return [not_a_server_error]
    if status == 400:
        return [not_a_server_error, status_code_conformance]  # problem+json, as everywhere else
    if status == 501 and operation.label == "DELETE /nextPageToken/{token}":
        return [*SHAPE, *STATUS]
    if status == 409:
        return [not_a_server_error, *STATUS]  # the contract's schema wants the body to say 406
    return [not_a_server_error, *SHAPE, *STATUS]


def operations() -> list[Any]:
    """The 63 operations, or none where the contract is not at hand."""
    if not CONTRACT.exists():
        return []
    schema = schemathesis.openapi.from_dict(json.loads(CONTRACT.read_text(encoding="utf-8")))
    schema.config.update(base_url="http://testserver/epcis")
    return [found.ok() for found in schema.get_all_operations()]


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.skipif(not CONTRACT.exists(), reason="no ../shared: the contract is not at hand")
@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("operation", operations(), ids=lambda o: o.label)
def test_an_operation_keeps_the_contract(operation: Any) -> None:
    secret = make_token("cơ quan", 14, may_capture=True)[1]
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    bad = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=good | bad)
    def asked(case: Any) -> None:
        response = case.call(app=application, headers={"Authorization": f"Bearer {secret}"})
        case.validate_response(response, checks=checks(operation, response.status_code))

    asked()
