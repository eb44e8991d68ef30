"""Selling: offers, enquiries, contracts, channels, sales, exports, trade events, yearly records."""
