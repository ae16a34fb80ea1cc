"""The control page at ``/``: what the simulator holds, and buttons for what a person wants to try out."""

from pathlib import Path

HTML = Path(__file__).with_name("page.html").read_text(encoding="utf-8")
