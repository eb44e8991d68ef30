"""Statements of the register for machines: JSON signed as JWS (RFC 7515, EdDSA), and the public key
to check it with (RFC 7517)."""

import base64
import hashlib
import json
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings


@cache
def _key(secret: str) -> Ed25519PrivateKey:
    """The register's key, drawn from the installation's secret: all its servers have the same."""
    drawn = HKDF(SHA256(), 32, salt=None, info=b"saola register statements")
    return Ed25519PrivateKey.from_private_bytes(drawn.derive(secret.encode()))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _public() -> bytes:
    return _key(settings.SECRET_KEY).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id() -> str:
    """Names the key in statements."""
    return hashlib.sha256(_public()).hexdigest()[:16]


def public_keys() -> dict[str, Any]:
    """The key set (JWKS) that statements are checked with."""
    key = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key_id()}
    return {"keys": [{**key, "x": _text(_public())}]}


def signed(statement: dict[str, Any]) -> str:
    """The statement as a compact JWS."""
    head = {"alg": "EdDSA", "kid": key_id(), "typ": "JWT"}
    parts = [
        _text(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode())
        for part in (head, statement)
    ]
    to_sign = ".".join(parts)
    return f"{to_sign}.{_text(_key(settings.SECRET_KEY).sign(to_sign.encode()))}"
