"""The one port of export: a name, what it is for, a function from a lot to a file."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saola.lists.writing import workbook
from saola.server.exchange import eudr, fsma, national
from saola.server.exchange.actions import systems
from saola.server.traceability.models import Lot

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Port:
    """One form that others ask for; `make` gives the bytes of a file for a lot."""

    title: str | Promise
    suffix: str
    media: str
    make: Callable[[Lot], bytes]


def ports() -> dict[str, Port]:
    """All of them by key: those of laws abroad, and one for each system that the province named."""
    own = {
        "fsma": Port(
            _("Hoa Kỳ, FSMA 204: bảng sự kiện truy xuất"),
            "xlsx",
            XLSX,
            lambda lot: workbook("FSMA 204", fsma.COLUMNS, fsma.rows(lot)),
        ),
        "eudr": Port(
            _("Liên minh châu Âu, EUDR: vị trí thửa đất và dữ liệu thẩm định"),
            "geojson",
            "application/geo+json",
            eudr.statement,
        ),
    }
    return own | {key: _national(key, name) for key, name in systems().items()}


def _national(key: str, name: str) -> Port:
    return Port(
        name, "xlsx", XLSX, lambda lot: workbook("Lô", national.COLUMNS, national.rows([lot], key))
    )
