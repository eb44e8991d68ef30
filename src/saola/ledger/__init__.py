"""A chain of entries in which any change, removal or insertion shows."""

from saola.ledger.chain import GENESIS, Fault, Link, entry_hash, verify

__all__ = ["GENESIS", "Fault", "Link", "entry_hash", "verify"]
