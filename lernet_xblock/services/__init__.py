"""Writes: one verb per function, keyword-only; the transaction is already open."""
