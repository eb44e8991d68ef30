"""Reads the environment: mode, database address, folders; refuses what is unsafe."""

import base64
import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

ESMS = "https://rest.esms.vn/MainService.svc/json/SendMultipleMessage_V4_post_json/"
ZNS = "https://business.openapi.zalo.me/message/template"
MODES = ("demo", "production", "test")
SHORTEST_KEY = 40


class Unsafe(Exception):
    """A production start that must not happen; the text says what to set."""


def mode() -> str:
    """SAOLA_MODE: demo (default), production or test."""
    found = os.environ.get("SAOLA_MODE", "demo")
    if found not in MODES:
        raise Unsafe(f"SAOLA_MODE={found!r} is none of {', '.join(MODES)}")
    return found


def data_folder() -> Path:
    """SAOLA_DATA: where the database file, stored files and the local key live."""
    folder = Path(os.environ.get("SAOLA_DATA", "var")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secret_key() -> str:
    """SAOLA_SECRET_KEY; outside production a key of this machine, made once."""
    given = os.environ.get("SAOLA_SECRET_KEY")
    if given and mode() == "production" and len(given) < SHORTEST_KEY:
        raise Unsafe(f"SAOLA_SECRET_KEY must have at least {SHORTEST_KEY} characters")
    if given:
        return given
    if mode() == "production":
        raise Unsafe("SAOLA_SECRET_KEY must be set in production")
    return _kept("secret-key", secrets.token_urlsafe(50))


def _kept(name: str, fresh: str) -> str:
    """What a file of this machine holds; made with `fresh` the first time."""
    file = data_folder() / name
    if not file.exists() or not file.read_text():
        part = file.with_suffix(f".{os.getpid()}")
        part.write_text(fresh)
        part.chmod(0o600)
        part.replace(file)
    return file.read_text()


def serial_key() -> bytes:
    """SAOLA_SERIAL_KEY, 64 hexadecimal digits: every label's number is made with it, and whoever
    loses it can read no label any more. Outside production one of this machine, made once."""
    given = os.environ.get("SAOLA_SERIAL_KEY", "")
    if not given and mode() == "production":
        raise Unsafe("SAOLA_SERIAL_KEY must be set in production, and kept as long as labels are")
    given = given or _kept("serial-key", secrets.token_hex(32))
    try:
        key = bytes.fromhex(given)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise Unsafe("SAOLA_SERIAL_KEY must be 64 hexadecimal digits")
    return key


def field_keys() -> tuple[str, ...]:
    """SAOLA_FIELD_KEYS: what sensitive fields lie under, comma separated, each of `openssl rand
    -base64 32 | tr '+/' '-_'`. The first seals, all open: a new one is put in front. Outside
    production one of this machine, made once."""
    given = os.environ.get("SAOLA_FIELD_KEYS", "")
    if not given and mode() == "production":
        raise Unsafe("SAOLA_FIELD_KEYS must be set in production, and kept as long as the records")
    fresh = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    keys = tuple(key for key in (given or _kept("field-keys", fresh)).split(",") if key)
    for key in keys:
        try:
            right = len(base64.b64decode(key, altchars="-_", validate=True)) == 32
        except ValueError:
            right = False
        if not right:
            raise Unsafe("SAOLA_FIELD_KEYS must be 32 bytes each in URL-safe base64")
    return keys


def oidc() -> list[dict[str, Any]]:
    """SAOLA_OIDC: providers of identity, separated by blanks, each
    https://client:secret@host/path?name=VNeID&roles=claim: `roles` names the claim with roles
    ("" where the provider gives none), `scope` adds what is asked for. Its short name in
    addresses is `id`, else the host."""
    found = []
    for url in os.environ.get("SAOLA_OIDC", "").split():
        parts = urlsplit(url)
        told = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if not (parts.hostname and parts.username and parts.password):
            raise Unsafe("SAOLA_OIDC must be https://client:secret@host/path?name=…")
        if parts.scheme != "https" and mode() == "production":
            raise Unsafe("SAOLA_OIDC must name providers over https in production")
        port = f":{parts.port}" if parts.port else ""
        found.append(
            {
                "provider_id": told.get("id", parts.hostname),
                "name": told.get("name", parts.hostname),
                "client_id": unquote(parts.username),
                "secret": unquote(parts.password),
                "settings": {
                    "server_url": f"{parts.scheme}://{parts.hostname}{port}{parts.path}",
                    "scope": ["openid", "profile", *told.get("scope", "").split()],
                    "roles": told.get("roles", ""),
                    "oauth_pkce_enabled": True,
                },
            }
        )
    return found


def front_token() -> str:
    """SAOLA_FRONT_TOKEN: opens what is published to machines in front."""
    given = os.environ.get("SAOLA_FRONT_TOKEN", "")
    if given and mode() == "production" and len(given) < SHORTEST_KEY:
        raise Unsafe(f"SAOLA_FRONT_TOKEN must have at least {SHORTEST_KEY} characters")
    return given


def hosts() -> list[str]:
    """SAOLA_HOSTS, comma separated; required in production."""
    given = [host for host in os.environ.get("SAOLA_HOSTS", "").split(",") if host]
    if not given and mode() == "production":
        raise Unsafe("SAOLA_HOSTS must name the host of the site in production")
    if "*" in given and mode() == "production":
        raise Unsafe("SAOLA_HOSTS must not be *: name the host of the site")
    return given or ["localhost", "127.0.0.1", "[::1]", "testserver"]


def base_url() -> str:
    """SAOLA_BASE_URL, printed into QR codes; in production an address over TLS."""
    given = os.environ.get("SAOLA_BASE_URL", "")
    if mode() == "production" and not given.startswith("https://"):
        raise Unsafe("SAOLA_BASE_URL must be the https address of the site in production")
    return given.rstrip("/") or "http://127.0.0.1:8000"


ONE = {"connect_timeout": 5}
# a node that fell silent is noticed, and the next one asked, within seconds
SEVERAL = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "target_session_attrs": "read-write",
}


def database() -> dict[str, Any]:
    """SAOLA_DATABASE_URL: postgresql://user:password@host:port/name (several nodes as
    host:port,host:port: the one that takes writes is found), or sqlite:///path."""
    url = os.environ.get("SAOLA_DATABASE_URL", "")
    if not url:
        return sqlite(str(data_folder() / "saola.sqlite3"))
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(unquote(parts.path))
    if parts.scheme != "postgresql":
        raise Unsafe("SAOLA_DATABASE_URL must start with postgresql:// or sqlite://")
    nodes = [
        (one.hostname or "", str(one.port or ""))
        for node in parts.netloc.rpartition("@")[2].split(",")
        if node and (one := urlsplit(f"//{node}"))
    ]
    several = len(nodes) > 1
    more: dict[str, Any] = dict(
        parse_qsl(parts.query)
    )  # sslmode=verify-full, and whatever else libpq knows
    if several and not all(port.isdigit() for _host, port in nodes):
        raise Unsafe("SAOLA_DATABASE_URL must give each of several nodes a port: host:port,…")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": ",".join(host for host, _port in nodes),
        "PORT": ",".join(port for _host, port in nodes) if nodes else "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": (SEVERAL if several else ONE) | more,
    }


def databases() -> dict[str, Any]:
    """The database, and beside it "replica" where SAOLA_READ_REPLICAS=1 says that pages may be
    read from the nodes that follow."""
    main = database()
    if os.environ.get("SAOLA_READ_REPLICAS", "") != "1":
        return {"default": main}
    if "," not in main.get("HOST", ""):
        raise Unsafe("SAOLA_READ_REPLICAS needs several nodes in SAOLA_DATABASE_URL")
    asked = main["OPTIONS"] | {"target_session_attrs": "prefer-standby"}
    return {"default": main, "replica": main | {"OPTIONS": asked, "TEST": {"MIRROR": "default"}}}


def sqlite(name: str) -> dict[str, Any]:
    """SQLite that takes several writers: WAL, and IMMEDIATE so that none finds it locked."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
                "PRAGMA busy_timeout=20000;"
            ),
        },
    }


def gateways() -> tuple[dict[str, str], dict[str, str]]:
    """SAOLA_SMS_{KEY,SECRET,BRAND} of eSMS, SAOLA_ZALO_{TOKEN,TEMPLATE} of ZNS; their addresses
    (SAOLA_SMS_URL, SAOLA_ZALO_URL) only where another gateway speaks the same."""

    def read(gateway: str, names: tuple[str, ...], url: str) -> dict[str, str]:
        found = {name: os.environ.get(f"SAOLA_{gateway}_{name.upper()}", "") for name in names}
        return found | {"url": os.environ.get(f"SAOLA_{gateway}_URL", url)}

    return read("SMS", ("key", "secret", "brand"), ESMS), read("ZALO", ("token", "template"), ZNS)


def mail(folder: Path) -> dict[str, Any]:
    """SAOLA_SMTP: smtp://user:password@host:587?from=ocop@example.vn (smtps:// for TLS from the
    start; 587 asks for TLS). Without it production sends nothing, and elsewhere mail is written
    into a folder."""
    url = os.environ.get("SAOLA_SMTP", "")
    if not url:
        if mode() == "production":
            return {"DEFAULT_FROM_EMAIL": ""}
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": folder / "mail",
            "DEFAULT_FROM_EMAIL": "saola@localhost",
        }
    parts = urlsplit(url)
    sender = parse_qs(parts.query).get("from", [""])[0]
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or "@" not in sender:
        raise Unsafe("SAOLA_SMTP must be smtp(s)://user:password@host:port?from=name@host")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and parts.port in (None, 587),
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": sender,
    }


def file_storage() -> dict[str, Any]:
    """SAOLA_FILES: s3://bucket/folder?endpoint=https://s3.example.vn&region=vn (keys by
    AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY); without it files lie on disk. Objects are asked to
    be encrypted where they rest: encrypt=AES256 (default), aws:kms, or none."""
    url = os.environ.get("SAOLA_FILES", "")
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    parts = urlsplit(url)
    told = {key: values[0] for key, values in parse_qs(parts.query).items()}
    if parts.scheme != "s3" or not parts.hostname:
        raise Unsafe("SAOLA_FILES must be s3://bucket/folder?endpoint=https://host")
    endpoint = told.get("endpoint")
    if endpoint and mode() == "production" and not endpoint.startswith("https://"):
        raise Unsafe("SAOLA_FILES must name an https endpoint in production")
    encrypt = told.get("encrypt", "AES256")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.hostname,
            "location": parts.path.strip("/"),
            "endpoint_url": endpoint,
            "region_name": told.get("region"),
            "addressing_style": "path" if endpoint else "auto",
            "default_acl": None,
            "file_overwrite": True,  # a name is the hash of its bytes
            "object_parameters": {} if encrypt == "none" else {"ServerSideEncryption": encrypt},
        },
    }


def signing() -> dict[str, Any]:
    """Where signatures are checked and made: SAOLA_TRUST (a folder, see docs/operate.md);
    SAOLA_SIGNER (a PKCS#12 file) with SAOLA_SIGNER_PASSWORD_FILE, for an office that signs on the
    server, SAOLA_SIGNER_11 and SAOLA_SIGNER_11_PASSWORD_FILE for that of province 11;
    SAOLA_TIMESTAMP (address of a time stamping authority, RFC 3161). `signers` has key file and
    password file by province, "" the house's own."""
    trust = os.environ.get("SAOLA_TRUST", "")
    signers = {}
    for name, path in os.environ.items():
        match = re.fullmatch(r"SAOLA_SIGNER(?:_(\d\d))?", name)
        if match and path:
            password = os.environ.get(f"{name}_PASSWORD_FILE", "")
            if not password:
                raise Unsafe(f"{name} needs {name}_PASSWORD_FILE")
            signers[match[1] or ""] = Path(path), Path(password)
    return {
        "trust": Path(trust) if trust else None,
        "signers": signers,
        "timestamp": os.environ.get("SAOLA_TIMESTAMP", ""),
    }
