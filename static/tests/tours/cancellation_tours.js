import { registry } from "@web/core/registry";
import { openMenu } from "./marketplace_tours";

const tours = registry.category("web_tour.tours");

function openCancelled() {
    return openMenu("menu_marketplace_orders", "menu_marketplace_order_cancelled");
}

function confirm() {
    return { content: "Confirm", trigger: ".modal .modal-footer .btn-primary", run: "click" };
}

tours.add("marketplace_goods_are_back", {
    steps: () => [
        ...openCancelled(),
        { content: "Three of them wait", trigger: ".o_data_row:nth-child(3)" },
        { content: "What to do is said", trigger: ".o_data_row td[name=cancel_advice]:contains(Unpack it)" },
        { content: "Open the first", trigger: ".o_data_row:first-child td[name=number]", run: "click" },
        { content: "It is cancelled", trigger: ".o_form_view .o_arrow_button_current:contains(Cancelled)" },
        { content: "Why, and what to do", trigger: ".o_form_view .alert-warning:contains(Unpack it)" },
        { content: "Goods are back", trigger: "button[name=action_goods_back]", run: "click" },
        confirm(),
        { content: "Settled", trigger: ".o_form_view:not(:has(button[name=action_goods_back]))" },
        { content: "The goods are back", trigger: ".o_form_view [name=goods_state]:contains(Back)" },
        { content: "Back to the page", trigger: ".breadcrumb-item a, .o_back_button", run: "click" },
        { content: "Two are left", trigger: ".o_list_view:has(.o_data_row:nth-child(2)):not(:has(.o_data_row:nth-child(3)))" },
        { content: "All of them", trigger: ".o_list_view thead .o_list_record_selector input", run: "click" },
        { content: "They are back", trigger: ".o_control_panel button[name=action_goods_back]", run: "click" },
        confirm(),
        { content: "Nothing is left to do", trigger: ".o_view_nocontent:contains(No cancelled order waits for you)" },
    ],
});

tours.add("marketplace_seller_cancels_units", {
    steps: () => [
        ...openMenu("menu_marketplace_orders", "menu_marketplace_order"),
        { content: "The posting", trigger: ".o_data_row:first-child td[name=number]", run: "click" },
        { content: "Cancel there", trigger: ".o_form_view button[name=action_cancel_there]", run: "click" },
        { content: "Why", trigger: ".modal [name=kind] input[data-value=out_of_stock]", run: "click" },
        { content: "The marketplace's word for it", trigger: ".modal [name=reason_id] input:value(/./)" },
        { content: "Only some units", trigger: ".modal [name=by_position] input", run: "click" },
        { content: "Of the first position", trigger: ".modal .o_data_row:first-child td[name=quantity]", run: "click" },
        { content: "One unit", trigger: ".modal .o_selected_row [name=quantity] input", run: "edit 1" },
        { content: "An explanation", trigger: ".modal [name=message] input", run: "edit Брак" },
        { content: "Send it", trigger: ".modal button[name=action_cancel]", run: "click" },
        { content: "The dialog is closed", trigger: "body:not(:has(.modal))" },
    ],
});
