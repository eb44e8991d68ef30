"""News, guidance, courses; questions of citizens with their answers; saying no to messages."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.criteria.rulebook import RoundRule, rulebook_in_force
from saola.lifecycle.machine import Refused
from saola.server.outreach.mailings import refuse
from saola.server.outreach.models import Post, Question, SignUp, Training
from saola.server.outreach.news import sign_up, sign_up_by_name
from saola.server.outreach.questions import ask
from saola.server.web.common.papers import file_response
from saola.server.web.common.rights import person
from saola.server.web.common.sending.limits import counted
from saola.server.web.common.sending.open_form import OpenForm, ProvinceForm

PER_PAGE = 20
MOST = 10  # questions from one connection in an hour


def _shown() -> Any:
    return Post.objects.filter(published_at__lte=timezone.now())


def _round(rule: RoundRule) -> tuple[str, str]:
    """Last days of a yearly round as "30/6": for proposals, for results."""
    days = (rule.proposals_before, rule.results_before)
    first, last = (f"{day}/{month}" for month, day in days)
    return first, last


@login_not_required
def posts(request: HttpRequest) -> HttpResponse:
    """News and guidance, the newest first; courses to come."""
    kind = request.GET.get("loai", "")
    rows = _shown().filter(kind=kind) if kind in Post.Kind.values else _shown()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
    book = rulebook_in_force(timezone.localdate())
    context = {
        "page": page,
        "rounds": [_round(one) for one in book.rounds("province")],
        "decision": book.decision,
        "query": f"loai={kind}" if kind in Post.Kind.values else "",
        "trainings": Training.objects.filter(starts_at__gte=timezone.now()).order_by("starts_at"),
    }
    return render(request, "public/posts.html", context)


@login_not_required
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them."""
    return render(request, "public/post.html", {"post": get_object_or_404(_shown(), pk=pk)})


@login_not_required
def post_picture(request: HttpRequest, pk: int) -> FileResponse:
    """Its picture."""
    found = get_object_or_404(_shown().select_related("picture"), pk=pk)
    if found.picture is None:
        raise Http404
    return file_response(found.picture)


class SignUpForm(OpenForm):
    """Who comes to a course without an account."""

    name = forms.CharField(label=_("Họ và tên"), max_length=120)
    contact = forms.CharField(
        label=_("Điện thoại"),
        help_text=_("Chỉ cơ quan mở lớp thấy, để báo khi lớp đổi giờ."),
        max_length=60,
    )


@login_not_required
def training(request: HttpRequest, pk: int) -> HttpResponse:
    """One course: a seat by one button for who is signed in, by name and phone for others."""
    found = get_object_or_404(Training, pk=pk)
    known = request.user.is_authenticated
    posted = request.POST if request.method == "POST" and not known else None
    form = SignUpForm(posted, initial={"token": uuid.uuid4()})
    if request.method == "POST" and known:
        try:
            sign_up(found, by=person(request))
            messages.success(request, _("Đã ghi tên."))
        except Refused as refused:
            messages.error(request, refused.reason)
        return redirect("public:training", pk)
    if form.is_valid():
        limit, token = counted(request, "sign-up", MOST), form.cleaned_data["token"]
        if form.carry_out(
            lambda: limit(lambda: sign_up_by_name(found, **form.facts(), token=token))
        ):
            messages.success(request, _("Đã ghi tên."))
            return redirect("public:training", pk)
    mine = known and SignUp.objects.filter(training=found, user=person(request))
    context = {
        "training": found,
        "left": None if found.seats is None else max(found.seats - found.sign_ups.count(), 0),
        "signed": bool(mine),
        "over": found.starts_at < timezone.now(),
        "form": form,
    }
    return render(request, "public/training.html", context, status=400 if form.errors else 200)


class QuestionForm(ProvinceForm):
    """What a citizen wants to know."""

    text = forms.CharField(
        label=_("Câu hỏi của bạn"), max_length=3000, widget=forms.Textarea(attrs={"rows": 5})
    )
    contact = forms.CharField(
        label=_("Thư điện tử hoặc điện thoại để trả lời bạn"),
        help_text=_("Chỉ cơ quan trả lời thấy."),
        max_length=200,
        required=False,
    )


@login_not_required
def questions(request: HttpRequest) -> HttpResponse:
    """Answered questions, and a form for one more."""
    form = QuestionForm(
        request.POST if request.method == "POST" else None, initial={"token": uuid.uuid4()}
    )
    if form.is_valid():
        limit = counted(request, "question", MOST)
        done = form.carry_out(
            lambda: limit(lambda: ask(**form.facts(), token=form.cleaned_data["token"]))
        )
        if done is not None:
            day = f"{done.due_on:%d/%m/%Y}"
            messages.success(request, _("Đã gửi. Cơ quan trả lời trước ngày %(d)s.") % {"d": day})
            return redirect("public:questions")
    rows = Question.objects.filter(public=True, answered_at__isnull=False)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
    context = {"page": page, "query": "", "form": form}
    return render(request, "public/questions.html", context, status=400 if form.errors else 200)


@login_not_required
def no_more(request: HttpRequest, token: str) -> HttpResponse:
    """Say no to messages to many: one button, for a look alone by a mail program must not do it."""
    done = False
    if request.method == "POST":
        try:
            refuse(token)
            done = True
        except Refused as refused:
            messages.error(request, refused.reason)
    return render(request, "public/refuse.html", {"done": done})
