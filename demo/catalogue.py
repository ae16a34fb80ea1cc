"""The 200 products of the demo company, the same on every run.

Pure data without Odoo: the simulated marketplaces can be fed with the same list.
"""

from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal

KOPECK = Decimal("0.01")

COLOURS = ("белый", "чёрный", "серый", "синий", "зелёный", "красный", "жёлтый", "бежевый", "розовый", "голубой")
ADDITIONS = (
    "с мятой",
    "с чабрецом",
    "с лимоном",
    "с малиной",
    "с облепихой",
    "с липой",
    "с имбирём",
    "с корицей",
    "с ромашкой",
    "с лавандой",
)
HEIGHTS = tuple(f"рост {height} см" for height in (62, 68, 74, 80, 86, 92, 98, 104, 110, 116))
ISSUES = tuple(f"выпуск {number}" for number in range(1, 11))

# Category, name, VAT in per cent (None: sold without VAT), price, weight in kg, variants.
# 10 % are food, children's goods and books; folk crafts are sold without VAT.
RANGE = (
    ("Посуда", "Кружка керамическая 350 мл, цвет {}", 22, "389.90", "0.340", COLOURS),
    ("Посуда", "Тарелка обеденная 26 см, цвет {}", 22, "457.50", "0.620", COLOURS),
    ("Посуда", "Сковорода с антипригарным покрытием 24 см, цвет {}", 22, "1849.00", "1.150", COLOURS),
    ("Текстиль", "Полотенце махровое 70×140 см, цвет {}", 22, "749.99", "0.480", COLOURS),
    ("Текстиль", "Плед флисовый 150×200 см, цвет {}", 22, "1290.40", "0.910", COLOURS),
    ("Текстиль", "Фартук кухонный хлопковый, цвет {}", 22, "615.15", "0.190", COLOURS),
    ("Косметика", "Мыло ручной работы {}, 100 г", 22, "199.90", "0.110", ADDITIONS),
    ("Косметика", "Крем для рук {}, 75 мл", 22, "256.30", "0.095", ADDITIONS),
    ("Продукты", "Чай чёрный листовой {}, 100 г", 10, "217.45", "0.125", ADDITIONS),
    ("Продукты", "Мёд липовый {}, 250 г", 10, "398.70", "0.410", ADDITIONS),
    ("Продукты", "Печенье овсяное {}, 300 г", 10, "164.85", "0.320", ADDITIONS),
    ("Детские товары", "Комбинезон детский трикотажный, {}", 10, "1134.25", "0.260", HEIGHTS),
    ("Детские товары", "Пижама детская хлопковая, {}", 10, "899.90", "0.210", HEIGHTS),
    ("Книги", "Сказки народов мира, {}", 10, "542.60", "0.450", ISSUES),
    ("Книги", "Большая книга головоломок, {}", 10, "327.35", "0.380", ISSUES),
    ("Электроника", "Ночник светодиодный, цвет {}", 22, "678.05", "0.230", COLOURS),
    ("Электроника", "Чайник электрический 1,7 л, цвет {}", 22, "2379.95", "1.040", COLOURS),
    ("Зоотовары", "Лежанка для кошек 45 см, цвет {}", 22, "1123.80", "0.570", COLOURS),
    ("Народные промыслы", "Шкатулка расписная, фон {}", None, "1675.20", "0.290", COLOURS),
    ("Народные промыслы", "Платок павловопосадский 80×80 см, цвет {}", None, "2149.75", "0.140", COLOURS),
)

# What a shop forgets: every twentieth product lacks something that a marketplace needs.
FLAWS = ("article", "barcode", "weight", "price", "archived")


@dataclass(frozen=True)
class Item:
    number: int
    name: str
    category: str
    article: str  # "" where it was forgotten, as in the barcode
    barcode: str
    weight: Decimal  # kg
    price: Decimal  # RUB, VAT included
    cost: Decimal
    vat: int | None  # per cent
    stock_main: int
    stock_mezzanine: int
    flaw: str  # one of FLAWS, or ""

    @property
    def active(self):
        return self.flaw != "archived"

    def as_dict(self):
        """For JSON: amounts are strings, they must not become floats."""
        return {key: str(value) if isinstance(value, Decimal) else value for key, value in asdict(self).items()}


def ean13(number):
    """A valid barcode of 13 digits: Russian prefix, a company number that nobody has."""
    digits = f"4600000{number:05d}"
    odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
    return digits + str(-(odd + 3 * even) % 10)


def _item(number, row, variant, position):
    category, name, vat, price, weight, _variants = row
    flaw = FLAWS[number // 20 % len(FLAWS)] if number % 20 == 13 else ""
    # Variants differ a little in price, so that a mix-up shows in a total.
    full_price = (Decimal(price) * (100 + 3 * position) / 100).quantize(KOPECK, ROUND_HALF_UP)
    return Item(
        number=number,
        name=name.format(variant),
        category=category,
        article="" if flaw == "article" else f"ROM-{number:04d}",
        barcode="" if flaw == "barcode" else ean13(number),
        weight=Decimal(0) if flaw == "weight" else Decimal(weight),
        price=Decimal(0) if flaw == "price" else full_price,
        cost=(full_price * 58 / 100).quantize(KOPECK, ROUND_HALF_UP),
        vat=vat,
        # From sold out to plenty; the mezzanine holds a part of the range only.
        stock_main=number * 7 % 41,
        stock_mezzanine=0 if number % 3 else number * 5 % 23,
        flaw=flaw,
    )


def items():
    """Return the whole range, archived products included."""
    rows = [(row, variant, position) for row in RANGE for position, variant in enumerate(row[5])]
    return [_item(number, *row) for number, row in enumerate(rows, start=1)]


def categories():
    return list(dict.fromkeys(row[0] for row in RANGE))
