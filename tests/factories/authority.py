"""An authority of our own for tests: root, issuing authority, time stamps, keys that can go wrong."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from saola.server.papers.signing.trust import Trust

PASSWORD = b"thu"
BASE = "http://127.0.0.1:9"  # where the certificates say their lists are; nothing listens there


@dataclass(frozen=True)
class Authority:
    """A root, an issuing CA, a time stamping authority, keys to sign with, and their CRLs."""

    root: bytes  # DER, all of them
    issuing: bytes
    crls: list[bytes]  # the root's and the issuing CA's
    tsa: DummyTimeStamper
    tsa_cert: bytes
    p12: dict[str, bytes]  # person, seal, other, expired, revoked, revoked_without_dp


def make_authority(label: str = "Thử nghiệm", now: datetime | None = None) -> Authority:
    now = now or datetime.now(UTC)
    root_key, root = _ca(f"CA gốc {label}", None, now)
    ca_key, ca = _ca(f"CA cấp {label}", (root_key, root), now)
    tsa_key = rsa.generate_private_key(65537, 2048)  # DummyTimeStamper can RSA only
    tsa = _leaf("Dấu thời gian", tsa_key, ca_key, ca, now, tsa=True)

    wanted: dict[str, tuple[Any, str, dict[str, Any]]] = {
        "person": (ec.generate_private_key(ec.SECP256R1()), "Người ký (minh họa)", {}),
        "seal": (rsa.generate_private_key(65537, 2048), "Cơ quan thử (minh họa)", {}),
        "chair": (ec.generate_private_key(ec.SECP256R1()), "Thành viên Hội đồng 1 (minh họa)", {}),
        "other": (ec.generate_private_key(ec.SECP256R1()), "Người khác (minh họa)", {}),
        "expired": (
            ec.generate_private_key(ec.SECP256R1()),
            "Người ký (minh họa)",
            {"ends": now - timedelta(days=1)},
        ),
        "revoked": (ec.generate_private_key(ec.SECP256R1()), "Người ký (minh họa)", {}),
        "revoked_without_dp": (
            ec.generate_private_key(ec.SECP256R1()),
            "Người ký (minh họa)",
            {"dp": False},
        ),
    }
    two_days_ago = now - timedelta(days=2)
    p12: dict[str, bytes] = {}
    revoked: dict[int, datetime] = {}
    for name, (key, cn, extra) in wanted.items():
        cert = _leaf(cn, key, ca_key, ca, now, **extra)
        p12[name] = pkcs12.serialize_key_and_certificates(
            b"key", key, cert, [ca], serialization.BestAvailableEncryption(PASSWORD)
        )
        if name.startswith("revoked"):
            revoked[cert.serial_number] = two_days_ago
    tsa_pkcs8 = tsa_key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    known = SimpleCertificateStore()
    known.register(_asn1(_der(ca)))
    return Authority(
        root=_der(root),
        issuing=_der(ca),
        crls=[_crl(root_key, root, {}, now), _crl(ca_key, ca, revoked, now)],
        tsa=DummyTimeStamper(
            _asn1(_der(tsa)), asn1_keys.PrivateKeyInfo.load(tsa_pkcs8), certs_to_embed=known
        ),
        tsa_cert=_der(tsa),
        p12=p12,
    )


def _ca(cn: str, issuer: tuple[Any, x509.Certificate] | None, now: datetime) -> tuple[Any, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)])
    signing_key, signing_name = (issuer[0], issuer[1].subject) if issuer else (key, name)
    builder = _builder(name, signing_name, key, now - timedelta(days=900), now + timedelta(3650))
    builder = builder.add_extension(x509.BasicConstraints(True, None if not issuer else 0), True)
    builder = builder.add_extension(_usage(ca=True), True)
    if issuer:
        builder = _pointers(builder, "root")
    return key, builder.sign(signing_key, hashes.SHA256())


def _leaf(
    cn: str,
    key: Any,
    ca_key: Any,
    ca: x509.Certificate,
    now: datetime,
    *,
    ends: datetime | None = None,
    tsa: bool = False,
    dp: bool = True,
) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Cơ quan thử (minh họa)"),
            x509.NameAttribute(NameOID.COMMON_NAME, cn),
        ]
    )
    builder = _builder(
        name, ca.subject, key, now - timedelta(days=400), ends or now + timedelta(days=365)
    )
    builder = builder.add_extension(x509.BasicConstraints(False, None), True)
    builder = builder.add_extension(_usage(ca=False), True)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.public_key()), False
    )
    if tsa:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True
        )
    if dp:
        builder = _pointers(builder, "issuing")
    return builder.sign(ca_key, hashes.SHA256())


def _builder(name: Any, issuer: Any, key: Any, start: datetime, end: datetime) -> Any:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )


def _pointers(builder: Any, which: str) -> Any:
    """CRL and issuer addresses as real certificates have them, to prove that nobody calls there."""
    crl = x509.DistributionPoint(
        [x509.UniformResourceIdentifier(f"{BASE}/{which}.crl")], None, None, None
    )
    aia = x509.AccessDescription(
        x509.AuthorityInformationAccessOID.CA_ISSUERS,
        x509.UniformResourceIdentifier(f"{BASE}/{which}.cer"),
    )
    return builder.add_extension(x509.CRLDistributionPoints([crl]), False).add_extension(
        x509.AuthorityInformationAccess([aia]), False
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,  # "non_repudiation": pyHanko demands it by default
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _crl(key: Any, ca: x509.Certificate, revoked: dict[int, datetime], now: datetime) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.subject)
        .last_update(now - timedelta(days=1))
        .next_update(now + timedelta(days=6))
        .add_extension(x509.CRLNumber(1), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.public_key()), False)
    )
    for serial, when in revoked.items():
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(when)
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), False)
            .build()
        )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _der(cert: x509.Certificate) -> bytes:
    return cert.public_bytes(serialization.Encoding.DER)


def _asn1(der: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(der)


@contextmanager
def timestamp_server(tsa: DummyTimeStamper) -> Iterator[str]:
    """An RFC 3161 time stamping authority on loopback; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            answer = tsa.request_tsa_response(tsp.TimeStampReq.load(asked)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def trust_in(authority: Authority) -> Trust:
    """What an installation that trusts this authority knows."""
    return Trust(
        roots=(authority.root,),
        timestamp_roots=(authority.root,),
        intermediates=(authority.issuing,),
        crls=tuple(authority.crls),
    )


def write_trust(authority: Authority, folder: Path) -> Path:
    """The same as the folder of an operator."""
    for name, contents in (
        ("goc", [authority.root]),
        ("trung-gian", [authority.issuing]),
        ("thu-hoi", authority.crls),
    ):
        (folder / name).mkdir(parents=True)
        for number, content in enumerate(contents):
            (folder / name / f"{number}.der").write_bytes(content)
    return folder
