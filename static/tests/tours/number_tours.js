import { registry } from "@web/core/registry";
import { openMenu } from "./marketplace_tours";

const tours = registry.category("web_tour.tours");
const NUMBERS = "11111111-0001-1\t1000,50\n11111111-0002-1\n11111111-0009-1";

function row(number, result) {
    return `.modal .o_data_row:has(td[name=number]:contains(${number})):has(td[name=outcome]:contains(${result}))`;
}

tours.add("marketplace_pay_by_numbers", {
    steps: () => [
        ...openMenu("menu_marketplace_money", "menu_marketplace_number_action"),
        { content: "Paste the list", trigger: ".modal [name=numbers] textarea", run: ({ edit }) => edit(NUMBERS) },
        { content: "A dry run", trigger: ".modal button[name=action_check]", run: "click" },
        { content: "Nothing was changed", trigger: ".modal .alert-info:contains(nothing was changed)" },
        { content: "A part", trigger: `${row("0001-1", "Would Be Done")}:contains(A part of it is paid)` },
        { content: "The whole", trigger: `${row("0002-1", "Would Be Done")}:contains(1,448.00)` },
        { content: "Unknown", trigger: `${row("0009-1", "Refused")}:contains(Not found)` },
        { content: "Only what is refused", trigger: ".modal [name=shown] input[data-value=refused]", run: "click" },
        { content: "One line", trigger: ".modal .o_list_view:has(.o_data_row):not(:has(.o_data_row:nth-child(2)))" },
        { content: "Back to the list", trigger: ".modal button[name=action_back]", run: "click" },
        { content: "And on again", trigger: ".modal button[name=action_check]", run: "click" },
        { content: "Pay", trigger: ".modal button[name=action_apply]", run: "click" },
        { content: "Done", trigger: ".modal .alert-success:contains(Done: 2)" },
        { content: "Paid", trigger: `${row("0002-1", "Done")}:contains(Paid:)` },
        { content: "It can be downloaded", trigger: ".modal button[name=action_export]" },
        { content: "Close", trigger: ".modal footer button[special=cancel]:visible", run: "click" },
        { content: "The dialog is closed", trigger: "body:not(:has(.modal))" },
    ],
});

tours.add("marketplace_opening_stock", {
    steps: () => [
        ...openMenu("menu_marketplace_products", "menu_marketplace_opening_stock"),
        { content: "What is below zero", trigger: ".modal .o_data_row td[name=reason]:contains(Below zero)" },
        { content: "More than that", trigger: ".modal .o_data_row td[name=quantity]", run: "click" },
        { content: "Ten", trigger: ".modal .o_selected_row [name=quantity] input", run: "edit 10" },
        { content: "Elsewhere", trigger: ".modal p.text-muted", run: "click" },
        { content: "Three will be there", trigger: ".modal .o_data_row td[name=after]:contains(3.00)" },
        { content: "Take in", trigger: ".modal button[name=action_take_in]", run: "click" },
        { content: "Yes", trigger: ".modal:last .modal-footer .btn-primary:contains(Ok)", run: "click" },
        { content: "The receipt", trigger: ".o_form_view .o_arrow_button_current:contains(Done)" },
    ],
});
