"""What people see: one module each. Importing them in this order makes the order of the menu."""

from lernet_xblock.panels import home  # isort: skip

__all__ = ["home"]
