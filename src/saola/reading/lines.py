"""Lines of a page with the place of each word."""

from dataclasses import dataclass

Box = tuple[float, float, float, float]  # left, top, right, bottom as shares of the page, 0 to 1


@dataclass(frozen=True, slots=True)
class Word:
    """A word, where it stands, and how sure its reading is (1.0 where the file says it)."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand beside one another on a page (from 1)."""

    page: int
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words with single blanks."""
        return " ".join(word.text for word in self.words)

    def span(self, start: int, end: int) -> tuple[Box, float]:
        """The box around the words that text[start:end] touches, and the least sure of them."""
        touched, at = [], 0
        for word in self.words:
            if at < end and at + len(word.text) > start:
                touched.append(word)
            at += len(word.text) + 1
        boxes = [word.box for word in touched]
        around = (
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        )
        return around, min(word.confidence for word in touched)
