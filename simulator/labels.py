"""Drawing PDF labels and hand-over sheets. What is printed comes in plain dictionaries: any marketplace may use it."""

import io
from functools import lru_cache
from pathlib import Path

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONT_FOLDERS = (Path("/usr/share/fonts/truetype/dejavu"), Path("/usr/share/fonts/dejavu"))
SIZES = {"big_label": (75 * mm, 120 * mm), "small_label": (58 * mm, 40 * mm)}
LATIN = dict(zip(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya".split(" "),
    strict=True,
))  # fmt: skip


@lru_cache(maxsize=1)
def fonts():
    """Names of the plain and the bold font; without a Cyrillic one the text is written in Latin letters."""
    for folder in FONT_FOLDERS:
        plain, bold = folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf"
        if plain.exists():
            pdfmetrics.registerFont(TTFont("Plain", plain))
            pdfmetrics.registerFont(TTFont("Bold", bold if bold.exists() else plain))
            return "Plain", "Bold", str
    return "Helvetica", "Helvetica-Bold", transliterate


def transliterate(text):
    letters = (LATIN.get(char, LATIN.get(char.lower(), char).capitalize() if char.isupper() else char) for char in text)
    return "".join(letters).encode("latin-1", "replace").decode("latin-1")


class Sheet:
    """A canvas with a pen that moves down the page."""

    def __init__(self, size):
        self.stream = io.BytesIO()
        self.width, self.height = size
        self.canvas = Canvas(self.stream, pagesize=size)
        self.plain, self.bold, self.spell = fonts()
        self.margin = 3 * mm
        self.y = self.height - self.margin

    def next_page(self):
        self.canvas.showPage()
        self.y = self.height - self.margin

    def text(self, text, size=7, bold=False, gap=1.0, right=""):
        self.y -= size
        self.canvas.setFont(self.bold if bold else self.plain, size)
        room = self.width - 2 * self.margin
        if right:
            right = self.spell(right)
            self.canvas.drawRightString(self.width - self.margin, self.y, right)
            room -= self.canvas.stringWidth(right) + 2 * mm
        self.canvas.drawString(self.margin, self.y, self.fit(self.spell(text), room))
        self.y -= gap * mm

    def fit(self, text, room):
        if self.canvas.stringWidth(text) <= room:
            return text
        while text and self.canvas.stringWidth(text + "…") > room:
            text = text[:-1]
        return text.rstrip() + "…"

    def barcode(self, text, height):
        """As wide as the page allows, quiet zones included, with the text under it."""
        natural = Code128(text, barWidth=1, quiet=0).width
        room = self.width - 2 * self.margin - 6 * mm
        symbol = Code128(text, barWidth=min(room / natural, 0.5 * mm), barHeight=height, quiet=0)
        self.y -= height
        symbol.drawOn(self.canvas, (self.width - symbol.width) / 2, self.y)
        self.y -= 7
        self.canvas.setFont(self.plain, 6)
        self.canvas.drawCentredString(self.width / 2, self.y, text)
        self.y -= 1.5 * mm

    def rule(self):
        self.y -= 0.5 * mm
        self.canvas.setLineWidth(0.4)
        self.canvas.line(self.margin, self.y, self.width - self.margin, self.y)
        self.y -= 1 * mm

    def finish(self, title):
        self.canvas.setTitle(self.spell(title))
        self.canvas.save()
        return self.stream.getvalue()


def parcel_labels(kind, parcels):
    """One page per parcel: number, upper and lower barcode, warehouse, goods."""
    sheet = Sheet(SIZES[kind])
    for index, parcel in enumerate(parcels):
        if index:
            sheet.next_page()
        (draw_big if kind == "big_label" else draw_small)(sheet, parcel)
    return sheet.finish(" ".join(parcel["number"] for parcel in parcels))


def draw_big(sheet, parcel):
    sheet.text(parcel["brand"], 9, bold=True, right=parcel["scheme"])
    sheet.rule()
    sheet.barcode(parcel["upper"], 16 * mm)
    sheet.text(parcel["number"], 13, bold=True, gap=1.5)
    sheet.text(f"Склад: {parcel['warehouse']}")
    sheet.text(f"Доставка: {parcel['delivery']}")
    sheet.text(f"Отгрузить до: {parcel['ship_by']} UTC")
    if parcel["boxes"] > 1:
        sheet.text(f"Грузовых мест: {parcel['boxes']}", bold=True)
    sheet.rule()
    draw_goods(sheet, parcel["goods"], floor=30 * mm)
    sheet.y = 27 * mm
    sheet.rule()
    sheet.barcode(parcel["lower"], 14 * mm)


def draw_small(sheet, parcel):
    sheet.text(parcel["number"], 9, bold=True, right=parcel["scheme"], gap=0.8)
    sheet.barcode(parcel["upper"], 9 * mm)
    draw_goods(sheet, parcel["goods"], floor=13 * mm, size=5)
    sheet.y = 13 * mm
    sheet.barcode(parcel["lower"], 8 * mm)


def draw_goods(sheet, goods, floor, size=6):
    """As many goods as fit above the floor; the rest is only counted, on a line of its own."""
    line = size + 0.6 * mm
    room = max(1, int((sheet.y - floor) // line))
    shown = goods if len(goods) <= room else goods[: room - 1]
    for article, name, quantity in shown:
        sheet.text(f"{article} · {name}", size, gap=0.6, right=f"{quantity} шт.")
    if len(shown) < len(goods):
        sheet.text(f"… и ещё позиций: {len(goods) - len(shown)}", size, gap=0.6)


def handover_sheet(carriage, parcels):
    """The shipping list of a carriage: its barcode and its parcels."""
    sheet = Sheet(A4)
    sheet.margin = 15 * mm
    sheet.y = sheet.height - sheet.margin
    sheet.text("Лист отгрузки", 16, bold=True, right=f"№ {carriage['id']}", gap=3)
    sheet.text(f"Склад: {carriage['warehouse']}", 9, right=f"Дата отгрузки: {carriage['date']}")
    sheet.text(f"Продавец: {carriage['seller']}", 9, right=f"Отправлений: {len(parcels)}", gap=3)
    sheet.barcode(carriage["barcode"], 18 * mm)
    sheet.y -= 4 * mm
    for index, parcel in enumerate(parcels, 1):
        draw_row(sheet, index, parcel)
    sheet.y -= 8 * mm
    sheet.text("Сдал: ____________________", 10, right="Принял: ____________________")
    return sheet.finish(f"Лист отгрузки {carriage['id']}")


def draw_row(sheet, index, parcel):
    if sheet.y < 30 * mm:
        sheet.next_page()
    sheet.text(f"{index}. {parcel['number']}", 9, bold=True, right=f"мест: {parcel['boxes']}", gap=0.8)
    for article, name, quantity in parcel["goods"]:
        if sheet.y < 25 * mm:
            sheet.next_page()
        sheet.text(f"     {article} · {name}", 8, right=f"{quantity} шт.", gap=0.6)
    sheet.rule()
