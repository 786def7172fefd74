import { Component } from "@odoo/owl";
import { formatChange, formatCount, formatMoney, formatShare } from "../numbers/numbers";

/** The segments of a snapshot: how large, what they bring, what to do for them. */
export class SegmentList extends Component {
    static template = "loyalty_club_rfm.SegmentList";
    static props = {
        snapshot: Object,
        currencyId: Number,
        onPoint: Function, // with the id of a segment, or false
        onSelect: Function,
    };

    share(segment) {
        const { customers } = this.props.snapshot;
        return customers ? segment.customers / customers : 0;
    }

    changeClass(segment) {
        return segment.change ? "text-body" : "text-muted";
    }

    formatChange(change) {
        return formatChange(change);
    }

    formatCount(count) {
        return formatCount(count);
    }

    formatMoney(amount) {
        return formatMoney(amount, this.props.currencyId);
    }

    formatShare(share) {
        return formatShare(share);
    }
}
