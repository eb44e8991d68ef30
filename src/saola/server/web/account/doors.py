"""Addresses of keys and providers of identity; the views are the sign-in library's, under the names
it knows. Where keys come and go, in one transaction with the journal (`notices.keys`)."""

from allauth.account.views import reauthenticate
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as linked
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.db.transaction import atomic
from django.urls import path

from saola.server.web.account import views

codes_anew = atomic(recovery.generate_recovery_codes)
urlpatterns = [
    path("dang-nhap/", views.sign_in, name="account_login"),
    path("dang-xuat/", views.sign_out, name="account_logout"),
    path("dang-nhap/ma/", mfa.authenticate, name="mfa_authenticate"),
    path("dang-nhap/khoa/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("dang-nhap/qua/<slug:provider_id>/", views.through_provider, name="openid_connect_login"),
    path(
        "dang-nhap/qua/<slug:provider_id>/ve/",
        oidc.callback,
        name="openid_connect_callback",
    ),
    path("dang-nhap/da-huy/", linked.login_cancelled, name="socialaccount_login_cancelled"),
    path("dang-nhap/loi/", linked.login_error, name="socialaccount_login_error"),
    path("khoa/", mfa.index, name="mfa_index"),
    path("khoa/mat-khau/", reauthenticate, name="account_reauthenticate"),
    path("khoa/ma/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("khoa/khoa/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("khoa/them/", atomic(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("khoa/<int:pk>/bo/", atomic(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("khoa/dien-thoai/", atomic(totp.activate_totp), name="mfa_activate_totp"),
    path("khoa/dien-thoai/bo/", atomic(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("khoa/du-phong/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "khoa/du-phong/moi/",
        codes_anew,
        name="mfa_generate_recovery_codes",
    ),
    path("khoa/lien-ket/", atomic(linked.connections), name="socialaccount_connections"),
]
