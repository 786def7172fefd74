import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * A button that asks the server about a form as it stands, saved or not.
 *
 * Any other button of a form saves it first: what it would change were changed by then.
 * The model of the dialog has a method `preview` for it, which returns its action.
 */
export class ClubPreview extends Component {
    static template = "loyalty_club.ClubPreview";
    static props = {
        ...standardWidgetProps,
        model: String,
        title: String,
        plain: { type: Boolean, optional: true }, // about the club, not about the form
        icon: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get clubId() {
        const { record } = this.props;
        return record.resModel === "loyalty.club" ? record.resId : record.data.club_id?.id;
    }

    async open() {
        const { record, model, plain } = this.props;
        const about = plain ? [0, {}] : [record.resId || 0, await record.getChanges()];
        const args = [this.clubId, ...about];
        const context = record.context;
        await this.action.doAction(await this.orm.call(model, "preview", args, { context }));
    }
}

export const clubPreview = {
    component: ClubPreview,
    extractProps: ({ attrs, options }) => ({
        model: options.model,
        title: attrs.title,
        plain: Boolean(options.plain),
        icon: options.icon,
    }),
};

registry.category("view_widgets").add("club_preview", clubPreview);
