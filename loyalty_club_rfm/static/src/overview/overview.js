import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { formatCount, formatMoney, formatShare } from "../numbers/numbers";
import { HeatMap } from "./heat_map";
import { SegmentList } from "./segment_list";

const MODEL = "loyalty.club.rfm.definition";
const POLL = 2000; // milliseconds

/** Who the customers are today, or were on the day of any snapshot. */
export class Overview extends Component {
    static template = "loyalty_club_rfm.Overview";
    static components = { HeatMap, Layout, SegmentList };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: {}, measure: "customers", segmentId: false });
        onWillStart(() => this.load());
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    get display() {
        return { controlPanel: {} };
    }

    get data() {
        return this.state.data;
    }

    get progress() {
        return this.data.progress;
    }

    get snapshot() {
        return this.data.snapshot;
    }

    get none() {
        return this.snapshot.segments.find((segment) => segment.is_none);
    }

    get noneShare() {
        const { customers } = this.snapshot;
        return customers ? this.none.customers / customers : 0;
    }

    async load(definitionId = false, runId = false) {
        this.state.data = await this.orm.call(MODEL, "get_overview", [definitionId, runId]);
        this.wait();
    }

    /** While a run goes on, ask how far it is; when it has ended, show what it found. */
    wait() {
        browser.clearTimeout(this.timer);
        if (this.progress?.going) {
            this.timer = browser.setTimeout(() => this.poll(), POLL);
        }
    }

    async poll() {
        const { id } = this.data.definition;
        const progress = await this.orm.silent.call(MODEL, "get_progress", [id]);
        if (progress.going) {
            this.state.data.progress = progress;
            this.wait();
        } else {
            await this.load(id);
        }
    }

    async start() {
        const id = await this.orm.call(MODEL, "start", [this.data.definition?.id || false]);
        await this.load(id);
    }

    onDefinitionChange(ev) {
        return this.load(Number(ev.target.value));
    }

    onSnapshotChange(ev) {
        return this.load(this.data.definition.id, Number(ev.target.value));
    }

    async openCustomers(place) {
        const action = await this.orm.call(MODEL, "get_customers_action", [
            this.snapshot.id,
            place,
        ]);
        return this.action.doAction(action);
    }

    formatCount(count) {
        return formatCount(count);
    }

    formatMoney(amount) {
        return formatMoney(amount, this.data.definition.currency_id);
    }

    formatShare(share) {
        return formatShare(share);
    }
}

registry.category("actions").add("loyalty_club_rfm.overview", Overview);
