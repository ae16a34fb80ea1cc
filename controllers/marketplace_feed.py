import hmac
import re

from werkzeug.http import parse_accept_header

from odoo import http
from odoo.http import request

from ..models.marketplace_feed import FILE_NAME
from ..services.feed_offer import IMAGE_TYPES

#: Seconds after which a reader may ask again for a file that is not built yet.
RETRY_AFTER = "300"
#: What a product's picture is called; the middle changes with the picture, so that it may be kept for a year.
IMAGE_NAME = re.compile(rf"([1-9][0-9]{{0,8}})-([0-9a-f]{{1,8}})\.(?:{'|'.join(sorted(IMAGE_TYPES.values()))})")
OPTIONS = {
    "type": "http",
    "auth": "public",
    "methods": ["GET"],
    "csrf": False,
    "save_session": False,
    "readonly": True,
}


class MarketplaceFeed(http.Controller):
    """Files for whoever knows the secret address. Nothing is computed here: a build has put them on the disk."""

    @http.route("/marketplace/feed/<string:token>/feed.xml", **OPTIONS)
    def feed(self, token):
        feed = self._find_feed("token", token)
        if not feed:
            return self._not_found()
        packed = self._takes_gzip() and feed.gzip_id
        stream = self._get_stream(packed or feed.file_id)
        if not stream:
            return request.make_response("", [("Retry-After", RETRY_AFTER)], status=503)
        stream.mimetype, stream.download_name = "application/xml", FILE_NAME
        response = stream.get_response(as_attachment=False)
        response.headers["Vary"] = "Accept-Encoding"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        return response

    @http.route("/marketplace/feed/<string:token>/image/<string:name>", **OPTIONS)
    def image(self, token, name):
        match = IMAGE_NAME.fullmatch(name)
        feed = match and self._find_feed("image_token", token)
        picture = feed and self._find_picture(feed, int(match[1]))
        stream = picture and self._get_stream(picture)
        if not stream:
            return self._not_found()
        stream.public = True
        # An address of a former picture leads to the present one, and must not be kept.
        return stream.get_response(as_attachment=False, immutable=picture.checksum.startswith(match[2]))

    def _find_feed(self, field, token):
        """The token is the only proof; it is compared in constant time."""
        feeds = request.env["marketplace.feed"].sudo().search([("account_id.active", "=", True)])
        found = feeds.browse()
        for feed in feeds:
            if hmac.compare_digest((feed[field] or "").encode(), token.encode()):
                found = feed
        return found

    def _find_picture(self, feed, product_id):
        """The picture of a product that the account offers; empty for any other."""
        offers = request.env["marketplace.offer"].sudo()
        offer = offers.search([("account_id", "=", feed.account_id.id), ("product_id", "=", product_id)], limit=1)
        attachments = request.env["ir.attachment"].sudo()
        if not offer:
            return attachments
        pictures = (
            request.env["marketplace.feed.reader"]
            .sudo()
            ._find_pictures({product_id: offer.product_id.product_tmpl_id.id})
        )
        picture = pictures.get(product_id)
        # What is no picture is not shown by a browser under our name.
        return attachments.browse(picture[0]) if picture and picture[2] in IMAGE_TYPES else attachments

    def _get_stream(self, attachment):
        """None where nothing was built, or the file is gone from the disk."""
        try:
            return attachment.sudo()._to_http_stream() if attachment else None
        except FileNotFoundError:
            return None

    def _takes_gzip(self):
        return parse_accept_header(request.httprequest.headers.get("Accept-Encoding", "")).quality("gzip") > 0

    def _not_found(self):
        """The same for what does not exist and what is not told; no line in the log: strangers try addresses."""
        return request.make_response("", status=404)
