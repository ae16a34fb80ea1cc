import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const openFeed = () => [
    { content: "What does not fit beside the other buttons", trigger: ".o_button_more", run: "click" },
    { content: "The feed of the account", trigger: "button[name=action_view_feed]", run: "click" },
    { content: "Its address can be copied", trigger: ".o_field_widget[name=url] .o_clipboard_button" },
];

// An option is set, and the feed is built in the background.
tours.add("marketplace_feed_build", {
    steps: () => [
        ...openFeed(),
        { content: "Prices", trigger: ".nav-link[name=price_stock]", run: "click" },
        { content: "A discount", trigger: ".o_field_widget[name=discount] input", run: "edit 5" },
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        { content: "Saved", trigger: ".o_form_saved" },
        { content: "Build it", trigger: "button[name=action_build]", run: "click" },
        { content: "It is being built", trigger: ".o_arrow_button_current:contains(Building)" },
    ],
});

// What was left out, and why.
tours.add("marketplace_feed_report", {
    steps: () => [
        ...openFeed(),
        { content: "It was built", trigger: ".o_arrow_button_current:contains(Ready)" },
        { content: "The report", trigger: "button[name=action_view_problems]:contains(Left Out)", run: "click" },
        {
            content: "One reason",
            trigger: ".o_group_header:contains(Article that the marketplace does not take)",
            run: "click",
        },
        { content: "Its sentence", trigger: ".o_data_row td[name=sentence]:contains(25 characters)" },
    ],
});
