"""Newton's method for the many-facet model: gradient and information, products eliminated."""

from dataclasses import dataclass

import numpy as np

from saola.statistics.agreement import Matrix
from saola.statistics.ratings import Ratings

PRIOR = 5.0  # logits; keeps what nobody's marks bound (a product with every point) finite
LONGEST_MOVE = 2.0  # logits, of one round


@dataclass
class _System:
    """The equations of one round: information of products (`own`, diagonal), of members and steps
    (`inner`), between both (`cross`), and the gradients; with each mark's moments."""

    own: Matrix
    cross: Matrix
    inner: Matrix
    pull_own: Matrix
    pull: Matrix
    expected: Matrix
    variance: Matrix

    @classmethod
    def of(cls, marks: int, products: int, members: int, steps: int) -> "_System":
        rest = members + steps
        return cls(
            np.zeros(products),
            np.zeros((products, rest)),
            np.zeros((rest, rest)),
            np.zeros(products),
            np.zeros(rest),
            np.zeros(marks),
            np.zeros(marks),
        )


def _tails(values: Matrix) -> Matrix:
    """Sums from each column to the last, without the first column."""
    tails: Matrix = values[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    return tails


class State:
    """Parameters between rounds; `steps` holds criterion + threshold of every step of every
    criterion in one row. Products touch each other only through the rest, so they are eliminated
    before solving (Schur complement) and their number costs little."""

    def __init__(self, r: Ratings) -> None:
        self.r = r
        self.widths = [len(r.points[name]) - 1 for name in r.criteria]
        self.starts = np.concatenate([[0], np.cumsum(self.widths)]).astype(int)
        self.product = np.zeros(len(r.products))
        self.member = np.zeros(len(r.members))
        self.steps = np.zeros(int(self.starts[-1]))
        order = np.argsort(r.criterion, kind="stable")
        cuts = np.cumsum(np.bincount(r.criterion, minlength=len(r.criteria)))[:-1]
        self.rows = np.split(order, cuts)  # rows of each criterion

    def _chances(self, at: int) -> Matrix:
        """P(level) for the rows of one criterion."""
        rows, width = self.rows[at], self.widths[at]
        measure = self.product[self.r.product[rows]] - self.member[self.r.member[rows]]
        held = np.concatenate([[0.0], np.cumsum(self.steps[self.starts[at] :][:width])])
        logits = measure[:, None] * np.arange(width + 1) - held
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances: Matrix = weights / weights.sum(axis=1, keepdims=True)
        return chances

    def moments(self) -> tuple[Matrix, Matrix]:
        """Expected level and its variance by row."""
        expected, variance = np.zeros(len(self.r.level)), np.zeros(len(self.r.level))
        for at, rows in enumerate(self.rows):
            chances = self._chances(at)
            levels = np.arange(chances.shape[1])
            expected[rows] = chances @ levels
            variance[rows] = chances @ levels**2 - expected[rows] ** 2
        return expected, variance

    def round(self) -> float:
        """One Newton step; the longest move made, in logits."""
        system = _System.of(len(self.r.level), len(self.product), len(self.member), len(self.steps))
        for at in range(len(self.rows)):
            self._add_criterion(system, at)
        self._add_products_and_members(system)
        return self._move(system)

    def _add_criterion(self, system: "_System", at: int) -> None:
        """Gradient and information of one criterion's steps, from its own rows."""
        rows, members = self.rows[at], len(self.member)
        chances, here = self._chances(at), members + self.starts[at]
        levels = np.arange(chances.shape[1])
        tail = _tails(chances)  # P(level ≥ k)
        expected = tail.sum(axis=1)
        system.expected[rows] = expected
        system.variance[rows] = chances @ levels**2 - expected**2
        with_step = _tails(chances * levels) - expected[:, None] * tail  # covariance with level
        product, member, reached = self.r.product[rows], self.r.member[rows], self.r.level[rows]
        for k in range(self.widths[at]):
            column, above = here + k, tail[:, k]
            system.pull[column] += above.sum() - np.count_nonzero(reached > k)
            system.cross[:, column] = -np.bincount(product, with_step[:, k], len(self.product))
            system.inner[:members, column] += np.bincount(member, with_step[:, k], members)
            both = above.sum() - tail[:, : k + 1].T @ above
            system.inner[column, here : column + 1] += both
            system.inner[here:column, column] += both[:-1]

    def _add_products_and_members(self, system: "_System") -> None:
        r, members, weak = self.r, len(self.member), 1 / PRIOR**2
        gap = r.level - system.expected
        system.pull += np.concatenate([self.member, self.steps]) * -weak
        system.pull[:members] -= np.bincount(r.member, gap, members)
        system.inner[members:, :members] = system.inner[:members, members:].T
        system.inner[np.diag_indices(members)] += np.bincount(r.member, system.variance, members)
        system.inner[np.diag_indices(len(system.inner))] += weak
        pair = r.product * members + r.member
        met = np.bincount(pair, system.variance, len(self.product) * members)
        system.cross[:, :members] = -met.reshape(len(self.product), members)
        system.own += np.bincount(r.product, system.variance, len(self.product)) + weak
        system.pull_own += np.bincount(r.product, gap, len(self.product)) - self.product * weak

    def _move(self, system: "_System") -> float:
        """Solve for the step of everything, and make it, shortened where it is long."""
        through = system.cross / system.own[:, None]
        rest = np.linalg.solve(
            system.inner - system.cross.T @ through, system.pull - through.T @ system.pull_own
        )
        product = (system.pull_own - system.cross @ rest) / system.own
        longest = max(float(np.abs(product).max()), float(np.abs(rest).max()))
        share = min(1.0, LONGEST_MOVE / longest) if longest else 1.0
        self.product += share * product
        self.member += share * rest[: len(self.member)]
        self.steps += share * rest[len(self.member) :]
        return longest

    def centred(self) -> tuple[Matrix, Matrix]:
        """Criteria and their thresholds, with means of 0 for members and for criteria."""
        shift = self.member.mean()
        self.member -= shift
        self.product -= shift
        thresholds = np.full((len(self.widths), max(*self.widths, 1)), np.nan)
        criterion = np.zeros(len(self.widths))
        for at, width in enumerate(self.widths):
            if width:
                own = self.steps[self.starts[at] :][:width]
                criterion[at] = own.mean()
                thresholds[at, :width] = own - criterion[at]
        shift = criterion.mean()
        self.product -= shift
        self.steps -= shift
        return criterion - shift, thresholds
