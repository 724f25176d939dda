"""Reads: frozen dataclasses for panels, a fixed number of queries each."""
