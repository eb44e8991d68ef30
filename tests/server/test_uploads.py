"""Files on their way in: parts after a lost network, malware, active PDFs, photos of papers."""

import base64
import hashlib
import io
import random
import socketserver
import threading
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pikepdf
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from saola.lifecycle.machine import Refused
from saola.server.dossiers.models import Evidence
from saola.server.files import uploads
from saola.server.files.models import StoredFile, Upload
from saola.server.files.recognise import MIB, recognise
from saola.server.files.scan import EICAR, ScannerDown
from saola.server.files.store import open_file, store
from tests.server.conftest import PDF, Office

pytestmark = pytest.mark.django_db
PLACE = 0x8825  # EXIF's pointer to where a photo was taken


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Any) -> None:
    settings.UPLOADS_ROOT = tmp_path / "uploads"


def sent(content: bytes, name: str = "tep.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def announce(client: Client, pk: UUID, length: int, name: str = "giấy.pdf") -> Any:
    told = {"id": str(pk), "filename": name}
    metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in told.items())
    return client.post(
        reverse("portal:upload-create"),
        headers={"Upload-Length": str(length), "Upload-Metadata": metadata},
    )


def part(client: Client, pk: UUID, at: int, content: bytes) -> Any:
    return client.patch(
        reverse("portal:upload", args=[pk]),
        content,
        content_type="application/offset+octet-stream",
        headers={"Upload-Offset": str(at)},
    )


def offset(client: Client, pk: UUID) -> int:
    answer = client.head(reverse("portal:upload", args=[pk]))
    assert answer.headers["Cache-Control"] == "no-store"
    return int(answer.headers["Upload-Offset"])


def form(*pks: UUID) -> dict[str, Any]:
    return {
        "uploads": ",".join(map(str, pks)),
        "title": "Giấy kiểm nghiệm",
        "kind": "lao-dong",
        "criteria": ["3.3"],
    }


def test_parts_become_an_evidence_and_every_message_may_come_twice(
    office: Office, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    dossier, client, pk = office.dossier(), office.client("producer"), uuid4()
    page = reverse("portal:evidence", args=[dossier.pk])

    assert announce(client, pk, len(PDF)).status_code == 201
    assert announce(client, pk, len(PDF)).status_code == 201
    assert part(client, pk, 0, PDF[:100]).headers["Upload-Offset"] == "100"
    again = part(client, pk, 0, PDF[:100])
    assert (again.status_code, again.headers["Upload-Offset"]) == (409, "100")
    early = client.post(page, form(pk))
    assert "chưa tải lên xong" in early.content.decode()
    assert f'value="{pk}"' in early.content.decode()  # not lost with the page
    assert part(client, pk, offset(client, pk), PDF[100:]).status_code == 204
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page, form(pk)).status_code == 302

    made = Evidence.objects.latest("pk")
    assert open_file(made.file).read() == PDF
    assert made.file.name == "giấy.pdf"
    assert client.post(page, form(pk)).status_code == 400  # sent twice: not taken twice
    assert Evidence.objects.filter(title="Giấy kiểm nghiệm").count() == 1
    assert not list(uploads.path_of(Upload(pk=pk)).parent.iterdir())


def test_forty_megabytes_cut_three_times_arrive_whole_in_flat_memory(office: Office) -> None:
    content = b"%PDF-" + random.Random(3).randbytes(40 * MIB)
    username, pk = office["producer"].username, uuid4()
    upload = uploads.begin(pk, username, "lon.pdf", len(content))
    cuts = (7 * MIB + 11, 19 * MIB + 5, 33 * MIB + 1)

    def until(end: int, start: int) -> Iterator[bytes]:
        for at in range(start, end, 65_536):
            yield content[at : min(at + 65_536, end)]

    tracemalloc.start()
    for cut in (*cuts, len(content)):
        at = uploads.offset_of(upload)
        uploads.append(upload, at, until(cut, at))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    with uploads.received(pk, username).file as arrived:
        assert hashlib.file_digest(arrived, "sha256").digest() == hashlib.sha256(content).digest()
    assert peak < MIB


def test_a_part_cut_in_the_middle_is_kept_as_far_as_it_came(office: Office) -> None:
    upload = uploads.begin(uuid4(), office["producer"].username, "a.pdf", 100)

    def broken() -> Iterator[bytes]:
        yield b"x" * 30
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        uploads.append(upload, 0, broken())

    assert uploads.offset_of(upload) == 30
    assert uploads.append(upload, 30, iter([b"y" * 70])) == 100


def test_uploads_are_their_owners_and_within_what_was_announced(office: Office) -> None:
    client, pk = office.client("producer"), uuid4()
    announce(client, pk, 10)
    officer = office.client("commune_officer")
    stranger = office.client("hd1")

    assert part(client, pk, 0, b"x" * 11).status_code == 413
    assert part(client, pk, 1, b"x").status_code == 409
    for other in (officer, stranger):
        assert other.head(reverse("portal:upload", args=[pk])).status_code in (403, 404)
        assert announce(other, pk, 10).status_code in (403, 409)
    assert Client().head(reverse("portal:upload", args=[pk])).status_code in (302, 403)
    assert announce(client, uuid4(), 51 * MIB).status_code == 409
    assert announce(client, uuid4(), 0).status_code == 409
    assert client.post(reverse("portal:upload-create")).status_code == 400
    plain = client.patch(reverse("portal:upload", args=[pk]), b"x", content_type="text/plain")
    assert plain.status_code == 415


def test_nobody_fills_the_disk_with_uploads_begun(office: Office) -> None:
    username = office["producer"].username
    for _ in range(10):
        uploads.begin(uuid4(), username, "a.pdf", 50 * MIB)

    with pytest.raises(Refused, match="Quá nhiều tệp đang tải dở"):
        uploads.begin(uuid4(), username, "a.pdf", 1)


@pytest.mark.parametrize("before", [0, 65_536 - 20])
def test_the_malware_test_file_is_refused_wherever_it_lies(before: int) -> None:
    with pytest.raises(Refused, match="mã độc"):
        store(sent(b"%PDF-1.4 " + b" " * before + EICAR + b" " * 99))

    assert not StoredFile.objects.exists()


def active(build: Callable[[pikepdf.Pdf, Any], None]) -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        build(pdf, pdf.pages[0])
        pdf.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return made.getvalue()


def script(pdf: pikepdf.Pdf, page: Any) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def script_in_a_link(pdf: pikepdf.Pdf, page: Any) -> None:
    run = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    page.Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=run)])


def program(pdf: pikepdf.Pdf, page: Any) -> None:
    page.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe"))


def attachment(pdf: pikepdf.Pdf, page: Any) -> None:
    pdf.attachments["a.exe"] = b"MZ"


@pytest.mark.parametrize("build", [script, script_in_a_link, program, attachment])
def test_a_pdf_that_does_more_than_show_pages_is_refused(
    build: Callable[[pikepdf.Pdf, Any], None],
) -> None:
    with pytest.raises(Refused, match="tự chạy hoặc đính kèm"):
        store(sent(active(build)))


def box(*kinds: bytes) -> bytes:
    """An MP4 with a track of each kind, as far as its headers tell."""
    tracks = b"".join(b"\0\0\0\x20hdlr" + b"\0" * 8 + kind + b"\0" * 12 for kind in kinds)
    return b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + tracks


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (box(b"soun"), "audio/mp4"),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 20 + b"webm" + b"A_OPUS", "audio/webm"),
        (b"#!AMR\n" + b"\0" * 20, "audio/amr"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"\xff\xf3\x44" + b"\0" * 20, "audio/mpeg"),
        (b"\xff\xf1\x50" + b"\0" * 20, "audio/aac"),
        (b"OggS" + b"\0" * 20, "audio/ogg"),
    ],
)
def test_recordings_of_all_phones_are_known(content: bytes, kind: str) -> None:
    assert recognise(io.BytesIO(content), len(content)).kind == kind


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (box(b"soun", b"vide"), "phim"),
        (box(), "phim"),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 20 + b"webmV_VP9A_OPUS", "phim"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "HEIC"),
    ],
)
def test_films_and_photos_of_other_kinds_are_no_recordings(content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        recognise(io.BytesIO(content), len(content))


def test_a_pdf_with_a_password_is_refused() -> None:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.save(made, encryption=pikepdf.Encryption(owner="a", user="b"))

    with pytest.raises(Refused, match="mật khẩu"):
        store(sent(made.getvalue()))


def photo(mode: str = "RGB", form: str = "JPEG", size: tuple[int, int] = (60, 40)) -> bytes:
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # turned
    exif.get_ifd(PLACE)[2] = (21.0, 19.0, 0.0)
    Image.new(mode, size).save(made, form, exif=exif)
    return made.getvalue()


@pytest.mark.parametrize(
    ("mode", "form"),
    [
        ("RGB", "JPEG"),
        ("L", "JPEG"),
        ("CMYK", "JPEG"),
        ("RGBA", "PNG"),
        ("P", "PNG"),
        ("1", "PNG"),
        ("RGB", "WEBP"),
    ],
)
def test_photos_are_written_anew_upright_and_without_their_place(mode: str, form: str) -> None:
    kept = store(sent(photo(mode, form), f"anh.{form.lower()}"))

    with Image.open(open_file(kept)) as image:
        assert not image.getexif()
        assert image.size == (40, 60)
        assert image.format == form


def test_colours_of_a_palette_stay() -> None:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 30, 40)).quantize(4).save(made, "PNG")

    kept = store(sent(made.getvalue(), "a.png"))

    with Image.open(open_file(kept)) as image:
        assert image.convert("RGB").getpixel((3, 3)) == (200, 30, 40)


def test_a_picture_of_too_many_points_is_refused_before_it_is_unpacked() -> None:
    made = io.BytesIO()
    Image.new("1", (12_000, 6_000)).save(made, "PNG")

    with pytest.raises(Refused, match="quá nhiều điểm ảnh"):
        store(sent(made.getvalue(), "bom.png"))


def test_a_zip_bomb_is_refused_unopened() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a.pdf", b"\0" * 100 * MIB)

    tracemalloc.start()
    with pytest.raises(Refused, match="Chỉ nhận tệp PDF, ảnh"):
        store(sent(made.getvalue(), "giay.pdf"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < MIB


def test_several_photos_become_one_pdf_a_photo_a_page(office: Office) -> None:
    dossier, client = office.dossier(), office.client("producer")
    pks = [uuid4() for _ in range(3)]
    for pk in pks:
        announce(client, pk, len(photo()), "trang.jpg")
        part(client, pk, 0, photo())

    answer = client.post(reverse("portal:evidence", args=[dossier.pk]), form(*pks))

    assert answer.status_code == 302
    made = Evidence.objects.latest("pk").file
    assert (made.name, made.kind, made.pages) == ("trang.pdf", "application/pdf", 3)
    document = pypdfium2.PdfDocument(open_file(made), autoclose=True)
    assert len(document) == 3
    assert document[0].get_width() < document[0].get_height()  # turned upright


def test_photos_and_a_pdf_together_are_refused_and_kept_for_another_try(office: Office) -> None:
    dossier, client = office.dossier(), office.client("producer")
    pks = [uuid4(), uuid4()]
    for pk, content in zip(pks, (photo(), PDF), strict=True):
        announce(client, pk, len(content))
        part(client, pk, 0, content)

    answer = client.post(reverse("portal:evidence", args=[dossier.pk]), form(*pks))

    assert "Chỉ ghép được các ảnh" in answer.content.decode()
    assert Upload.objects.count() == 2


class Daemon(socketserver.BaseRequestHandler):
    """Speaks clamd's INSTREAM as its manual says; finds "bad" in what it is sent."""

    def handle(self) -> None:
        file = self.request.makefile("rb")
        assert file.read(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(file.read(4), "big"):
            content += file.read(length)
        found = b"Saola.Test FOUND" if b"bad" in content else b"OK"
        self.request.sendall(b"stream: " + found + b"\0")


@pytest.fixture
def daemon(settings: Any) -> Iterator[None]:
    with socketserver.TCPServer(("127.0.0.1", 0), Daemon) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.SCANNER = f"clamd://127.0.0.1:{server.server_address[1]}"
        yield
        server.shutdown()
        thread.join()


@pytest.mark.usefixtures("daemon")
def test_a_configured_scanner_is_asked() -> None:
    assert store(sent(PDF)).kind == "application/pdf"
    with pytest.raises(Refused, match=r"Saola\.Test"):
        store(sent(PDF + b" bad"))


def test_a_scanner_that_does_not_answer_lets_nothing_in(settings: Any, tmp_path: Any) -> None:
    settings.SCANNER = f"clamd://{tmp_path}/none.sock"

    with pytest.raises(ScannerDown):
        store(sent(PDF))
