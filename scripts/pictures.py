"""Pictures of the README from the running demo: `make pictures` after `make demo`. Drives headless Chromium over its
debugging protocol; label sheets come as PDF pages from Odoo itself."""

import base64
import html
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import openpyxl
import websocket
from PIL import Image

BASE = f"http://127.0.0.1:{os.environ.get('HTTP_PORT', '8069')}"
TARGET = Path(__file__).resolve().parents[1] / "static" / "description"
WIDTH, HEIGHT = 1440, 900
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync "
    "--no-first-run --hide-scrollbars --remote-debugging-port=0 --remote-allow-origins=*"
).split()


class Browser:
    def __init__(self):
        self.profile = tempfile.mkdtemp()
        program = shutil.which("chromium") or shutil.which("google-chrome")
        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={self.profile}", f"--window-size={WIDTH},{HEIGHT}", "about:blank"],
            stderr=subprocess.DEVNULL,
        )
        self.socket = websocket.create_connection(self._find_page(), timeout=120)
        self.number = 0
        self.call("Page.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)

    def _find_page(self):
        port_file = Path(self.profile) / "DevToolsActivePort"
        for _try in range(100):
            if port_file.exists() and port_file.read_text().strip():
                port = port_file.read_text().split()[0]
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=10) as answer:
                    pages = [page for page in json.load(answer) if page["type"] == "page"]
                if pages:
                    return pages[0]["webSocketDebuggerUrl"]
            time.sleep(0.2)
        raise SystemExit("Chromium did not start")

    def call(self, method, **params):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.number:
                if "error" in message:
                    raise SystemExit(f"{method}: {message['error']}")
                return message["result"]

    def run(self, script):
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise SystemExit(f"{script[:80]}: {answer['exceptionDetails'].get('exception', {}).get('description')}")
        return answer["result"].get("value")

    def open(self, path, selector, seconds=60):
        self.call("Page.navigate", url=f"{BASE}{path}")
        for _try in range(seconds * 5):
            time.sleep(0.2)
            if self.run(f"!!document.querySelector({json.dumps(selector)}) && !document.querySelector('.o_blockUI')"):
                time.sleep(1.2)
                return
        raise SystemExit(f"{path}: {selector} did not appear")

    def login(self, login):
        self.open("/web/login", "input[name=login]")
        self.run(
            f"document.querySelector('input[name=login]').value={json.dumps(login)};"
            f"document.querySelector('input[name=password]').value={json.dumps(login)};"
            "document.querySelector('.oe_login_form').submit()"
        )
        time.sleep(3)

    def rpc(self, model, method, *arguments, **options):
        body = {"jsonrpc": "2.0", "params": {"model": model, "method": method, "args": arguments, "kwargs": options}}
        script = (
            "fetch('/web/dataset/call_kw', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: "
            f"JSON.stringify({json.dumps(body)})}}).then(r => r.json())"
        )
        answer = self.run(script)
        if "error" in answer:
            raise SystemExit(f"{model}.{method}: {answer['error']['data']['message']}")
        return answer["result"]

    def picture(self, name, height=HEIGHT):
        self.call("Emulation.setDeviceMetricsOverride", width=WIDTH, height=height, deviceScaleFactor=1, mobile=False)
        # OdooBot's chat, which lies above the page.
        self.run("document.querySelector('.o-mail-ChatHub')?.remove()")
        time.sleep(0.6)
        data = self.call("Page.captureScreenshot", format="png")["data"]
        # A page has few colours: a palette, of the rare ones too, is a third of the size.
        page = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
        page.quantize(256, Image.Quantize.MAXCOVERAGE).save(TARGET / f"{name}.png", optimize=True)
        print(f"   {name}.png")

    def click(self, selector):
        """Click what is there; waits until a dialog that it opens is drawn."""
        self.run(f"document.querySelector({json.dumps(selector)}).click()")
        time.sleep(2.5)

    def download(self, path):
        script = (
            f"fetch({json.dumps(path)}).then(r => r.arrayBuffer()).then(b => {{let s='';"
            "new Uint8Array(b).forEach(c => s += String.fromCharCode(c)); return btoa(s)})"
        )
        return base64.b64decode(self.run(script))

    def sheet(self, name, path, rows, height):
        """The first rows of a sheet, drawn as a table."""
        cells = openpyxl.load_workbook(io.BytesIO(self.download(path))).active.iter_rows(max_row=rows, values_only=True)
        lines = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str('' if cell is None else cell))}</td>" for cell in row) + "</tr>"
            for row in cells
        )
        style = (
            "body{margin:0;font:13px sans-serif} table{border-collapse:collapse} tr:first-child{font-weight:bold;"
            "background:#e9ecef} td{border:1px solid #ccc;padding:3px 6px;max-width:210px;white-space:nowrap;"
            "overflow:hidden}"
        )
        page = f"<meta charset=utf-8><style>{style}</style><table>{lines}</table>"
        self.call("Page.navigate", url=f"data:text/html;base64,{base64.b64encode(page.encode()).decode()}")
        time.sleep(1)
        self.picture(name, height)

    def pdf_page(self, name, path, dpi):
        pdf = Path(self.profile) / "page.pdf"
        pdf.write_bytes(self.download(path))
        target = TARGET / name
        command = ["pdftoppm", "-png", "-r", str(dpi), "-f", "1", "-l", "1", "-singlefile", str(pdf), str(target)]
        subprocess.run(command, check=True)
        print(f"   {name}.png")

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        shutil.rmtree(self.profile, ignore_errors=True)


def find(browser, model, domain, order="id"):
    found = browser.rpc(model, "search", domain, limit=1, order=order)
    if not found:
        raise SystemExit(f"The demo has no {model} like {domain}: run make demo")
    return found[0]


def scan_first(browser, order):
    """One code of the posting, so that the dialog shows what is scanned and what is missing. Returns its unit."""
    line = browser.rpc("marketplace.order", "read_marking", [order])["lines"][0]
    product = browser.rpc("product.product", "search_read", [["default_code", "=", line["article"]]], ["barcode"])[0]
    code = f"01{product['barcode'].zfill(14)}215000000000001\x1d91EE10\x1d92{'q' * 44}"
    return browser.rpc("marketplace.order", "scan_marking", [order], code)["unit"]


def try_formula(browser):
    """An offer in the live preview."""
    browser.click("[name=preview_offer_id] input")
    browser.click(".o-autocomplete--dropdown-item:nth-child(4) a")


def main(names):
    browser = Browser()
    try:
        browser.login("admin")
        account = find(browser, "marketplace.account", [["marketplace", "=", "ozon"]])
        shops = {
            scheme: find(browser, "marketplace.account", [["marketplace", "=", "megamarket"], ["scheme", "=", scheme]])
            for scheme in ("rfbs", "fbs")
        }
        at_the_door = find(
            browser,
            "marketplace.order",
            [["account_id", "=", shops["rfbs"]], ["status", "=", "assembled"], ["deposit", "=", 0]],
        )
        feed = find(browser, "marketplace.feed", [["account_id", "=", shops["fbs"]]])
        order = find(browser, "marketplace.order", [["label_state", "=", "ready"], ["child_ids", "!=", False]])
        picking = find(browser, "stock.picking", [["marketplace_order_id", "=", order]])
        marked = find(browser, "marketplace.order", [["marking_state", "=", "needed"]])
        place = find(browser, "marketplace.warehouse", [["stock_active", "=", True]])
        jump = find(browser, "marketplace.price", [["state", "=", "approval"]])
        settlement = find(browser, "marketplace.settlement", [["state", "=", "posted"]])
        report = find(browser, "marketplace.realization", [])
        check = find(browser, "marketplace.money.check", [])
        action = "/odoo/action-sale_marketplace.action_marketplace"
        pages = {
            "overview": (f"{action}_account_overview", ".o_kanban_record", 520),
            "account_form": (f"/odoo/marketplace.account/{account}", ".o_form_view", 1000),
            "order_list": (f"{action}_order", ".o_data_row", 760),
            "order_form": (f"/odoo/marketplace.order/{order}", ".o_form_view", 1000),
            "delivery_form": (f"/odoo/stock.picking/{picking}", ".o_form_view", 1000),
            "packing_board": (f"{action}_packing_board", ".o_packing_row", 800),
            "cancelled": (f"{action}_order_cancelled", ".o_data_row", 440),
            "returns": (f"{action}_return", ".o_data_row", 340),
            "statuses": (f"/odoo/marketplace.account/{account}", ".o_form_view", 1000),
            "marking": (f"/odoo/marketplace.order/{marked}", ".o_form_view", 700),
            "stock_formula": (f"/odoo/marketplace.warehouse/{place}", ".o_form_view", 900),
            "stock_list": (f"{action}_stock", ".o_data_row", 480),
            "reconcile": (f"{action}_stock_reconcile", ".o_group_header", 480),
            "prices": (f"{action}_price", ".o_data_row", 480),
            "price": (f"/odoo/marketplace.price/{jump}", ".o_form_view", 700),
            "megamarket_account": (f"/odoo/marketplace.account/{shops['rfbs']}", ".o_form_view", 980),
            "megamarket_dbs": (f"/odoo/marketplace.order/{at_the_door}", ".o_form_view", 900),
            "feed": (f"/odoo/marketplace.feed/{feed}", ".o_form_view", 840),
            "settlement": (f"/odoo/marketplace.settlement/{settlement}", ".o_form_view", 900),
            "settlement_proof": (f"/odoo/marketplace.settlement/{settlement}", ".o_form_view", 940),
            "realization": (f"/odoo/marketplace.realization/{report}", ".o_form_view", 760),
            "money_check": (f"/odoo/marketplace.money.check/{check}", ".o_form_view", 1500),
            "economics": (f"{action}_economics", ".o_data_row", 480),
        }
        clicks = {
            "reconcile": ".o_group_header",
            "cancelled": ".o_facet_remove",
            "statuses": ".nav-link[name=statuses]",
            "marking": "button[name=action_open_marking]",
            "megamarket_dbs": "button[name=action_close]",
            "feed": ".nav-link[name=price_stock]",
            "settlement_proof": ".nav-link[name=proof]",
        }
        for name, (path, selector, height) in pages.items():
            if not names or name in names:
                browser.open(path, selector)
                unit = name == "marking" and scan_first(browser, marked)
                if name == "stock_formula":
                    try_formula(browser)
                if name in clicks:
                    browser.click(clicks[name])
                browser.picture(name, height)
                if unit:
                    # The next picture is the same.
                    browser.rpc("marketplace.order", "write_marking", [marked], unit, {"mark": False})
        labels = {"label_58x40": 200, "label_75x120": 140, "label_a4": 60}
        orders = browser.rpc(
            "marketplace.order", "search", [["ship_state", "=", "shipped"], ["account_id", "=", account]], limit=8
        )
        for name, dpi in labels.items():
            if not names or name in names:
                report = f"sale_marketplace.report_{name}"
                browser.pdf_page(name, f"/report/pdf/{report}/{','.join(map(str, orders))}", dpi)
        if not names or "realization_pdf" in names:
            browser.pdf_page("realization_pdf", f"/report/pdf/sale_marketplace.report_realization/{report}", 80)
        if not names or "realization_sheet" in names:
            url = browser.rpc("marketplace.realization", "action_export", [report])["url"]
            browser.sheet("realization_sheet", url, 16, 420)
            browser.open(f"{action}_account_overview", ".o_kanban_record")
        boxed = find(browser, "marketplace.order", [["account_id", "=", shops["fbs"]], ["label_state", "=", "ready"]])
        boxes = {
            "label_dbs": f"/marketplace/labels/{at_the_door}",
            "label_megamarket": f"/marketplace/labels/{boxed}",
            "label_box": f"/report/pdf/sale_marketplace.report_label_75x120/{boxed}",
        }
        for name, path in boxes.items():
            if not names or name in names:
                browser.pdf_page(name, path, labels["label_75x120"])
    finally:
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
