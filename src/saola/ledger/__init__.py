"""A chain of entries in which any change, removal or insertion shows; a session as such a chain."""

from saola.ledger.chain import GENESIS, Fault, Link, entry_hash, verify
from saola.ledger.package import Finding, pack, read_package, verify_package

__all__ = [
    "GENESIS",
    "Fault",
    "Finding",
    "Link",
    "entry_hash",
    "pack",
    "read_package",
    "verify",
    "verify_package",
]
