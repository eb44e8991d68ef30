"""Every signature in a PDF: who, when, whether anything was changed, whether the chain is good."""

import asyncio
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    DiffResult,
    FormUpdatingRule,
    ModificationLevel,
    StandardDiffPolicy,
)
from pyhanko.sign.diff_analysis.constants import ACROFORM_EXEMPT_STRICT_COMPARISON
from pyhanko.sign.general import find_cms_attribute_iter
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    EmbeddedPdfSignature,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.settings import KeyUsageConstraints

from saola.server.papers.signing.trust import Revocation, Trust, context

# pyHanko's default is non_repudiation alone; many real certificates say digital_signature
KEY_USAGE = KeyUsageConstraints(
    key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
)
CLOCKS = timedelta(minutes=5)  # two clocks may differ by so much
assert DEFAULT_DIFF_POLICY.form_rule is not None
# the default compares with a revision that is signed; ours is not yet, so the first signature may
# set what a form with signatures has
PAPER_POLICY = StandardDiffPolicy(
    global_rules=DEFAULT_DIFF_POLICY.global_rules,
    form_rule=FormUpdatingRule(
        field_rules=DEFAULT_DIFF_POLICY.form_rule.field_rules,
        ignored_acroform_keys=ACROFORM_EXEMPT_STRICT_COMPARISON | {"/SigFlags", "/DA"},
    ),
)


class Unreadable(ValueError):
    """Not a PDF whose signatures can be checked."""


@dataclass(frozen=True)
class SignatureReport:
    """One signature. `claimed_at` is the signer's own word, `stamped_at` that of a time stamping
    authority we trust; `problems` names what is wrong, in order of weight (words in labels.py)."""

    kind: str  # "signature", or "timestamp" over the whole document
    common_name: str
    organisation: str
    fingerprint: str  # SHA-256 of the certificate, hex
    claimed_at: datetime | None
    stamped_at: datetime | None
    revoked_at: datetime | None
    valid_until: datetime
    problems: tuple[str, ...]


def check(
    uploaded: bytes, trust: Trust, *, prepared: bytes | None = None, now: datetime | None = None
) -> list[SignatureReport]:
    """Every signature in the order of signing, empty without one; `prepared` is the paper as it was
    handed out, `now` the moment as of which chains are judged. Raises Unreadable."""
    try:
        return asyncio.run(_check(uploaded, trust, prepared, now or datetime.now(UTC)))
    except Exception as fault:  # a stranger's file makes pyHanko raise anything
        raise Unreadable(f"{type(fault).__name__}: {fault}") from fault


async def _check(
    uploaded: bytes, trust: Trust, prepared: bytes | None, now: datetime
) -> list[SignatureReport]:
    reader = PdfFileReader(io.BytesIO(uploaded))
    known = reader.embedded_signatures
    if len(list(fields.enumerate_sig_fields(reader, filled_status=True))) != len(known):
        raise Unreadable("a signature of an unknown kind")  # pyHanko passes over it in silence
    checker = _Checker(
        trust=trust,
        found=_embedded_revocation(reader),
        now=now,
        tail=_bytes_after_end(reader, uploaded),
        prepared=prepared,
        unchanged=prepared is None or _unchanged_since(reader, uploaded, prepared),
    )
    return [await checker.report(signature) for signature in known]


@dataclass(frozen=True)
class _Checker:
    """What is the same for all signatures of one file."""

    trust: Trust
    found: Revocation
    now: datetime
    tail: bytes  # what stands after the last revision
    prepared: bytes | None
    unchanged: bool  # nothing but signatures was added to the prepared paper

    async def report(self, signature: EmbeddedPdfSignature) -> SignatureReport:
        """Judged twice: as of now, which also judges the time stamp, and as of the signing."""
        is_stamp = signature.sig_object_type == "/DocTimeStamp"
        claimed: datetime | None = None
        if is_stamp:
            at_now: Any = await async_validate_pdf_timestamp(
                signature, self._context(self.trust.timestamp_roots, self.now)
            )
            stamp, status, moment = at_now, at_now, self.now
        else:
            at_now = await self._validate(signature, self.now)
            stamp, claimed = at_now.timestamp_validity, at_now.signer_reported_dt
            trusted = stamp.timestamp if stamp and stamp.trusted else None
            moment = min(trusted or claimed or self.now, self.now)
            status = await self._validate(signature, moment)
        stamped = stamp.timestamp if stamp and stamp.trusted else None
        revoked = at_now.revocation_details or status.revocation_details
        cert = status.signing_cert
        problems = list(self._of_content(signature, status))
        if revoked and (stamped is None or revoked.revocation_date <= stamped):
            problems.append("revoked")
        elif not revoked and status.trust_problem_indic is not None:
            chain = self._chain_word(status.trust_problem_indic)
            if chain == "chain" and not is_stamp:
                alone = await self._validate(signature, moment, mode="none")
                chain = "revocation_unknown" if alone.trusted else chain
            problems.append(chain)
        problems += self._of_time(cert, claimed, stamped, has_stamp=stamp is not None)
        return SignatureReport(
            kind="timestamp" if is_stamp else "signature",
            common_name=_part(cert, "common_name"),
            organisation=_part(cert, "organization_name"),
            fingerprint=cert.sha256.hex(),
            claimed_at=claimed,
            stamped_at=stamped,
            revoked_at=revoked.revocation_date if revoked else None,
            valid_until=cert.not_valid_after,
            problems=tuple(problems),
        )

    def _of_content(self, signature: EmbeddedPdfSignature, status: Any) -> Iterator[str]:
        if not (status.intact and status.valid):
            yield "altered"
        if self.prepared is not None:
            start, length, *_ = signature.byte_range
            if not (self.unchanged and start == 0 and length >= len(self.prepared)):
                yield "not_our_paper"
        changes = status.modification_level or ModificationLevel.OTHER
        if changes > ModificationLevel.FORM_FILLING or getattr(status, "docmdp_ok", None) is False:
            yield "changed_after_signing"
        if self.tail and status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
            yield "bytes_after_end"

    @staticmethod
    def _chain_word(indication: Any) -> str:
        words = {
            AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: "expired_at_signing",
            AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: "untrusted_root",
        }
        return words.get(indication, "chain")

    def _of_time(
        self, cert: Any, claimed: datetime | None, stamped: datetime | None, *, has_stamp: bool
    ) -> Iterator[str]:
        if stamped is None:
            yield "timestamp_not_trusted" if has_stamp else "no_timestamp"
            if cert.not_valid_after < self.now:  # who holds an old key may claim any time
                yield "expired_now"
        if claimed and claimed > self.now + CLOCKS:
            yield "claimed_in_the_future"

    def _context(self, roots: tuple[bytes, ...], moment: datetime, mode: str = "require") -> Any:
        return context(roots, self.trust, self.found, moment, mode)

    async def _validate(
        self, signature: EmbeddedPdfSignature, moment: datetime, mode: str = "require"
    ) -> Any:
        return await async_validate_pdf_signature(
            signature,
            signer_validation_context=self._context(self.trust.roots, moment, mode),
            ts_validation_context=self._context(self.trust.timestamp_roots, self.now),
            key_usage_settings=KEY_USAGE,
        )


def _part(cert: asn1_x509.Certificate, name: str) -> str:
    value = cert.subject.native.get(name, "")  # a list where the subject has two of them
    return ", ".join(value) if isinstance(value, list) else value


def _embedded_revocation(reader: PdfFileReader) -> Revocation:
    """From the DSS (PAdES) and from Adobe's signed attribute; pyHanko asks neither by itself."""
    found = Revocation()
    try:
        dss = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        pass
    else:
        found.certs += dss.load_certs()
        found.crls += [asn1_crl.CertificateList.load(r.get_object().data) for r in dss.crls]
        found.ocsps += [asn1_ocsp.OCSPResponse.load(r.get_object().data) for r in dss.ocsps]
    for signature in reader.embedded_signatures:
        signed = signature.signer_info["signed_attrs"]
        for value in find_cms_attribute_iter(signed, "adobe_revocation_info_archival"):
            found.crls += list(value["crl"] or ())
            found.ocsps += list(value["ocsp"] or ())
    return found


def _unchanged_since(reader: PdfFileReader, uploaded: bytes, prepared: bytes) -> bool:
    """Our bytes come first, and all that came after them is signatures and what goes with them: a
    prefix alone proves nothing, for a page may be rewritten before it is signed."""
    if not uploaded.startswith(prepared):
        return False
    ours = PdfFileReader(io.BytesIO(prepared)).xrefs.total_revisions
    result = PAPER_POLICY.review_file(reader, base_revision=ours - 1)
    return (
        isinstance(result, DiffResult)
        and result.modification_level <= ModificationLevel.FORM_FILLING
    )


def _bytes_after_end(reader: PdfFileReader, pdf: bytes) -> bytes:
    """What stands after the last revision; pyHanko takes up to 1 KB of it without a word."""
    last = reader.xrefs.get_xref_container_info(reader.xrefs.total_revisions - 1)
    return pdf[pdf.index(b"%%EOF", last.end_location) + 5 :].strip(b"\r\n")
