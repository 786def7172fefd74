export const WIDTH = 960;
const LABELS = 220; // on either side
const NODE = 14;
const GAP = 18; // room for a line of text beside the smallest node
const LINE = 36;

/** The customers of one end, from top to bottom: [{ id, customers, y, height }]. */
function layoutNodes(flows, end, order, height) {
    const sums = new Map();
    for (const flow of flows) {
        sums.set(flow[end], (sums.get(flow[end]) || 0) + flow.customers);
    }
    const ids = order.filter((id) => sums.has(id));
    const total = ids.reduce((sum, id) => sum + sums.get(id), 0);
    const scale = Math.max(height - GAP * (ids.length - 1), 0) / (total || 1);
    let y = 0;
    return ids.map((id) => {
        const node = { id, customers: sums.get(id), y, scale };
        node.height = node.customers * scale;
        y += node.height + GAP;
        return node;
    });
}

/** A band between two edges, as the path of an SVG. */
function band(x1, y1, x2, y2, thickness) {
    const middle = (x1 + x2) / 2;
    const there = `C ${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
    const back = `C ${middle} ${y2 + thickness} ${middle} ${y1 + thickness}`;
    return `M ${x1} ${y1} ${there} l 0 ${thickness} ${back} ${x1} ${y1 + thickness} Z`;
}

/**
 * Where the nodes and bands of a Sankey diagram are, in units of its view box.
 *
 * Time runs in the direction of reading: "before" is at the start of the line.
 *
 * @param {{ from: number|false, to: number|false, customers: number }[]} flows
 * @param {(number|false)[]} order of the nodes, from top to bottom
 * @param {boolean} rightToLeft
 */
export function layoutFlows(flows, order, rightToLeft) {
    const place = new Map(order.map((id, index) => [id, index]));
    const count = (end) => new Set(flows.map((flow) => flow[end])).size;
    const height = Math.max(count("from"), count("to"), 6) * (LINE + GAP) - GAP;
    const mirror = (x, width = 0) => (rightToLeft ? WIDTH - x - width : x);
    const ends = {
        from: layoutNodes(flows, "from", order, height),
        to: layoutNodes(flows, "to", order, height),
    };
    const starts = { from: LABELS - NODE, to: WIDTH - LABELS };
    const nodes = [];
    const used = { from: new Map(), to: new Map() }; // height that bands have taken
    for (const end of ["from", "to"]) {
        for (const node of ends[end]) {
            const label = end === "from" ? starts.from - 10 : starts.to + NODE + 10;
            nodes.push({
                ...node,
                end,
                key: `${end}-${node.id}`,
                x: mirror(starts[end], NODE),
                width: NODE,
                labelX: mirror(label),
                anchor: end === "from" ? "end" : "start",
            });
            used[end].set(node.id, node.y);
        }
    }
    const scaleOf = (end, id) => ends[end].find((node) => node.id === id).scale;
    const sorted = [...flows].sort(
        (a, b) => place.get(a.from) - place.get(b.from) || place.get(a.to) - place.get(b.to)
    );
    const bands = sorted.map((flow) => {
        const y1 = used.from.get(flow.from);
        const y2 = used.to.get(flow.to);
        // Both columns hold the same customers; the one with more gaps is narrower.
        const thickness =
            flow.customers * Math.min(scaleOf("from", flow.from), scaleOf("to", flow.to));
        used.from.set(flow.from, y1 + flow.customers * scaleOf("from", flow.from));
        used.to.set(flow.to, y2 + flow.customers * scaleOf("to", flow.to));
        const [x1, x2] = [mirror(LABELS), mirror(starts.to)];
        return {
            ...flow,
            key: `${flow.from}-${flow.to}`,
            path: band(x1, y1, x2, y2, Math.max(thickness, 0.75)),
        };
    });
    return { height, nodes, bands };
}
