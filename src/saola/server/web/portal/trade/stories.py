"""The story of a product, language by language, written or spoken into the phone."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.products.models import LANGUAGES
from saola.server.products.stories import tell_story
from saola.server.web.common.forms import Form
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.trade.selling import own_product


class StoryForm(Form):
    """One language."""

    language = forms.ChoiceField(label=_("Ngôn ngữ"), choices=LANGUAGES)
    text = forms.CharField(
        label=_("Câu chuyện"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    audio = forms.FileField(
        label=_("Bản ghi âm"),
        help_text=_("Kể bằng lời cũng được: ghi âm bằng điện thoại rồi chọn tệp."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "audio/*"}),
    )


@needs(Permission.TRADE_KEEP)
def stories(request: HttpRequest, pk: int) -> HttpResponse:
    """All languages of one product; write or replace one."""
    product = own_product(request, pk)
    told = {story.language: story for story in product.stories.all()}
    language = request.GET.get("tieng", "vi")
    before = told.get(language)
    form = StoryForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        initial={"language": language, "text": before.text if before else ""},
    )
    by = person(request)
    if form.is_valid():
        facts = form.cleaned_data
        kept = form.carry_out(
            lambda: tell_story(
                product, facts["language"], facts["text"], by=by, upload=facts["audio"]
            )
        )
        if kept is not None:
            messages.success(request, _("Đã ghi câu chuyện."))
            return redirect("portal:stories", pk)
    context = {
        "product": product,
        "rows": told.values(),
        "form": form,
        "illustrative": product.illustrative,
    }
    status = 400 if form.errors else 200
    return render(request, "portal/trade/stories.html", context, status=status)
