"""Capture jobs at work: every event of a kept document is written or told of. A job that was cut
off is done again: nothing is written twice."""

import gc
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone

from saola.epcis import Checker, Document, Fault, NotEpcis, read_document
from saola.epcis.documents import Spaced
from saola.epcis.validation import head_faults, place
from saola.server.events.models import Access, Job
from saola.server.events.store import Conflict, Ready, Written, ready, write
from saola.server.files.store import open_file

BATCH = 1000
MOST_ERRORS = 1000  # told of one job
TOLD = 200  # characters of a reason


def run(pk: uuid.UUID) -> None:
    """Do one job; a second time changes nothing."""
    job = Job.objects.select_related("access", "source").get(pk=pk)
    if job.finished_at is not None:
        return
    with open_file(job.source) as file:
        content = file.read()
    try:
        with uncollected():
            document = read_document(content)
            errors = head_faults(document)
            if not errors:
                how = _all if job.behaviour == "rollback" else _each
                errors = how(job, document)
    except NotEpcis as fault:
        errors = [Fault(fault.path, fault.reason)]
    job.errors = [problem(fault) for fault in errors[:MOST_ERRORS]]
    job.success = not errors
    job.finished_at = timezone.now()
    job.save()


@contextmanager
def uncollected() -> Iterator[None]:
    """Events make no circles, yet the search for them is a sixth of a job's time: it rests."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def problem(fault: Fault) -> dict[str, Any]:
    """One fault as the standard's problem document."""
    kind = "ResourceAlreadyExistsException" if fault.reason == EXISTS else "ValidationException"
    return {
        "type": f"epcisException:{kind}",
        "title": _told(fault.reason),
        "status": 409 if fault.reason == EXISTS else 400,
        "detail": _told(f"{fault.path}: {fault.reason}"),
    }


def _told(text: str) -> str:
    """Short, and of characters that every database keeps."""
    return text[:TOLD].replace("\x00", "\N{REPLACEMENT CHARACTER}")


PACKED = msgspec.msgpack.Decoder(list[Ready])
EXISTS = "another event with this eventID is there"


def _all(job: Job, document: Document) -> list[Fault]:
    """All or nothing: everything is checked and made ready before the first event is written, so
    that others wait for the writing alone."""
    errors: list[Fault] = []
    packed = [msgspec.msgpack.encode(batch) for batch in batched(_good(document, errors))]
    if errors:
        return errors
    try:
        with transaction.atomic():
            for batch in packed:
                _count(job, write(PACKED.decode(batch), job.access))
    except Conflict as conflict:
        job.stored = job.known = 0
        return [Fault(conflict.id, EXISTS)]
    return []


def _each(job: Job, document: Document) -> list[Fault]:
    """As much as can be: batch by batch, what cannot be written is told of."""
    errors: list[Fault] = []
    for batch in batched(_good(document, errors)):
        try:
            _count(job, write(batch, job.access))
        except Conflict:
            errors += _one_by_one(job, batch)
    return errors


def _one_by_one(job: Job, batch: list[Ready]) -> Iterator[Fault]:
    for event in batch:
        try:
            _count(job, write([event], job.access))
        except Conflict as conflict:
            yield Fault(conflict.id, EXISTS)


def _count(job: Job, written: Written) -> None:
    job.stored += len(written.new)
    job.known += written.known


def batched(rows: Iterator[Ready]) -> Iterator[list[Ready]]:
    """As many at a time as are written together."""
    while batch := list(islice(rows, BATCH)):
        yield batch


def _good(document: Document, errors: list[Fault]) -> Iterator[Ready]:
    """Events that may be written; faults of the others are added to `errors`."""
    for spaced, faults in _judged(document):
        if faults:
            errors.extend(faults)
        elif spaced:
            yield ready(*spaced, xml=document.xml)


def _judged(document: Document) -> Iterator[tuple[Spaced | None, list[Fault]]]:
    """Each event with its faults; a fault without an event where the document breaks."""
    checker = Checker(xml=document.xml)
    try:
        for number, (event, spaces) in enumerate(document.events):
            yield (event, spaces), checker.faults(event, spaces, place(document, number))
    except NotEpcis as fault:
        yield None, [Fault(fault.path or "$", fault.reason)]


def capture_one(content: bytes, *, access: Access) -> tuple[list[Fault], Written | None, str]:
    """One event at once: its faults, or what became of it, and its id. Raises Conflict."""
    try:
        document = read_document(content)
    except NotEpcis as fault:
        return [Fault(fault.path or "$", fault.reason)], None, ""
    if document.kind != "event":
        return [Fault("$.type", "one event is expected")], None, ""
    errors = head_faults(document)
    found = list(_good(document, errors))
    if errors or not found:
        return errors, None, ""
    return [], write(found, access), found[0].id
