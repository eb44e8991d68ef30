"""The base of forms that strangers send."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.places.office import code_of, provinces
from saola.server.web.common.forms import Form


class OpenForm(Form):
    """Sent twice it is kept once; machines that fill in everything are told apart by the field that
    people do not see."""

    token = forms.UUIDField(widget=forms.HiddenInput())
    website = forms.CharField(required=False, widget=forms.HiddenInput())

    def facts(self) -> dict[str, Any]:
        """What is kept. Raises Refused for machines."""
        data = dict(self.cleaned_data)
        data.pop("token")
        if data.pop("website"):
            raise Refused("Không gửi được. Hãy tải lại trang rồi gửi lại.")
        return data


class ProvinceForm(OpenForm):
    """One that an office answers; a house of several provinces asks which one's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(row.code, row.name) for row in provinces()]
        if len(rows) > 1:
            choices = [("", _("chọn tỉnh, thành phố")), *rows]
            self.fields["province_code"] = forms.ChoiceField(
                label=_("Gửi tới tỉnh, thành phố"), choices=choices
            )

    def facts(self) -> dict[str, Any]:
        """What is kept, with the province."""
        return {"province_code": code_of(None)} | super().facts()
