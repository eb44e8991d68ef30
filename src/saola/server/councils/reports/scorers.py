"""What a session says of its scorers: how far they agree, who is severe, whose class hangs on one
voice. Advisory: no total and no class is changed by it; a member sees the own figures only."""

from dataclasses import dataclass, field
from fractions import Fraction
from statistics import fmean, median, stdev
from typing import Any

import numpy as np

from saola.criteria.rulebook import rulebook
from saola.scoring import Panel
from saola.scoring.contract import panel_from
from saola.scoring.explain import number, stars_text
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.councils.models import AgendaItem, ScoreSheet, Session
from saola.server.councils.queries import matrix
from saola.statistics import (
    bias,
    borderline,
    class_without_each,
    components,
    fit,
    icc,
    kendall_w,
    krippendorff_alpha,
    ratings,
    standard_error,
    totals,
)

FEWEST_PRODUCTS = 5  # for statements on members; fewer say nothing
WANTED = 0.9  # dependability of a council's mean, a customary mark
DOUBTED, FIRM = 3, 0.667  # so many criteria are named, where alpha is below the customary mark
NOTABLE = 3.0  # |t| of a bias that is told
FIT_BAND = (0.5, 1.5)  # customary for infit


@dataclass
class Scorer:
    """One member: mean gap to the others' mean (points) with its standard error, severity of the
    model, and sentences."""

    name: str
    order: int
    gap: float | None
    error: float | None
    severity: float | None = None  # of the many-facet model, points; positive is strict
    sentences: list[str] = field(default_factory=list)


@dataclass
class Judged:
    """One product: its mean total, standard error, and what stands in doubt."""

    name: str
    mean: float
    error: float | None
    sentences: list[str]


@dataclass
class Report:
    """Sentences on the whole, on members that the viewer may see, on products."""

    agreement: list[str]
    scorers: list[Scorer]
    products: list[Judged]
    all_members: bool


def report(session: Session, user: Any) -> Report:
    """The statistics of the results whose points this person may see."""
    rows = [row for row in matrix(session, user) if row.shown and row.result is not None]
    panels: dict[str, Panel] = {}
    communes: dict[str, str] = {}
    for row in rows:
        assert row.result is not None  # asked for above
        if row.result.status in ("scored", "spread_exceeded"):
            name = f"{row.item.order}. {row.item.shown_name}"
            panels[name] = panel_from(row.result.input)
            communes[name] = row.item.dossier.place.name_today
    everybody = bool(can(user, Permission.SHEETS_OVERSEE, session))
    found = Report(
        _agreement(panels),
        _scorers(panels, communes),
        [_judged(name, panel) for name, panel in panels.items()],
        everybody,
    )
    _add_trials(session, found)
    if not everybody:
        own = {m.sheet_name for m in session.council.members.filter(user=user.pk)}
        found.scorers = [scorer for scorer in found.scorers if scorer.name in own]
    return found


def _words(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:.{digits}f}".replace(".", ",")


def _agreement(panels: dict[str, Panel]) -> list[str]:
    """How far the members agree on totals, in words. What needs a table without gaps is told of
    the largest one there is: a seat handed on half-way leaves two members with gaps."""
    names, _members, scores = totals(panels)
    whole = _without_gaps(scores)
    if len(whole) < 2 or whole.shape[1] < 2:
        return ["Cần ít nhất hai sản phẩm mà hai thành viên đều chấm để nói về mức đồng thuận."]
    agreed, parts = icc(whole), components(whole)
    said = [
        f"{len(whole)}/{len(names)} sản phẩm được cả {whole.shape[1]} thành viên chấm.",
        f"Hệ số tương quan nội lớp: một thành viên {_words(agreed.single)}, trung bình "
        f"{agreed.members} thành viên {_words(agreed.average)} (dưới 0,50 kém; 0,50–0,75 vừa; "
        "0,75–0,90 tốt; trên 0,90 rất tốt).",
        f"Thứ hạng sản phẩm (Kendall W): {_words(kendall_w(whole))} (1: mọi người xếp như nhau). "
        f"Alpha của Krippendorff: {_words(krippendorff_alpha(scores.T))} "
        "(từ 0,80: chắc; 0,67–0,80: tạm).",
        f"Sai số chuẩn của trung bình {parts.members} thành viên: "
        f"{_words(parts.error(parts.members), 1)} điểm.",
    ]
    said += _by_criterion(panels)
    enough = parts.enough(WANTED)
    if enough is not None:
        said.append(f"Để độ tin cậy đạt {_words(WANTED)}, cần {enough} thành viên.")
    return said


def _without_gaps(scores: Any) -> Any:
    """Products × members without gaps: members with the most gaps are left out one by one, as long
    as the table that stays has more totals in it."""
    best = scores[np.isfinite(scores).all(axis=1)]
    while scores.shape[1] > 2:
        gaps = (~np.isfinite(scores)).sum(axis=0)
        if not gaps.any():
            break
        scores = np.delete(scores, int(gaps.argmax()), axis=1)
        now = scores[np.isfinite(scores).all(axis=1)]
        best = now if now.size > best.size else best
    return best


def _by_criterion(panels: dict[str, Panel]) -> list[str]:
    """The criteria that members read most differently: lowest alphas of the ordered levels, of
    sheets with enough products; gaps in the marks do not matter."""
    sheets = {panel.criteria_set.id: panel.criteria_set for panel in panels.values()}
    found = []
    for criteria_set in sheets.values():
        own = [panel for panel in panels.values() if panel.criteria_set is criteria_set]
        names = list(dict.fromkeys(sheet.name for panel in own for sheet in panel.present))
        if len(own) < FEWEST_PRODUCTS or len(names) < 2:
            continue
        marks = np.full((len(criteria_set.criteria), len(names), len(own)), np.nan)
        for at, panel in enumerate(own):
            for sheet in panel.present:
                row = [np.nan if points is None else points for points in sheet.points]
                marks[:, names.index(sheet.name), at] = row
        for criterion, values in zip(criteria_set.criteria, marks, strict=True):
            alpha = krippendorff_alpha(values)
            if alpha is not None:
                found.append((alpha, f"{criterion.id} {criterion.label} ({_words(alpha)})"))
    low = [told for alpha, told in sorted(found)[:DOUBTED] if alpha < FIRM]
    return (
        [f"Tiêu chí các thành viên hiểu khác nhau nhất (alpha): {'; '.join(low)}."] if low else []
    )


def _scorers(panels: dict[str, Panel], communes: dict[str, str]) -> list[Scorer]:
    names, members, scores = totals(panels)
    scorers = [_scorer(scores, at, name) for at, name in enumerate(members)]
    if len(names) >= FEWEST_PRODUCTS and len(members) > 1:
        _add_model(panels, communes, {scorer.name: scorer for scorer in scorers})
    return sorted(scorers, key=lambda scorer: scorer.order)


def _scorer(scores: Any, at: int, name: str) -> Scorer:
    """The member against the mean of the others, on the products the member scored."""
    gaps = [
        float(row[at] - np.nanmean(np.delete(row, at)))
        for row in scores
        if np.isfinite(row[at]) and np.isfinite(np.delete(row, at)).any()
    ]
    gap = fmean(gaps) if gaps else None
    error = stdev(gaps) / len(gaps) ** 0.5 if len(gaps) > 1 else None
    made = Scorer(name, int(name.partition(".")[0]), gap, error)
    if gap is not None:
        way = "cao hơn" if gap > 0 else "thấp hơn"
        made.sentences.append(
            f"Chấm {way} trung bình của những người khác {_words(abs(gap), 1)} điểm "
            f"({len(gaps)} sản phẩm{f', sai số ±{_words(1.96 * error, 1)}' if error else ''})."
        )
    return made


def _add_model(
    panels: dict[str, Panel], communes: dict[str, str], scorers: dict[str, Scorer]
) -> None:
    """Severity and fit of the many-facet model, and communes judged otherwise."""
    marks = ratings(panels)
    fitted = fit(marks)
    for at, points in enumerate(fitted.severity_in_points()):
        scorer, infit = scorers[marks.members[at]], float(fitted.members.infit[at])
        way = "chặt" if points > 0 else "rộng"
        scorer.severity = float(points)
        scorer.sentences.append(
            f"Theo mô hình nhiều mặt: {way} hơn mức chung {_words(abs(float(points)), 1)} điểm "
            f"(infit {_words(infit)}, outfit {_words(float(fitted.members.outfit[at]))}; "
            "quanh 1 là đúng mô hình)."
        )
        if infit > FIT_BAND[1]:
            scorer.sentences.append(
                f"Mức chấm thất thường hơn mô hình (infit {_words(infit)}): nên xem lại các tiêu "
                "chí chấm khác hẳn mọi người."
            )
        elif infit < FIT_BAND[0]:
            scorer.sentences.append(
                f"Mức chấm đều hơn mô hình (infit {_words(infit)}): có thể ít phân biệt sản phẩm."
            )
    for one in bias(fitted, [communes[name] for name in marks.products]):
        if abs(one.t) >= NOTABLE:
            way = "chặt" if one.measure > 0 else "rộng"
            scorers[one.member].sentences.append(
                f"Sản phẩm của {one.group}: {way} hơn so với chính mình ở nơi khác "
                f"(t = {_words(one.t, 1)}, {one.marks} mức)."
            )


def _judged(name: str, panel: Panel) -> Judged:
    values = [sum(points or 0 for points in sheet.points) for sheet in panel.present]
    bands = rulebook(panel.criteria_set.rulebook).bands
    said = []
    near = borderline(values, [band.start for band in bands if band.start])
    if near is not None:
        said.append(f"Sát ngưỡng {near.limit} điểm (cách {number(near.distance)}).")
    without = class_without_each(panel)
    for stars in sorted({s for s in without.values() if s is not None}):
        voices = [who for who, there in without.items() if there == stars]
        if len(voices) < len(without):
            said.append(f"Nếu bỏ {', '.join(voices)}: {stars_text(stars)}.")
    if len({s for s in without.values() if s is not None}) < 2:
        said = [line for line in said if not line.startswith("Nếu bỏ")]
    middle = median(values)
    mean = Fraction(sum(values), len(values))
    said.append(f"Trung vị {_words(float(middle), 1)}; chỉ trung bình có giá trị pháp lý.")
    return Judged(name, float(mean), standard_error(values), said)


def _add_trials(session: Session, found: Report) -> None:
    """Calibration products: the gap to the middle of all; duplicates: to the own first sheet."""
    rows = ScoreSheet.objects.filter(
        item__session=session, current=True, sealed_at__isnull=False, total__isnull=False
    ).select_related("item__dossier", "member__user")
    by_item: dict[int, dict[str, int]] = {}
    items: dict[int, AgendaItem] = {}
    for sheet in rows:
        by_item.setdefault(sheet.item_id, {})[sheet.member.sheet_name] = sheet.total or 0
        items[sheet.item_id] = sheet.item
    scorers = {scorer.name: scorer for scorer in found.scorers}
    for pk, item in items.items():
        if item.purpose == AgendaItem.Purpose.CALIBRATION:
            middle = median(by_item[pk].values())
            for name, total in by_item[pk].items():
                _tell(scorers, name, f"Sản phẩm hiệu chuẩn: {total} điểm, trung vị {middle:g}.")
        elif item.purpose == AgendaItem.Purpose.DUPLICATE:
            first = next(
                (by_item[k] for k, i in items.items() if i.counted
                 and i.dossier_id == item.dossier_id), {}
            )  # fmt: skip
            for name, total in by_item[pk].items():
                if name in first:
                    _tell(
                        scorers, name, f"Mẫu lặp: lần đầu {first[name]} điểm, lần sau {total} điểm."
                    )


def _tell(scorers: dict[str, Scorer], name: str, sentence: str) -> None:
    scorer = scorers.setdefault(name, Scorer(name, int(name.partition(".")[0]), None, None))
    scorer.sentences.append(sentence)
