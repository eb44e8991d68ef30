"""The real server with its worker, the system's Chromium, and axe on every page that is met."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tools.with_postgres import free_port

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
CHROMIUM = shutil.which("chromium")
PASSWORD = "saola-minh-hoa"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SEED = """
import django; django.setup()
from datetime import date
from saola.server.accounts.models import User
from saola.server.councils.seats import seat
from saola.server.councils.models import Council
council = Council.objects.create(
    name="Hội đồng ba người (minh họa)", decision_number="3/QĐ (minh họa)", decided_on=date.today(),
    province_code="14", regulation_number="4/QĐ (minh họa)", regulation_dated=date.today(),
    illustrative=True)
for n in (1, 2, 3):
    seat(council, User.objects.get(username=f"hd{n}"), by=None,
         kind="chair" if n == 1 else "member", secretary=n == 3)
print(council.pk)
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium these tests say so and are skipped; they come last, because the browser's
    driver keeps an event loop running in the thread of all tests."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="chưa có gói chromium"))
    items.sort(key=lambda item: "tests/browser" in str(item.path))


@dataclass
class Site:
    """A running demonstration province."""

    address: str
    council: str
    environment: dict[str, str]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "SAOLA_MODE": "demo",
        "SAOLA_DATA": str(tmp_path_factory.mktemp("demo")),
        "SAOLA_BASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "saola.server.config.settings",
    }
    server = str(Path(sys.executable).parent / "saola-server")
    subprocess.run(
        [server, "demo", "--prepare-only"], check=True, env=environment, capture_output=True
    )
    seeded = subprocess.run(
        [sys.executable, "-c", SEED], check=True, env=environment, capture_output=True, text=True
    )
    log = Path(environment["SAOLA_DATA"]) / "log"
    with log.open("wb") as out:
        running = subprocess.Popen(
            [server, "demo", "--port", str(port)], env=environment, stdout=out, stderr=out
        )
        try:
            wait_for(address)
            yield Site(address, seeded.stdout.split()[-1], environment)
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(20)
    assert "Traceback" not in log.read_text(), log.read_text()[-3000:]


def wait_for(address: str) -> None:
    """Until the site answers; on a busy machine the province alone takes half a minute to make."""
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=2)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not start")


def until(page: Any, expression: str) -> None:
    """Wait for it; the page's own policy forbids the browser's way of polling."""
    for _ in range(150):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(expression)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class People:
    """A browser for each person, all of one width; `faults` gathers what axe finds."""

    site: Site
    chromium: Any
    width: int
    pages: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)

    def __call__(self, name: str, javascript: bool = True) -> Any:
        """The page of a signed-in person ("" for a citizen)."""
        if name not in self.pages:
            context = self.chromium.new_context(
                viewport={"width": self.width, "height": 800},
                java_script_enabled=javascript,
                locale="vi-VN",
            )
            page = context.new_page()
            page.set_default_timeout(15_000)
            page.on("pageerror", lambda fault: self.faults.setdefault(name, []).append(str(fault)))
            self.pages[name] = page
            if name:
                page.goto(f"{self.site.address}/dang-nhap/")
                page.fill("#id_username", name)
                page.fill("#id_password", PASSWORD)
                page.click("main button")
        return self.pages[name]

    def look(self, page: Any) -> None:
        """Ask axe of the page, and that nothing runs over its edge."""
        found = self._asked(page)
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if over > 0:
            found.append(f"runs {over} px over the edge")
        if found:
            self.faults[page.url.removeprefix(self.site.address)] = found

    def _asked(self, page: Any) -> list[str]:
        """What axe says; asked again where the page went on to the next while it was asked."""
        from playwright.sync_api import Error

        for last in (False, False, True):
            page.wait_for_load_state()
            try:
                page.evaluate(AXE.read_text())
                answer: list[str] = page.evaluate(
                    "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa',"
                    "'wcag22aa']}).then(r => r.violations.map("
                    "v => v.id + ': ' + v.nodes[0].html.slice(0, 160)))"
                )
            except Error:
                if last:
                    raise
                page.wait_for_timeout(500)
            else:
                return answer
        return []


@pytest.fixture(params=[360, 1280])
def people(request: pytest.FixtureRequest, site: Site, chromium: Any) -> Iterator[People]:
    made = People(site, chromium, request.param)
    yield made
    for page in made.pages.values():
        page.context.close()
    assert made.faults == {}
