import { Explain } from "@loyalty_club_rfm/explain/explain";
import { Overview } from "@loyalty_club_rfm/overview/overview";
import { Movement } from "@loyalty_club_rfm/movement/movement";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { click, hover, queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    defineModels,
    getService,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

describe.current.tags("desktop");

class Definition extends models.Model {
    _name = "loyalty.club.rfm.definition";
}

defineMailModels();
defineModels([Definition]);

function segment(id, name, customers, revenue, values) {
    const other = { hex: "#888888", action: "", is_none: false, change: 0 };
    return { id, name, customers, revenue, ...other, ...values };
}

function overview(values = {}, snapshot = {}) {
    return {
        definitions: [{ id: 1, name: "All", currency_id: 1 }],
        definition: { id: 1, name: "All", currency_id: 1 },
        can_run: true,
        progress: { going: false, percent: 0, step: "", error: false },
        snapshots: [
            { id: 8, day: "1 Azar 1405" },
            { id: 7, day: "1 Aban 1405" },
        ],
        snapshot: {
            id: 8,
            day: "1 Azar 1405",
            from: "1 Azar 1404",
            until: "30 Aban 1405",
            customers: 1000,
            buyers: 900,
            revenue: 10000,
            mode: "quantile",
            cut_mode: "quantile",
            min_customers: 500,
            before: "1 Aban 1405",
            cells: [
                [5, 5, 5, 1, 300, 8000],
                [5, 5, 1, 2, 100, 500],
                [1, 1, 1, 2, 500, 1500],
                [0, 0, 0, 3, 100, 0],
            ],
            segments: [
                segment(1, "Champions", 300, 8000, { change: 12 }),
                segment(2, "Others", 600, 2000, { change: -3 }),
                segment(3, "No purchase", 100, 0, { is_none: true }),
            ],
            ...snapshot,
        },
        ...values,
    };
}

async function open(component, methods) {
    for (const [method, answer] of Object.entries(methods)) {
        onRpc("loyalty.club.rfm.definition", method, ({ args }) => {
            expect.step([method, ...args]);
            return typeof answer === "function" ? answer(...args) : answer;
        });
    }
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: `loyalty_club_rfm.${component.name.toLowerCase()}`,
        params: { partner_id: 5, definition_id: 1 },
    });
    await animationFrame();
}

test("a cell adds up all scores of money", async () => {
    await open(Overview, { get_overview: overview() });
    expect.verifySteps([["get_overview", false, false]]);
    expect(".o_rfm_cell[data-code='55']").toHaveText(/400/);
    expect(".o_rfm_cell[data-code='55']").toHaveText(/40%/);
    expect(".o_rfm_cell[data-code='55']").toHaveText(/85%/);
    expect("button.o_rfm_cell").toHaveCount(2);
    expect(".o_rfm_none").toHaveText(/No purchase/);
});

test("colours show customers, or revenue", async () => {
    const heat = (code) =>
        document
            .querySelector(`.o_rfm_cell[data-code='${code}']`)
            .style.getPropertyValue("--o-rfm-heat");
    await open(Overview, { get_overview: overview() });
    expect.verifySteps([["get_overview", false, false]]);
    expect([heat("55"), heat("11")]).toEqual(["80%", "100%"]);
    await click("button:contains(Revenue)");
    await animationFrame();
    expect([heat("55"), heat("11")]).toEqual(["100%", "18%"]);
});

test("pointing at a segment fades the cells without it", async () => {
    await open(Overview, { get_overview: overview() });
    await hover(".o_rfm_segment:first");
    await animationFrame();
    expect(".o_rfm_cell[data-code='55']").not.toHaveClass("opacity-25");
    expect(".o_rfm_cell[data-code='11']").toHaveClass("opacity-25");
    expect.verifySteps([["get_overview", false, false]]);
});

test("changes have their sign", async () => {
    await open(Overview, { get_overview: overview() });
    expect.verifySteps([["get_overview", false, false]]);
    expect(queryAllTexts(".o_rfm_change")).toEqual(["+12", "−3", "–"]);
});

test("fixed thresholds are said, unless somebody chose them", async () => {
    const fixed = overview({}, { mode: "fixed" });
    const chosen = overview({}, { mode: "fixed", cut_mode: "fixed" });
    await open(Overview, { get_overview: (_id, run) => (run ? chosen : fixed) });
    expect(".o_rfm_fixed").toHaveText(/fewer than 500 customers/);
    document.querySelector(".o_rfm_day").value = "7";
    document.querySelector(".o_rfm_day").dispatchEvent(new Event("change"));
    await animationFrame();
    expect(".o_rfm_fixed").toHaveCount(0);
    expect.verifySteps([
        ["get_overview", false, false],
        ["get_overview", 1, 7],
    ]);
});

test("who waits sees how far it is, and then what was found", async () => {
    const going = { going: true, percent: 45, step: "Setting cut points", error: false };
    const begun = overview({ progress: going, snapshot: false, snapshots: [] });
    const answers = [
        { ...going, percent: 60 },
        { ...going, going: false },
    ];
    await open(Overview, {
        get_overview: (id) => (id ? overview() : begun),
        get_progress: () => answers.shift(),
    });
    expect(".o_rfm_progress").toHaveText(/45%/);
    await advanceTime(2000);
    await animationFrame();
    expect(".o_rfm_progress").toHaveText(/60%/);
    await advanceTime(2000);
    await animationFrame();
    expect(".o_rfm_progress").toHaveCount(0);
    expect(".o_rfm_heat_map").toHaveCount(1);
    expect.verifySteps([
        ["get_overview", false, false],
        ["get_progress", 1],
        ["get_progress", 1],
        ["get_overview", 1, false],
    ]);
});

test("a flow of customers is drawn and listed", async () => {
    await open(Movement, {
        get_movement: {
            definitions: [{ id: 1, name: "All", currency_id: 1 }],
            definition: { id: 1, name: "All", currency_id: 1 },
            snapshots: overview().snapshots,
            before_id: 7,
            after_id: 8,
            segments: overview().snapshot.segments,
            flows: [
                { from: 1, to: 1, customers: 50, revenue: 10 },
                { from: false, to: 2, customers: 5, revenue: 1 },
            ],
        },
    });
    expect.verifySteps([["get_movement", false, false, false]]);
    expect(".o_rfm_band").toHaveCount(2);
    expect(".o_rfm_flow_table tbody tr:eq(1)").toHaveText(/Not a customer\s+Others\s+5/);
    await click("#o_rfm_only_moved");
    await animationFrame();
    expect(".o_rfm_band").toHaveCount(1);
});

test("the pages of a customer's purchases", async () => {
    const page = (id, name) => ({
        total: 21,
        page: 20,
        rows: [
            {
                id,
                res_id: id,
                name,
                day: "1 Azar 1405",
                model: "account.move",
                net: "10",
                returned: false,
                letters: "FM",
                why: "",
            },
        ],
    });
    await open(Explain, {
        get_explanation: {
            definitions: [{ id: 1, name: "All", currency_id: 1 }],
            definition: { id: 1, name: "All", currency_id: 1 },
            partner: { id: 5, name: "Sara" },
            customer: { id: 5, name: "Sara" },
            segment: { id: 1, name: "Champions", hex: "#008800", action: "" },
            summary: "",
            measures: [
                {
                    letter: "R",
                    name: "Recency",
                    score: 5,
                    place: 90,
                    limits: ["9", "8", "7", "6"],
                    sentence: "R = 5",
                },
            ],
            facts: [],
            past: [],
            products: [],
            purchases: page(1, "INV/1"),
        },
        get_purchases: page(2, "INV/2"),
    });
    expect(".o_rfm_zone_own").toHaveText("5");
    expect(".o_rfm_purchases tbody").toHaveText(/INV\/1/);
    await click(".o_pager_next");
    await animationFrame();
    expect(".o_rfm_purchases tbody").toHaveText(/INV\/2/);
    expect.verifySteps([
        ["get_explanation", 5, 1],
        ["get_purchases", 1, 5, 20],
    ]);
});
