"""How many products of each class there will be: what became of ended terms so far, drawn forward
with its uncertainty. New products are not guessed; this is what happens to those there are."""

from collections.abc import Mapping

import numpy as np

from saola.planning.fans import CLASSES, FATES, FEW, LEAN, SHARES, TERM, Fan, Fate, Outlook

__all__ = ["FEW", "TERM", "Fan", "Fate", "Outlook", "outlook", "rates"]


def rates(ended: Mapping[int, Mapping[Fate, int]]) -> dict[int, np.ndarray]:
    """For each class the weights of a Dirichlet distribution over renewed, upgraded, lost: its own
    cases, and `LEAN` more shared out as in all classes (one case of each kind put to them, so that
    what was never seen is not held to be impossible). Five stars cannot be upgraded."""
    counts = {
        stars: np.array([ended.get(stars, {}).get(fate, 0) for fate in FATES], float)
        for stars in CLASSES
    }
    if any((row < 0).any() for row in counts.values()):
        raise ValueError("counts of ended terms are not negative")
    whole = sum(counts.values(), np.ones(len(FATES)))
    found = {}
    for stars, row in counts.items():
        found[stars] = row + LEAN * whole / whole.sum()
        if stars == CLASSES[-1]:
            found[stars] = np.array([found[stars][0] + found[stars][1], 0, found[stars][2]])
    return found


def outlook(
    held: Mapping[tuple[int, int], int],
    ended: Mapping[int, Mapping[Fate, int]],
    first: int,
    count: int,
    *,
    draws: int = 2000,
    seed: int = 26,
) -> Outlook:
    """Draw what becomes of `held` (products by class and year in which their term ends; years
    before `first` end in `first`) over `count` years from `first` on. `ended` is how the terms
    that are over ended, by class. The same numbers give the same answer."""
    chance = np.random.default_rng(seed)
    weights = rates(ended)
    cases = {stars: sum(ended.get(stars, {}).values()) for stars in CLASSES}
    shares = {stars: _dirichlet(chance, alpha, draws) for stars, alpha in weights.items()}
    last = max([first + count, *(year for _, year in held)])
    stock = np.zeros((len(CLASSES), last - first + TERM + 1, draws), int)
    for (stars, year), products in held.items():
        stock[CLASSES.index(stars), max(year, first) - first] += products
    fans: dict[int, list[Fan]] = {stars: [] for stars in CLASSES}
    for at in range(count):
        for row, stars in enumerate(CLASSES):
            became = chance.multinomial(stock[row, at], shares[stars])
            stock[row, at] = 0
            stock[row, at + TERM] += became[:, 0]
            stock[min(row + 1, len(CLASSES) - 1), at + TERM] += became[:, 1]
        for row, stars in enumerate(CLASSES):
            fans[stars].append(_fan(stock[row].sum(axis=0), cases[stars]))
    return Outlook(
        tuple(range(first, first + count)),
        cases,
        {
            stars: {fate: _fan(shares[stars][:, at], cases[stars]) for at, fate in enumerate(FATES)}
            for stars in CLASSES
        },
        {stars: tuple(row) for stars, row in fans.items()},
    )


def _dirichlet(chance: np.random.Generator, alpha: np.ndarray, draws: int) -> np.ndarray:
    # by gammas, because a weight may be 0
    drawn = chance.standard_gamma(alpha, size=(draws, len(alpha)))
    shares: np.ndarray = drawn / drawn.sum(axis=1, keepdims=True)
    return shares


def _fan(values: np.ndarray, cases: int) -> Fan:
    low, quarter, middle, three, high = (float(one) for one in np.quantile(values, SHARES))
    return Fan(low, quarter, middle if cases >= FEW else None, three, high)
