import { registry } from "@web/core/registry";
import { openMenu } from "./marketplace_tours";

const tours = registry.category("web_tour.tours");

// From the product, one click says why a marketplace shows so many.
tours.add("marketplace_stock_why", {
    steps: () => [
        { content: "What does not fit beside the other buttons", trigger: ".o_button_more", run: "click" },
        { content: "Why so many?", trigger: "button[name=action_why_stock]", run: "click" },
        {
            content: "The sum",
            trigger: ".o_field_widget[name=explanation]:contains(12 on hand − 3 reserved = 9)",
        },
    ],
});

// The formula of a warehouse is set by hand, tried on an offer before it is saved, and explained in the list of stock.
tours.add("marketplace_stock_formula", {
    steps: () => [
        ...openMenu("menu_marketplace_configuration", "menu_marketplace_warehouse"),
        {
            content: "The warehouse of the cabinet",
            trigger: ".o_data_row:has(td:contains(Основной)) .o_list_record_open_form_view button",
            run: "click",
        },
        { content: "Two pieces are kept back", trigger: ".o_field_widget[name=stock_buffer] input", run: "edit 2" },
        { content: "Choose an offer", trigger: ".o_field_widget[name=preview_offer_id] input", run: "edit T-001" },
        {
            content: "The offer",
            trigger: ".o-autocomplete--dropdown-item a:contains(T-001)",
            run: "click",
        },
        {
            content: "The sum, before anything is saved",
            trigger: ".o_field_widget[name=preview]:contains(12 on hand − 3 reserved − 2 buffer = 7)",
        },
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        { content: "Saved", trigger: ".o_form_saved" },
        { content: "All numbers", trigger: "button[name=action_view_stock]", run: "click" },
        {
            content: "The offer's number",
            trigger: ".o_data_row:has(td:contains(T-001)) td[name=quantity]:contains(7)",
            run: "click",
        },
        {
            content: "Why is it 7?",
            trigger: ".o_field_widget[name=explanation]:contains(12 on hand − 3 reserved − 2 buffer = 7)",
        },
    ],
});
