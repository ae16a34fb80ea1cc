"""Ozon's Seller API as the documentation of autumn 2026 and live recordings describe it."""
