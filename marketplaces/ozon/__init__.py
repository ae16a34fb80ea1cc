"""Ozon Seller API."""
