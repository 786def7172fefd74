import { registry } from "@web/core/registry";
import { checkFits } from "@loyalty_club/../tests/tours/fits";

function check(condition, message) {
    if (!condition) {
        throw new Error(message);
    }
}

let counted; // customers of the cell that is opened

registry.category("web_tour.tours").add("loyalty_club_rfm", {
    steps: () => [
        {
            content: "twelve customers, all with purchases",
            trigger: ".o_rfm_overview .o_rfm_card:contains(Customers):contains(12)",
        },
        {
            content: "the best of them are open to a click",
            trigger: ".o_rfm_heat_map .o_rfm_cell[data-code='55']",
            run() {
                counted = Number(this.anchor.querySelector(".fw-bold").textContent);
                check(counted > 0, "the cell says no number");
                this.anchor.click();
            },
        },
        {
            content: "it leads to a list of exactly these",
            trigger: ".o_breadcrumb:contains(R = 5, F = 5)",
        },
        {
            content: "as many as the cell said; the first one is looked at",
            trigger: ".o_list_view .o_data_row:first .o_data_cell:contains(Regular)",
            run() {
                const rows = document.querySelectorAll(".o_data_row").length;
                check(rows === counted, `${rows} rows instead of ${counted}`);
                this.anchor.click();
            },
        },
        {
            content: "why they are where they are",
            trigger: ".o_rfm_explain .o_rfm_measure[data-measure=R]:contains(R = 5)",
        },
        {
            content: "by which purchases",
            trigger: ".o_rfm_purchases tbody tr:first:contains(R)",
        },
        {
            content: "and where they were before",
            trigger: ".o_rfm_past li:eq(1)",
        },
        {
            content: "to the movement",
            trigger: "[data-menu-xmlid='loyalty_club_rfm.menu_segments']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='loyalty_club_rfm.menu_movement']",
            run: "click",
        },
        {
            content: "the bands are drawn; those who stayed are left out",
            trigger: ".o_rfm_movement:has(.o_rfm_band) #o_rfm_only_moved",
            run: "click",
        },
        {
            content: "a flow leads to its customers",
            trigger: ".o_rfm_flow_table tbody tr:first button",
            run: "click",
        },
        {
            content: "who have a name",
            trigger: ".o_list_view .o_data_row:contains(Regular)",
        },
    ],
});

registry.category("web_tour.tours").add("loyalty_club_rfm_begin", {
    steps: () => [
        {
            content: "nothing there but a button",
            trigger: ".o_rfm_empty button:contains(Work out the segments)",
            run: "click",
        },
        {
            content: "which says how far it is",
            trigger: ".o_rfm_progress .progress-bar",
        },
    ],
});

registry.category("web_tour.tours").add("loyalty_club_rfm_phone", {
    steps: () => [
        {
            content: "five columns of the grid, each with its number in one line",
            trigger: ".o_rfm_heat_map .o_rfm_cell[data-code='55']",
            run: () => checkFits(".o_rfm_overview", ".o_rfm_cell > .d-block"),
        },
        {
            content: "segments and what they bring",
            trigger: ".o_rfm_segments .o_rfm_money",
            run: () => checkFits(".o_rfm_segments", ".o_rfm_money"),
        },
    ],
});

registry.category("web_tour.tours").add("loyalty_club_rfm_phone_movement", {
    steps: () => [
        {
            content: "the days that are compared stand beside each other",
            trigger: ".o_rfm_movement .o_rfm_after",
            run() {
                checkFits(".o_rfm_movement");
                const [before, after] = ["before", "after"].map((name) =>
                    document.querySelector(`.o_rfm_${name}`).getBoundingClientRect()
                );
                check(before.top === after.top, "the two days stand below each other");
            },
        },
        {
            trigger: ".o_rfm_flow_table tbody tr:first button",
            run: "click",
        },
        {
            content: "whose customers are cards",
            trigger: ".o_kanban_view .o_kanban_record:contains(Regular)",
            run: () => checkFits(".o_kanban_view"),
        },
    ],
});
