from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: What can be written down as one value.
TYPES = ("boolean", "char", "text", "integer", "float", "monetary", "selection", "many2one", "date")
#: What says nothing of the goods.
HIDDEN = ("id", *models.LOG_ACCESS_COLUMNS)


class MarketplaceFeedParam(models.Model):
    """A characteristic that the feed tells of every product: a field of it, or the same words for all."""

    _name = "marketplace.feed.param"
    _description = "Marketplace Feed Characteristic"
    _order = "sequence, id"

    feed_id = fields.Many2one("marketplace.feed", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="feed_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, help="As the marketplace calls it, such as Width or Material.")
    source = fields.Selection(
        [("field", "Field of the product"), ("constant", "The same for all")], required=True, default="field"
    )
    # By name: Odoo's table of fields is for its administrators only.
    field_name = fields.Selection("_select_fields", "Field")
    value = fields.Char()

    @api.model
    def _select_fields(self):
        """What everybody may know of a product: the file leaves the house."""
        found = [
            (name, field._description_string(self.env))
            for name, field in self.env["product.product"]._fields.items()
            if field.type in TYPES and not field.groups and name not in HIDDEN
        ]
        return sorted(found, key=lambda pair: pair[1])

    @api.constrains("source", "field_name", "value")
    def _check_source(self):
        for param in self:
            if param.source == "constant" and not param.value:
                raise ValidationError(self.env._("Enter what «%s» says for all products.", param.name))
            if param.source == "field" and not param.field_name:
                raise ValidationError(self.env._("Choose the field of the product that tells «%s».", param.name))
