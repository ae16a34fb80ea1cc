"""sticker/print: a marking sheet per box, as HTML inside JSON or as a binary PDF."""

from html import escape

from reportlab.lib.units import mm

from simulator.answers import Answer
from simulator.labels import Sheet, draw_goods
from simulator.megamarket.errors import MegamarketError, problem
from simulator.megamarket.models import STANDARD, write_time
from simulator.megamarket.registry import identifier, invalid, method, rows

# The size of the marketplace's own sheets.
SIZE = (70 * mm, 100 * mm)
PAGE = (
    '<!DOCTYPE html><html><head><meta charset="UTF-8"/><title>Маркировочный лист</title>'
    "<style>.sheet{{width:70mm;height:100mm;page-break-after:always;font-family:sans-serif}}</style>"
    "</head><body>{sheets}</body></html>"
)
SHEET = (
    '<div class="sheet"><h2>{merchant}</h2><p class="box">{code}</p><h1>{delivery}</h1><p>Отправление {number}</p>'
    "<p>Отгрузить до {until}</p><ul>{goods}</ul></div>"
)


@method("sticker/print", STANDARD)
def sticker_print(call):
    as_pdf = call.data.get("printAsPdf", False)
    if not isinstance(as_pdf, bool):
        raise invalid("printAsPdf must be true or false")
    wanted = [box for spec in asked(call.data) for box in boxes_of(call, spec)]
    if problems := [box for box in wanted if isinstance(box, dict)]:
        raise MegamarketError(*problems)
    for shipment in {shipment.number: shipment for shipment, _code in wanted}.values():
        body = {"printAsPdf": as_pdf, "boxCodes": [code for owner, code in wanted if owner is shipment]}
        shipment.calls.append({"at": write_time(call.state.now()), "method": call.name, "body": body})
    return print_pdf(call, wanted) if as_pdf else html(wanted)


def print_pdf(call, wanted):
    if call.fault("not_pdf"):
        return Answer(b"Service temporarily unavailable", 200, "application/pdf")
    return Answer(pdf(wanted), 200, "application/pdf")


def asked(data):
    """The older form has one shipment at the level of the token."""
    return [data] if "shipments" not in data and "shipmentId" in data else rows(data, "shipments")


def boxes_of(call, spec):
    """(shipment, box code) for each box that was asked for; a dictionary is what is wrong with one."""
    number = identifier(spec.get("shipmentId"), "shipmentId", invalid)
    codes = spec.get("boxCodes")
    if not isinstance(codes, list) or not codes:
        raise invalid("boxCodes must be a list", shipment_id=number)
    shipment = call.state.find(number, call.merchant)
    if shipment is None:
        return [problem("SHIPMENT_NOT_FOUND", f"Отправление {number} не найдено", number)]
    packed = {row["boxCode"] for lot in packed_lots(shipment) for row in lot.boxes}
    return [
        (shipment, code)
        if isinstance(code, str) and code in packed
        else problem("BOX_NOT_FOUND", f"Коробка {code} не найдена", number, box_code=code)
        for code in codes
    ]


def packed_lots(shipment):
    """Labels come after packing has been dealt with."""
    return [lot for lot in shipment.goods if lot.is_alive and lot.status != "PENDING_PACKING"]


def goods_in(shipment, code):
    """[(article, name, pieces)] of one box."""
    pieces = {}
    for lot in shipment.goods:
        if lot.is_alive and any(row["boxCode"] == code for row in lot.boxes):
            pieces.setdefault((lot.offer_id, lot.name), []).append(lot)
    return [(article, name, len(lots)) for (article, name), lots in pieces.items()]


def html(wanted):
    return PAGE.format(sheets="".join(html_sheet(shipment, code) for shipment, code in wanted))


def html_sheet(shipment, code):
    goods = (f"<li>{escape(f'{article} {name}')} × {count}</li>" for article, name, count in goods_in(shipment, code))
    return SHEET.format(
        merchant=escape(shipment.merchant.name),
        code=escape(code),
        delivery=shipment.delivery_id,
        number=shipment.number,
        until=write_time(shipment.shipping_until),
        goods="".join(goods),
    )


def pdf(wanted):
    sheet = Sheet(SIZE)
    for place, (shipment, code) in enumerate(wanted):
        if place:
            sheet.next_page()
        draw(sheet, shipment, code)
    return sheet.finish(" ".join(code for _shipment, code in wanted))


def draw(sheet, shipment, code):
    sheet.text(shipment.merchant.name, 9, bold=True, right="Мегамаркет")
    sheet.rule()
    sheet.barcode(code, 18 * mm)
    sheet.text(shipment.delivery_id, 16, bold=True, gap=1.5)
    place = f"{code.rpartition('*')[2]} / {len(shipment.boxes)}"
    sheet.text(f"Отправление: {shipment.number}", right=f"место {place}")
    sheet.text(f"Отгрузить до: {write_time(shipment.shipping_until)}")
    sheet.text(f"Получатель: {shipment.customer['name']}")
    sheet.text(shipment.customer["address"])
    sheet.rule()
    draw_goods(sheet, goods_in(shipment, code), floor=8 * mm)
