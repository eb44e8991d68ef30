"""Scans: written to a file of this machine when they happen, counted in the background. A device is
a token that changes each day; addresses of the network are never written."""

import json
import time
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from saola.server.labels.models import Device, Gathered, Roll, ScanCount, Seen
from saola.server.labels.watching import watch

WRITING = 60  # seconds after which a file is closed and may be counted
KEPT = 60  # days that tokens of devices are kept


@dataclass(frozen=True, slots=True)
class Scan:
    """One look-up."""

    at: str  # ISO, UTC
    kind: str
    gtin: str
    area: str
    device: str
    roll: int = 0
    place: int = 0


class _Spool:
    """The file that this process writes."""

    path: Path | None = None
    opened = 0.0


def folder() -> Path:
    """Where scans wait."""
    return Path(settings.DATA) / "scans"


def token(address: str, agent: str, day: date) -> str:
    """A device on one day. The salt is the day's and made from the server's key: from the token
    nobody comes back to the address, and tomorrow it is another."""
    salt = blake2b(day.isoformat().encode(), key=settings.SERIAL_KEY, digest_size=16).digest()
    return blake2b(f"{address}\n{agent}".encode(), key=salt, digest_size=8).hexdigest()


def write_scan(scan: Scan) -> bool:
    """Put it down; True when a file is full and should be counted."""
    full = _Spool.path is not None and time.monotonic() - _Spool.opened > WRITING
    if full and _Spool.path is not None:
        close()
    if _Spool.path is None:
        folder().mkdir(parents=True, exist_ok=True)
        _Spool.path = folder() / f"{uuid.uuid4()}.open"
        _Spool.opened = time.monotonic()
    line = json.dumps(asdict(scan), separators=(",", ":")) + "\n"
    with _Spool.path.open("ab", buffering=0) as file:
        file.write(line.encode())
    return full


def close() -> None:
    """The file of this process may be counted from now on."""
    if _Spool.path is not None and _Spool.path.exists():
        _Spool.path.rename(_Spool.path.with_suffix(".scans"))
    _Spool.path = None


def gather() -> int:
    """Count what waits; how many scans. Files left open by a process that is gone are taken too.
    Each file is counted in one transaction that also says so, and then goes."""
    close()
    counted = 0
    now = time.time()
    for path in sorted(folder().glob("*")) if folder().is_dir() else []:
        if path.suffix == ".open":
            if now - path.stat().st_mtime < 10 * WRITING:
                continue
        elif path.suffix != ".scans":
            continue
        scans = [scan for line in path.read_text().splitlines() if (scan := _read(line))]
        if _once(path.stem, scans):
            counted += len(scans)
        path.unlink(missing_ok=True)
    Device.objects.filter(day__lt=timezone.localdate() - timedelta(KEPT)).delete()
    return counted


def _read(line: str) -> Scan | None:
    """None for a line that a kill cut."""
    try:
        return Scan(**json.loads(line))
    except (ValueError, TypeError):
        return None


@transaction.atomic
def _once(name: str, scans: list[Scan]) -> bool:
    _, new = Gathered.objects.get_or_create(name=name)
    if new:
        _count(scans)
        for scan in scans:
            if scan.roll:
                _see(scan)
    return new


def _count(scans: Iterable[Scan]) -> None:
    days: Counter[tuple[date, str, str, str]] = Counter(
        (timezone.localtime(_moment(scan)).date(), scan.gtin, scan.area, scan.kind)
        for scan in scans
    )
    for (day, gtin, area, kind), times in sorted(days.items()):
        row, _ = ScanCount.objects.get_or_create(day=day, gtin=gtin, area=area, kind=kind)
        ScanCount.objects.filter(pk=row.pk).update(times=F("times") + times)


def _moment(scan: Scan) -> datetime:
    return datetime.fromisoformat(scan.at).replace(tzinfo=UTC)


def _see(scan: Scan) -> None:
    roll = Roll.objects.select_related("lot__item").filter(pk=scan.roll).first()
    if roll is None:
        return
    at = _moment(scan)
    seen, new = Seen.objects.get_or_create(
        roll=roll, place=scan.place, defaults={"first_at": at, "last_at": at}
    )
    day = timezone.localtime(at).date()
    _, fresh = Device.objects.get_or_create(seen=seen, day=day, token=scan.device)
    watch(seen, roll, at, scan.area, new=new)
    seen.times += 1
    seen.devices += fresh
    seen.first_at, seen.last_at = min(seen.first_at, at), max(seen.last_at, at)
    if scan.area:
        seen.last_area = scan.area
    seen.save()
