import { registry } from "@web/core/registry";
import { openMenu } from "./marketplace_tours";

const tours = registry.category("web_tour.tours");

const REPORT = `Номер отправления;Артикул;Дата;Сумма продажи;Комиссия
900000001;T-001;10.09.2026;1448,00;246,16
;Итого;10.09.2026;1448,00;246,16`;

// An accountant, who may change nothing else of an account, decides how its money is read and booked.
tours.add("marketplace_money_settings", {
    steps: () => [
        { content: "The account", trigger: ".o_data_row td:contains(Ozon)", run: "click" },
        { content: "The name is not his to change", trigger: ".o_field_widget[name=name].o_readonly_modifier" },
        { content: "Fewer days again", trigger: ".o_field_widget[name=accrual_window] input", run: "edit 14" },
        {
            content: "How fines are booked",
            trigger: ".o_field_widget[name=accrual_rule_ids] .o_data_row:has(td:contains(Fines)) td[name=document]",
            run: "click",
        },
        {
            content: "In a row of its own",
            trigger: ".o_field_widget[name=accrual_rule_ids] .o_selected_row",
        },
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        { content: "Saved", trigger: ".o_form_saved" },
        { content: "Kept", trigger: ".o_field_widget[name=accrual_window] input:value(14)" },
    ],
});

// A charge, what it was before, and where it belongs.
tours.add("marketplace_accruals", {
    steps: () => [
        { content: "A charge that was changed", trigger: ".o_data_row td[name=amount]:contains(-95)", run: "click" },
        { content: "What it was before", trigger: "a[name=versions]", run: "click" },
        { content: "The former amount", trigger: ".o_field_widget[name=version_ids] td:contains(-92)" },
        { content: "Its posting", trigger: "button[name=action_view_order]", run: "click" },
        { content: "Its money", trigger: "a[name=economics]", run: "click" },
        { content: "Margin", trigger: ".o_field_widget[name=margin_amount]:contains(1,106.84)" },
    ],
});

// The economics of products and postings.
tours.add("marketplace_economics", {
    steps: () => [
        { content: "The posting", trigger: ".o_list_view .o_data_row td[name=net_amount]:contains(1,106.84)" },
        { content: "As a table", trigger: ".o_switch_view.o_pivot", run: "click" },
        { content: "Sums", trigger: ".o_pivot td:contains(1,106.84)" },
    ],
});

// A report from the cabinet: columns are recognised, looked at, stored.
tours.add("marketplace_accrual_import", {
    steps: () => [
        ...openMenu("menu_marketplace_money", "menu_marketplace_accrual_import"),
        {
            content: "Of the shop that tells its money in files only",
            trigger: ".modal .o_field_widget[name=account_id] input:value(МегаМаркет)",
        },
        {
            content: "The report",
            trigger: ".modal .o_field_widget[name=file]",
            run() {
                const report = new DataTransfer();
                report.items.add(new File([REPORT], "report.csv", { type: "text/csv" }));
                const input = this.anchor.querySelector("input[type=file]");
                input.files = report.files;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        { content: "It is there", trigger: ".modal .o_field_widget[name=file] input:value(report.csv)" },
        { content: "Read it", trigger: "button[name=action_read]", run: "click" },
        {
            content: "The columns are recognised",
            trigger: ".o_field_widget[name=column_ids] .o_data_row:has(td:contains(Комиссия))",
        },
        { content: "Preview", trigger: "button[name=action_preview]", run: "click" },
        { content: "Totals", trigger: ".o_field_widget[name=preview] td:contains(246.16)" },
        { content: "What is left out", trigger: ".o_field_widget[name=preview]:contains(no posting number)" },
        { content: "Import", trigger: "button[name=action_import]", run: "click" },
        { content: "Done", trigger: ".o_field_widget[name=result]:contains(2 amounts read)" },
        { content: "The rows", trigger: "button[name=action_view_accruals]", run: "click" },
        { content: "In the ledger", trigger: ".o_list_view .o_data_row td[name=amount]:contains(-246.16)" },
    ],
});
