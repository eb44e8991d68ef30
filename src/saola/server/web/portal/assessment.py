"""The producer's own assessment, on the legal table itself: a group a page, or the whole table."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from saola.criteria import Group
from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.dossiers.draft.saving import UNFIT, flat, record_of, save
from saola.server.dossiers.models import Dossier, SelfAssessment
from saola.server.drafts.merge import Conflict, revision_of
from saola.server.web.common import sheet_form
from saola.server.web.common.forms import composed
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.addresses import address_of
from saola.server.web.portal.dossiers import FILE_STEP, own_dossier
from saola.server.web.portal.parts import autosaved, opened_page


@needs(Permission.DOSSIER_EDIT)
def self_assessment(request: HttpRequest, pk: int, group: str = "") -> HttpResponse:
    """Choose options; what is there is kept even when something is missing."""
    dossier = own_dossier(request, pk)
    if set(dossier.cases) != set(dossier.criteria_set.two_case):
        messages.info(
            request, "Trước hết hãy chọn trường hợp chấm của các tiêu chí hai trường hợp."
        )
        return redirect(address_of(dossier, "registration"))
    page = _Page(dossier, _group(dossier, group))
    if request.method == "POST":
        try:
            page.take(composed(request.POST), request)
        except Refused as refused:
            page.errors = {refused.field or "": refused.reason}
        if "X-Autosave" in request.headers:
            return page.autosave_answer()
        if not page.errors and not page.conflicts:
            messages.success(request, f"Đã lưu {timezone.localtime():%H:%M}.")
            return redirect(page.next("done" in request.POST))
    status = 409 if page.conflicts else 400 if page.errors else 200
    return render(request, "portal/assessment.html", page.context(), status=status)


def _group(dossier: Dossier, wanted: str) -> Group | None:
    """The group of that id, None for the whole table; not found for one the sheet lacks."""
    for part in dossier.criteria_set.parts:
        for group in part.groups:
            if group.id == wanted:
                return group
    if wanted:
        raise Http404
    return None


class _Page:
    """One opening of the page: what is stored, what was posted, what stands against it."""

    def __init__(self, dossier: Dossier, group: Group | None) -> None:
        self.dossier, self.group = dossier, group
        self.stored, _ = SelfAssessment.objects.get_or_create(dossier=dossier)
        self.values = flat(dossier, self.stored)
        self.base = revision_of(record_of(dossier))
        self.errors: dict[str, str] = {}
        self.conflicts: tuple[Conflict, ...] = ()
        self.merged: Any = None

    def take(self, data: QueryDict, request: HttpRequest) -> None:
        """Save what was posted; an option "none fits" without its reason waits for the reason."""
        posted = {
            field: str(data[field])
            for field in data
            if field in self.values and field[:2] in ("c-", "r-", "k-")
        }
        bare = [
            field[2:]
            for field, value in posted.items()
            if value == UNFIT and not posted.get(f"r-{field[2:]}", "").strip()
        ]
        self.errors = dict.fromkeys(bare, "Hãy ghi lý do.")
        sure = {f: v for f, v in posted.items() if f[2:] not in bare}
        self.merged = save(self.dossier, sure, by=person(request), opened=opened_page(data))
        self.conflicts = self.merged.conflicts
        mine = {c.field: c.mine for c in self.conflicts}
        self.values = self.merged.values | mine | {f: posted[f] for f in posted if f[2:] in bare}
        self.base = self.merged.revision

    def sheet(self) -> dict[str, dict[str, str]]:
        """The values as the table shows them."""
        chosen = {c.id: self.values[f"c-{c.id}"] for c in self.dossier.criteria_set.criteria}
        return {
            "choices": {i: v for i, v in chosen.items() if v and v != UNFIT},
            "unfit": {i: self.values[f"r-{i}"] for i, v in chosen.items() if v == UNFIT},
            "comments": {i: self.values[f"k-{i}"] for i in chosen if self.values[f"k-{i}"]},
        }

    def running(self) -> sheet_form.Running:
        """Total, class, what is missing."""
        return sheet_form.running(self.dossier.criteria_set, self.sheet(), self.dossier.cases)

    def autosave_answer(self) -> HttpResponse:
        """For a page that saves by itself."""
        if self.merged is None or (self.errors and not self.merged.changed):
            return sheet_form.unsaved_answer(next(iter(self.errors.values())))
        now = self.running()
        return autosaved(self.merged, stars=now.stars, unmet=now.unmet)

    def next(self, done: bool) -> str:
        """The task list, the next group, or on the whole table the first open criterion."""
        if done:
            return address_of(self.dossier, "")
        missing = self.running().missing
        if self.group is None:
            here = reverse("portal:assessment", args=[self.dossier.pk])
            return here + (f"#tc-{missing[0]}" if missing else "")
        ids = [g.id for part in self.dossier.criteria_set.parts for g in part.groups]
        later = ids[ids.index(self.group.id) + 1 :]
        if later:
            return reverse("portal:assessment-group", args=[self.dossier.pk, later[0]])
        return address_of(self.dossier, "")

    def context(self) -> dict[str, Any]:
        """For the template."""
        dossier = self.dossier
        evidence = sheet_form.evidence_lines(
            dossier, lambda c: reverse("portal:evidence-file", args=[dossier.pk, c.evidence_id])
        )
        blocks = sheet_form.lines(
            dossier.criteria_set,
            self.sheet(),
            cases=dossier.cases,
            errors=self.errors,
            evidence=evidence,
            only=self.group,
        )
        return {
            "dossier": dossier,
            "group": self.group,
            "blocks": blocks,
            "running": self.running(),
            "errors": self.errors,
            "conflicts": [_told(dossier, c) for c in self.conflicts],
            "base": self.base,
            "page": uuid.uuid4(),
            "saved_at": self.stored.saved_at if self.base else None,
            "open": dossier.state in FILE_STEP,
            "closed": dossier.state not in FILE_STEP,
            "illustrative": dossier.illustrative,
        }


WHAT = {"c": "mức điểm", "r": "lý do không mức nào phù hợp", "k": "ý kiến"}


def _told(dossier: Dossier, conflict: Conflict) -> dict[str, Any]:
    """A conflict in the words of the sheet."""
    kind, _dash, criterion_id = conflict.field.partition("-")
    criterion = dossier.criteria_set.by_id[criterion_id]
    theirs = conflict.theirs
    if kind == "c" and theirs and theirs != UNFIT:
        choice = criterion.choice(theirs)
        theirs = f"{choice.text} ({choice.points} điểm)"
    elif theirs == UNFIT:
        theirs = "không mức nào phù hợp"
    return {
        "label": f"{criterion_id} {criterion.label}: {WHAT[kind]}",
        "field": f"tc-{criterion_id}",
        "theirs": theirs,
        "by": conflict.by,
        "at": conflict.at,
    }
