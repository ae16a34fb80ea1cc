"""Tests without a database, of everything under ``marketplaces/``."""
