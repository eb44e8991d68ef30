"""What the sign-in library asks of this house: who may come in, what a sign-in leaves behind, how
secrets lie, who comes from a provider of identity."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from saola.server.accounts import sessions
from saola.server.accounts.backends import Accounts, pseudonym
from saola.server.accounts.claims import claimed, keep
from saola.server.accounts.models import User
from saola.server.journal.record import record
from saola.server.sealed.field import close, reveal

BACKEND = f"{Accounts.__module__}.{Accounts.__name__}"


class AccountDoor(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the office, never by whoever comes."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_password": _("Mật khẩu chưa đúng."),
        "too_many_login_attempts": _("Sai quá nhiều lần. Hãy thử lại sau 5 phút."),
        "rate_limited": _("Sai quá nhiều lần. Hãy thử lại sau 5 phút."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """No."""
        return False

    def pre_login(self, request: HttpRequest, user: Any, **told: Any) -> HttpResponse | None:
        """Turn away whoever the accounts' own door would, whichever key they hold."""
        if not Accounts().user_can_authenticate(user):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **told)  # type: ignore[no-any-return]

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """A page with the reason."""
        return turned_away(request, str(_("Tài khoản này đã ngừng dùng. Hãy liên hệ quản trị.")))

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in, and note the place."""
        user.backend = BACKEND
        super().login(request, user)
        if request.session.session_key is None:  # signed in over another sign-in
            request.session.save()
        key = str(request.session.session_key)
        sessions.began(user, key, request.headers.get("User-Agent", ""))

    def reauthenticate(self, user: Any, password: str) -> bool:
        """The password once more, under the same lock-out."""
        told = {"username": user.username, "password": password}
        found = authenticate(self.request, **told)
        return found is not None and found.pk == user.pk

    def get_client_ip(self, request: HttpRequest) -> str:
        """A made-up address for one day: no real one is kept."""
        return pseudonym(request)

    def add_message(self, *_told: Any, **_named: Any) -> None:
        """The library's own words are not shown; pages say what happened."""

    def send_notification_mail(self, *_told: Any, **_named: Any) -> None:
        """Changes of keys are told by `notices.keys`."""


class KeyDoor(DefaultMFAAdapter):  # type: ignore[misc]
    """Passkeys, codes by time, recovery codes: their secrets lie sealed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("Mã hoặc khóa chưa đúng. Hãy thử lại."),
        "cannot_generate_recovery_codes": _("Hãy đặt khóa hoặc mã theo giờ trước."),
    }

    def encrypt(self, text: str) -> str:
        """Sealed."""
        return close(text)

    def decrypt(self, encrypted_text: str) -> str:
        """And back."""
        return reveal(encrypted_text)

    def get_totp_issuer(self) -> str:
        """As the app on the phone names it."""
        return f"Saola OCOP {settings.OCOP['province_name']}"

    def _get_site_name(self) -> str:
        return self.get_totp_issuer()

    def _get_user_identifier(self, user: Any) -> str:
        return str(user.username)

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """What a key is called whose owner gave it no name: the device it was made on."""
        return sessions.device(self.request.headers.get("User-Agent", ""))


class ProviderDoor(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Who comes from a provider of identity: an account that was linked, or one that the
    provider's roles make."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Bring the roles that the provider gives up to date; turn away a stranger without any."""
        told = sociallogin.account.extra_data
        person = told.get("userinfo") or told.get("id_token") or told
        roles = claimed(person, sociallogin.provider.app.settings.get("roles", ""))
        if sociallogin.is_existing and roles is not None:
            keep(sociallogin.user, roles)
        linking = sociallogin.state.get("process") == "connect"
        if not (sociallogin.is_existing or roles or linking):
            reason = _(
                "Tài khoản này chưa được liên kết. Hãy đăng nhập bằng mật khẩu, mở “Khóa đăng "
                "nhập” rồi liên kết; hoặc đề nghị quản trị giao vai trò ở nơi cấp tài khoản."
            )
            raise ImmediateHttpResponse(turned_away(request, str(reason)))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Whoever comes this far has roles."""
        return True

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """No form: what is needed is told by the provider."""
        return True

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> User:
        """Name and e-mail as the provider tells them."""
        user: User = sociallogin.user
        user.username = str(data.get("username") or "")[:60]
        user.full_name = str(data.get("name") or data.get("username") or "")[:120]
        user.email = str(data.get("email") or "")[:254]
        return user

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """A new account with the roles that the provider gives."""
        user: User = super().save_user(request, sociallogin, form)
        record("add_account", f"user:{user.pk}", {"provider": sociallogin.account.provider})
        told = sociallogin.account.extra_data
        person = told.get("userinfo") or told.get("id_token") or told
        keep(user, claimed(person, sociallogin.provider.app.settings.get("roles", "")) or set())
        return user

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        """Back to the keys."""
        return reverse("mfa_index")

    def on_authentication_error(self, request: HttpRequest, provider: Any, **told: Any) -> None:
        """The provider is away, or said no."""
        reason = _("Chưa đăng nhập được qua “%s”. Hãy thử lại, hoặc đăng nhập bằng mật khẩu.")
        raise ImmediateHttpResponse(turned_away(request, str(reason) % provider.name))


def turned_away(request: HttpRequest, reason: str) -> HttpResponse:
    """403 with the reason; whoever is signed in stays so."""
    if request.user.is_authenticated:
        return redirect("account:home")
    return render(request, "account/turned_away.html", {"reason": reason}, status=403)
