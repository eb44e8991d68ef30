"""A council's session for the browser tests: made by the acts of the office, scored by people; and
a server of its own that a test may really stop."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.browser.conftest import People, Site, wait_for
from tools.with_postgres import free_port

SESSION = """
import django, json, sys; django.setup()
from django.utils import timezone
from saola.server.councils import actions
from saola.server.councils.models import Council
from saola.server.demo.cases import Case
from saola.server.demo import sample
from saola.server.products.models import Producer
told = json.loads(sys.argv[1])
council = Council.objects.get(decision_number="01/QĐ-UBND (minh họa)")
session = sample._session(council, told["title"], "meeting")
producer = Producer.objects.get(name="HTX Minh Họa Tà Xùa (dữ liệu minh họa)")
items = {}
for name in told["products"]:
    dossier = sample._prepared(producer, Case(name, 11, totals=(75,), floor=4))
    items[name] = actions.schedule(session, dossier, by=sample.person("hd9")).pk
present = set(council.members.filter(left_at=None).values_list("pk", flat=True))
actions.mark_attendance(session, present, by=sample.person("hd9"))
actions.open_session(session, by=sample.person("hd1"))
print(json.dumps({"session": session.pk, "items": items}))
"""


def on_server(site: Site, script: str, *arguments: Any) -> Any:
    """Run a piece of Python beside the running server; what it prints last, read as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(arguments[0] if arguments else {})],
        env=site.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.split("\n")[-2])


@dataclass
class Meeting:
    """An open session of the nine members: its page and the item of each product."""

    pk: int
    items: dict[str, int]

    @property
    def path(self) -> str:
        return f"/hoi-dong/phien/{self.pk}/"

    def sheet(self, product: str) -> str:
        return f"/hoi-dong/muc/{self.items[product]}/phieu/"


def meeting(site: Site, title: str, *products: str) -> Meeting:
    made = on_server(site, SESSION, {"title": title, "products": products})
    return Meeting(made["session"], made["items"])


@dataclass
class Server:
    """A second server on the same records, which a test stops and starts again."""

    site: Site
    port: int
    log: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        server = str(Path(sys.executable).parent / "saola-server")
        with self.log.open("ab") as out:
            command = [server, "demo", "--port", str(self.port)]
            made = subprocess.Popen(command, env=self.site.environment, stdout=out, stderr=out)
        self.running.append(made)
        wait_for(self.site.address)

    def stop(self) -> None:
        while self.running:
            process = self.running.pop()
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@contextmanager
def own_server(
    site: Site, chromium: Any, width: int, **settings: str
) -> Iterator[tuple[Server, People]]:
    """A server that may be stopped, with people who use it; `settings` of its environment."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = site.environment | {"SAOLA_BASE_URL": address} | settings
    own = replace(site, address=address, environment=environment)
    log = Path(site.environment["SAOLA_DATA"]) / f"log-{port}"
    server, people = Server(own, port, log), People(own, chromium, width)
    server.start()
    try:
        yield server, people
    finally:
        for page in people.pages.values():
            page.context.close()
        server.stop()
    assert people.faults == {}
    assert "Traceback" not in log.read_text(), log.read_text()[-3000:]
