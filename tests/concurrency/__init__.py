"""Races, with real processes on a real database server."""
