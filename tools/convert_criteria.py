"""Turns the collected YAML sheets into the library's JSON, once; run again only for a new source.

Every key of the source is kept as it stands. What the library needs and the source says only in
words (which criterion is the story, where a 0 stops, which cases there are) goes under "derived",
so that the rest can be compared with the source key by key.

Usage: python tools/convert_criteria.py SOURCE_FOLDER src/saola/criteria/sets
"""

import json
import re
import sys
from pathlib import Path

import yaml


class Loader(yaml.SafeLoader):
    """YAML in which only true and false are booleans: "no" is a column of the forms."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rows if not tag.endswith(":bool")]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))

ABOVE = "một trong các chỉ tiêu trên"  # "one of the criteria above": the group up to this one


def criteria_of(sheet):
    for part in sheet["parts"]:
        for group in part["groups"]:
            for criterion in group["criteria"]:
                yield group, criterion


def story_of(sheet):
    """The story criterion is the one just before the first that depends on it, or, where the
    source hangs the rule on the story itself, that one: it is always the first of its group."""
    for group, criterion in criteria_of(sheet):
        if any(rule["type"] == "applies_if_story" for rule in criterion.get("rules", [])):
            return group["criteria"][0]["id"]
    return None


def dependents_of(sheet, story):
    return [
        criterion["id"]
        for _, criterion in criteria_of(sheet)
        if criterion["id"] != story
        and any(rule["type"] == "applies_if_story" for rule in criterion.get("rules", []))
    ]


def zero_stops_of(sheet):
    found = []
    for part in sheet["parts"]:
        for group in part["groups"]:
            for rule in group.get("rules", []):
                if rule["type"] == "stop_if_zero":
                    found += rule["applies_to"]
            for place, criterion in enumerate(group["criteria"]):
                for rule in criterion.get("rules", []):
                    if rule["type"] != "stop_if_zero":
                        continue
                    if ABOVE in rule["text_vi"]:
                        found += [c["id"] for c in group["criteria"][: place + 1]]
                    else:
                        found.append(criterion["id"])
    return found


def cases_of(sheet):
    return {
        criterion["id"]: sorted({option["case"] for option in criterion["options"]})
        for _, criterion in criteria_of(sheet)
        if any("case" in option for option in criterion["options"])
    }


def convert(sheet):
    story = story_of(sheet)
    return {
        **sheet,
        "derived": {
            "story": story,
            "story_dependents": dependents_of(sheet, story),
            "zero_stops": zero_stops_of(sheet),
            "cases": cases_of(sheet),
        },
    }


def main(source: Path, target: Path) -> None:
    for file in sorted(source.glob("*.yaml")):
        data = yaml.load(file.read_text(encoding="utf-8"), Loader)
        number, year, slug = file.stem.split("-", 2)
        folder = target / f"{number}-{year}"
        folder.mkdir(parents=True, exist_ok=True)
        if slug == "common":
            name = "rulebook"
        else:
            name, data = slug, convert(data)
        text = json.dumps(data, ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(sum(1 for _ in target.glob("*/*.json")), "files")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
