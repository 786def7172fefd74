import { registry } from "@web/core/registry";
import { checkCurrency, checkFits, checkSign } from "./fits";

registry.category("web_tour.tours").add("loyalty_club_phone", {
    steps: () => [
        {
            content: "the balances are on the form, without another tap",
            trigger: ".o_form_view .o_club_balances:contains(1,234,567)",
            run: () => checkFits(".o_form_view", ".o_club_balances .o_field_widget"),
        },
        {
            content: "the ledger is cards, not a table that is cut off",
            trigger: ".o_form_view .o_field_widget[name=entry_ids] .o_kanban_record",
            run: () => checkFits(".o_form_view"),
        },
        {
            content: "a balance leads to what made it",
            trigger: ".o_club_balances button:contains(1,234,567)",
            run: "click",
        },
        {
            trigger: ".o_kanban_view:not(:has(.o_form_view)) .o_kanban_record:contains(1,234,567)",
            run: () => checkFits(".o_kanban_view"),
        },
    ],
});

registry.category("web_tour.tours").add("loyalty_club_phone_members", {
    steps: () => [
        {
            content: "members are cards",
            trigger: ".o_kanban_view .o_kanban_record:contains(1,234,567)",
            run: () => checkFits(".o_kanban_view"),
        },
    ],
});

registry.category("web_tour.tours").add("loyalty_club_signs", {
    steps: () => [
        {
            content: "in a list",
            trigger: ".o_field_widget[name=entry_ids] .o_data_cell[name=amount]:contains(70)",
            run() {
                checkSign(this.anchor);
            },
        },
    ],
});

registry.category("web_tour.tours").add("loyalty_club_signs_in_forms", {
    steps: () => [
        {
            content: "an amount stands beside its label",
            trigger: ".o_form_view .o_field_monetary[name=total]:contains(90)",
            run() {
                checkSign(this.anchor);
                const cell = this.anchor.closest(".o_cell").getBoundingClientRect();
                const range = document.createRange();
                range.selectNodeContents(this.anchor);
                const gap = cell.right - range.getBoundingClientRect().right;
                if (gap > 12) {
                    throw new Error(`${gap} pixels between a label and its amount`);
                }
            },
        },
    ],
});

registry.category("web_tour.tours").add("loyalty_club_amounts_in_lists", {
    steps: () => [
        {
            content: "the currency follows the number",
            trigger: ".o_list_view .o_data_cell[name=total]:contains(90)",
            run() {
                checkSign(this.anchor);
                checkCurrency(this.anchor);
            },
        },
    ],
});
