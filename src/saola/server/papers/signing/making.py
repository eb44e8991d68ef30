"""A paper made ready to be signed anywhere, and signed here with a key that the office keeps."""

import asyncio
import io
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps import TimeStamper

from saola.server.papers.signing.trust import Revocation, Trust, context


class NoKey(ValueError):
    """The key file cannot be opened, or its certificate may not sign now."""


def prepare(pdf: bytes) -> bytes:
    """The paper as it is kept and handed out to be signed; what comes back is held against it.

    Adds what typst leaves out: a line end after %%EOF (PDF/A-2 6.1.9), and an empty /AcroForm, so
    that a later signature is the only change to the document's form.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf.rstrip(b"\r\n") + b"\n"))
    form = generic.DictionaryObject({pdf_name("/Fields"): generic.ArrayObject()})
    writer.root["/AcroForm"] = writer.add_object(form)
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class _PdfA2Signer(signers.PdfSigner):
    """For P-256 keys pyHanko writes /Version /2.0 (ISO 32002), which a PDF/A-2 may not be."""

    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:
        pdf_out.register_extension(ESIC_EXTENSION_1)


def sign(
    pdf: bytes,
    p12: bytes,
    password: bytes,
    *,
    field: str,
    timestamper: TimeStamper | None = None,
    long_term: Trust | None = None,
) -> bytes:
    """The PDF with one more PAdES signature as an incremental update: B-B, with `timestamper` B-T,
    with `long_term` (certificates and revocation lists, put into the file) B-LT. Earlier signatures
    stay good. Raises NoKey."""
    try:
        return asyncio.run(_sign(pdf, p12, password, field, timestamper, long_term))
    except (ValueError, SigningError) as fault:
        raise NoKey(str(fault)) from fault


async def _sign(  # noqa: PLR0917 - the signature of `sign`
    pdf: bytes,
    p12: bytes,
    password: bytes,
    field: str,
    timestamper: TimeStamper | None,
    long_term: Trust | None,
) -> bytes:
    signer = signers.SimpleSigner.load_pkcs12_data(p12, other_certs=[], passphrase=password)
    if signer is None:
        raise NoKey("the key file cannot be read with this password")
    meta = signers.PdfSignatureMetadata(
        field_name=field,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        embed_validation_info=long_term is not None,
        validation_context=(
            context(long_term.roots, long_term, Revocation(), None) if long_term else None
        ),
        # into the revision of the signature, so that the signature covers the whole file
        dss_settings=DSSContentSettings(
            include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
        ),
    )
    made = _PdfA2Signer(
        meta, signer, timestamper=timestamper, new_field_spec=fields.SigFieldSpec(field)
    )
    out = await made.async_sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)))
    return bytes(out.getvalue())
