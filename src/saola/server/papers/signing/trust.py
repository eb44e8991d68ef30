"""What the checking of signatures leans on: certificates and revocation lists in a folder that the
operator keeps up to date. Nothing is fetched."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from pyhanko_certvalidator import ValidationContext


@dataclass(frozen=True)
class Trust:
    """DER certificates and lists. `roots` may be empty, which trusts nobody; it is never None,
    which pyHanko would take for the machine's own list."""

    roots: tuple[bytes, ...] = ()
    timestamp_roots: tuple[bytes, ...] = ()
    intermediates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


@dataclass
class Revocation:
    """What a file itself brings to check its certificates with."""

    certs: list[Any] = field(default_factory=list)
    crls: list[Any] = field(default_factory=list)
    ocsps: list[Any] = field(default_factory=list)


def read_trust(folder: Path | None) -> Trust:
    """The folder's `goc/` (roots), `goc-dau-thoi-gian/` (of time stamps; the same where there is
    none), `trung-gian/` (issuing authorities) and `thu-hoi/` (CRLs); DER or PEM."""
    if folder is None:
        return Trust()
    roots = _files(folder / "goc")
    stamps = _files(folder / "goc-dau-thoi-gian") or roots
    return Trust(roots, stamps, _files(folder / "trung-gian"), _files(folder / "thu-hoi"))


def _files(folder: Path) -> tuple[bytes, ...]:
    """DER of every file; a PEM file may hold several."""
    found: list[bytes] = []
    for file in sorted(folder.glob("*")) if folder.is_dir() else ():
        content = file.read_bytes()
        if pem.detect(content):
            found += [der for _kind, _headers, der in pem.unarmor(content, multiple=True)]
        else:
            found.append(content)
    return tuple(found)


def context(
    roots: tuple[bytes, ...],
    trust: Trust,
    found: Revocation,
    moment: datetime | None,
    mode: str = "require",
) -> ValidationContext:
    """A context for one validation (it caches, so each has its own). "require" asks for revocation
    also where a certificate names no list: "soft-fail" and "hard-fail" would trust it."""
    certificate: Callable[[bytes], Any] = asn1_x509.Certificate.load
    return ValidationContext(
        trust_roots=[certificate(der) for der in roots],
        other_certs=[certificate(der) for der in trust.intermediates] + found.certs,
        crls=[asn1_crl.CertificateList.load(der) for der in trust.crls] + found.crls,
        ocsps=found.ocsps,
        moment=moment,
        allow_fetching=False,
        revocation_mode=mode,
        retroactive_revinfo=True,  # a list of today tells about a signature of last week
    )
