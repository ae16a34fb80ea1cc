"""Arrows point inwards only: marketplaces/ ← messengers/ ← services/ ← the rest; simulator/ stands outside."""

import ast
from pathlib import Path

from odoo.tests import BaseCase

ROOT = Path(__file__).resolve().parents[2]
ADDON = "odoo.addons.sale_marketplace"
#: Folders that may know marketplaces only by ``marketplaces.base`` and the registry in ``marketplaces``.
VENDOR_BLIND = ("models", "services", "wizards", "controllers", "reports", "messengers")


def iter_imports(path):
    """Absolute names of everything that a file imports; relative ones are resolved against the repository's root."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}".lstrip(".") for alias in node.names)


def iter_files(*folders):
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


class TestLayering(BaseCase):
    def assert_no_import(self, folders, forbidden):
        for path in iter_files(*folders):
            for name in iter_imports(path):
                name = name.removeprefix(f"{ADDON}.")
                hit = next((root for root in forbidden if name == root or name.startswith(f"{root}.")), None)
                self.assertIsNone(hit, f"{path.relative_to(ROOT)} imports {name}")

    def test_marketplaces_and_messengers_know_nothing_of_odoo(self):
        outside = ("odoo", "models", "services", "controllers", "wizards", "reports", "simulator", "engine", "hooks")
        self.assert_no_import(["marketplaces"], (*outside, "messengers"))
        self.assert_no_import(["messengers"], outside)
        self.assertTrue(list(iter_files("marketplaces")), "the test looks in the wrong place")

    def test_base_knows_no_vendor(self):
        vendors = [folder.name for folder in (ROOT / "marketplaces").iterdir() if (folder / "adapter.py").exists()]
        forbidden = [f"marketplaces.{vendor}" for vendor in vendors if vendor != "base"]
        self.assertTrue(forbidden)
        self.assert_no_import(["marketplaces/base"], forbidden)

    def test_simulator_shares_nothing(self):
        self.assert_no_import(["simulator"], ("odoo", "marketplaces", "messengers", "models", "services"))

    def test_odoo_side_knows_no_vendor(self):
        vendors = [folder.name for folder in (ROOT / "marketplaces").iterdir() if (folder / "adapter.py").exists()]
        self.assert_no_import(VENDOR_BLIND, [f"marketplaces.{vendor}" for vendor in vendors if vendor != "base"])
