import { registry } from "@web/core/registry";
import { engine, openMenu } from "./marketplace_tours";

function refresh() {
    return [
        engine(),
        { content: "Look again", trigger: ".o_form_view button[name=action_refresh]:enabled", run: "click" },
    ];
}

function step(content, button) {
    return { content, trigger: `.o_form_view button[name=${button}]:enabled`, run: "click" };
}

registry.category("web_tour.tours").add("marketplace_own_delivery", {
    steps: () => [
        ...openMenu("menu_marketplace_orders", "menu_marketplace_order"),
        { content: "The posting", trigger: ".o_data_row td[name=number]", run: "click" },
        { content: "Whom it goes to", trigger: ".o_form_view [name=buyer_address]:contains(Москва)" },
        { content: "Whom to call", trigger: ".o_form_view [name=buyer_phone]:contains(+7)" },
        step("Assemble", "action_ship"),
        { content: "On its way", trigger: ".o_form_view [name=ship_state]:contains(Sending)" },
        ...refresh(),
        { content: "Assembled", trigger: ".o_form_view .o_arrow_button_current:contains(Assembled)" },
        step("The courier has it", "action_courier"),
        { content: "Not twice", trigger: ".o_form_view:not(:has(button[name=action_courier]))" },
        ...refresh(),
        { content: "Delivering", trigger: ".o_form_view .o_arrow_button_current:contains(Delivering)" },
        step("To the buyer", "action_last_mile"),
        { content: "Not twice", trigger: ".o_form_view:not(:has(button[name=action_last_mile]))" },
        ...refresh(),
        { content: "The buyer waits", trigger: ".o_form_view [name=delivery_step]:contains(Last Mile)" },
        step("The buyer has it", "action_delivered"),
        { content: "Sure?", trigger: ".modal .modal-footer .btn-primary", run: "click" },
        { content: "Not twice", trigger: ".o_form_view:not(:has(button[name=action_delivered]))" },
        ...refresh(),
        { content: "Delivered", trigger: ".o_form_view .o_arrow_button_current:contains(Delivered)" },
    ],
});
