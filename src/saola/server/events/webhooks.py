"""Sending to an address that a stranger gave: over TLS, to the public net only, without redirects,
within a time."""

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from urllib.parse import urlsplit

from django.conf import settings

TIMEOUT = 10  # seconds for each step
LONGEST = 20  # seconds for the whole of it
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
LARGEST = 64 * 1024  # bytes of an answer that are read


class Failed(Exception):
    """It was not received; the text says why."""


class TooLarge(Failed):
    """The receiver wants smaller messages."""


class BadAddress(ValueError):
    """Not an address that we send to; the text says why."""


def check_address(dest: str) -> None:
    """Raise BadAddress for what is never sent to; where it leads is looked at again with each
    sending."""
    try:
        parts = urlsplit(dest)
        port = parts.port
    except ValueError:
        raise BadAddress("dest: no address") from None
    if parts.hostname in settings.OCOP["webhook_hosts"]:
        return
    if parts.scheme != "https" or not parts.hostname or parts.username or len(dest) > 2000:
        raise BadAddress("dest: https://host/path is expected")
    if port not in (None, 443, 8443):
        raise BadAddress("dest: port 443 or 8443")
    try:
        address = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return
    if not _public(address):
        raise BadAddress("dest: not on the public net")


def _public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is on the public net itself, and not an address within written another way."""
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if address.version == 6 and address in NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.is_global and (inner is None or inner.is_global)


def _resolved(host: str, port: int) -> str:
    """An address of the public net that the name has now; the same one is connected to, so that a
    name cannot change in between."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:  # a label that is empty or too long
        raise Failed(f"unknown host: {fault}") from None
    addresses = [str(info[4][0]) for info in found]
    if host not in settings.OCOP["webhook_hosts"]:
        addresses = [one for one in addresses if _public(ipaddress.ip_address(one))]
    if not addresses:
        raise Failed("not on the public net")
    return addresses[0]


class _Pinned(http.client.HTTPConnection):
    """Connects to one address, whatever the name says meanwhile."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._address, self._secure = address, secure

    def connect(self) -> None:
        """TCP to the address, TLS in the name of the host."""
        plain = socket.create_connection((self._address, self.port), TIMEOUT)
        self.sock = plain
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self.host)


def send(dest: str, body: bytes, secret: str) -> None:
    """POST it once; Failed unless it was received with 2xx."""
    try:
        check_address(dest)
    except BadAddress as fault:
        raise Failed(str(fault)) from None
    status, _leads = _asked("POST", dest, body, _headers(body, secret))
    if status == 413:
        raise TooLarge("413")
    if not 200 <= status < 300:
        raise Failed(f"answered {status}")


def look(address: str) -> tuple[int, str]:
    """GET it once: the status, and where it leads ("" for nowhere), which is not followed. The
    caller has checked the address."""
    return _asked("GET", address, None, {"User-Agent": "saola"})


def _asked(method: str, dest: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, str]:
    """Status of the answer and its Location; Failed where there is none within the time."""
    parts = urlsplit(dest)
    secure = parts.scheme == "https"
    host, port = str(parts.hostname), parts.port or (443 if secure else 80)
    connection = _Pinned(host, port, _resolved(host, port), secure=secure)
    watchdog = threading.Timer(LONGEST, _cut, [connection])
    watchdog.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read(LARGEST)
    except (OSError, http.client.HTTPException, ValueError) as fault:
        raise Failed(f"{type(fault).__name__}: {fault}") from None
    finally:
        watchdog.cancel()
        connection.close()
    return answer.status, answer.headers.get("Location", "")


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        connection.sock.shutdown(socket.SHUT_RDWR)


def _headers(body: bytes, secret: str) -> dict[str, str]:
    """With `GS1-Signature: sha256=…`, the HMAC of the body under the client's secret."""
    told = {
        "Content-Type": "application/json",
        "GS1-EPCIS-Version": "2.0.0",
        "User-Agent": "saola",
    }
    if secret:
        mark = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        told["GS1-Signature"] = f"sha256={mark}"
    return told
