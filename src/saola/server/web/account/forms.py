"""Forms of the sign-in library in this site's words."""

from typing import Any

from allauth.account.forms import ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric"}


def _code(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=40,
        widget=forms.TextInput(attrs=CODE),
        error_messages={"required": _("Hãy điền mã.")},
    )


class Password(ReauthenticateForm):  # type: ignore[misc]
    """The password once more before keys are changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = forms.CharField(
            label=_("Mật khẩu"),
            max_length=200,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            error_messages={"required": _("Hãy điền mật khẩu.")},
        )


class Code(AuthenticateForm):  # type: ignore[misc]
    """The second step of a sign-in."""

    code = _code(_("Mã 6 số trên điện thoại, hoặc một mã dự phòng"))


class CodeAgain(CodeAgainForm):  # type: ignore[misc]
    """The code once more before keys are changed."""

    code = _code(_("Mã 6 số trên điện thoại, hoặc một mã dự phòng"))


class FirstCode(ActivateTOTPForm):  # type: ignore[misc]
    """Proof that the phone shows the right codes."""

    code = _code(_("Mã 6 số mà ứng dụng hiện ra"))


class NewKey(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey and what it is called."""

    name = forms.CharField(label=_("Tên để nhận ra thiết bị này"), max_length=60, required=False)
    passwordless = forms.BooleanField(required=False, widget=forms.HiddenInput)
