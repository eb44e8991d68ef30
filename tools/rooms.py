"""Holds the sizes of the house: modules, functions, classes, templates, folders, tests."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULE, FUNCTION, CLASS, TEMPLATE, FOLDER, TEST = 400, 40, 150, 150, 12, 600
EXEMPT = {"settings.py"}
HOUSELESS = {"utils.py", "helpers.py", "misc.py", "base.py", "core.py"}


def main() -> int:
    """Print what is too big or misnamed; 1 when there is anything."""
    faults = [*modules(), *templates(), *folders(), *tests()]
    print("\n".join(faults) if faults else "rooms: all within the house's sizes")
    return bool(faults)


def modules() -> Iterator[str]:
    for file in sorted((ROOT / "src").rglob("*.py")):
        if "migrations" in file.parts or file.name in EXEMPT:
            continue
        text = file.read_text(encoding="utf-8")
        name = file.relative_to(ROOT)
        if text.count("\n") > MODULE:
            yield f"{name}: {text.count(chr(10))} lines, at most {MODULE}"
        if file.name in HOUSELESS:
            yield f"{name}: a name that does not say what it answers for"
        tree = ast.parse(text)
        if text.strip() and not ast.get_docstring(tree):
            yield f"{name}: the first line does not say what it answers for"
        for node in ast.walk(tree):
            size = getattr(node, "end_lineno", 0) - getattr(node, "lineno", 0) + 1
            if isinstance(node, ast.FunctionDef) and size > FUNCTION:
                yield f"{name}:{node.lineno} {node.name}: {size} lines, at most {FUNCTION}"
            if isinstance(node, ast.ClassDef) and size > CLASS:
                yield f"{name}:{node.lineno} {node.name}: {size} lines, at most {CLASS}"


def templates() -> Iterator[str]:
    for file in sorted((ROOT / "src").rglob("templates/**/*.html")):
        lines = file.read_text(encoding="utf-8").count("\n")
        if lines > TEMPLATE:
            yield f"{file.relative_to(ROOT)}: {lines} lines, at most {TEMPLATE}"


def folders() -> Iterator[str]:
    packages = [f for f in (ROOT / "src").rglob("*") if f.is_dir() and "migrations" not in f.parts]
    for folder in packages:
        files = [f for f in folder.iterdir() if f.suffix == ".py" and f.name != "__init__.py"]
        if len(files) > FOLDER:
            yield f"{folder.relative_to(ROOT)}: {len(files)} files, at most {FOLDER}"


def tests() -> Iterator[str]:
    for file in sorted((ROOT / "tests").rglob("*.py")):
        lines = file.read_text(encoding="utf-8").count("\n")
        if lines > TEST:
            yield f"{file.relative_to(ROOT)}: {lines} lines, at most {TEST}"


if __name__ == "__main__":
    sys.exit(main())
