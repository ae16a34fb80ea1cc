"""A stateful stand-in for the marketplaces' servers: its own process, in memory, speaking only HTTP.

It imports nothing from Odoo and nothing from the ``marketplaces`` package on purpose: if both sides shared code,
both sides would share its mistakes. Start it with ``python -m simulator --help``.
"""
