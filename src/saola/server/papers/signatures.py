"""Signed papers: received from outside, or signed on the server with the office's own key; checked
before they are kept, and again when somebody looks."""

import hashlib
import io
import unicodedata
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from pyhanko.sign.timestamps import HTTPTimeStamper

from saola.lifecycle.machine import Refused
from saola.server.files.models import StoredFile
from saola.server.files.scan import scan
from saola.server.files.store import keep, open_file
from saola.server.journal.record import record
from saola.server.papers.labels import PROBLEMS, WARNINGS
from saola.server.papers.models import SignedCopy
from saola.server.papers.signing.checking import SignatureReport, Unreadable, check
from saola.server.papers.signing.making import NoKey, sign
from saola.server.papers.signing.trust import Trust, read_trust
from saola.server.places.office import code_of

PDF = "application/pdf"
LARGEST = 50 * 1024 * 1024


def trust() -> Trust:
    """What this installation trusts."""
    return read_trust(settings.SIGNING["trust"])


def receive_signed(
    paper: StoredFile, upload: UploadedFile[Any], signer: str, *, by: Any
) -> SignedCopy:
    """Take in a paper that was signed outside: every signature is held against the prepared paper
    and the trusted list, and one of them must be the named signer's. Refused with what is wrong."""
    if upload.size is None or upload.size > LARGEST:
        raise Refused("Tệp đã ký quá lớn (tối đa 50 MB).", field="file")
    content = upload.read()
    scan(io.BytesIO(content))
    return _keep_signed(paper, content, signer, by=by, here=False)


def key_of(province_code: str) -> tuple[Path, Path] | None:
    """Files of the key, and of its password, with which a province's office signs on the server;
    None where it does not. No province signs with another's."""
    signers: dict[str, tuple[Path, Path]] = settings.SIGNING["signers"]
    own = signers.get(province_code)
    return own or (signers.get("") if province_code == code_of(None) else None)


def sign_here(paper: StoredFile, signer: str, province_code: str, *, by: Any) -> SignedCopy:
    """Sign with the PKCS#12 key of the province's office, on top of the signatures that are
    there."""
    told, key = settings.SIGNING, key_of(province_code)
    if key is None:
        raise Refused("Máy chủ này không giữ khóa ký. Hãy ký bằng thiết bị rồi nộp tệp đã ký.")
    newest = signed_copy(paper)
    with open_file(newest.file if newest else paper) as file:
        content = file.read()
    copies = paper.signed_copies.count()
    trusted = trust()
    try:
        made = sign(
            content,
            key[0].read_bytes(),
            key[1].read_text().rstrip("\n").encode(),
            field=f"ChuKy{copies + 1}",
            timestamper=HTTPTimeStamper(told["timestamp"]) if told["timestamp"] else None,
            long_term=trusted if told["timestamp"] and trusted.crls else None,
        )
    except (NoKey, OSError) as fault:
        raise Refused(f"Không ký được bằng khóa của cơ quan: {fault}") from None
    return _keep_signed(paper, made, signer, by=by, here=True)


@transaction.atomic
def _keep_signed(
    paper: StoredFile, content: bytes, signer: str, *, by: Any, here: bool
) -> SignedCopy:
    StoredFile.objects.select_for_update(of=("self",)).get(pk=paper.pk)  # one at a time
    reports = _checked(paper, content, timezone.now())
    faults = [line for report in reports for line in _faults(report)]
    if faults:
        raise Refused("Chưa nhận được văn bản đã ký: " + "; ".join(faults) + ".", field="file")
    people = [report for report in reports if report.kind == "signature"]
    if not any(same_name(signer, report.common_name) for report in people):
        signed = ", ".join(report.common_name for report in people)
        raise Refused(
            f"Người ký trên văn bản là {signer}, nhưng chữ ký số là của {signed}.", field="file"
        )
    digest = hashlib.sha256(content).hexdigest()
    found = paper.signed_copies.filter(file__sha256=digest).first()
    if found is not None:  # sent twice
        return found
    name = f"{paper.name.removesuffix('.pdf')}-da-ky.pdf"
    copy = SignedCopy.objects.create(
        paper=paper,
        file=keep(content, name, PDF, by=by.username),
        reports=[_data(report) for report in reports],
        received_by=by.username,
    )
    facts = {"paper": paper.sha256, "sha256": digest, "signatures": len(reports), "here": here}
    record("file_signed", f"file:{paper.pk}", facts, by=by)
    return copy


def same_name(one: str, other: str) -> bool:
    """Whether two names are of one person: equal letter by letter, marks included, but for case and
    blanks; an empty name is nobody's."""
    first, second = (
        " ".join(unicodedata.normalize("NFC", name).casefold().split()) for name in (one, other)
    )
    return bool(first) and first == second


def _checked(paper: StoredFile, content: bytes, now: datetime) -> list[SignatureReport]:
    with open_file(paper) as file:
        prepared = file.read()
    try:
        reports = check(content, trust(), prepared=prepared, now=now)
    except Unreadable:
        raise Refused(
            "Không đọc được chữ ký trong tệp này. Hãy nộp tệp PDF do phần mềm ký số xuất ra.",
            field="file",
        ) from None
    if not reports:
        raise Refused("Tệp này chưa có chữ ký số nào.", field="file")
    return reports


def _faults(report: SignatureReport) -> list[str]:
    asked = {
        "no_timestamp": settings.OCOP["timestamp_required"],
        "revocation_unknown": settings.OCOP["revocation_required"],
    }
    taken = {problem for problem in WARNINGS if not asked[problem]}
    return [
        f"chữ ký của {report.common_name}: {PROBLEMS[problem]}"
        for problem in report.problems
        if problem not in taken
    ]


def _data(report: SignatureReport) -> dict[str, Any]:
    data = asdict(report)
    for name in ("claimed_at", "stamped_at", "revoked_at", "valid_until"):
        data[name] = data[name].isoformat() if data[name] else None
    return data


def signed_copy(paper: StoredFile | None) -> SignedCopy | None:
    """The newest signed copy of a paper."""
    if paper is None:
        return None
    return paper.signed_copies.select_related("file").order_by("-pk").first()


def state_of(paper: StoredFile) -> list[dict[str, Any]]:
    """Each signature of the newest copy as it stands now, for a page: who, when, what is wrong in
    words. Chains are judged as of the day of receipt, which is our own record."""
    copy = signed_copy(paper)
    if copy is None:
        return []
    with open_file(copy.file) as file:
        content = file.read()
    try:
        reports = _checked(paper, content, copy.received_at)
    except Refused as fault:
        return [{"name": "", "problems": [fault.reason], "good": False}]
    return [
        {
            "name": report.common_name,
            "organisation": report.organisation,
            "at": report.stamped_at or report.claimed_at,
            "stamped": report.stamped_at is not None,
            "unchanged": not {"altered", "not_our_paper", "changed_after_signing"}
            & set(report.problems),
            "problems": [PROBLEMS[problem] for problem in report.problems],
            "good": not set(report.problems) - WARNINGS,
            "revocation_known": "revocation_unknown" not in report.problems,
        }
        for report in reports
    ]
