"""Ideas of producers, answered by commune and advisers."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.preparation.actions import reply_to_idea
from saola.server.preparation.models import Idea
from saola.server.web.common.forms import Form
from saola.server.web.common.rights import needs, person

ADVISERS = (Permission.COMMUNE_RECEIVE, Permission.ADVISE, Permission.AGENCY_RECEIVE)


@needs(*ADVISERS)
def ideas(request: HttpRequest) -> HttpResponse:
    """What waits for an answer first."""
    rows = Idea.objects.visible_to(request.user).select_related("producer__place")
    waiting = [idea for idea in rows if idea.state == Idea.State.REGISTERED]
    others = [idea for idea in rows if idea.state != Idea.State.REGISTERED]
    context = {
        "rows": waiting + others,
        "illustrative": any(idea.producer.illustrative for idea in rows),
    }
    return render(request, "desk/ideas.html", context)


class ReplyForm(Form):
    """What is said to it, and where it stands after that."""

    text = forms.CharField(
        label=_("Ý kiến"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5})
    )
    state = forms.ChoiceField(
        label=_("Kết quả"),
        choices=[c for c in Idea.State.choices if c[0] != Idea.State.REGISTERED],
    )


@needs(*ADVISERS)
def idea(request: HttpRequest, pk: int) -> HttpResponse:
    """One idea with what was said, and a form to answer."""
    rows = Idea.objects.visible_to(request.user).select_related("producer__place", "product")
    found = get_object_or_404(rows, pk=pk)
    form = ReplyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        done = form.carry_out(
            lambda: reply_to_idea(found, data["text"], data["state"], by=person(request))
        )
        if done:
            messages.success(request, _("Đã gửi ý kiến cho chủ thể."))
            return redirect("desk:idea", pk)
    context = {
        "idea": found,
        "replies": found.replies.select_related("by"),
        "form": form,
        "illustrative": found.producer.illustrative,
    }
    return render(request, "desk/idea.html", context, status=409 if form.errors else 200)
