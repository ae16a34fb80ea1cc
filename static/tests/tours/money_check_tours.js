import { registry } from "@web/core/registry";

// A month that differs, from the list to the rows that make the difference, and by kind.
registry.category("web_tour.tours").add("marketplace_money_check", {
    steps: () => [
        { content: "It differs", trigger: ".o_data_row.text-danger td[name=display_name]", run: "click" },
        { content: "Told at once", trigger: ".o_form_view .alert-danger:contains(Something differs)" },
        {
            content: "Where",
            trigger: ".o_marketplace_proof tr:contains(Not settled yet) .o_field_badge:contains(Differs)",
        },
        { content: "Which rows", trigger: "button[name=action_view_unsettled]", run: "click" },
        { content: "The charge", trigger: ".o_list_view .o_data_row td[name=amount]:contains(-316.00)" },
        { content: "Back", trigger: ".o_back_button", run: "click" },
        { content: "By kind", trigger: "a[name=kinds]", run: "click" },
        {
            content: "Sales",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(1,448.00) button[name=action_view_accruals]",
            run: "click",
        },
        { content: "Their rows", trigger: ".o_list_view .o_data_row td[name=amount]:contains(1,448.00)" },
        { content: "Back", trigger: ".o_back_button", run: "click" },
        { content: "Once more", trigger: "button[name=action_check]", run: "click" },
        { content: "It will be", trigger: ".o_notification:contains(reload the page)" },
    ],
});
