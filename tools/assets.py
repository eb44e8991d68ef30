"""Copies the named browser files to static/vendor and merges the web fonts to TTF for papers."""

import shutil
import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src/saola/server/static/vendor"
FONTS = ROOT / "src/saola/server/papers/fonts"
SUBSETS = ("latin", "latin-ext", "vietnamese")
SCREEN = [f"be-vietnam-pro-{subset}-{weight}-normal" for subset in SUBSETS for weight in (400, 600)]
# family, weight and style as published → file for papers
PAPER = {
    ("tinos", "400-normal"): "Tinos-Regular",
    ("tinos", "700-normal"): "Tinos-Bold",
    ("tinos", "400-italic"): "Tinos-Italic",
    ("tinos", "700-italic"): "Tinos-BoldItalic",
    ("be-vietnam-pro", "400-normal"): "BeVietnamPro-Regular",
    ("be-vietnam-pro", "600-normal"): "BeVietnamPro-SemiBold",
}
MUST_HAVE = "ĐƯƠẾỆỢẶỸđươếệợặỹ₫ẵỗữ"


def copy_browser_files() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    shutil.copy(MODULES / "@picocss/pico/css/pico.min.css", VENDOR / "pico.min.css")
    for name in SCREEN:
        shutil.copy(MODULES / f"@fontsource/be-vietnam-pro/files/{name}.woff2", VENDOR)


def merge_font(family: str, style: str, target: str) -> None:
    files = [
        MODULES / f"@fontsource/{family}/files/{family}-{subset}-{style}.woff2"
        for subset in SUBSETS
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
    missing = [char for char in MUST_HAVE if ord(char) not in merged.getBestCmap()]
    if missing:
        raise SystemExit(f"{target}: {missing} are missing")
    merged.save(FONTS / f"{target}.ttf")


def main() -> None:
    copy_browser_files()
    FONTS.mkdir(parents=True, exist_ok=True)
    for (family, style), target in PAPER.items():
        merge_font(family, style, target)


if __name__ == "__main__":
    main()
