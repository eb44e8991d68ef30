"""Letters of a picture, by tesseract with Vietnamese; a second look at a single place."""

import csv
import io
import os
import shutil
import subprocess

from PIL import Image

from saola.reading.lines import Box, Line, Word

TIMEOUT = 120  # seconds for a page
PROGRAM = "tesseract"


class NoReader(RuntimeError):
    """tesseract or its Vietnamese is not on this machine."""


def lines_of(page: Image.Image, number: int) -> list[Line]:
    """Lines from top to bottom as tesseract sees them."""
    found: dict[tuple[str, str, str], list[Word]] = {}
    for row in csv.DictReader(
        io.StringIO(_run(page, "--psm", "4", "tsv")), delimiter="\t", quoting=csv.QUOTE_NONE
    ):
        text = (row["text"] or "").strip()
        if row["level"] != "5" or not text:
            continue
        left, top = int(row["left"]), int(row["top"])
        right, bottom = left + int(row["width"]), top + int(row["height"])
        box = (
            left / page.width,
            top / page.height,
            right / page.width,
            bottom / page.height,
        )
        key = (row["block_num"], row["par_num"], row["line_num"])
        found.setdefault(key, []).append(Word(text, box, float(row["conf"]) / 100))
    return [Line(number, tuple(words)) for words in found.values()]


def second_look(page: Image.Image, box: Box, language: str, scale: float = 1.5) -> str:
    """The text of one place, read again for itself and larger or smaller."""
    left, top, right, bottom = box
    high = (bottom - top) * page.height
    cut = page.crop(
        (
            max(0, round(left * page.width - high / 2)),
            max(0, round(top * page.height - high / 3)),
            min(page.width, round(right * page.width + high / 2)),
            min(page.height, round(bottom * page.height + high / 3)),
        )
    )
    size = (round(cut.width * scale), round(cut.height * scale))
    resized = cut if scale == 1 else cut.resize(size, Image.Resampling.BICUBIC)
    return " ".join(_run(resized, "--psm", "7", "txt", language=language).split())


def _run(picture: Image.Image, *arguments: str, language: str = "vie") -> str:
    program = shutil.which(PROGRAM)
    if program is None:
        raise NoReader("chưa có tesseract")
    given = io.BytesIO()
    picture.save(given, "PNG", compress_level=1, dpi=(290, 290))
    *options, form = arguments
    try:
        done = subprocess.run(  # noqa: S603 - our own words; the picture comes by standard input
            [program, "-", "-", "-l", language, *options, form],
            input=given.getvalue(),
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired:
        raise NoReader("tesseract cần quá lâu") from None
    if done.returncode != 0:
        raise NoReader(done.stderr.decode(errors="replace")[:200])
    return done.stdout.decode(errors="replace")
