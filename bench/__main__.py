"""`make bench`: measures everything that is promised, part by part, writes docs/performance.md from
bench/performance.md, and adds a line for each figure to bench/history.csv, so that a regression is
seen. `python -m bench load soak` measures those parts alone."""

import csv
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tools.with_postgres import cluster

ROOT = Path(__file__).parents[1]
TEMPLATE, OUT = ROOT / "bench/performance.md", ROOT / "docs/performance.md"
HISTORY = ROOT / "bench/history.csv"
COLUMNS = ("day", "commit", "table", "name", "measured", "first")
WORSE = 1.5  # times the median of what was measured before: said, for machines are noisy
# what is no table: said in lines of their own
LINES = ("- ratio of CPU", "- memory (unique set)", "- first visit", "- upload of")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
# part → (module, a database of its own); the order is that of the run
PARTS: dict[str, tuple[str, str]] = {
    "pages": ("bench.pages", ""),
    "planning": ("bench.planning", ""),
    "register-sqlite": ("bench.register", "sqlite"),
    "register": ("bench.register", "postgresql"),
    "budget": ("bench.budget", ""),
    "restore": ("bench.restore", ""),
    "scans": ("bench.scans", ""),
    "load": ("bench.load", ""),
    "soak": ("bench.soak", ""),
}


@dataclass
class Table:
    """One table of a part: its header and rows as Markdown."""

    header: list[str]
    rows: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its first heading."""
        return self.header[0].strip("| ").partition("|")[0].strip()


def run(part: str) -> tuple[list[Table], list[str]]:
    """Tables and other lines that a part prints; a part that fails ends all."""
    module, engine = PARTS[part]
    print(f"— {part}", flush=True)
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "saola.server.config.settings"}
    if not engine:
        return _read(_said(module, environment))
    with (
        tempfile.TemporaryDirectory() as folder,
        cluster() if engine == "postgresql" else nullcontext("") as url,
    ):
        own = {"SAOLA_MODE": "test", "SAOLA_DATA": folder, "SAOLA_DATABASE_URL": url}
        return _read(_said(module, environment | own))


def _said(module: str, environment: dict[str, str]) -> list[str]:
    """The lines, shown as they come."""
    lines = []
    command = [sys.executable, "-m", module]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            print(line, end="", flush=True)
            lines.append(line.rstrip("\n"))
    if running.returncode:
        sys.exit(f"{module} failed")
    return lines


def _read(lines: list[str]) -> tuple[list[Table], list[str]]:
    tables: list[Table] = []
    rest = []
    for at, line in enumerate(lines):
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if line.startswith("|") and following.startswith("|---"):
            tables.append(Table([line, following]))
        elif line.startswith("|---"):
            continue
        elif line.startswith("|") and tables:
            tables[-1].rows.append(line)
        elif line.startswith("- "):
            rest.append(line)
    return tables, rest


def remember(tables: list[Table], commit: str) -> list[str]:
    """Add a line for each figure; what is worse than it used to be, in words."""
    before: dict[tuple[str, str], list[float]] = {}
    old = HISTORY.exists()
    if old:
        with HISTORY.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                before.setdefault((row["table"], row["name"]), []).append(float(row["first"]))
    worse = []
    with HISTORY.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if not old:
            writer.writerow(COLUMNS)
        for table in tables:
            for row in table.rows:
                cells = [cell.strip() for cell in row.strip("|").split("|")]
                measured = cells[2] if table.name == "page" else cells[1]
                number = NUMBER.search(measured)
                if number is None:
                    continue
                first = float(number[0].replace(",", ""))
                writer.writerow(
                    (f"{datetime.now(UTC):%Y-%m-%d}", commit, table.name, cells[0], measured, first)
                )
                known = sorted(before.get((table.name, cells[0]), ()))
                usual = known[len(known) // 2] if known else first
                higher_is_better = "/s" in measured.partition(",")[0]
                ratio = (
                    usual / first if higher_is_better and first else first / usual if usual else 1
                )
                if ratio > WORSE:
                    worse.append(f"{table.name}: {cells[0]}: {measured} (usually {usual:g})")
    return worse


def write(found: dict[str, Table], rest: list[str], commit: str) -> None:
    """docs/performance.md: the template with every table that was measured in its place; one that
    was not stays as it is in the document of before."""
    before = OUT.read_text(encoding="utf-8").split("\n")
    kept = {table.name: table for table in _read(before)[0]}
    if not any(line.startswith(LINES) for line in rest):
        rest = [line for line in before if line.startswith(LINES)]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"

    def place(mark: re.Match[str]) -> str:
        if mark[1] == "machine":
            return f"{datetime.now(UTC):%Y-%m-%d}, commit {commit}, {machine}"
        if mark[1] == "lines":
            return "\n".join(rest)
        table = found.get(mark[1]) or kept.get(mark[1])
        return "\n".join([*table.header, *table.rows]) if table else "not measured yet"

    text = TEMPLATE.read_text(encoding="utf-8")
    OUT.write_text(re.sub(r"\{\{([^}]+)\}\}", place, text), encoding="utf-8")


def main() -> None:
    """All parts, or those that were named."""
    named = sys.argv[1:] or list(PARTS)
    unknown = set(named) - set(PARTS)
    if unknown:
        sys.exit(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(
        asked, cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    began, worse = time.monotonic(), []
    for part in named:  # written part by part: a later one that fails takes nothing away
        tables, lines = run(part)
        worse += remember(tables, commit)
        write({table.name: table for table in tables}, lines, commit)
    print(f"{(time.monotonic() - began) / 60:.0f} minutes; written to {OUT} and {HISTORY}")
    for line in worse:
        print(f"slower than usual: {line}")


if __name__ == "__main__":
    main()
