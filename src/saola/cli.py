"""The command `saola`: look at the law as data, and compute a star from a file."""

import argparse
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from saola import __version__
from saola.criteria import (
    CriteriaSet,
    Criterion,
    Group,
    UnknownSheet,
    load,
    rulebook,
    sheet_ids,
)
from saola.criteria.checks import Finding, check
from saola.criteria.load import RULEBOOKS, raw
from saola.ledger import read_package, verify_package
from saola.lists import Unreadable, list_data, read_list
from saola.scoring.compute import score
from saola.scoring.contract import loads, panel_from, result_data
from saola.scoring.explain import explain
from saola.scoring.panels import Invalid

LARGEST_INPUT = 16 * 1024 * 1024
LARGEST_LIST = 64 * 1024 * 1024


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is returned (2 for input that is refused)."""
    _open_streams()
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except Invalid as refused:
        print(refused, file=sys.stderr)
        return 2
    except UnknownSheet as unknown:
        print(Invalid("sheet", f"no criteria set {unknown.args[0]!r}"), file=sys.stderr)
        return 2
    except OSError as error:
        print(Invalid(error.filename or "output", error.strerror or "fails"), file=sys.stderr)
        return 2
    return code


def _open_streams() -> None:
    """Both streams speak UTF-8 whatever the machine is set to; a closed one swallows its text,
    for Python would print it on the other."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for the whole run
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="saola", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    criteria = commands.add_parser("criteria", help="the criteria sets of the three decisions")
    acts = criteria.add_subparsers(required=True, metavar="ACT")
    for name, run, text in (
        ("list", _criteria_list, "all sets"),
        ("show", _criteria_show, "one set"),
        ("check", _criteria_check, "sums, ladders, ids, minimums; open points of the sources"),
    ):
        act = acts.add_parser(name, help=text)
        act.add_argument("--format", choices=("table", "json"), default="table")
        act.set_defaults(run=run)
        if name != "list":
            act.add_argument("sheet", nargs=None if name == "show" else "?")
    lists = commands.add_parser("import-list", help="read a list of recognised products")
    lists.add_argument("file", help="XLSX, XLS, ODS, CSV or pasted table, - for standard input")
    lists.add_argument("--dry-run", action="store_true", help="only show (the command always does)")
    lists.add_argument("--format", choices=("table", "json"), default="table")
    lists.set_defaults(run=_import_list)
    reading = commands.add_parser("read", help="propose the fields of a paper (PDF or picture)")
    reading.add_argument("file", help="PDF, JPEG, PNG or WebP, - for standard input")
    reading.add_argument("--format", choices=("table", "json"), default="table")
    reading.set_defaults(run=_read)
    scoring = commands.add_parser("score", help="the result of one product")
    scoring.add_argument("file", help="JSON file, - for standard input")
    scoring.add_argument(
        "--explain", action="store_true", help="reasons in Vietnamese on standard error"
    )
    scoring.set_defaults(run=_score)
    planning = commands.add_parser("plan", help="ways to the next star, or a portfolio of products")
    planning.add_argument("file", help="scenario as JSON, - for standard input")
    planning.set_defaults(run=_plan)
    _traceability_parsers(commands)
    session = commands.add_parser("verify-session", help="check an exported council session")
    session.add_argument("file", help="package of a session, - for standard input")
    session.add_argument("--head", help="head of the chain as printed on the minutes")
    session.set_defaults(run=_verify_session)
    return parser


def _traceability_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    gs1 = commands.add_parser("gs1", help="GS1 keys and Digital Links")
    acts = gs1.add_subparsers(required=True, metavar="ACT")
    parsing = acts.add_parser("parse", help="take a Digital Link apart")
    parsing.add_argument("uri")
    parsing.add_argument(
        "--historic", action="store_true", help="also words and short GTINs of older versions"
    )
    parsing.set_defaults(run=_gs1_parse)
    epcis = commands.add_parser("epcis", help="EPCIS 2.0 events, JSON or XML by their content")
    acts = epcis.add_subparsers(required=True, metavar="ACT")
    for name, run, text in (
        ("validate", _epcis_validate, "a line for each fault, with its path"),
        ("hash", _epcis_hash, "the event hash of CBV 2.0, a line for each event"),
    ):
        act = acts.add_parser(name, help=text)
        act.add_argument("file", help="document or event, - for standard input")
        act.set_defaults(run=run)


def _print_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=1))


def _criteria_list(options: argparse.Namespace) -> int:
    sets = [load(sheet_id) for sheet_id in sheet_ids()]
    if options.format == "json":
        _print_json([_summary(s) for s in sets])
        return 0
    for book in RULEBOOKS:
        decision = rulebook(book)
        until = f"đến {decision.in_force_to}" if decision.in_force_to else "đang hiệu lực"
        print(f"{decision.decision}, từ {decision.in_force_from}, {until}")
        for s in sets:
            if s.rulebook == book:
                print(f"  {s.number:>2}  {s.id:<45} {len(s.criteria)} tiêu chí  {s.name}")
    return 0


def _summary(s: CriteriaSet) -> dict[str, Any]:
    return {
        "id": s.id,
        "number": s.number,
        "code": s.code,
        "name": s.name,
        "decision": s.decision,
        "in_force": {
            "from": s.in_force_from.isoformat(),
            "to": s.in_force_to.isoformat() if s.in_force_to else None,
        },
        "criteria": len(s.criteria),
        "parts": {part.id: part.max for part in s.parts},
        "verified": s.verified,
        "fingerprint": s.fingerprint,
    }


def _criteria_show(options: argparse.Namespace) -> int:
    s = load(options.sheet)
    if options.format == "json":
        _print_json({**raw(options.sheet), "fingerprint": s.fingerprint})
        return 0
    print("\n".join(_in_words(s)))
    return 0


def _in_words(s: CriteriaSet) -> Iterator[str]:
    """The whole sheet for reading: options, rules, notes, cases, open points."""
    yield f"{s.number}. {s.name} — {s.decision}\n{s.fingerprint}"
    yield from (text for text in (s.minimum_rule, s.disqualified_when) if text)
    for part in s.parts:
        yield f"\nPhần {part.id}: {part.label} ({part.max})"
        for group in part.groups:
            yield f" {group.id}. {group.label} ({group.max})"
            yield from _rules_and_notes(group, "  ")
            for criterion in group.criteria:
                yield f"  {criterion.id} {criterion.label} (tối đa {criterion.max})"
                for case, name in criterion.cases.items():
                    yield f"     [{case}] {name}"
                for choice in criterion.choices:
                    minimum = f"  [tối thiểu {choice.min_for} sao]" if choice.min_for else ""
                    yield f"     {choice.id:<10} {choice.points:>2}  {choice.text}{minimum}"
                yield from _rules_and_notes(criterion, "     ")
    yield from (f"Điểm còn mở của nguồn: {text}" for text in s.anomalies)


def _rules_and_notes(head: Group | Criterion, indent: str) -> Iterator[str]:
    yield from (f"{indent}({rule.type}) {rule.text}" for rule in head.rules)
    yield from (f"{indent}– {note}" for note in head.notes)


def _criteria_check(options: argparse.Namespace) -> int:
    ids = [options.sheet] if options.sheet else sheet_ids()
    findings = [finding for sheet_id in ids for finding in check(load(sheet_id))]
    errors = sum(finding.level == "error" for finding in findings)
    if options.format == "json":
        _print_json([_finding_data(finding) for finding in findings])
    else:
        for f in findings:
            print(f"{f.level:<8}{f.sheet} {f.code} {f.place}: {f.text}")
        print(f"{len(ids)} bộ: {errors} lỗi, {len(findings) - errors} điểm còn mở của nguồn")
    return 1 if errors else 0


def _finding_data(f: Finding) -> dict[str, str]:
    return {"sheet": f.sheet, "level": f.level, "code": f.code, "place": f.place, "text": f.text}


def _input(name: str, largest: int) -> bytes:
    """The file, or standard input for "-"."""
    if name == "-":
        if sys.stdin is None:
            raise Invalid("input", "standard input is closed")
        content = sys.stdin.buffer.read(largest + 1)
    else:
        with Path(name).open("rb") as file:
            content = file.read(largest + 1)
    if len(content) > largest:
        raise Invalid("input", f"larger than {largest} bytes")
    return content


def _import_list(options: argparse.Namespace) -> int:
    try:
        found = read_list(_input(options.file, LARGEST_LIST))
    except Unreadable as fault:
        raise Invalid(options.file, str(fault)) from None
    if options.format == "json":
        _print_json(list_data(found))
        return 0
    print("Cột: " + ", ".join(f"{name} ← {title}" for name, title in found.columns.items()))
    for row in found.rows:
        facts = (row.product, row.producer, row.stars and f"{row.stars} sao", row.score, row.year)
        print(f"{row.row:>6}  " + " · ".join(str(fact) for fact in facts if fact))
        for warning in row.warnings:
            print(f"          ! {warning}")
    for line in found.skipped:
        print(f"{line.row:>6}  bỏ qua: {line.reason}")
    print(f"{len(found.rows)} sản phẩm, {len(found.skipped)} dòng bỏ qua. Chưa ghi gì.")
    return 0


def _read(options: argparse.Namespace) -> int:
    from saola import reading  # noqa: PLC0415 - optional dependency: saola[reading]

    try:
        found = reading.propose(reading.read_paper(_input(options.file, LARGEST_LIST)))
    except (reading.Unreadable, reading.NoReader) as fault:
        raise Invalid(options.file, str(fault)) from None
    if options.format == "json":
        _print_json([asdict(field) for field in found])
        return 0
    for field in found:
        print(
            f"{field.name:<11} {field.value}  (trang {field.page}, tin cậy {field.confidence:.2f})"
        )
    print(f"{len(found)} mục đề xuất; hãy đối chiếu với giấy trước khi dùng.")
    return 0


def _score(options: argparse.Namespace) -> int:
    result = score(panel_from(loads(_input(options.file, LARGEST_INPUT))))
    print(json.dumps(result_data(result), ensure_ascii=False))
    if options.explain:
        sys.stdout.flush()
        print("\n".join(explain(result)), file=sys.stderr)
    return 0


def _plan(options: argparse.Namespace) -> int:
    from saola.planning import contract  # noqa: PLC0415 - optional dependency: saola[science]

    try:
        _print_json(contract.run(_input(options.file, LARGEST_INPUT)))
    except contract.Refused as fault:
        raise Invalid("scenario", str(fault)) from None
    return 0


def _gs1_parse(options: argparse.Namespace) -> int:
    from saola import gs1  # noqa: PLC0415 - optional dependency: saola[traceability]

    try:
        link = gs1.parse(options.uri, historic=options.historic)
    except gs1.BadGs1 as fault:
        raise Invalid("uri", str(fault)) from None
    _print_json(
        {
            "uri": options.uri,
            "stem": link.stem,
            "key": _pair(link.key),
            "qualifiers": [_pair(element) for element in link.qualifiers],
            "attributes": [_pair(element) for element in link.attributes],
            "extras": list(link.extras),
            "element_string": link.element_string,
            "canonical": link.canonical,
        }
    )
    return 0


def _pair(element: tuple[str, str]) -> dict[str, str]:
    return {"ai": element[0], "value": element[1]}


def _epcis_validate(options: argparse.Namespace) -> int:
    from saola import epcis  # noqa: PLC0415 - optional dependency: saola[traceability]

    faults = epcis.validate(_input(options.file, LARGEST_LIST))
    for fault in faults:
        print(fault)
    return 2 if faults else 0


def _epcis_hash(options: argparse.Namespace) -> int:
    from saola import epcis  # noqa: PLC0415 - optional dependency: saola[traceability]

    try:
        for event, spaces in epcis.read_document(_input(options.file, LARGEST_LIST)).hashed():
            print(epcis.event_hash(event, spaces))
    # an unchecked event may hold anything in any place
    except (epcis.NotEpcis, KeyError, TypeError, AttributeError, ValueError) as fault:
        raise Invalid(options.file, f"no event of EPCIS 2.0: {fault}") from None
    return 0


def _verify_session(options: argparse.Namespace) -> int:
    data = read_package(_input(options.file, LARGEST_LIST))
    findings = list(verify_package(data, options.head))
    for finding in findings:
        print(finding)
    if not findings:
        held = (
            "" if options.head else " CHƯA đối chiếu đầu chuỗi với biên bản: chạy lại với --head."
        )
        print(f"Khớp: {len(data['entries'])} mục, mọi phiếu, tổng điểm và hạng tính lại.{held}")
    print(f"Đầu chuỗi: {data['head']}")
    return 1 if findings else 0
