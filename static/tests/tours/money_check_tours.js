import { registry } from "@web/core/registry";

// A month that differs, from the list to the rows that make the difference, and by kind.
registry.category("web_tour.tours").add("marketplace_money_check", {
    steps: () => [
        { trigger: ".o_data_row.text-danger", run: "click" },
        { trigger: ".o_form_view .alert-danger:contains('Something differs')" },
        { trigger: ".o_marketplace_proof td:contains('Our rows of these days')" },
        { trigger: ".o_marketplace_proof tr:contains('Not settled yet') .badge:contains('Differs')" },
        { trigger: "button[name='action_view_unsettled']", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains('Advertising')" },
        { trigger: ".o_breadcrumb .o_back_button", run: "click" },
        { trigger: ".o_notebook .nav-link:contains('By Kind')", run: "click" },
        { trigger: ".o_field_widget[name='line_ids'] .o_data_row:contains('Goods Sold')" },
        { trigger: ".o_field_widget[name='line_ids'] .o_data_row:contains('Goods Sold') button", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains('1,448.00')" },
        { trigger: ".o_breadcrumb .o_back_button", run: "click" },
        { trigger: ".o_notebook .nav-link:contains('Side by Side')", run: "click" },
        { trigger: "button[name='action_check']", run: "click" },
        { trigger: ".o_notification:contains('reload the page')" },
    ],
});
