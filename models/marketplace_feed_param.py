from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: What can be written down as one value.
TYPES = ("boolean", "char", "text", "integer", "float", "monetary", "selection", "many2one", "date")


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
    field_id = fields.Many2one(
        "ir.model.fields",
        domain=f"[('model', '=', 'product.product'), ('ttype', 'in', {TYPES}), ('groups', '=', False)]",
        ondelete="cascade",
    )
    value = fields.Char()

    @api.constrains("source", "field_id", "value")
    def _check_source(self):
        for param in self:
            if param.source == "constant" and not param.value:
                raise ValidationError(self.env._("Enter what «%s» says for all products.", param.name))
            if param.source != "field":
                continue
            field = param.sudo().field_id
            if not field:
                raise ValidationError(self.env._("Choose the field of the product that tells «%s».", param.name))
            # What only some people may see is not for a file that leaves the house.
            hidden = field.model != "product.product" or field.ttype not in TYPES or field.groups
            if hidden or self.env["product.product"]._fields[field.name].groups:
                raise ValidationError(self.env._("The field %s cannot be told in a feed.", field.field_description))
