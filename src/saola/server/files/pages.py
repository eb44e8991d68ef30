"""Pages of stored papers as pictures, for browsers that show no PDF inside a page; made once."""

import io

from django.core.files.storage import default_storage

from saola.reading.papers import page_picture
from saola.server.files.models import StoredFile
from saola.server.files.store import open_file, write

WIDTH = 1240  # points: A4 at 150 dpi, letters stay readable


def picture(stored: StoredFile, number: int) -> bytes:
    """One page, counted from 1, as JPEG; `saola.reading.papers.Unreadable` where there is none."""
    location = f"pages/{stored.sha256[:2]}/{stored.sha256}/{number}.jpg"
    if default_storage.exists(location):
        with default_storage.open(location) as kept:
            return bytes(kept.read())
    with open_file(stored) as file:
        made = page_picture(file.read(), number, WIDTH)
    write(location, io.BytesIO(made))
    return made
