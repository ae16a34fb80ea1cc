import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What was sent or received, line by line: JSON is indented, anything else is shown as it is. */
export class MarketplacePayloadField extends Component {
    static template = "sale_marketplace.PayloadField";
    static props = { ...standardFieldProps };

    get text() {
        const value = this.props.record.data[this.props.name];
        if (!value) {
            return "";
        }
        if (typeof value !== "string") {
            return JSON.stringify(value, null, 2);
        }
        // A request is its first line, an empty one, and its body.
        const [, head, body] = value.match(/^((?:[^\n]*\n\s*\n)?)([^]*)$/);
        try {
            return head + JSON.stringify(JSON.parse(body), null, 2);
        } catch {
            return value;
        }
    }
}

registry.category("fields").add("marketplace_payload", {
    component: MarketplacePayloadField,
    displayName: _t("Marketplace Payload"),
    supportedTypes: ["json", "text"],
});
