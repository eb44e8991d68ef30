"""Uploads measured for `make bench`: a 40 MB file in parts, cut three times, against plain copying."""

import base64
import hashlib
import http.client
import os
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE, PART = 40 * 1024 * 1024, 512 * 1024


def a_paper() -> bytes:
    """A PDF of that size that holds noise, as scans do."""
    import io

    import pikepdf

    made = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Contents = pdf.make_stream(b"")
        pdf.Root.Noise = pdf.make_stream(os.urandom(SIZE - 2000))
        pdf.save(made, compress_streams=False)
    return made.getvalue()


def floor(content: bytes) -> float:
    """Seconds to write the bytes in such parts to a disk that keeps them, and to hash them."""
    start = time.perf_counter()
    with tempfile.NamedTemporaryFile() as file:
        for at in range(0, len(content), PART):
            file.write(content[at : at + PART])
            file.flush()
            os.fsync(file.fileno())
    hashlib.sha256(content).hexdigest()
    return time.perf_counter() - start


class Sender:
    """A phone that sends a file in parts and goes on after its line was cut."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.headers = port, {"Cookie": cookie, "X-CSRFToken": "a" * 32}
        self.line = self.fresh()

    def fresh(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(
        self, method: str, path: str, body: bytes | None, **more: str
    ) -> http.client.HTTPResponse:
        told = {name.replace("_", "-"): value for name, value in more.items()}
        self.line.request(method, path, body, self.headers | told)
        answer = self.line.getresponse()
        answer.read()
        return answer

    def send(self, content: bytes, cuts: int) -> str:
        """Create, send, cut in the middle of a part so often; returns the upload's id."""
        pk = str(uuid.uuid4())
        told = ",".join(
            f"{key} {base64.b64encode(value.encode()).decode()}"
            for key, value in (("id", pk), ("filename", "quét.pdf"))
        )
        made = self.ask(
            "POST", "/chu-the/tai-len/", b"", Upload_Length=str(len(content)), Upload_Metadata=told
        )
        assert made.status == 201, made.status
        path = made.headers["Location"]
        cut_at = [len(content) * n // (cuts + 1) for n in range(1, cuts + 1)]
        at = 0
        while at < len(content):
            part = content[at : at + PART]
            if cut_at and at >= cut_at[0]:
                cut_at.pop(0)
                self.cut(path, at, part)
                at = int(self.ask("HEAD", path, None).headers["Upload-Offset"])
                continue
            answer = self.ask(
                "PATCH",
                path,
                part,
                Upload_Offset=str(at),
                Content_Type="application/offset+octet-stream",
            )
            assert answer.status == 204, answer.status
            at = int(answer.headers["Upload-Offset"])
        return pk

    def cut(self, path: str, at: int, part: bytes) -> None:
        """Half a part, then the line is gone."""
        self.line.putrequest("PATCH", path)
        for name, value in self.headers.items():
            self.line.putheader(name, value)
        self.line.putheader("Upload-Offset", str(at))
        self.line.putheader("Content-Type", "application/offset+octet-stream")
        self.line.putheader("Content-Length", str(len(part)))
        self.line.endheaders()
        self.line.send(part[: len(part) // 2])
        self.line.close()
        time.sleep(0.2)
        self.line = self.fresh()


@contextmanager
def peak(memory: Callable[[], float]) -> Iterator[list[float]]:
    """The largest figure while the block runs, looked at twenty times a second."""
    seen, done = [memory()], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            seen.append(memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield seen
    done.set()
    watcher.join()


def measure(port: int, cookie: str, files: Path, memory: Callable[[], float]) -> None:
    """One line of the table, and proof that what arrived is what was sent."""
    content = a_paper()
    bare = floor(content)
    sender = Sender(port, cookie)
    before = memory()
    with peak(memory) as seen:
        start = time.perf_counter()
        pk = sender.send(content, cuts=3)
        took = time.perf_counter() - start
    arrived = hashlib.sha256((files / pk).read_bytes()).hexdigest()
    assert arrived == hashlib.sha256(content).hexdigest()
    print(
        f"\n- upload of {len(content) / 2**20:.0f} MiB in parts of 512 KiB, the line cut three times: "
        f"{took:.1f} s, {took / bare:.1f} × writing and hashing the same parts; hash equal; "
        f"web processes grew by {max(seen) - before:.0f} MiB at most (goal: flat)"
    )
