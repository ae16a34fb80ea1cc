import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What was sent or received, line by line: JSON is indented, anything else is shown as it is. */
export class MarketplacePayloadField extends Component {
    static template = "sale_marketplace.PayloadField";
    static props = { ...standardFieldProps };

    get text() {
        let value = this.props.record.data[this.props.name];
        if (!value) {
            return "";
        }
        if (typeof value === "string") {
            try {
                value = JSON.parse(value);
            } catch {
                return value;
            }
        }
        return JSON.stringify(value, null, 2);
    }
}

registry.category("fields").add("marketplace_payload", {
    component: MarketplacePayloadField,
    displayName: _t("Marketplace Payload"),
    supportedTypes: ["json", "text"],
});
