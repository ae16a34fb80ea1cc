import { registry } from "@web/core/registry";

function openPage(name) {
    return { content: `Page ${name}`, trigger: `.o_notebook .nav-link[name=${name}]`, run: "click" };
}

/** The row of FBS orders that reached the buyer. */
const DELIVERED = "[name=status_action_ids] .o_data_row:contains(FBS):contains(Delivered):not(:contains(rFBS)) ";

function save() {
    return [
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        { content: "Saved", trigger: ".o_form_saved" },
    ];
}

registry.category("web_tour.tours").add("marketplace_account_statuses", {
    steps: () => [
        openPage("statuses"),
        { content: "What delivered does", trigger: `${DELIVERED}td[name=action]:contains(Deliver)`, run: "click" },
        {
            content: "Other choices",
            trigger: ".o_selected_row [name=action] .o_select_menu_toggler, .o_selected_row [name=action] input",
            run: "click",
        },
        {
            content: "Invoice it, too",
            trigger: ".o_select_menu_item:contains(Deliver and invoice)",
            run: "click",
        },
        ...save(),
        { content: "It stays", trigger: `${DELIVERED}td[name=action]:contains(Deliver and invoice)` },
        openPage("cancellations"),
        { content: "By age", trigger: "[name=cancel_policy] input[data-value=age]", run: "click" },
        { content: "Two days", trigger: "[name=cancel_hours] input", run: "edit 48" },
        { content: "Reasons of the marketplace", trigger: "[name=cancel_reason_ids] .o_data_row" },
        ...save(),
        openPage("statuses"),
        { content: "Back to the defaults", trigger: "button[name=action_reset_status_maps]", run: "click" },
        { content: "Yes", trigger: ".modal .modal-footer .btn-primary", run: "click" },
        {
            content: "As it was",
            trigger: `${DELIVERED}td[name=action]:not(:contains(invoice))`,
        },
    ],
});
