"""Files on S3 by one setting, against a server on this machine: round trip, encryption, faults."""

import hashlib
import io
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from moto.server import ThreadedMotoServer

from saola.lifecycle.machine import Refused
from saola.server.config.environment import Unsafe, file_storage
from saola.server.dossiers.evidence import add_evidence
from saola.server.dossiers.filed.bundle import archive, whole_pdf
from saola.server.dossiers.models import Evidence
from saola.server.files.store import keep, open_file
from tests.server.conftest import PDF, Office
from tools.with_postgres import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    port = free_port()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "thu")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "thu")
    monkeypatch.setenv("SAOLA_FILES", f"s3://ho-so/tep?endpoint={endpoint}&region=us-east-1")
    settings.STORAGES = settings.STORAGES | {"default": file_storage()}
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    client.create_bucket(Bucket="ho-so")
    return client


def test_a_paper_goes_to_the_store_encrypted_and_comes_back(office: Office, bucket: Any) -> None:
    dossier = office.dossier()

    paper = Evidence.objects.get().file
    back = office.client("producer").get(
        reverse("portal:evidence-file", args=[dossier.pk, Evidence.objects.get().pk])
    )

    told = bucket.head_object(Bucket="ho-so", Key=f"tep/{paper.location}")
    assert told["ServerSideEncryption"] == "AES256"
    assert told["ContentLength"] == paper.size
    content = b"".join(back.streaming_content)
    assert hashlib.sha256(content).hexdigest() == paper.sha256
    assert content == PDF


def test_equal_bytes_are_stored_once_and_large_ones_whole(bucket: Any, db: None) -> None:
    large = io.BytesIO(b"\x00Saola\xff" * 2_000_000)  # above one part

    first = keep(large.getvalue(), "lớn.bin", "application/octet-stream")
    second = keep(large.getvalue(), "lại.bin", "application/octet-stream")

    listed = bucket.list_objects_v2(Bucket="ho-so", Prefix=f"tep/{first.location}")
    assert listed["KeyCount"] == 1
    assert first.location == second.location
    with open_file(first) as file:
        assert hashlib.sha256(file.read()).hexdigest() == first.sha256


def test_the_whole_file_is_joined_from_the_store(office: Office, bucket: Any) -> None:
    from saola.server.dossiers import actions

    dossier = office.dossier()
    actions.advance(dossier, "file", by=office["producer"])

    with whole_pdf(dossier.versions.get()) as file, archive(dossier.versions.get()) as packed:
        assert file.read(5) == b"%PDF-"
        assert packed.read(2) == b"PK"


def test_what_is_refused_never_reaches_the_store(office: Office, bucket: Any) -> None:
    dossier = office.dossier()
    before = bucket.list_objects_v2(Bucket="ho-so")["KeyCount"]

    with pytest.raises(Refused):
        add_evidence(
            dossier,
            SimpleUploadedFile("x.pdf", b"MZ"),
            {"title": "x", "kind": "lao-dong"},
            ["3.3"],
            by=office["producer"],
        )

    assert bucket.list_objects_v2(Bucket="ho-so")["KeyCount"] == before


@pytest.mark.parametrize("url", ["http://x", "s3://", "s3://b?endpoint=http://x"])
def test_an_unsafe_store_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAOLA_FILES", url)
    monkeypatch.setenv("SAOLA_MODE", "production")

    with pytest.raises(Unsafe):
        file_storage()
