"""Making a scan or a phone's photo readable: flat light, straight page, upright lines."""

from PIL import Image, ImageChops, ImageFilter, ImageMath, ImageOps

WIDE = 2400  # pixels across a page of about 290 dpi
SMALL = 300  # pixels across, for looking at the page as a whole
STEEPEST, STEP = 4.0, 0.25  # degrees of skew looked for
INK, PAPER = 70, 225  # of evenly lit paper at 250: what counts as black and as white
STRAIGHT = 0.2  # degrees that need no turning


def readable(picture: Image.Image) -> Image.Image:
    """The page in grey, cut out of its surroundings, upright, evenly lit."""
    grey = ImageOps.exif_transpose(picture).convert("L")
    return _upright(_flat(_scaled(_page_of(grey))))


def _scaled(grey: Image.Image) -> Image.Image:
    ratio = WIDE / grey.width
    return grey.resize((WIDE, round(grey.height * ratio)), Image.Resampling.BICUBIC)


def _flat(grey: Image.Image) -> Image.Image:
    """Divide by the blurred surroundings: shadows go, letters stay."""
    small = grey.resize((grey.width // 8, grey.height // 8), Image.Resampling.BOX)
    light = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(8))
    light = light.resize(grey.size, Image.Resampling.BILINEAR)
    even = ImageMath.lambda_eval(
        lambda a: a["convert"](a["min"](a["grey"] * 250 / a["max"](a["light"], 1), 255), "L"),
        grey=grey,
        light=light,
    )
    soft = even.filter(ImageFilter.GaussianBlur(0.9))
    # a fixed stretch: one by the picture's own darkest share would make ink of a bare page's grain
    stretched: Image.Image = soft.point(lambda value: (value - INK) * 255 // (PAPER - INK))
    return stretched


def _page_of(grey: Image.Image) -> Image.Image:
    """A bright page on a darker ground, pulled straight; the picture itself where none is seen."""
    small = grey.resize((SMALL, max(1, round(grey.height * SMALL / grey.width))))
    small = small.filter(ImageFilter.MedianFilter(5))
    edge = [small.getpixel((x, y)) for x in range(0, SMALL, 3) for y in (0, small.height - 1)]
    edge += [small.getpixel((x, y)) for y in range(0, small.height, 3) for x in (0, SMALL - 1)]
    ground = sorted(float(value) for value in edge if isinstance(value, int | float))
    middle = ground[len(ground) // 2]
    brightest = small.getextrema()[1]
    if not isinstance(brightest, int | float) or middle > brightest * 0.72:
        return grey  # the page reaches the edges
    limit = middle + (brightest - middle) * 0.3  # a shadowed part is still page
    mask = small.point(lambda value: 255 if value > limit else 0)
    mask = mask.filter(ImageFilter.MinFilter(5)).filter(ImageFilter.MaxFilter(5))
    data = mask.tobytes()
    bright = [(at % SMALL, at // SMALL) for at, value in enumerate(data) if value]
    if len(bright) < SMALL * small.height * 0.2:
        return grey
    scale = grey.width / SMALL
    corners = [
        min(bright, key=lambda p: p[0] + p[1]),  # top left
        min(bright, key=lambda p: p[0] - p[1]),  # bottom left
        max(bright, key=lambda p: p[0] + p[1]),  # bottom right
        max(bright, key=lambda p: p[0] - p[1]),  # top right
    ]
    flat = tuple(value * scale for corner in corners for value in corner)
    width = max(_far(corners[0], corners[3]), _far(corners[1], corners[2])) * scale
    height = max(_far(corners[0], corners[1]), _far(corners[3], corners[2])) * scale
    size = (round(width), round(height))
    return grey.transform(size, Image.Transform.QUAD, flat, Image.Resampling.BICUBIC)


def _far(a: tuple[int, int], b: tuple[int, int]) -> float:
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)


def _upright(page: Image.Image) -> Image.Image:
    """Turned so that rows of letters and the white between them differ most."""
    small = ImageChops.invert(page.resize((600, round(page.height * 600 / page.width))))
    angles = [n * STEP for n in range(round(-STEEPEST / STEP), round(STEEPEST / STEP) + 1)]
    best = max(angles, key=lambda angle: _contrast(small.rotate(angle, Image.Resampling.BILINEAR)))
    if abs(best) < STRAIGHT:
        return page
    return page.rotate(best, Image.Resampling.BICUBIC, fillcolor=255)


def _contrast(turned: Image.Image) -> float:
    """Variance of the rows' darkness."""
    column = turned.resize((1, turned.height), Image.Resampling.BOX)
    rows = list(column.tobytes())
    mean = sum(rows) / len(rows)
    return sum((value - mean) ** 2 for value in rows)
