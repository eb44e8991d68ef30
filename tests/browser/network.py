"""A network that breaks under an upload, as the page sees it: the first parts sent fail.

Cut in the page itself: what passes a service worker's scope is not always seen by the browser's own
interception.
"""

from dataclasses import dataclass, field
from typing import Any

CUT = """
const real = window.fetch;
window.fetch = async (address, options) => {
  if (options?.method === "PATCH" && await window.networkCut(options.body.size)) {
    throw new TypeError("Failed to fetch");
  }
  return real(address, options);
};
"""


@dataclass
class BrokenNetwork:
    """`cuts` parts still to be lost, and the size in bytes of every part that was sent."""

    cuts: int
    sent: list[int] = field(default_factory=list)

    def cut(self, size: int) -> bool:
        self.sent.append(size)
        self.cuts -= 1
        return self.cuts >= 0


def break_network(page: Any, cuts: int) -> BrokenNetwork:
    """From the next page that `page` opens, its first `cuts` parts of uploads are lost."""
    network = BrokenNetwork(cuts)
    page.expose_function("networkCut", network.cut)
    page.add_init_script(CUT)
    return network
