import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A code to be scanned from the screen, with its text below. */
export class MarketplaceBarcodeField extends Component {
    static template = "sale_marketplace.BarcodeField";
    static props = { ...standardFieldProps };

    setup() {
        // Where the server cannot draw, the text stays.
        this.state = useState({ drawn: true });
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get url() {
        // In the query, never in the path: marketplaces' codes contain percent signs.
        const query = new URLSearchParams({
            barcode_type: "Code128",
            value: this.value,
            width: 600,
            height: 120,
        });
        return `/report/barcode?${query}`;
    }
}

registry.category("fields").add("marketplace_barcode", {
    component: MarketplaceBarcodeField,
    displayName: _t("Marketplace Barcode"),
    supportedTypes: ["char"],
});
