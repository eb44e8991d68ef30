"""Copies the named browser files to static/vendor and merges the web fonts to TTF for papers."""

import shutil
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fontTools.merge import Merger
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src/saola/server/static/vendor"
LOCALE = ROOT / "src/saola/server/locale"
FONTS = ROOT / "src/saola/server/papers/fonts"
SUBSETS = ("latin", "latin-ext", "vietnamese")
# papers meet more letters than screens, which fall back to the machine's own fonts
PAPER_SUBSETS = {
    "tinos": (*SUBSETS, "greek", "cyrillic"),
    "be-vietnam-pro": SUBSETS,
    "noto-sans-math": ("latin",),  # signs that the text fonts lack: ≥ ≤ → □
}
SCREEN = [f"be-vietnam-pro-{subset}-{weight}-normal" for subset in SUBSETS for weight in (400, 600)]
# family, weight and style as published → file for papers
PAPER = {
    ("tinos", "400-normal"): "Tinos-Regular",
    ("tinos", "700-normal"): "Tinos-Bold",
    ("tinos", "400-italic"): "Tinos-Italic",
    ("tinos", "700-italic"): "Tinos-BoldItalic",
    ("be-vietnam-pro", "400-normal"): "BeVietnamPro-Regular",
    ("be-vietnam-pro", "600-normal"): "BeVietnamPro-SemiBold",
    ("noto-sans-math", "400-normal"): "NotoSansMath-Regular",
}
MUST_HAVE = "ĐƯƠẾỆỢẶỸđươếệợặỹ₫ẵỗữ"


def copy_browser_files() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    shutil.copy(MODULES / "@picocss/pico/css/pico.min.css", VENDOR / "pico.min.css")
    dexie = (MODULES / "dexie/dist/modern/dexie.min.mjs").read_text(encoding="utf-8")
    # the map is not shipped, and a name that leads nowhere stops the hashing of names
    kept = "".join(x for x in dexie.splitlines(True) if "sourceMappingURL" not in x)
    (VENDOR / "dexie.min.js").write_text(kept, encoding="utf-8")
    leaflet = (MODULES / "leaflet/dist/leaflet.js").read_text(encoding="utf-8")
    kept = "".join(x for x in leaflet.splitlines(True) if "sourceMappingURL" not in x)
    (VENDOR / "leaflet.js").write_text(kept, encoding="utf-8")
    shutil.copy(MODULES / "echarts/dist/echarts.min.js", VENDOR / "echarts.min.js")
    style = (MODULES / "leaflet/dist/leaflet.css").read_text(encoding="utf-8")
    # markers and layer buttons are not used, so their pictures are not brought
    plain = "".join(x for x in style.splitlines(True) if "url(" not in x)
    (VENDOR / "leaflet.css").write_text(plain, encoding="utf-8")
    for name in SCREEN:
        shutil.copy(MODULES / f"@fontsource/be-vietnam-pro/files/{name}.woff2", VENDOR)


def merge_font(family: str, style: str, target: str) -> None:
    files = [
        MODULES / f"@fontsource/{family}/files/{family}-{subset}-{style}.woff2"
        for subset in PAPER_SUBSETS[family]
    ]
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for number, file in enumerate(files):
            font = TTFont(file)
            font.flavor = None
            for table in ("GSUB", "GPOS", "GDEF", "fpgm", "prep", "cvt ", "gasp", "DSIG"):
                if table in font:
                    del font[table]
            part = Path(folder) / f"{number}.ttf"
            font.save(part)
            parts.append(str(part))
        merged = Merger().merge(parts)
    wanted = "≥≤→□" if family == "noto-sans-math" else MUST_HAVE
    missing = [char for char in wanted if ord(char) not in merged.getBestCmap()]
    if missing:
        raise SystemExit(f"{target}: {missing} are missing")
    merged.save(FONTS / f"{target}.ttf")


def write_coverage() -> None:
    """The letters that every style of the papers' fonts can set; others are shown as □."""
    text = [
        set(TTFont(FONTS / f"{name}.ttf").getBestCmap())
        for name in PAPER.values()
        if "Tinos" in name
    ]
    signs = set(TTFont(FONTS / "NotoSansMath-Regular.ttf").getBestCmap())
    letters = sorted(set.intersection(*text) | signs)
    (FONTS / "coverage.txt").write_text("".join(map(chr, letters)), encoding="utf-8")


STAMP = "DỮ LIỆU MINH HỌA – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"


def outline_stamp() -> None:
    """The stamp of made-up data as outlines: seen on the paper, silent when its text is read."""
    font = TTFont(FONTS / "Tinos-Bold.ttf")
    glyphs, names, x = font.getGlyphSet(), font.getBestCmap(), 0.0
    pen = SVGPathPen(glyphs)
    for char in STAMP:
        glyph = glyphs[names[ord(char)]]
        glyph.draw(TransformPen(pen, (1, 0, 0, -1, x, 1900)))
        x += glyph.width
    path = f'<path d="{pen.getCommands()}" fill="#9B3A22" fill-opacity="0.15"/>'
    box = f'viewBox="0 0 {x:.0f} 2500"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{path}</svg>'
    (FONTS / "stamp.svg").write_text(svg, encoding="utf-8")


def compile_translations() -> None:
    """English for the pages; a text without translation would show as a hole, so none may miss."""
    for file in LOCALE.rglob("*.po"):
        with file.open("rb") as source:
            catalog = read_po(source, locale=file.parent.parent.name)
        missing = [message.id for message in catalog if message.id and not message.string]
        if missing:
            raise SystemExit(f"{file}: {missing} are not translated")
        with file.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalog)


def main() -> None:
    compile_translations()
    copy_browser_files()
    FONTS.mkdir(parents=True, exist_ok=True)
    for (family, style), target in PAPER.items():
        merge_font(family, style, target)
    write_coverage()
    outline_stamp()


if __name__ == "__main__":
    main()
