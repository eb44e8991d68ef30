"""Scans: written to a file of this machine when they happen, counted in the background. A device is
a token that changes each day; addresses of the network are never written."""

import dataclasses
import json
import secrets
import time
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from saola.server.labels import warehouse
from saola.server.labels.models import Device, Gathered, Roll, Salt, ScanCount, Seen
from saola.server.labels.watching import watch

KEPT = 60  # days that tokens of devices, and names of counted files, are kept
MINUTE = 60
PROCESS = uuid.uuid4().hex  # names the files that this process writes


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


def folder() -> Path:
    """Where scans wait."""
    return Path(settings.DATA) / "scans"


def token(address: str, agent: str, day: date, salt: bytes | None = None) -> str:
    """A device on one day. The salt is random, the day's own, and deleted when the day is over:
    then nobody comes back from the token to the address, and tomorrow it is another."""
    key = salt or salt_of(day)
    return blake2b(f"{address}\n{agent}".encode(), key=key, digest_size=8).hexdigest()


@lru_cache(maxsize=2)
def salt_of(day: date) -> bytes:
    """The salt of a day, drawn with its first scan."""
    row, _ = Salt.objects.get_or_create(day=day, defaults={"value": secrets.token_bytes(32)})
    return bytes(row.value)


def write_scan(scan: Scan) -> None:
    """Put it down, in the file of this process and minute."""
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / f"{int(time.time()) // MINUTE:010}-{PROCESS}.scans"
    line = json.dumps(asdict(scan), separators=(",", ":")) + "\n"
    with path.open("ab", buffering=0) as file:
        file.write(line.encode())


def gather(now: float | None = None) -> int:
    """Count what waits; how many scans. Files of minutes that are over are written by nobody any
    more; each is counted in one transaction that also says so, and then goes."""
    minute = int(now or time.time()) // MINUTE - 1
    counted = 0
    for path in sorted(folder().glob("*.scans")):
        if path.name >= f"{minute:010}":
            continue
        try:
            lines = path.read_text(errors="replace").splitlines()
        except FileNotFoundError:  # counted by another run meanwhile
            continue
        scans = [scan for line in lines if (scan := _read(line))]
        try:
            if _once(path.stem, sorted(scans, key=lambda scan: scan.at)):
                counted += len(scans)
        except (ValueError, TypeError):  # not what a page writes: others must not wait behind it
            path.rename(path.with_suffix(".bad"))
            continue
        path.unlink(missing_ok=True)
    day = timezone.localdate()
    Salt.objects.filter(day__lt=day).delete()
    Device.objects.filter(day__lt=day - timedelta(KEPT)).delete()
    Gathered.objects.filter(at__lt=timezone.now() - timedelta(KEPT)).delete()
    return counted


def _read(line: str) -> Scan | None:
    """None for a line that a kill cut."""
    try:
        return Scan(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None


@transaction.atomic
def _once(name: str, scans: list[Scan]) -> bool:
    _, new = Gathered.objects.get_or_create(name=name)
    if new:
        _count(scans)
        warehouse.queue(dataclasses.replace(scan, at=_moment(scan).isoformat()) for scan in scans)
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
    """One device counts once a day: a page opened again, or in the other language, is no new
    check."""
    roll = Roll.objects.select_related("lot__item").filter(pk=scan.roll).first()
    if roll is None:
        return
    at = _moment(scan)
    row, new = Seen.objects.get_or_create(
        roll=roll, place=scan.place, defaults={"first_at": at, "last_at": at}
    )
    seen = Seen.objects.select_for_update().get(pk=row.pk)
    day = timezone.localtime(at).date()
    _, fresh = Device.objects.get_or_create(seen=seen, day=day, token=scan.device)
    watch(seen, roll, at, scan.area, day=day, new=new)
    seen.times += fresh
    seen.devices = max(seen.devices, seen.tokens.filter(day=day).count())
    if scan.area and at >= seen.last_at:
        seen.last_area = scan.area
    seen.first_at, seen.last_at = min(seen.first_at, at), max(seen.last_at, at)
    seen.save()
