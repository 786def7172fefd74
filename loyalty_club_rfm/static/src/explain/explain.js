import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Pager } from "@web/core/pager/pager";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { formatCount } from "../numbers/numbers";

const MODEL = "loyalty.club.rfm.definition";

/** Why one customer has the scores that they have. */
export class Explain extends Component {
    static template = "loyalty_club_rfm.Explain";
    static components = { Layout, Pager };
    static props = { ...standardActionServiceProps };
    static path = "club-segment-customer";

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: {}, offset: 0 });
        const { params = {}, context } = this.props.action;
        this.partnerId = Number(params.partner_id || context.active_id);
        onWillStart(() => this.load(Number(params.definition_id) || false));
    }

    get display() {
        return { controlPanel: {} };
    }

    get data() {
        return this.state.data;
    }

    async load(definitionId) {
        this.state.data = await this.orm.call(MODEL, "get_explanation", [
            this.partnerId,
            definitionId,
        ]);
        this.state.offset = 0;
        this.env.config.setDisplayName(this.data.partner.name);
        // What the address needs to bring the page back.
        this.props.updateActionState?.({
            partner_id: this.partnerId,
            definition_id: this.data.definition?.id,
        });
    }

    onDefinitionChange(ev) {
        return this.load(Number(ev.target.value));
    }

    async onPage({ offset }) {
        this.state.data.purchases = await this.orm.call(MODEL, "get_purchases", [
            this.data.definition.id,
            this.partnerId,
            offset,
        ]);
        this.state.offset = offset;
    }

    openRecord(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    formatCount(count) {
        return formatCount(count);
    }
}

registry.category("actions").add("loyalty_club_rfm.explain", Explain);
