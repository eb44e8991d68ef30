"""Measures the reading on made-up papers and writes docs/reading.md: `make reading`."""

import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from saola.reading import propose, read_paper
from saola.reading.fields import same_holder
from tools.reading_documents import STATES, Made, documents

COUNT, SEED = 20, 58213  # of each of five kinds in four states; it was tuned on others, not on this
SURE = 0.9
FIELDS = {"number": "number", "holder": "holder", "issued_on": "issued", "expires_on": "last day"}


def measure(made: Made) -> tuple[Made, dict[str, str], float, list[str]]:
    """What each field came to ("right", "wrong", "none"), seconds, and wrong ones that were sure."""
    start = time.perf_counter()
    found = {field.name: field for field in propose(read_paper(made.content))}
    took = time.perf_counter() - start
    came, sure = {}, []
    for name, truth in made.truth.items():
        field = found.get(name)
        if field is None:
            came[name] = "none"
            continue
        right = same_holder(field.value, truth) if name == "holder" else field.value == truth
        came[name] = "right" if right else "wrong"
        if not right:
            line = f"{made.state}, {made.kind}, {name}: {field.value!r} for {truth!r} ({field.confidence})"
            print(line, file=sys.stderr)
            if field.confidence >= SURE:
                sure.append(line)
    return made, came, took, sure


def main() -> None:
    """Run and write the table."""
    papers = list(documents(COUNT, SEED))
    counts: dict[tuple[str, str], list[str]] = defaultdict(list)
    times: dict[str, list[float]] = defaultdict(list)
    sure: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        for made, came, took, wrong in pool.map(measure, papers):
            times[made.state].append(took)
            sure += wrong
            for name, what in came.items():
                counts[made.state, name].append(what)
    lines = [
        "| page | papers | " + " | ".join(FIELDS.values()) + " | seconds a page |",
        "|---" * (len(FIELDS) + 3) + "|",
    ]
    for state in STATES:
        cells = [_share(counts[state, name]) for name in FIELDS]
        mean = sum(times[state]) / len(times[state])
        lines.append(f"| {state} | {len(times[state])} | {' | '.join(cells)} | {mean:.2f} |")
    numbers = [what for state in STATES[1:3] for what in counts[state, "number"]]
    text = TEXT.format(
        scans=len(numbers),
        numbers=numbers.count("right"),
        day=date.today().isoformat(),  # noqa: DTZ011 - of the report
        count=len(papers),
        table="\n".join(lines),
        sure=len(sure),
        limit=str(SURE),
    )
    Path(__file__).parents[1].joinpath("docs/reading.md").write_text(text, encoding="utf-8")
    print(text)


def _share(whats: list[str]) -> str:
    right, wrong = whats.count("right"), whats.count("wrong")
    text = f"{100 * right / len(whats):.0f} %"
    return text + (
        f" ({wrong} wrong, {whats.count('none')} not found)" if right < len(whats) else ""
    )


TEXT = """# Reading of papers

`saola read FILE` (library `saola.reading`) takes the text layer of a PDF where there is one; a scan or photo is cut out of its surroundings, evened (divided by its blurred background), turned upright and read by tesseract with Vietnamese. It proposes number, holder, issuer, day of issue and last day, each with its place on the page and a confidence; a person confirms. On pictures, numbers and days are looked at a second time, larger and alone: readings that differ are never sure, and a number that differs is read in four sizes and two languages, where most readings decide.

## Measured {day}: {count} made-up papers (`make reading`)
Five layouts (food safety, test report, VietGAP, registration, declaration with a term), two typefaces, three sizes; four states of the page: PDF with text; 300 dpi scan; 200 dpi with noise and up to 2° of skew; photo of a page on a dark table from an angle, with shadow, shrunk as the portal does. Share of fields read right, of those the paper has:

{table}

Numbers on the {scans} scans of 200 and 300 dpi: **{numbers} right** (goal 98 %). Wrong at a confidence of {limit} or more: **{sure}** (goal 0). Measured once on this seed, with nothing changed after; the reader was mended with papers of seeds 2031, 4177, 901 and 902, on which nothing is shown any more.

The papers are made by `tools/reading_documents.py`, not real ones: real papers have seals over the text, handwriting and worn folds. Before a province relies on proposals, measure on its own.
"""

if __name__ == "__main__":
    main()
