"""Made-up papers for measuring the reading: five kinds of layout, several hands, four states of
the page. Everything on them is illustrative."""

import io
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pypdfium2
import typst
from PIL import Image, ImageChops, ImageFilter

from saola.vietnamese.dates import add_months, long, short

FONTS = Path(__file__).parents[1] / "src/saola/server/papers/fonts"
STATES = ("born digital", "scan 300 dpi", "scan 200 dpi, noise, skew", "phone photo")
HOLDERS = (
    "Hợp tác xã Nông nghiệp Mường Thử",
    "Công ty TNHH Chè Minh Họa Sơn La",
    "Hộ kinh doanh Bản Ví Dụ",
    "HTX Dịch vụ và Du lịch Tà Thử",
    "Công ty cổ phần Thực phẩm Nhà Thử",
)
HEAD = """#grid(columns: (1fr, 1fr), column-gutter: 6pt,
  align(center)[*#d.issuer_head* \\ Số: #d.number],
  align(center)[*CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM* \\ *Độc lập - Tự do - Hạnh phúc*
    \\ #emph[Sơn La, #d.issued_long]] )
#v(14pt)
"""
KINDS = {
    "đủ điều kiện ATTP": HEAD
    + """#align(center)[#text(16pt)[*GIẤY CHỨNG NHẬN* \\ *CƠ SỞ ĐỦ ĐIỀU KIỆN AN TOÀN THỰC PHẨM*]]
Tên cơ sở: #d.holder

Địa chỉ: (dữ liệu minh họa)

Đủ điều kiện an toàn thực phẩm để sản xuất, chế biến nông sản theo quy định hiện hành.

Giấy chứng nhận có hiệu lực đến #d.expires_long.
""",
    "kiểm nghiệm": """#align(center)[*TRUNG TÂM KIỂM NGHIỆM MINH HỌA*]
#align(center)[#text(15pt)[*PHIẾU KẾT QUẢ THỬ NGHIỆM*]]
#align(center)[Số phiếu: #d.number]
Khách hàng: #d.holder

Tên mẫu: Chè xanh (dữ liệu minh họa)

#table(columns: 4, [TT], [Chỉ tiêu], [Phương pháp], [Kết quả], [1], [Chì], [TCVN 7602:2007],
  [0,05 mg/kg], [2], [Cadimi], [TCVN 7603:2007], [không phát hiện])
Ngày cấp: #d.issued_short
""",
    "VietGAP": """#align(center)[#text(18pt)[*GIẤY CHỨNG NHẬN*] \\ _CERTIFICATE_]
#align(center)[Mã số: #d.number]
Chứng nhận cơ sở: #d.holder

Phù hợp với tiêu chuẩn TCVN 11892-1:2017 (VietGAP trồng trọt), diện tích 12,5 ha.

Ngày cấp: #d.issued_short #h(2cm) Ngày hết hạn: #d.expires_short

Cơ quan cấp: #d.issuer
""",
    "đăng ký kinh doanh": HEAD
    + """#align(center)[#text(15pt)[*GIẤY CHỨNG NHẬN ĐĂNG KÝ*]]
Đăng ký lần đầu, ngày #d.issued_short

*1.* Tên hợp tác xã viết bằng tiếng Việt: #d.holder

*2.* Ngành nghề: sản xuất, chế biến chè, cà phê (dữ liệu minh họa)
""",
    "công bố, có thời hạn": HEAD
    + """#align(center)[#text(15pt)[*GIẤY TIẾP NHẬN BẢN CÔNG BỐ SẢN PHẨM*]]
Cấp cho: #d.holder

Sản phẩm: Trà túi lọc (dữ liệu minh họa)

Giấy này có hiệu lực #d.years năm kể từ ngày ký.
""",
}


@dataclass(frozen=True, slots=True)
class Made:
    """One paper: its kind, the state of the page, the file, and what it says."""

    kind: str
    state: str
    content: bytes
    truth: dict[str, str]


def documents(count: int, seed: int = 26) -> Iterator[Made]:
    """`count` papers of every kind, each in the four states, made as they are asked for."""
    random_ = random.Random(seed)
    for _ in range(count):
        for kind, body in KINDS.items():
            pdf, truth = _paper(kind, body, random_)
            yield Made(kind, STATES[0], pdf, truth)
            page = pypdfium2.PdfDocument(pdf)[0].render(scale=300 / 72).to_pil().convert("L")
            for state, spoil in zip(STATES[1:], (_scan, _poor_scan, _photo), strict=True):
                yield Made(kind, state, spoil(page, random_), truth)


def _paper(kind: str, body: str, random_: random.Random) -> tuple[bytes, dict[str, str]]:
    issued = date(random_.randint(2022, 2026), random_.randint(1, 12), random_.randint(1, 28))
    years = random_.choice((3, 5))
    expires = add_months(issued, years * 12)
    number = random_.choice(
        (
            f"{random_.randint(1, 999):03d}/{issued.year}/ATTP-SL",
            f"VG-TT-{random_.randint(10, 99)}-{random_.randint(100, 999)}",
            f"{random_.randint(10**8, 10**9 - 1)}",
            f"{random_.randint(1, 400)}/GCN-CCQL",
        )
    )
    issuer = random_.choice(
        ("Chi cục Minh Họa tỉnh Sơn La", "Sở Minh Họa Sơn La", "Ủy ban nhân dân xã Ví Dụ")
    )
    data = {
        "number": number,
        "holder": random_.choice(HOLDERS),
        "issuer": issuer,
        "issuer_head": issuer.upper(),
        "issued_long": long(issued),
        "issued_short": short(issued),
        "expires_long": long(expires),
        "expires_short": short(expires),
        "years": years,
    }
    font = random_.choice(("Tinos", "Be Vietnam Pro"))
    size = random_.choice((11, 12.5, 14))
    source = (
        "#let d = json(bytes(sys.inputs.data))\n"
        f'#set page("a4", margin: 22mm)\n#set text(font: "{font}", size: {size}pt, lang: "vi")\n'
    )
    pdf = typst.compile(
        (source + body).encode(),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    truth = {"number": number, "holder": data["holder"], "issued_on": issued.isoformat()}
    if kind not in ("đăng ký kinh doanh", "kiểm nghiệm"):
        truth["expires_on"] = expires.isoformat()
    assert isinstance(pdf, bytes)
    return pdf, {key: str(value) for key, value in truth.items()}


def _jpeg(picture: Image.Image, quality: int, dpi: int) -> bytes:
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=quality, dpi=(dpi, dpi))
    return made.getvalue()


def _noise(page: Image.Image, strength: float, random_: random.Random) -> Image.Image:
    grain = Image.frombytes("L", page.size, random_.randbytes(page.width * page.height))
    return Image.blend(page, grain, strength)


def _scan(page: Image.Image, random_: random.Random) -> bytes:
    return _jpeg(page.filter(ImageFilter.GaussianBlur(0.8)), 80, 300)


def _poor_scan(page: Image.Image, random_: random.Random) -> bytes:
    smaller = page.resize((page.width * 2 // 3, page.height * 2 // 3))
    turned = smaller.rotate(random_.uniform(-2, 2), Image.Resampling.BICUBIC, fillcolor=255)
    return _jpeg(_noise(turned, 0.12, random_), 60, 200)


def _photo(page: Image.Image, random_: random.Random) -> bytes:
    """On a dark table, from an angle, with a shadow, 12 megapixels shrunk as the portal does."""
    wide, high = 2400, 3200
    lean = [random_.uniform(0.03, 0.09) for _ in range(8)]
    # where each corner of the whole picture lies on the page
    quad = (
        -lean[0] * page.width,
        -lean[1] * page.height,
        -lean[2] * page.width,
        (1 + lean[3]) * page.height,
        (1 + lean[4]) * page.width,
        (1 + lean[5]) * page.height,
        (1 + lean[6]) * page.width,
        -lean[7] * page.height,
    )
    size, way, by = (wide, high), Image.Transform.QUAD, Image.Resampling.BICUBIC
    seen = page.transform(size, way, quad, by)
    inside = Image.new("L", page.size, 255).transform(size, way, quad, by)
    table = Image.new("L", size, random_.randint(40, 80))
    whole = Image.composite(seen, table, inside)
    shadow = Image.linear_gradient("L").resize(size).point(lambda v: 130 + v * 125 // 255)
    if random_.random() < 0.5:
        shadow = shadow.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    dark = ImageChops.multiply(whole, shadow).filter(ImageFilter.GaussianBlur(1.0))
    shrunk = _noise(dark, 0.05, random_).resize((1700, 1700 * high // wide))
    return _jpeg(shrunk, 75, 200)
