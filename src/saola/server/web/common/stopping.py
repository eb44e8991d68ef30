"""Holding and recalling a lot: the form of producer and office, and what it does."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.models import User
from saola.server.traceability import recalls
from saola.server.traceability.models import Lot
from saola.server.web.common.forms import Form


class StopForm(Form):
    """Hold, recall, or free again."""

    deed = forms.ChoiceField(
        label=_("Việc"),
        choices=[
            ("held", _("Tạm giữ lô và mọi lô làm từ nó")),
            ("recalled", _("Thu hồi lô và mọi lô làm từ nó")),
            ("free", _("Gỡ tạm giữ, thu hồi")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Lý do"), help_text=_("Hiện công khai trên trang của mã."), max_length=500
    )

    def done_to(self, lot: Lot, *, by: User) -> Any:
        """Carry out what the valid form says; None where it is refused, with the reason in it."""
        deed, reason = self.cleaned_data["deed"], self.cleaned_data["reason"]
        if deed == "free":
            return self.carry_out(lambda: recalls.free(lot, reason, by=by))
        return self.carry_out(lambda: recalls.stop(lot, deed, reason, by=by))
