"""Preparing a session: calling it, agenda, attendance."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.dossier import State
from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.councils import actions
from saola.server.councils import agenda as agendas
from saola.server.councils.models import AgendaItem, Council, Session
from saola.server.councils.queries import agenda
from saola.server.dossiers.models import Dossier
from saola.server.web.common.forms import DateField, Form, clean, whole_number
from saola.server.web.common.rights import needs, person


class SessionForm(Form):
    """Title, way, day and place of a session."""

    title = forms.CharField(label=_("Tên phiên"), max_length=200)
    assessment_round = forms.CharField(
        label=_("Đợt đánh giá (ví dụ: đợt 2 năm 2026)"), max_length=40, required=False
    )
    mode = forms.ChoiceField(label=_("Hình thức"), choices=Session.Mode.choices)
    held_on = DateField(label=_("Ngày họp"))
    place = forms.CharField(label=_("Địa điểm"), max_length=200, required=False)
    opinions_by = DateField(
        label=_("Nộp ý kiến trước hết ngày (lấy ý kiến bằng văn bản)"), required=False
    )


@needs(Permission.SESSION_PREPARE)
def call_session(request: HttpRequest, council_pk: int) -> HttpResponse:
    """Prepare a new session of a council."""
    council = get_object_or_404(Council, pk=council_pk)
    if not can(request.user, Permission.SESSION_PREPARE, council):
        raise Http404
    initial = {"held_on": timezone.localdate()}
    form = SessionForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        made = form.carry_out(
            lambda: actions.call_session(council, form.cleaned_data, by=person(request))
        )
        if made:
            return redirect("desk:prepare", made.pk)
    context = {"council": council, "form": form, "illustrative": council.illustrative}
    return render(request, "desk/call_session.html", context, status=409 if form.errors else 200)


@needs(Permission.SESSION_PREPARE)
def prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """Agenda and attendance of one session."""
    session = get_object_or_404(
        Session.objects.visible_to(request.user).select_related("council"), pk=pk
    )
    if request.method == "POST":
        _act(session, request)
        return redirect("desk:prepare", pk)
    ready = Dossier.objects.filter(
        state__in=[State.ADVISED, State.AGENCY_REPORTED],
        place__province_code=session.council.province_code,
        illustrative=session.illustrative,
    ).select_related("product__producer", "place")
    context = {
        "session": session,
        "items": agenda(session),
        "ready": ready,
        "trials": Dossier.objects.filter(
            place__province_code=session.council.province_code,
            illustrative=session.illustrative,
            state__in=agendas.CONCLUDED,
        ).select_related("product")[:200],
        "attendance": session.attendance.filter(member__left_at=None)
        .select_related("member__user")
        .order_by("member__order"),
        "may": can(request.user, Permission.SESSION_PREPARE, session),
        "meets": session.mode == Session.Mode.MEETING,
        "illustrative": session.illustrative,
    }
    return render(request, "desk/prepare.html", context)


def _item(session: Session, text: str) -> AgendaItem:
    return get_object_or_404(AgendaItem, pk=whole_number(text), session=session)


def _act(session: Session, request: HttpRequest) -> None:
    """The deed of the pressed button; a refusal is answered by the middleware."""
    by = person(request)
    if "schedule" in request.POST:
        dossier = get_object_or_404(Dossier, pk=whole_number(request.POST["schedule"]))
        reason = clean(request.POST.get("reason", ""))[:500]
        actions.schedule(session, dossier, by=by, reason=reason)
        messages.success(request, "Đã đưa vào chương trình họp.")
    elif "unschedule" in request.POST:
        actions.unschedule(_item(session, request.POST["unschedule"]), by=by)
        messages.success(request, "Đã rút khỏi chương trình họp.")
    elif "arrange" in request.POST:
        places = {
            whole_number(name.removeprefix("place-")): whole_number(str(value))
            for name, value in request.POST.dict().items()
            if name.startswith("place-")
        }
        agendas.arrange(session, places, by=by)
        messages.success(request, "Đã ghi thứ tự trình bày.")
    elif "trial" in request.POST:
        dossier = get_object_or_404(Dossier, pk=whole_number(request.POST.get("dossier", "")))
        agendas.add_trial(session, dossier, request.POST["trial"], by=by)
        messages.success(request, "Đã thêm vào chương trình, không tính điểm.")
    elif "drop" in request.POST:
        agendas.drop_trial(_item(session, request.POST["drop"]), by=by)
        messages.success(request, "Đã rút khỏi chương trình họp.")
    elif "went" in request.POST:
        try:
            day = parse_date(request.POST.get("on", ""))
        except ValueError:  # a day that no month has
            day = None
        if day is None:
            raise Refused("Hãy ghi ngày Hội đồng đến nơi.")
        agendas.went_there(_item(session, request.POST["went"]), day, by=by)
        messages.success(request, "Đã ghi ngày chấm tại chỗ.")
    elif "attendance" in request.POST:
        present = {whole_number(value) for value in request.POST.getlist("present")}
        actions.mark_attendance(session, present, by=by)
        messages.success(request, "Đã ghi điểm danh.")
