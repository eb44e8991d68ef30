"""SMS and Zalo by the interfaces of their gateways: eSMS (SendMultipleMessage V4) and Zalo's
notification service (ZNS). The addresses are settings, so that a stand-in can be asked."""

import json
import re
from typing import Any, Protocol
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings

from saola.vietnamese.folding import unmarked

TIMEOUT = 10  # seconds
LARGEST = 64 * 1024  # bytes of an answer that are read
PHONE = re.compile(r"(?:\+?84|0)([35789][0-9]{8})")


class NotSent(Exception):
    """The gateway took it and said no; the text says why. Trying again changes nothing."""


class Gateway(Protocol):
    """Hands over one message. Raises NotSent, or OSError where nobody knows what became of it."""

    def ready(self) -> bool:
        """Whether the installation has its keys."""

    def shown(self, text: str) -> str:
        """The text as a phone shows it."""

    def send(self, address: str, subject: str, text: str, reference: str) -> None:
        """`reference` is the same for the same message, so that a repeated one is known."""


def mobile(text: str) -> str:
    """A Vietnamese mobile number as "84…"; "" where it is none."""
    found = PHONE.fullmatch(re.sub(r"[\s.\-()]", "", text))
    return f"84{found[1]}" if found else ""


def _ask(url: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    told = {"Content-Type": "application/json", "User-Agent": "saola", **headers}
    request = Request(url, json.dumps(body).encode(), told)  # noqa: S310 - an address of the settings
    with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
        content = answer.read(LARGEST)
    try:
        read = json.loads(content)
    except ValueError:
        raise URLError("no JSON came back") from None
    return read if isinstance(read, dict) else {}


class Sms:
    """Through eSMS: plain letters, which one message holds 160 of."""

    def ready(self) -> bool:
        """Whether key, secret and the registered name are set."""
        return all(settings.SMS.get(name) for name in ("url", "key", "secret", "brand"))

    def shown(self, text: str) -> str:
        """Without marks: so it costs a third."""
        return unmarked(text)

    def send(self, address: str, subject: str, text: str, reference: str) -> None:
        """`CodeResult` 100 is taken; 124 says that this RequestId was sent before."""
        keys = settings.SMS
        body = {
            "ApiKey": keys["key"],
            "SecretKey": keys["secret"],
            "Brandname": keys["brand"],
            "SmsType": "2",
            "IsUnicode": 0,
            "Phone": address,
            "Content": self.shown(text),
            "RequestId": reference,
        }
        answer = _ask(keys["url"], body, {})
        if str(answer.get("CodeResult")) not in ("100", "124"):
            reason = f"{answer.get('CodeResult')}: {answer.get('ErrorMessage', '')}"
            raise NotSent(reason[:200])


class Zalo:
    """Through ZNS: a template that Zalo has approved, with title and text as its parameters."""

    def ready(self) -> bool:
        """Whether token and template are set."""
        return all(settings.ZALO.get(name) for name in ("url", "token", "template"))

    def shown(self, text: str) -> str:
        """As it is."""
        return text

    def send(self, address: str, subject: str, text: str, reference: str) -> None:
        """`error` 0 is taken."""
        keys = settings.ZALO
        body = {
            "phone": address,
            "template_id": keys["template"],
            "template_data": {"tieu_de": subject, "noi_dung": text},
            "tracking_id": reference,
        }
        answer = _ask(keys["url"], body, {"access_token": keys["token"]})
        if answer.get("error") != 0:
            raise NotSent(f"{answer.get('error')}: {answer.get('message', '')}"[:200])


GATEWAYS: dict[str, Gateway] = {"sms": Sms(), "zalo": Zalo()}
