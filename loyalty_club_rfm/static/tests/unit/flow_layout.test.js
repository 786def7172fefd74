import { WIDTH, layoutFlows } from "@loyalty_club_rfm/movement/flow_layout";
import { describe, expect, test } from "@odoo/hoot";

describe.current.tags("desktop");

const flows = [
    { from: 1, to: 1, customers: 60 },
    { from: 1, to: 2, customers: 20 },
    { from: 2, to: 1, customers: 10 },
    { from: false, to: 2, customers: 10 },
];
const order = [1, 2, false];

const node = (layout, key) => layout.nodes.find((one) => one.key === key);

test("nodes are as high as their customers are many", () => {
    const layout = layoutFlows(flows, order, false);
    expect(node(layout, "from-1").customers).toBe(80);
    expect(node(layout, "to-1").customers).toBe(70);
    const { height } = node(layout, "from-1");
    expect(node(layout, "from-2").height).toBeCloseTo(height / 8, { margin: 0.01 });
});

test("nodes follow each other without touching, within the chart", () => {
    const layout = layoutFlows(flows, order, false);
    for (const end of ["from", "to"]) {
        const nodes = layout.nodes.filter((one) => one.end === end);
        nodes.slice(1).forEach((one, index) => {
            expect(one.y).toBeGreaterThan(nodes[index].y + nodes[index].height);
        });
        const last = nodes.at(-1);
        expect(last.y + last.height).toBeLessThan(layout.height + 0.01);
    }
});

test("nobody who isn't there has a node", () => {
    const layout = layoutFlows(flows, order, false);
    expect(node(layout, "from-false").customers).toBe(10);
    expect(node(layout, "to-false")).toBe(undefined);
});

test("time runs from left to right", () => {
    const layout = layoutFlows(flows, order, false);
    expect(node(layout, "from-1").x).toBeLessThan(node(layout, "to-1").x);
});

test("and from right to left for who reads so", () => {
    const [ltr, rtl] = [false, true].map((mirror) => layoutFlows(flows, order, mirror));
    expect(node(rtl, "from-1").x).toBeGreaterThan(node(rtl, "to-1").x);
    for (const { key, x, y, width, labelX } of ltr.nodes) {
        const mirrored = node(rtl, key);
        expect(mirrored.x).toBe(WIDTH - x - width);
        expect(mirrored.y).toBe(y);
        expect(mirrored.labelX).toBe(WIDTH - labelX);
    }
});

test("no customers, no chart", () => {
    const layout = layoutFlows([], order, false);
    expect(layout.nodes).toEqual([]);
    expect(layout.bands).toEqual([]);
});
