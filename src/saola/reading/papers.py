"""A file into lines: the text a PDF carries, else what can be read on its picture."""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import pypdfium2
from PIL import Image

from saola.reading.lines import Line, Word
from saola.reading.ocr import lines_of
from saola.reading.pictures import readable

FAINTEST = 24  # of 255: between ink and paper
MOST_PAGES = 20  # fields stand on the first pages
FEW_LETTERS = 40  # a page with fewer carries a picture, not text
DPI = 290
LARGEST_PIXELS = 60_000_000
NARROWEST = 6  # times as long as wide, at most


class Unreadable(ValueError):
    """Neither a PDF nor a picture that can be opened."""


@dataclass(slots=True)
class Paper:
    """Lines of all pages; `pictures` holds the prepared pages that were read from pictures."""

    lines: list[Line] = field(default_factory=list)
    pictures: dict[int, Image.Image] = field(default_factory=dict)


def _nobody_waits(page: int, last: int) -> None:
    """No progress is shown."""


def read_paper(content: bytes, done: Callable[[int, int], None] = _nobody_waits) -> Paper:
    """Lines of a PDF or picture; Unreadable otherwise. Up to twenty pages are read, and no more
    memory is taken than for the largest page that is allowed, whatever the file claims. `done` is
    told each page that was read, and how many there are to read."""
    if content[:5] == b"%PDF-":
        return _of_pdf(content, done)
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as picture:
            if picture.width * picture.height > LARGEST_PIXELS:
                raise Unreadable("too many pixels")
            picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as fault:
        raise Unreadable(str(fault)) from None
    return _add_picture(Paper(), picture, 1)


def _of_pdf(content: bytes, done: Callable[[int, int], None]) -> Paper:
    try:
        return _pages_of(pypdfium2.PdfDocument(content), done)
    except pypdfium2.PdfiumError as fault:
        raise Unreadable(str(fault)) from None


def _pages_of(document: pypdfium2.PdfDocument, done: Callable[[int, int], None]) -> Paper:
    made = Paper()
    with document:
        last = min(len(document), MOST_PAGES)
        for number in range(1, last + 1):
            page = document[number - 1]
            text = page.get_textpage()
            if text.count_chars() >= FEW_LETTERS:
                made.lines += _text_lines(text, page.get_size(), number)
            else:
                _add_picture(made, page.render(scale=_scale(page.get_size())).to_pil(), number)
            done(number, last)
    return made


def _scale(size: tuple[float, float]) -> float:
    """Pixels a point: DPI, less for a page so large that it would fill the memory."""
    width, height = size
    return min(DPI / 72, math.sqrt(LARGEST_PIXELS / max(width * height, 1)))


def _add_picture(paper: Paper, picture: Image.Image, number: int) -> Paper:
    sides = sorted(picture.size)
    if sides[0] == 0 or sides[1] > sides[0] * NARROWEST:
        return paper  # a strip is no paper, and would grow beyond measure when made as wide as one
    shades = picture.convert("L").histogram()
    seen = [shade for shade, count in enumerate(shades) if count]
    if seen[-1] - seen[0] < FAINTEST:
        return paper  # an empty page: nothing to look for
    paper.pictures[number] = readable(picture)
    paper.lines += lines_of(paper.pictures[number], number)
    return paper


def _text_lines(text: pypdfium2.PdfTextPage, size: tuple[float, float], number: int) -> list[Line]:
    """Runs of the text layer, those of one height side by side as one line."""
    width, height = size
    runs: list[tuple[float, float, float, float, str]] = []
    for at in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(at)
        said = " ".join(text.get_text_bounded(left, bottom, right, top).split())
        if said:
            runs.append((left, height - top, right, height - bottom, said))
    rows: list[list[tuple[float, float, float, float, str]]] = []
    for run in sorted(runs, key=lambda run: (run[1] + run[3]) / 2):
        middle = (run[1] + run[3]) / 2
        if rows and rows[-1][0][1] <= middle <= rows[-1][0][3]:
            rows[-1].append(run)
        else:
            rows.append([run])
    return [
        Line(
            number,
            tuple(
                Word(said, (left / width, top / height, right / width, bottom / height), 1.0)
                for left, top, right, bottom, said in sorted(row)
            ),
        )
        for row in rows
    ]


def page_picture(content: bytes, number: int, width: int = 1000) -> bytes:
    """One page of a PDF or picture as JPEG of that width, to look at beside what was read;
    Unreadable when there is no such page."""
    try:
        if content[:5] == b"%PDF-":
            with pypdfium2.PdfDocument(content) as document:
                if not 1 <= number <= len(document):
                    raise Unreadable("no such page")
                page = document[number - 1]
                scale = min(width / max(page.get_width(), 1), _scale(page.get_size()))
                picture = page.render(scale=scale).to_pil()
        else:
            picture = Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"])
            picture.thumbnail((width, width * NARROWEST))
    except (pypdfium2.PdfiumError, OSError, ValueError, Image.DecompressionBombError) as fault:
        raise Unreadable(str(fault)) from None
    shown = io.BytesIO()
    picture.convert("RGB").save(shown, "JPEG", quality=80)
    return shown.getvalue()
