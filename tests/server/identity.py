"""A provider of identity of its own, as a second process: `python identity.py PORT FOLDER CALLBACK`.

Django with django-oauth-toolkit; whoever comes is signed in as the person named in FOLDER/who, with
the roles in FOLDER/roles."""

import sys
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

PORT, FOLDER, CALLBACK = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
settings.configure(
    SECRET_KEY="provider",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(FOLDER / "db")}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    LOGIN_URL="/in/",
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": KEY.decode(),
        "PKCE_REQUIRED": True,
        "SCOPES": {"openid": "who", "profile": "name"},
        "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Claims",
    },
)
django.setup()

from django.contrib.auth import login  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpRequest, HttpResponseRedirect  # noqa: E402
from django.urls import include, path  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402
from oauth2_provider.oauth2_validators import OAuth2Validator  # noqa: E402


class Claims(OAuth2Validator):  # type: ignore[misc]
    """What the provider tells of a person."""

    oidc_claim_scope = None

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        roles = FOLDER / "roles"
        told = {"preferred_username": request.user.username, "name": request.user.first_name}
        return told | ({"vai_tro": roles.read_text().split()} if roles.exists() else {})


def come_in(request: HttpRequest) -> HttpResponseRedirect:
    """Sign whoever comes in as the one in FOLDER/who."""
    name = (FOLDER / "who").read_text()
    person, _new = User.objects.get_or_create(username=name, first_name=f"Ông {name}")
    login(request, person)
    return HttpResponseRedirect(request.GET["next"])


urlpatterns = [
    path("in/", come_in),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]

if __name__ == "__main__":
    sys.modules["identity"] = sys.modules[__name__]
    call_command("migrate", verbosity=0)
    Application.objects.create(
        client_id="saola",
        client_secret="bí mật",
        client_type="confidential",
        authorization_grant_type="authorization-code",
        redirect_uris=CALLBACK,
        skip_authorization=True,
        algorithm="RS256",
    )
    make_server("127.0.0.1", PORT, get_wsgi_application()).serve_forever()
