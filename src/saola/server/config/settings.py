"""Django's settings; everything that differs between machines comes from the environment."""

import os
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from saola.server.config import environment
from saola.server.config.office import offices

SERVER = Path(__file__).parent.parent
MODE = environment.mode()
DATA = environment.data_folder()
DEMO = MODE == "demo"
SECRET_KEY = environment.secret_key()
DEBUG = False
ALLOWED_HOSTS = environment.hosts()
BASE_URL = environment.base_url()
LABEL_URL = os.environ.get("SAOLA_LABEL_URL", "").rstrip("/") or BASE_URL  # a short host for codes
SERIAL_KEY = environment.serial_key()
FIELD_KEYS = environment.field_keys()
PROVIDERS = environment.oidc()
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL.startswith("https") else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_tasks",
    "django_tasks_db",
    "axes",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "saola.server.running",
    "saola.server.works",
    "saola.server.accounts",
    "saola.server.journal",
    "saola.server.files",
    "saola.server.places",
    "saola.server.drafts",
    "saola.server.papers",
    "saola.server.notices",
    "saola.server.products",
    "saola.server.events",
    "saola.server.traceability",
    "saola.server.labels",
    "saola.server.exchange",
    "saola.server.preparation",
    "saola.server.dossiers",
    "saola.server.examination",
    "saola.server.councils",
    "saola.server.recognition",
    "saola.server.supervision",
    "saola.server.market",
    "saola.server.outreach",
    "saola.server.targets",
    "saola.server.demo",
    "saola.server.web.common",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "saola.server.web.common.middleware.ActingFor",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "saola.server.web.common.middleware.RefusedPage",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "saola.server.config.urls"
WSGI_APPLICATION = "saola.server.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SERVER / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "saola.server.web.common.context.site",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "saola.server.web.common.templatetags.ui",
            ],
        },
    }
]

DATABASES = environment.databases()
if "replica" in DATABASES:
    DATABASE_ROUTERS = ["saola.server.web.common.replicas.Router"]
    MIDDLEWARE.insert(0, "saola.server.web.common.replicas.ReadYourWrites")
CACHES = {
    # tries of codes are counted for all processes and machines together
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "counted_tries",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "machine": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "saola.server.accounts.backends.Accounts",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "account:sign-in"
LOGIN_REDIRECT_URL = "account:home"
LOGOUT_REDIRECT_URL = "public:home"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "saola.server.web.account.views.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_CLIENT_IP_CALLABLE = "saola.server.accounts.backends.pseudonym"  # no address is kept
AXES_VERBOSE = False
ACCOUNT_ADAPTER = "saola.server.accounts.doors.AccountDoor"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # e-mail here is where messages go, not who one is
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900  # seconds within which keys may be changed
ACCOUNT_FORMS = {"reauthenticate": "saola.server.web.account.forms.Password"}
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True
SOCIALACCOUNT_ADAPTER = "saola.server.accounts.doors.ProviderDoor"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": PROVIDERS}}
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
MFA_ADAPTER = "saola.server.accounts.doors.KeyDoor"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = MODE != "production"
MFA_FORMS = {
    "authenticate": "saola.server.web.account.forms.Code",
    "reauthenticate": "saola.server.web.account.forms.CodeAgain",
    "activate_totp": "saola.server.web.account.forms.FirstCode",
    "add_webauthn": "saola.server.web.account.forms.NewKey",
}

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Tiếng Việt")), ("en", _("Tiếng Anh"))]
LOCALE_PATHS = [SERVER / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["saola.server.config.formats"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [SERVER / "static"]
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": environment.file_storage(),
    "staticfiles": {
        "BACKEND": "saola.server.config.static_files.ModuleStorage"
        if MODE != "test"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = DATA / "files"
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOADS_ROOT = DATA / "uploads"  # files on their way in
BACKUPS = os.environ.get("SAOLA_BACKUPS", "")  # where backups are kept, to be watched
METRICS_TOKEN = os.environ.get("SAOLA_METRICS_TOKEN", "")
SCANNER = os.environ.get("SAOLA_SCANNER", "")  # clamd://host:port or clamd:///path
globals().update(environment.mail(DATA))  # EMAIL_…
SIGNING = environment.signing()
FRONT_TOKEN = environment.front_token()  # machines in front fetch with it
SCANS_CLICKHOUSE = os.environ.get("SAOLA_CLICKHOUSE", "")  # http(s)://user:password@host:8123/db
SCANS_FOLDER = os.environ.get("SAOLA_SCANS", "")  # Parquet files, where there is no ClickHouse
LIST_MAX_BYTES = 32 * 1024 * 1024

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
if MODE == "test":
    TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

# a form that leads to a provider of identity is sent on to it
PROVIDER_HOSTS = sorted({"/".join(p["settings"]["server_url"].split("/")[:3]) for p in PROVIDERS})
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'self'"],
        "form-action": ["'self'", *PROVIDER_HOSTS],
    }
}
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "saola.server.web.common.errors.csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"  # no write to the session
if MODE == "production":
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600

# What the law leaves open beyond the Quy chế; see docs/law-settings.md.
OCOP: dict[str, Any] = {
    # the house's own province, and the name on its pages; what a province of several sets for
    # itself stands in `provinces` by its code
    "province_code": "14",
    "province_name": "Sơn La",
    "provinces": {},
    # which body advises the province on OCOP is the province's own choice; printed on notices
    "agency_name": "",  # "": "Cơ quan tham mưu quản lý OCOP tỉnh …"
    "agency_head": "Thủ trưởng cơ quan",
    "extension_scope": "transition_with_pending_renewal",  # or: any_with_pending_renewal, none
    "taste_in_writing": "samples",  # or: last_session, meeting
    "opinion_reminder_days": (3, 0),  # before the last day of written opinions
    "expiring_within_days": 180,
    "renewal_reminder_days": (30, 7),  # before the window of filing closes
    "test_report_months": 12,  # older test reports are asked about
    # days for an answer by kind (petition, complaint, report): not in the decision; the office
    # enters each last day until the province has checked the general law and sets them here
    "answer_days": {},
    "timestamp_required": False,  # whether a signature without a trusted time stamp is refused
    # whether one is refused whose certificate cannot be held against a list of revoked ones; the
    # page says so in either case
    "revocation_required": False,
    # systems of traceability that goods are registered with; the province names its own
    "trace_systems": {
        "province": "Hệ thống truy xuất nguồn gốc của tỉnh",
        "national": "Cổng thông tin truy xuất nguồn gốc sản phẩm, hàng hóa quốc gia",
        "farm_produce": "Hệ thống truy xuất nông sản (Bộ Nông nghiệp và Môi trường)",
        "verigoods": "Verigoods (Bộ Công Thương)",
    },
    # when scans of one label are worth a look; docs/law-settings.md
    "scan_alarms": {"devices": 10, "travel_minutes": 60},
    # hosts in the office's own net that EPCIS subscriptions may be sent to; all others must be on
    # the public net, over TLS
    "webhook_hosts": (),
    # header of the proxy in front that says a visitor's province ("14"); "" where there is none
    "area_header": "",
    # header of that proxy with the visitor's address ("X-Forwarded-For"; the last entry counts);
    # used for a day's token of the device, never kept
    "visitor_header": "",
    # roles by the words of a provider of identity: {"ocop-son-la": "ocop_agency@place:14"}; words
    # like "commune_officer@place:03868" are known without
    "claim_roles": {},
    "sending_hours": ("07:30", "20:30"),  # in which messages to many go out
    "answer_workdays": 10,  # for a citizen's question; the office's own promise
    # whether asking for completion stops the clock of the office that asks
    "clock_stops_on_request": {"commune": False, "agency": False},
}
OCOP = offices(OCOP)

SMS, ZALO = environment.gateways()

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "saola.server.config.logs.Plain",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "lines": {"()": "saola.server.config.logs.Lines"},
    },
    # the worker tells of every task; only what goes wrong is worth a line
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "lines" if MODE == "production" else "plain",
            "level": "WARNING",
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]  # TLS ends at the proxy in front
