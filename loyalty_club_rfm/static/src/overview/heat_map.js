import { Component } from "@odoo/owl";
import { formatCount, formatShare } from "../numbers/numbers";

const SCORES = [1, 2, 3, 4, 5];

/** Recency by frequency: what part of the customers, or of the revenue, is where. */
export class HeatMap extends Component {
    static template = "loyalty_club_rfm.HeatMap";
    static props = {
        snapshot: Object,
        measure: { validate: (measure) => ["customers", "revenue"].includes(measure) },
        segmentId: { type: [Number, { value: false }] }, // the one that is pointed at
        onSelect: Function,
    };

    get rows() {
        return [...SCORES].reverse();
    }

    get columns() {
        return SCORES;
    }

    /** The 25 cells by "rf", added up over all scores of money. */
    get cells() {
        const { customers, revenue, cells, segments } = this.props.snapshot;
        const colors = Object.fromEntries(segments.map(({ id, hex }) => [id, hex]));
        const sums = {};
        for (const [r, f, , segmentId, cellCustomers, cellRevenue] of cells) {
            if (!r) {
                continue; // without purchases: beside the grid
            }
            const sum = (sums[`${r}${f}`] ||= { customers: 0, revenue: 0, parts: {} });
            sum.customers += cellCustomers;
            sum.revenue += cellRevenue;
            sum.parts[segmentId] = (sum.parts[segmentId] || 0) + cellCustomers;
        }
        for (const sum of Object.values(sums)) {
            sum.share = {
                customers: customers ? sum.customers / customers : 0,
                revenue: revenue > 0 ? sum.revenue / revenue : 0,
            };
            sum.bars = Object.entries(sum.parts).map(([id, count]) => ({
                id: Number(id),
                count,
                color: colors[id],
            }));
        }
        return sums;
    }

    /** The fullest cell has the full colour. Text stays readable on it: see the SCSS. */
    heat(cell, cells) {
        const share = (one) => Math.max(one.share[this.props.measure], 0);
        const most = Math.max(...Object.values(cells).map(share));
        return most ? Math.round((share(cell) / most) * 100) : 0;
    }

    isFaded(cell) {
        const { segmentId } = this.props;
        return segmentId && !(cell && segmentId in cell.parts);
    }

    formatCount(count) {
        return formatCount(count);
    }

    formatShare(share) {
        return formatShare(share);
    }
}
