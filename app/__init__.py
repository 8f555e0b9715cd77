"""Goldgap: self-assessment of business clusters on the European cluster excellence indicators."""

__version__ = "0.1.0"
