"""What once broke a reader of untrusted input, found by some 20 million made-up ones: each is refused
in words, and takes nothing else down."""

import contextlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.test import Client

from saola import cli, epcis
from saola.epcis.identity import canonical_identity
from saola.epcis.queries import BadQuery, read_query
from saola.lifecycle.machine import Refused
from saola.lists import read_list
from saola.lists.grid import Unreadable, read_grids
from saola.planning import contract
from saola.server.events import webhooks
from saola.server.labels.scans import _read
from saola.server.places.shapes import load_shapes
from saola.vietnamese.dates import add_months

CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]


def far_cell() -> bytes:
    """A small workbook whose last cell is the last that there can be."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.add_worksheet().write(0, 0, "Tên sản phẩm")
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", cell)
            new.writestr(name, content)
    return out.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("content", [far_cell(), (Path(__file__).parent / "loop.xls").read_bytes()])
def test_workbooks_that_ask_for_all_memory(content: bytes) -> None:
    with pytest.raises(Unreadable, match="Không mở được"):
        read_grids(content)


def test_a_heading_of_two_rows_without_the_product() -> None:
    text = "TT\tTên sản phẩm\t3\n\tHạngsao\tểố\tNăm\tẠ\nậ"
    assert read_list(text.encode()) is not None


@pytest.mark.parametrize("text", ["http://[", "http://[x]/01/1", "https://[::1"])
def test_hosts_in_brackets_that_are_none(text: str) -> None:
    assert canonical_identity(text) == text


@pytest.mark.parametrize(
    "content",
    [
        b'{"@context":["http://x.vn"],"type":"EPCISDocument","schemaVersion":"2.0",'
        b'"creationDate":"2026-01-01T00:00:00Z","epcisBody":{"eventList":[{"x":1e999}]}}',
        b'{"@context":["http://x.vn"],"type":"EPCISDocument","epcisBody":{"eventList":[{"x":"\x80"}]}}',
        b"<a:b/>",
        b'<EPCISDocument xmlns:a="}" a:b=""/>',
        b"<EPCISDocument><a:b/></EPCISDocument>",
    ],
)
def test_documents_that_break_when_they_are_gone_through(content: bytes) -> None:
    with contextlib.suppress(epcis.NotEpcis):
        assert list(epcis.validate(content))


def test_the_hash_of_what_is_no_event(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "event.json"
    file.write_text('{"type":"ObjectEvent","epcList":5}')
    assert cli.main(["epcis", "hash", str(file)]) == 2
    assert "no event of EPCIS" in capsys.readouterr().err


@pytest.mark.parametrize(
    "told",
    [
        '{"path": {"ladders": [], "stars": 1e999}}',
        '{"portfolio": {"money": 1e999, "products": [], "margin": Infinity}}',
        '{"path": {"product": "\\ud800"}}',
    ],
)
def test_plans_of_numbers_that_are_none(told: str) -> None:
    with pytest.raises(contract.Refused):
        contract.run(told.encode())


def test_days_beyond_the_calendar() -> None:
    from datetime import date

    assert add_months(date(9999, 2, 3), 36) == date.max


def test_labels_of_hosts_and_addresses_in_disguise() -> None:
    for dest in (
        "https://[64:ff9b::7f00:1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[2002:7f00:1::]/",
    ):
        with pytest.raises(webhooks.BadAddress):
            webhooks.check_address(dest)
    for dest in ("https://a..b/", "https://.vn/", f"https://{'x' * 70}.vn/"):
        with pytest.raises(webhooks.Failed):
            webhooks.send(dest, b"{}", "s")


def test_outlines_with_half_a_character(db: None) -> None:
    told = {"type": "FeatureCollection", "features": [{"properties": {"code": "\ud800"}}]}
    with pytest.raises(Refused):
        load_shapes(json.dumps(told).encode(), "thử")


def test_a_line_of_scans_that_is_deep() -> None:
    assert _read("[" * 100_000) is None


@pytest.mark.parametrize(
    "path",
    [
        "/epcis/events?MATCH_anyEPC=http://[", "/epcis/events?EQ_readPoint=http://[",
        "/epcis/events/http%3A%2F%2F%5B", "/epcis/epcs/http%3A%2F%2F%5B/events",
        f"/epcis/events?{'a&' * 1500}", f"/truy-xuat/01/02900000000018?hl=en&{'a&' * 100}",
        f"/01/02900000000018?{'a&' * 1500}",
    ],
)  # fmt: skip
def test_addresses_that_anybody_may_send(db: None, path: str) -> None:
    from saola.server.config.wsgi import application

    said = []
    where, _, query = path.partition("?")
    environ = Client()._base_environ(PATH_INFO=where, QUERY_STRING=query)
    b"".join(application(environ, lambda status, headers: said.append(int(status[:3]))))
    assert said[0] < 500


@pytest.mark.parametrize(
    "query",
    [
        {"orderBy": {"": {}}}, {"orderBy": []}, {"GE_eventTime": -(10**400)},
        {"GT_quantity": 10**400},
    ],
)  # fmt: skip
def test_questions_of_odd_shapes(query: dict[str, Any]) -> None:
    event = {"type": "ObjectEvent", "eventTime": "2026-01-01T00:00:00Z",
             "quantityList": [{"epcClass": "urn:x:y", "quantity": 10**400}]}  # fmt: skip
    with contextlib.suppress(BadQuery):
        read_query(query, {}).finds(event, {})
