"""Signatures: made by an authority of our own, checked without a network, every fault found."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from saola.server.councils import actions
from saola.server.files.store import open_file
from saola.server.papers.models import SignedCopy
from saola.server.papers.signatures import same_name
from saola.server.papers.signing.checking import Unreadable, check
from saola.server.papers.signing.making import NoKey, prepare, sign
from saola.server.papers.signing.trust import Trust, read_trust
from saola.server.papers.typeset import typeset
from saola.server.recognition.models import Decision
from tests.factories.authority import (
    PASSWORD,
    Authority,
    make_authority,
    timestamp_server,
    trust_in,
    write_trust,
)
from tests.server.conftest import Office
from tests.server.test_recognition import decide, submitted

SIGNER = "Người ký (minh họa)"


@pytest.fixture(scope="module")
def ours() -> Authority:
    return make_authority()


@pytest.fixture(scope="module")
def theirs() -> Authority:
    return make_authority("khác")


@pytest.fixture(scope="module")
def paper() -> bytes:
    return decision_paper("1/QĐ")


def decision_paper(number: str) -> bytes:
    data = {"illustrative": True, "title": f"Quyết định {number}", "product": "Chè (minh họa)"}
    return prepare(typeset("sample_evidence", data))


def signed(paper: bytes, by: Authority, key: str = "person", *, stamp: bool = True) -> bytes:
    return sign(paper, by.p12[key], PASSWORD, field="ChuKy1", timestamper=by.tsa if stamp else None)


def problems(content: bytes, by: Authority, paper: bytes | None = None) -> list[tuple[str, ...]]:
    return [report.problems for report in check(content, trust_in(by), prepared=paper)]


def test_a_good_signature_says_who_and_when(ours: Authority, paper: bytes) -> None:
    (report,) = check(signed(paper, ours), trust_in(ours), prepared=paper)

    assert (report.common_name, report.organisation) == (SIGNER, "Cơ quan thử (minh họa)")
    assert report.stamped_at is not None
    assert abs(report.stamped_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert report.problems == ()


def test_long_term_needs_only_the_roots(ours: Authority, paper: bytes) -> None:
    """B-LT: lists and certificates stand in the file."""
    content = sign(
        paper,
        ours.p12["seal"],
        PASSWORD,
        field="ChuKy1",
        timestamper=ours.tsa,
        long_term=trust_in(ours),
    )

    roots = Trust((ours.root,), (ours.root,))
    assert [report.problems for report in check(content, roots, prepared=paper)] == [()]


def test_person_then_seal_both_hold(ours: Authority, paper: bytes) -> None:
    first = signed(paper, ours)
    both = sign(first, ours.p12["seal"], PASSWORD, field="ChuKy2", timestamper=ours.tsa)

    assert problems(both, ours, paper) == [(), ()]


def one_bit(content: bytes) -> bytes:
    at = content.index(b"stream") + 40
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def drawn_over(content: bytes) -> bytes:
    """An update that draws on the first page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    drawn = generic.StreamObject(stream_data=b"1 0 0 rg 100 600 300 100 re f")
    writer.add_stream_to_page(0, writer.add_object(drawn))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def moved(source: bytes, target: bytes) -> bytes:
    """The signature of one file put in the place of another's."""

    def contents(content: bytes) -> tuple[int, int]:
        _, first, second, _ = PdfFileReader(io.BytesIO(content)).embedded_signatures[-1].byte_range
        return int(first), int(second)

    (start, end), (at, until) = contents(source), contents(target)
    der = source[start + 1 : end - 1].rstrip(b"0")
    return target[: at + 1] + der.ljust(until - at - 2, b"0") + target[until - 1 :]


def test_every_planted_fault_is_named(ours: Authority, theirs: Authority, paper: bytes) -> None:
    other = decision_paper("2/QĐ")
    good = signed(paper, ours)
    faults = {
        "one bit": (one_bit(good), "altered"),
        "drawn on after signing": (drawn_over(good), "changed_after_signing"),
        "drawn on before signing": (signed(drawn_over(paper), ours), "not_our_paper"),
        "more behind the end": (good + b"\n% more", "bytes_after_end"),
        "expired": (signed(paper, ours, "expired"), "expired_at_signing"),
        "revoked": (signed(paper, ours, "revoked"), "revoked"),
        "revoked, names no list": (signed(paper, ours, "revoked_without_dp"), "revoked"),
        "unknown root": (signed(paper, theirs), "untrusted_root"),
        "no time stamp": (signed(paper, ours, stamp=False), "no_timestamp"),
        "signature of another decision": (signed(other, ours), "not_our_paper"),
        "signature moved here": (moved(signed(other, ours), good), "altered"),
    }

    found = {name: problems(content, ours, paper)[0] for name, (content, _) in faults.items()}

    assert {name: fault in found[name] for name, (_, fault) in faults.items()} == dict.fromkeys(
        faults, True
    )


def test_what_cannot_be_read_is_refused(ours: Authority, paper: bytes) -> None:
    assert check(paper, trust_in(ours)) == []
    for content in (b"", b"hello", signed(paper, ours)[:-3000], b"%PDF-1.7\n%%EOF"):
        with pytest.raises(Unreadable):
            check(content, trust_in(ours))
    with pytest.raises(NoKey):
        sign(paper, ours.p12["person"], b"sai", field="X")


def test_a_signed_paper_keeps_its_marks(ours: Authority, paper: bytes) -> None:
    """PDF/A-2b said in the metadata, output intent, tags, embedded fonts; P-256 does not lift the
    version to 2.0."""
    with pikepdf.open(io.BytesIO(signed(paper, ours))) as pdf:
        with pdf.open_metadata() as told:
            assert (told["pdfaid:part"], told["pdfaid:conformance"]) == ("2", "B")
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.pdf_version == "1.7"
        assert "/Version" not in pdf.Root


def test_a_folder_of_the_operator_is_read(ours: Authority, tmp_path: Path) -> None:
    assert read_trust(write_trust(ours, tmp_path)) == trust_in(ours)
    assert read_trust(None) == Trust()


# through the pages of the office


@pytest.fixture
def trusting(ours: Authority, tmp_path: Path, settings: Any) -> Iterator[None]:
    key, password = tmp_path / "khoa.p12", tmp_path / "mat-khau"
    key.write_bytes(ours.p12["person"])
    password.write_bytes(PASSWORD + b"\n")
    with timestamp_server(ours.tsa) as address:
        settings.SIGNING = {
            "trust": write_trust(ours, tmp_path / "tin-cay"),
            "signers": {"": (key, password)},
            "timestamp": address,
        }
        yield


@pytest.fixture
def decision(office: Office) -> Decision:
    decide(office, submitted(office, 80, 80, 80))
    Decision.objects.update(signer=SIGNER)
    return Decision.objects.get()


def upload(office: Office, decision: Decision, content: bytes) -> Any:
    address = reverse("desk:signing", args=["quyet-dinh", decision.pk])
    file = SimpleUploadedFile("ky.pdf", content, "application/pdf")
    return office.client("province_leader").post(address, {"file": file})


def prepared(decision: Decision) -> bytes:
    assert decision.file is not None
    return open_file(decision.file).read()


@pytest.mark.django_db
def test_a_decision_is_signed_outside_and_filed(
    office: Office, decision: Decision, trusting: None, ours: Authority
) -> None:
    content = signed(prepared(decision), ours)

    answer = upload(office, decision, content)
    again = upload(office, decision, content)

    assert (answer.status_code, again.status_code) == (302, 302)
    assert SignedCopy.objects.count() == 1
    client = office.client("province_leader")
    page = client.get(answer["Location"]).content.decode()
    for told in (SIGNER, "Văn bản không thay đổi", "Chuỗi chứng thư số được tin cậy"):
        assert told in page
    served = client.get(reverse("desk:decision-file", args=[decision.pk]))
    assert b"".join(served.streaming_content) == content  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("required", [False, True])
def test_without_a_list_of_the_revoked_nothing_is_called_trusted(
    office: Office, decision: Decision, ours: Authority, settings: Any, required: bool
) -> None:
    for crl in (settings.SIGNING["trust"] / "thu-hoi").iterdir():
        crl.unlink()
    settings.OCOP = settings.OCOP | {"revocation_required": required}

    answer = upload(office, decision, signed(prepared(decision), ours, "revoked", stamp=False))

    if required:
        assert answer.status_code == 409
        return
    page = office.client("province_leader").get(answer["Location"]).content.decode()
    assert "CHƯA biết chứng thư có bị thu hồi hay không" in page
    assert "Chuỗi chứng thư số được tin cậy" not in page
    assert "banner-in-force" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "case",
    [
        ("bit", "đã bị sửa sau khi ký"),
        ("another", "không phải chữ ký trên văn bản này"),
        ("expired", "đã hết hạn lúc ký"),
        ("revoked", "đã bị thu hồi"),
        ("wrong signer", "chữ ký số là của Người khác"),
        ("unsigned", "chưa có chữ ký số nào"),
        ("no pdf", "Không đọc được chữ ký"),
    ],
)
def test_a_bad_signature_is_refused_in_words(
    office: Office, decision: Decision, trusting: None, ours: Authority, case: tuple[str, str]
) -> None:
    (fault, words), paper = case, prepared(decision)
    content = {
        "bit": lambda: one_bit(signed(paper, ours)),
        "another": lambda: signed(decision_paper("9/QĐ"), ours),
        "expired": lambda: signed(paper, ours, "expired"),
        "revoked": lambda: signed(paper, ours, "revoked"),
        "wrong signer": lambda: signed(paper, ours, "other"),
        "unsigned": lambda: paper,
        "no pdf": lambda: b"xin chao",
    }[fault]()

    answer = upload(office, decision, content)

    assert answer.status_code == 409
    assert words in answer.content.decode()
    assert not SignedCopy.objects.exists()


@pytest.mark.django_db
def test_an_office_with_a_key_signs_here(
    office: Office, decision: Decision, trusting: None
) -> None:
    address = reverse("desk:signing", args=["quyet-dinh", decision.pk])

    answer = office.client("province_leader").post(address, {"here": ""})

    assert answer.status_code == 302
    (report,) = SignedCopy.objects.get().reports
    assert (report["problems"], report["stamped_at"] is not None) == ([], True)


@pytest.mark.django_db
def test_minutes_are_signed_by_their_chair(office: Office, trusting: None, ours: Authority) -> None:
    dossier = office.dossier()
    session = office.session(dossier)
    item = session.items.get()
    office.seal(item, 80, 80, 80)
    actions.close_scores(item, by=office["hd1"])
    actions.conclude(session.items.get(), by=office["hd1"])
    actions.close_session(session, by=office["hd1"])
    address = reverse("desk:signing", args=["bien-ban", session.pk])
    client = office.client("hd3")
    paper = b"".join(
        client.get(reverse("desk:prepared", args=["bien-ban", session.pk])).streaming_content  # type: ignore[attr-defined]
    )
    user = office["hd1"]
    user.full_name = SIGNER
    user.save()

    file = SimpleUploadedFile("ky.pdf", signed(paper, ours), "application/pdf")
    answer = client.post(address, {"file": file})

    assert answer.status_code == 302
    assert office.client("hd2").get(address).status_code == 403


@pytest.mark.django_db
def test_a_member_signs_the_own_sheet_and_no_other(
    office: Office, trusting: None, ours: Authority
) -> None:
    item = office.session(office.dossier()).items.get()
    office.seal(item, 80)
    sheet = item.sheets.get()
    user = office["hd1"]
    user.full_name = SIGNER
    user.save()
    client = office.client("hd1")
    address = reverse("jury:sign-sheet", args=[sheet.pk])
    paper = b"".join(
        client.get(reverse("jury:prepared-sheet", args=[sheet.pk])).streaming_content  # type: ignore[attr-defined]
    )

    bad = SimpleUploadedFile("ky.pdf", one_bit(signed(paper, ours)), "application/pdf")
    refused = client.post(address, {"file": bad})
    good = SimpleUploadedFile("ky.pdf", signed(paper, ours), "application/pdf")
    answer = client.post(address, {"file": good})

    assert (refused.status_code, answer.status_code) == (409, 302)
    page = client.get(address).content.decode()
    assert "Chuỗi chứng thư số được tin cậy" in page
    assert address in client.get(reverse("jury:session", args=[item.session_id])).content.decode()
    for other in ("hd2", "hd3"):  # before their own sheets are in, nobody sees another's points
        assert office.client(other).get(address).status_code == 404


@pytest.mark.django_db
def test_who_may_sign(office: Office, decision: Decision, trusting: None) -> None:
    address = reverse("desk:signing", args=["quyet-dinh", decision.pk])

    codes = {
        name: office.client(name).get(address).status_code
        for name in ("province_leader", "ocop_agency", "producer", "other_province", "hd2")
    }

    assert codes == {
        "province_leader": 200,
        "ocop_agency": 200,
        "producer": 403,
        "other_province": 404,
        "hd2": 403,
    }
    refused = office.client("ocop_agency").post(address, {"here": ""})
    assert refused.status_code == 409
    assert timezone.localdate() == decision.signed_on


@pytest.mark.parametrize(
    ("signer", "holder", "same"),
    [
        ("Nguyễn Văn An", "nguyễn  văn an", True),
        ("Nguyễn Văn An", "Nguyễn Văn Anh", False),
        ("Nguyễn Văn An", "An", False),
        ("Lê Tú", "Lê Tư", False),
        ("", "", False),
        ("", "Nguyễn Văn An", False),
    ],
)
def test_names_are_compared_letter_by_letter(signer: str, holder: str, same: bool) -> None:
    assert same_name(signer, holder) is same


@pytest.mark.django_db
def test_the_offices_key_signs_only_what_the_leader_decides(office: Office, trusting: None) -> None:
    """A commune's letter, or a paper of the agency, in any name: refused."""
    dossier = submitted(office, 80, 80, 80)
    told = {"number": "1/X", "dated": "24/11/2026", "signer": SIGNER, "position": "Chủ tịch"}
    for name, key in (("commune_officer", "cong-van-de-nghi"), ("ocop_agency", "to-trinh")):
        write = reverse("desk:write", args=["ho-so", dossier.pk, key])
        made = office.client(name).post(write, told)
        assert made.status_code == 302

        answer = office.client(name).post(made["Location"], {"here": ""})
        leader = office.client("province_leader").post(made["Location"], {"here": ""})

        assert (answer.status_code, leader.status_code) == (409, 409)
    assert not SignedCopy.objects.exists()
    again = office.client("ocop_agency").post(
        reverse("desk:write", args=["ho-so", dossier.pk, "to-trinh"]), told
    )
    assert again.status_code == 409
    assert "đã dùng" in again.content.decode()
