"""All that was filed, in one file: a PDF with a bookmark for each criterion, and a ZIP."""

import io
import tempfile
import zipfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import pikepdf
from django.utils import timezone
from django.utils.translation import override

from saola.criteria.load import canonical
from saola.lifecycle.machine import Refused
from saola.server.dossiers.labels import KINDS
from saola.server.dossiers.models import Dossier, FiledVersion
from saola.server.files.combine import as_pdf
from saola.server.files.models import StoredFile
from saola.server.files.store import clean_name, open_file
from saola.server.papers.typeset import typeset

COPY = 1024 * 1024


@dataclass(slots=True)
class Paper:
    """One filed paper, once, however often it is cited."""

    number: int
    title: str
    stored: StoredFile
    cited: list[tuple[str, int]]  # criterion, page in the paper
    at: int | None = None  # its first page in the whole, from 0; None when it cannot be joined


def last_version(dossier: Dossier) -> FiledVersion:
    """The version that counts; Refused while nothing was filed."""
    version = dossier.versions.order_by("-number").first()
    if version is None:
        raise Refused("Hồ sơ chưa nộp nên chưa có bản nộp.")
    return version


def papers_of(version: FiledVersion) -> list[Paper]:
    """The filed papers in the order of the sheet: one query."""
    lines = version.content["evidence"]
    rows = StoredFile.objects.filter(sha256__in={line["sha256"] for line in lines}).order_by("-pk")
    stored = {row.sha256: row for row in rows}
    order = {c.id: at for at, c in enumerate(version.dossier.criteria_set.criteria)}
    found: dict[str, Paper] = {}
    for line in sorted(lines, key=lambda line: order.get(line["criterion"], len(order))):
        key = line["sha256"]
        if key not in found:
            found[key] = Paper(len(found) + 1, line["title"], stored[key], [])
        found[key].cited.append((line["criterion"], line["page"] or 1))
    return list(found.values())


def whole_pdf(version: FiledVersion) -> BinaryIO:
    """Cover, then every paper once; a bookmark leads from each criterion to its papers' pages.

    Papers that are no pages (sound) or that cannot be opened are named on the cover: the ZIP has
    them. Pages are copied from file to file; only pictures are held in memory, one at a time.
    """
    papers = papers_of(version)
    made = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    with ExitStack() as opened, pikepdf.new() as whole:
        for paper in papers:
            pages = _pages(paper.stored, opened)
            if pages is not None:
                paper.at = len(whole.pages)
                whole.pages.extend(pages.pages)
        cover = opened.enter_context(_cover(version, papers))
        ahead = len(cover.pages)
        for at, page in enumerate(cover.pages):
            whole.pages.insert(at, page)
        _bookmarks(whole, version.dossier, papers, ahead)
        whole.docinfo["/Title"] = _title(version)
        whole.save(made)
    made.seek(0)
    return cast(BinaryIO, made)


def _pages(stored: StoredFile, opened: ExitStack) -> pikepdf.Pdf | None:
    file = opened.enter_context(open_file(stored))
    try:
        if stored.kind == "application/pdf":
            return opened.enter_context(pikepdf.open(file))
        if stored.kind.startswith("image/"):
            return opened.enter_context(pikepdf.open(io.BytesIO(as_pdf([file]))))
    except pikepdf.PdfError:  # taken in before such files were refused
        return None
    return None


def _bookmarks(whole: pikepdf.Pdf, dossier: Dossier, papers: Iterable[Paper], ahead: int) -> None:
    """The cover, then a bookmark for each criterion, under it one for each paper it cites."""
    by_criterion: dict[str, list[tuple[str, int]]] = {}
    for paper in papers:
        for cited, page in paper.cited:
            if paper.at is not None:
                inside = min(page, paper.stored.pages or 1) - 1
                entry = (paper.title, ahead + paper.at + inside)
                by_criterion.setdefault(cited, []).append(entry)
    with whole.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Hồ sơ đã nộp", 0))
        for criterion in dossier.criteria_set.criteria:
            entries = by_criterion.get(criterion.id)
            if entries:
                item = pikepdf.OutlineItem(f"{criterion.id} {criterion.label}", entries[0][1])
                item.children += [pikepdf.OutlineItem(*entry) for entry in entries]
                outline.root.append(item)


@override("vi")
def _cover(version: FiledVersion, papers: list[Paper]) -> pikepdf.Pdf:
    """Set twice: the first run tells how many pages come before the papers."""
    data = _cover_data(version)
    ahead = 0
    for _run in range(2):
        data["papers"] = [_line(paper, ahead) for paper in papers]
        cover = pikepdf.open(io.BytesIO(typeset("filed", data)))
        ahead = len(cover.pages)
    return cover


def _line(paper: Paper, ahead: int) -> dict[str, str]:
    where = f"trang {ahead + paper.at + 1}" if paper.at is not None else "xem tệp ZIP"
    return {
        "number": str(paper.number),
        "title": paper.title,
        "criteria": ", ".join(dict.fromkeys(criterion for criterion, _page in paper.cited)),
        "where": where,
        "sha256": paper.stored.sha256,
    }


def _title(version: FiledVersion) -> str:
    return f"Hồ sơ OCOP: {version.content['product']} (bản nộp {version.number})"


def _cover_data(version: FiledVersion) -> dict[str, Any]:
    dossier, content = version.dossier, version.content
    criteria_set, producer = dossier.criteria_set, dossier.product.producer
    return {
        "illustrative": dossier.illustrative,
        "title": _title(version),
        "facts": [
            ["Sản phẩm", content["product"]],
            ["Chủ thể", producer.name if producer else ""],
            ["Xã, phường", dossier.place.name],
            ["Loại hồ sơ", str(KINDS[dossier.kind])],
            ["Bộ tiêu chí", f"{criteria_set.number}. {criteria_set.name}"],
            ["Theo", criteria_set.decision],
            ["Hạng đăng ký", f"{content['target_stars']} sao"],
            ["Số đăng ký", dossier.registration_number or "chưa cấp"],
            ["Nộp lúc", f"{timezone.localtime(version.filed_at):%H:%M %d/%m/%Y}"],
        ],
        "number": version.number,
        "sha256": version.sha256,
        "lines": _assessment_lines(version),
        "texts": [
            [name, content["self_assessment"][field]]
            for field, name in (
                ("plan", "Kế hoạch sản xuất, kinh doanh"),
                ("results", "Kết quả thực hiện phương án"),
            )
            if content["self_assessment"][field]
        ],
    }


def _assessment_lines(version: FiledVersion) -> list[list[str]]:
    """Criterion, what the producer chose in the law's words, points."""
    own = version.content["self_assessment"]
    lines = []
    for criterion in version.dossier.criteria_set.criteria:
        name = f"{criterion.id} {criterion.label}"
        chosen = own["choices"].get(criterion.id)
        if criterion.id in own["unfit"]:
            lines.append([name, f"Không mức nào phù hợp: {own['unfit'][criterion.id]}", "0"])
        elif chosen is not None:
            choice = criterion.choice(chosen)
            lines.append([name, choice.text, str(choice.points)])
        else:
            lines.append([name, "không áp dụng", ""])
    return lines


def archive(version: FiledVersion) -> BinaryIO:
    """A ZIP of the papers as they were filed, and what was filed as JSON; kept, not squeezed, for
    photos and PDFs are squeezed already."""
    made = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as whole:
        whole.writestr("ho-so.json", canonical(version.content))
        for paper in papers_of(version):
            ending = paper.stored.name.rpartition(".")[2]
            criteria = "+".join(dict.fromkeys(criterion for criterion, _page in paper.cited))
            name = clean_name(f"{paper.number:02d} {criteria[:40]} {paper.title}.{ending}")
            with (
                open_file(paper.stored) as source,
                whole.open(zipfile.ZipInfo(name, _day(version)), "w", force_zip64=True) as target,
            ):
                while part := source.read(COPY):
                    target.write(part)
    made.seek(0)
    return cast(BinaryIO, made)


def _day(version: FiledVersion) -> tuple[int, int, int, int, int, int]:
    at = timezone.localtime(version.filed_at)
    return (at.year, at.month, at.day, at.hour, at.minute, at.second)
