"""The buyers and the catalogue of a rehearsal: what the simulator lets one arrange beside the marketplace's own API.

Source: the control API of the bundled simulator (``simulator/README.md``). Another stand-in may lack it; then
``NotFound`` says so and nothing else suffers.
"""

from urllib.parse import urljoin

from .client import HttpClient, Vendor
from .errors import NotFound, Rejected
from .limiter import get_shared_limiter
from .messages import Call

#: Products that one call takes.
BATCH = 500


class RehearsalVendor(Vendor):
    def read_error(self, call, status, data):
        if status < 400:
            return None
        if status == 404:
            return NotFound("This stand-in cannot be filled from here", http_status=status, endpoint=call.path)
        return Rejected(str((data or {}).get("error") or f"HTTP {status}"), http_status=status, endpoint=call.path)


class Rehearsal:
    """:param config: ``AdapterConfig`` of an account in rehearsal mode; ``code``: the marketplace's code"""

    def __init__(self, config, code, *, observe=None):
        self._root = urljoin(config.base_url, f"/control/{code}/")
        self._account = config.client_id
        limiter = get_shared_limiter(f"rehearsal:{self._root}", {})
        self._http = HttpClient(config, RehearsalVendor(), limiter, observe=observe)

    def offer(self, offers):
        """Put listings into the simulated cabinet; the same article again changes the listing.

        :param offers: ``dto.Offer`` with article, name, barcodes, price, VAT rate
        """
        for start in range(0, len(offers), BATCH):
            self._post("products", {"products": [self._make_product(offer) for offer in offers[start : start + BATCH]]})

    def buy(self, count):
        """Let buyers order ``count`` postings of whatever the cabinet offers."""
        self._post("postings", {"count": count})

    def _make_product(self, offer):
        return {
            "offer_id": offer.article,
            "name": offer.name,
            "barcode": offer.barcodes[0] if offer.barcodes else "",
            "price": str(offer.price),
            "vat": str(offer.vat_rate or 0),
        }

    def _post(self, name, body):
        # A stand-in may hold several cabinets.
        body = {"account": self._account, **body}
        self._http.request(Call(name=f"rehearsal {name}", url=f"{self._root}{name}", json=body))
