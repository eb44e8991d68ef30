"""The form that says a task of communication was done."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from saola.server.outreach.models import Proof
from saola.server.web.common.forms import DateField, Form, WebField


class ProofForm(Form):
    """How, when, how many, and what shows it."""

    uid = forms.UUIDField(widget=forms.HiddenInput())
    way = forms.ChoiceField(label=_("Đã làm thế nào"), choices=Proof.Way.choices)
    on = DateField(label=_("Ngày làm"))
    people = forms.IntegerField(
        label=_("Số người dự, người nghe, lượt xem"), min_value=0, max_value=10_000_000
    )
    times = forms.IntegerField(
        label=_("Số buổi, số lần phát, số bài"), min_value=1, max_value=10_000, initial=1
    )
    photo = forms.FileField(
        label=_("Ảnh hoặc biên bản"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )
    url = WebField(label=_("Đường dẫn bài đăng"), max_length=400, required=False)
    note = forms.CharField(label=_("Ghi chú"), max_length=500, required=False)

    def facts(self) -> dict[str, Any]:
        """What the act keeps."""
        return {k: v for k, v in self.cleaned_data.items() if k not in ("uid", "photo")}
