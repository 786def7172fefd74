import { Component, onWillStart, useState } from "@odoo/owl";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { formatCount, formatMoney } from "../numbers/numbers";
import { WIDTH, layoutFlows } from "./flow_layout";

const MODEL = "loyalty.club.rfm.definition";
const NOWHERE = "#8f8f8f";

/** Who went from which segment to which, between two snapshots. */
export class Movement extends Component {
    static template = "loyalty_club_rfm.Movement";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.width = WIDTH;
        this.state = useState({ data: {}, onlyMoved: false, pointed: false });
        onWillStart(() => this.load());
    }

    get display() {
        return { controlPanel: {} };
    }

    get data() {
        return this.state.data;
    }

    async load(definitionId = false, beforeId = false, afterId = false) {
        this.state.data = await this.orm.call(MODEL, "get_movement", [
            definitionId,
            beforeId,
            afterId,
        ]);
    }

    onDefinitionChange(ev) {
        return this.load(Number(ev.target.value));
    }

    onBeforeChange(ev) {
        const { definition, after_id } = this.data;
        return this.load(definition.id, Number(ev.target.value), after_id);
    }

    onAfterChange(ev) {
        const { definition, before_id } = this.data;
        return this.load(definition.id, before_id, Number(ev.target.value));
    }

    get flows() {
        const { flows } = this.data;
        return this.state.onlyMoved ? flows.filter(({ from, to }) => from !== to) : flows;
    }

    get chart() {
        const order = [...this.data.segments.map(({ id }) => id), false];
        return layoutFlows(this.flows, order, localization.direction === "rtl");
    }

    segment(id) {
        return this.data.segments.find((segment) => segment.id === id);
    }

    name(id) {
        return this.segment(id)?.name || _t("Not a customer");
    }

    color(id) {
        return this.segment(id)?.hex || NOWHERE;
    }

    describe(flow) {
        return _t("%(before)s → %(after)s: %(customers)s", {
            before: this.name(flow.from),
            after: this.name(flow.to),
            customers: formatCount(flow.customers),
        });
    }

    bandOpacity(band) {
        const { pointed } = this.state;
        if (pointed) {
            return pointed === band.key ? 0.85 : 0.12;
        }
        return band.from === band.to ? 0.25 : 0.55;
    }

    async openCustomers(flow) {
        const { before_id, after_id } = this.data;
        const action = await this.orm.call(MODEL, "get_moved_action", [
            before_id,
            after_id,
            flow.from,
            flow.to,
        ]);
        return this.action.doAction(action);
    }

    formatCount(count) {
        return formatCount(count);
    }

    formatMoney(amount) {
        return formatMoney(amount, this.data.definition.currency_id);
    }
}

registry.category("actions").add("loyalty_club_rfm.movement", Movement);
