"""A learning network inside an Open edX course: XBlock and Django app in one package."""

__version__ = "0.1.0"
