import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { drawCode128 } from "./code128";

/** A code to be scanned from the screen, with its text below. */
export class MarketplaceBarcodeField extends Component {
    static template = "sale_marketplace.BarcodeField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get drawing() {
        return drawCode128(this.value);
    }
}

registry.category("fields").add("marketplace_barcode", {
    component: MarketplaceBarcodeField,
    displayName: _t("Marketplace Barcode"),
    supportedTypes: ["char"],
});
