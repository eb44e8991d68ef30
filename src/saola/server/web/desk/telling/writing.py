"""News, guidance and courses, as the office writes them; answers to citizens."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.outreach.models import Post, Question, Training
from saola.server.outreach.news import note_attendance, plan_training, save_post, version_of
from saola.server.outreach.questions import answer, by_mail
from saola.server.web.common.forms import Count, Form, whole_number
from saola.server.web.common.rights import needs, person, province_of

SHOWN = 100


class PostForm(Form):
    """News or guidance."""

    kind = forms.ChoiceField(label=_("Loại"), choices=Post.Kind.choices)
    title = forms.CharField(label=_("Tiêu đề"), max_length=200)
    summary = forms.CharField(label=_("Tóm tắt"), max_length=300)
    source = forms.CharField(
        label=_("Nội dung"),
        help_text=_("Viết thường; dòng bắt đầu bằng “## ” là đề mục, “- ” là gạch đầu dòng."),
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    picture = forms.FileField(
        label=_("Ảnh"), required=False, widget=forms.FileInput(attrs={"accept": "image/*"})
    )


class TrainingForm(Form):
    """A course."""

    title = forms.CharField(label=_("Tên lớp"), max_length=200)
    about = forms.CharField(
        label=_("Nội dung"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    where = forms.CharField(label=_("Nơi học"), max_length=200)
    starts_at = forms.DateTimeField(
        label=_("Bắt đầu"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"],
    )
    seats = Count(label=_("Số chỗ"), min_value=1, required=False)


class AnswerForm(Form):
    """What the office says."""

    answer = forms.CharField(
        label=_("Trả lời"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 6})
    )
    public = forms.BooleanField(label=_("Hiện câu hỏi và trả lời cho mọi người"), required=False)
    shown = forms.CharField(
        label=_("Câu hỏi như sẽ hiện"),
        help_text=_("Bỏ tên, số điện thoại và điều riêng tư."),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@needs(Permission.OUTREACH_LEAD)
def posts(request: HttpRequest) -> HttpResponse:
    """All of them, drafts too; courses."""
    province = province_of(request, Permission.OUTREACH_LEAD)
    form = TrainingForm(request.POST if request.method == "POST" else None)
    by = person(request)
    if form.is_valid() and form.carry_out(
        lambda: plan_training(form.cleaned_data, province, by=by)
    ):
        messages.success(request, _("Đã ghi."))
        return redirect("desk:posts")
    context = {
        "rows": Post.objects.filter(province_code=province)[:SHOWN],
        "trainings": Training.objects.filter(province_code=province)[:SHOWN],
        "form": form,
    }
    return render(request, "desk/telling/posts.html", context, status=400 if form.errors else 200)


@needs(Permission.OUTREACH_LEAD)
def post(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Write one, look at it, publish it."""
    found = get_object_or_404(Post, pk=pk) if pk else None
    if found is not None and not can(request.user, Permission.OUTREACH_LEAD, found):
        raise Http404
    names = ("kind", "title", "summary", "source")
    initial = {name: getattr(found, name) for name in names} if found else {}
    posted: Any = (request.POST, request.FILES) if request.method == "POST" else ()
    form = PostForm(*posted, initial=initial)
    by, province = person(request), province_of(request, Permission.OUTREACH_LEAD)
    if form.is_valid():
        facts = dict(form.cleaned_data)
        upload = facts.pop("picture")
        publish = {"publish": True, "withdraw": False}.get(request.POST.get("deed", ""))
        seen = request.POST.get("seen", "")
        kept = form.carry_out(
            lambda: save_post(
                facts, province, by=by, post=found, upload=upload, publish=publish, seen=seen
            )
        )
        if kept is not None:
            messages.success(request, _("Đã đăng.") if kept.published_at else _("Đã lưu nháp."))
            return redirect("desk:post", kept.pk)
    return render(
        request,
        "desk/telling/post.html",
        {"post": found, "form": form, "seen": version_of(found) if found else ""},
        status=400 if form.errors else 200,
    )


@needs(Permission.OUTREACH_LEAD)
def training(request: HttpRequest, pk: int) -> HttpResponse:
    """Who signed up, who came."""
    found = get_object_or_404(Training, pk=pk)
    if not can(request.user, Permission.OUTREACH_LEAD, found):
        raise Http404
    if request.method == "POST":
        came = [whole_number(i) for i in request.POST.getlist("came")]
        try:
            note_attendance(found, came, by=person(request))
            messages.success(request, _("Đã ghi."))
        except Refused as refused:
            messages.error(request, refused.reason)
        return redirect("desk:training", pk)
    context = {
        "training": found,
        "rows": found.sign_ups.select_related("user"),
        "begun": found.starts_at <= timezone.now(),
    }
    return render(request, "desk/telling/training.html", context)


@needs(Permission.OUTREACH_LEAD)
def questions(request: HttpRequest) -> HttpResponse:
    """Questions, those without an answer first, by their day."""
    province = province_of(request, Permission.OUTREACH_LEAD)
    rows = Question.objects.filter(province_code=province).order_by("answered_at", "due_on", "pk")
    waiting = list(rows.filter(answered_at=None)[:SHOWN])
    done = rows.filter(answered_at__isnull=False).order_by("-answered_at")[:SHOWN]
    context = {"waiting": waiting, "done": done, "today": timezone.localdate()}
    return render(request, "desk/telling/questions.html", context)


@needs(Permission.OUTREACH_LEAD)
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one."""
    found = get_object_or_404(Question, pk=pk)
    if not can(request.user, Permission.OUTREACH_LEAD, found):
        raise Http404
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        initial={
            "answer": found.answer,
            "public": found.public,
            "shown": found.shown or found.text,
        },
    )
    by = person(request)
    if form.is_valid():
        facts = form.cleaned_data
        if form.carry_out(lambda: answer(found, facts.pop("answer"), by=by, **facts)):
            told = _("Đã trả lời và gửi thư.") if by_mail(found) else _("Đã ghi trả lời.")
            messages.success(request, told)
            return redirect("desk:questions")
    context = {"question": found, "form": form, "mail": by_mail(found)}
    return render(
        request, "desk/telling/question.html", context, status=400 if form.errors else 200
    )
