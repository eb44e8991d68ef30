"""The base of forms that strangers send."""

from typing import Any

from django import forms

from saola.lifecycle.machine import Refused
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
