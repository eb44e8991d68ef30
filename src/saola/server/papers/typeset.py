"""Plain data and a template become a PDF. One compiler is kept, for it is 25 times cheaper so."""

import json
import re
import unicodedata
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


@cache
def _letters() -> frozenset[str]:
    """What the papers' fonts can set."""
    return frozenset((HERE / "fonts" / "coverage.txt").read_text(encoding="utf-8")) | {"\n"}


LONGEST_WORD = 24  # a longer one may be parted anywhere, or it would run off the paper
ENDLESS = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
HASH = re.compile(r"(?:sha256:)?[0-9a-f-]{32,}\W?")


def _settable(value: Any) -> Any:
    """The data with every text fit for paper: a letter no font has becomes □, a sign that cannot
    be seen goes, an endless word may be parted."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {key: _settable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_settable(item) for item in value]
    return value


def _text(text: str) -> str:
    letters = _letters()
    shown = "".join(
        c if c in letters else "" if unicodedata.category(c)[0] == "C" else "□"
        for c in unicodedata.normalize("NFC", text)
    )
    return ENDLESS.sub(_parted, shown)


def _parted(word: re.Match[str]) -> str:
    """With places where it may be parted; a hash stays as it is, to be copied."""
    if HASH.fullmatch(word[0]):
        return word[0]
    return "\u200b".join(
        word[0][at : at + LONGEST_WORD] for at in range(0, len(word[0]), LONGEST_WORD)
    )


def typeset(
    template: str,
    data: dict[str, Any],
    *,
    drawings: dict[str, str] | None = None,
    pictures: dict[str, bytes] | None = None,
) -> bytes:
    """The PDF of one paper ("certificate", "decision", …) from JSON-able data; `drawings` are
    SVG of our own making, `pictures` small JPEGs, by the name the template knows them by."""
    whole = _settable(data) | (drawings or {})
    whole |= {name: list(content) for name, content in (pictures or {}).items()}
    with _LOCK:
        pdf = _compiler().compile(
            input=str(HERE / "templates" / f"{template}.typ"),
            format="pdf",
            sys_inputs={"data": json.dumps(whole, ensure_ascii=False)},
            pdf_standards=["a-2b"],
        )
    return cast(bytes, pdf)


def qr_svg(text: str) -> str:
    """A QR code as SVG with its quiet zone, level M."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    svg: str = code.to_svg(add_quiet_zones=True)
    return svg
