"""Malware: the interface, a daemon behind it where one is configured, and the test signature."""

import socket
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings

from saola.lifecycle.machine import Refused

# the signature that every scanner knows, split so that no scanner takes this file for it
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CHUNK = 64 * 1024
TIMEOUT = 30  # seconds


class ScannerDown(Refused):
    """The configured scanner does not answer: nothing is taken in unscanned."""


def scan(file: BinaryIO) -> None:
    """Refused when the file is malware, or when the configured scanner cannot say."""
    tail = b""
    while chunk := file.read(CHUNK):
        if EICAR in tail + chunk:
            raise _infected("EICAR")
        tail = chunk[-len(EICAR) :]
    file.seek(0)
    if settings.SCANNER:
        _ask_daemon(file, settings.SCANNER)
        file.seek(0)


def _infected(name: str) -> Refused:
    return Refused(f"Tệp chứa mã độc ({name}) nên không nhận.", field="file")


def _ask_daemon(file: BinaryIO, address: str) -> None:
    """clamd's INSTREAM: length-prefixed chunks, then one line of answer."""
    parts = urlsplit(address)
    try:
        with _connect(address, parts.hostname, parts.port, parts.path) as daemon:
            daemon.sendall(b"zINSTREAM\0")
            while chunk := file.read(CHUNK):
                daemon.sendall(len(chunk).to_bytes(4, "big") + chunk)
            daemon.sendall(b"\0\0\0\0")
            answer = daemon.recv(4096).rstrip(b"\0").decode(errors="replace")
    except OSError:
        raise ScannerDown(
            "Máy quét mã độc không trả lời nên chưa nhận tệp. Hãy thử lại sau ít phút.",
            field="file",
        ) from None
    if answer.endswith(" FOUND"):
        raise _infected(answer.removeprefix("stream: ").removesuffix(" FOUND"))
    if not answer.endswith("OK"):
        raise ScannerDown("Máy quét mã độc báo lỗi nên chưa nhận tệp.", field="file")


def _connect(address: str, host: str | None, port: int | None, path: str) -> socket.socket:
    """ "clamd://127.0.0.1:3310" or "clamd:///run/clamd.sock"."""
    if host:
        return socket.create_connection((host, port or 3310), timeout=TIMEOUT)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(TIMEOUT)
    made.connect(path)
    return made
