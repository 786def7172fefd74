import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { BadgeField, badgeField } from "@web/views/fields/badge/badge_field";

/** The badge of a tier: its name in its colour, behind its icon. */
export class ClubTierField extends BadgeField {
    static template = "loyalty_club.ClubTierField";
    static props = {
        ...BadgeField.props,
        iconField: { type: String, optional: true },
    };

    get icon() {
        return this.props.record.data[this.props.iconField] || "fa-certificate";
    }
}

export const clubTierField = {
    ...badgeField,
    component: ClubTierField,
    additionalClasses: ["o_field_badge"], // laid out in lists as every badge is
    displayName: _t("Tier"),
    supportedTypes: ["many2one"],
    extractProps: (fieldInfo) => ({
        ...badgeField.extractProps(fieldInfo),
        iconField: fieldInfo.options.icon_field,
    }),
};

registry.category("fields").add("club_tier", clubTierField);
