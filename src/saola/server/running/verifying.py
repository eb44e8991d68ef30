"""All that must hold at any time, looked at as a whole: journal, sheets, results, events, files,
papers, states. Each fault is one sentence that names what is wrong."""

import hashlib
import random
from collections.abc import Callable, Iterator

import pypdfium2
import zxingcpp
from django.db import IntegrityError, connection
from django.db.models import OuterRef, Subquery

from saola.lifecycle.dossier import State
from saola.server.councils.reports.audit import discrepancies
from saola.server.dossiers.models import Dossier, StepLog
from saola.server.events.chain import broken_at
from saola.server.files.models import StoredFile
from saola.server.files.store import CHUNK, open_file
from saola.server.journal.record import faults
from saola.server.recognition.models import Certificate

PAPERS = 20  # certificates whose code is read, drawn anew each time
SCALE = 3  # a code of 20 mm is read at about 200 dots an inch


def journal() -> Iterator[str]:
    """Its chain, without a gap."""
    for fault in faults():
        yield f"nhật ký dòng {fault.number}: {fault.kind}"


def events() -> Iterator[str]:
    """The chain over all events."""
    seq = broken_at()
    if seq is not None:
        yield f"sự kiện số {seq} không khớp với mã băm hoặc chuỗi băm"


def files() -> Iterator[str]:
    """Every stored file is there and holds what its name says."""
    seen = ""
    for stored in StoredFile.objects.order_by("sha256", "pk").iterator(chunk_size=2000):
        if stored.sha256 == seen:
            continue
        seen = stored.sha256
        digest = hashlib.sha256()
        try:
            with open_file(stored) as file:
                while piece := file.read(CHUNK):
                    digest.update(piece)
        except OSError:
            yield f"tệp {stored.sha256} ({stored.name}): không mở được"
            continue
        if digest.hexdigest() != stored.sha256:
            yield f"tệp {stored.sha256} ({stored.name}): nội dung khác mã băm"


def states() -> Iterator[str]:
    """Each dossier stands where its last step led."""
    last = StepLog.objects.filter(dossier=OuterRef("pk")).order_by("-pk")
    rows = Dossier.objects.annotate(led=Subquery(last.values("target")[:1])).exclude(led=None)
    for key, state, led in rows.values_list("pk", "state", "led").iterator(chunk_size=2000):
        if state != led:
            yield f"hồ sơ {key}: đang ở bước {state}, nhưng bước cuối đã ghi dẫn tới {led}"


def certificates(most: int = PAPERS) -> Iterator[str]:
    """The code on papers leads to the page of the certificate, whatever the host."""
    keys = list(Certificate.objects.exclude(file=None).values_list("pk", flat=True))
    chosen = random.sample(keys, min(most, len(keys)))
    for one in Certificate.objects.filter(pk__in=chosen).select_related("file"):
        assert one.file is not None
        try:
            with open_file(one.file) as file, pypdfium2.PdfDocument(file) as paper:
                picture = paper[0].render(scale=SCALE).to_pil().convert("L")
        except (OSError, pypdfium2.PdfiumError):
            yield f"giấy chứng nhận {one.number}: không mở được"
            continue
        codes = [code.text for code in zxingcpp.read_barcodes(picture)]
        if not any(str(one.token) in code for code in codes):
            yield f"giấy chứng nhận {one.number}: mã QR không dẫn tới trang của giấy"


def orphans() -> Iterator[str]:
    """Nothing points at a row that is not there (PostgreSQL itself sees to that), and nothing that
    must lie in a chain of records stands alone."""
    try:
        connection.check_constraints()
    except IntegrityError as fault:
        yield f"bản ghi mồ côi: {fault}"
    lost = Dossier.objects.exclude(state=State.DRAFT).exclude(steps__isnull=False)
    for key in lost.values_list("pk", flat=True).iterator(chunk_size=2000):
        yield f"hồ sơ {key}: đã qua bước nháp mà không có bước nào được ghi"


LOOKS: tuple[tuple[str, Callable[[], Iterator[str]]], ...] = (
    ("nhật ký", journal),
    ("phiếu đã khóa và kết quả, tính lại từng kết quả", discrepancies),
    ("chuỗi sự kiện", events),
    ("tệp đã lưu", files),
    ("bước của hồ sơ", states),
    ("bản ghi mồ côi", orphans),
    (f"mã QR của {PAPERS} giấy chứng nhận", certificates),
)
