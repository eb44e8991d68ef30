"""Plain data and a template become a PDF. One compiler is kept, for it is 25 times cheaper so."""

import json
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, cast

import typst
import zxingcpp

HERE = Path(__file__).parent
_LOCK = Lock()  # the compiler is not made for two threads at once


class FontsMissing(RuntimeError):
    """`make assets` has not run: papers would be set in a foreign font."""


@cache
def _compiler() -> typst.Compiler:
    if not (HERE / "fonts" / "Tinos-Regular.ttf").exists():
        raise FontsMissing("Chưa có phông chữ cho văn bản. Hãy chạy: make assets")
    return typst.Compiler(
        root=str(HERE), font_paths=[str(HERE / "fonts")], ignore_system_fonts=True
    )


def typeset(template: str, data: dict[str, Any]) -> bytes:
    """The PDF of one paper ("certificate", "decision", …) from JSON-able data."""
    with _LOCK:
        pdf = _compiler().compile(
            input=str(HERE / "templates" / f"{template}.typ"),
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["a-2b"],
        )
    return cast(bytes, pdf)


def qr_svg(text: str) -> str:
    """A QR code as SVG with its quiet zone, level M."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    svg: str = code.to_svg(add_quiet_zones=True)
    return svg
