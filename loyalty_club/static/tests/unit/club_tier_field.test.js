import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Tier extends models.Model {
    name = fields.Char();
    _records = [{ id: 1, name: "Gold" }];
}

class Member extends models.Model {
    tier_id = fields.Many2one({ relation: "tier" });
    tier_icon = fields.Char();
    tier_color = fields.Integer();
    _records = [
        { id: 1, tier_id: 1, tier_icon: "fa-trophy", tier_color: 3 },
        { id: 2, tier_id: 1, tier_icon: false, tier_color: 3 },
        { id: 3, tier_id: false, tier_icon: "fa-trophy", tier_color: 3 },
    ];
}

defineMailModels();
defineModels([Tier, Member]);

beforeEach(async () => {
    await mountView({
        type: "list",
        resModel: "member",
        arch: `
            <list>
                <field name="tier_icon" column_invisible="1"/>
                <field name="tier_color" column_invisible="1"/>
                <field name="tier_id" widget="club_tier"
                    options="{'icon_field': 'tier_icon', 'color_field': 'tier_color'}"/>
            </list>`,
    });
});

test("a tier is a badge with its name, colour and icon", async () => {
    const badge = ".o_data_row:eq(0) .badge";
    expect(badge).toHaveText("Gold");
    expect(badge).toHaveClass("o_badge_color_3");
    expect(`${badge} i`).toHaveClass("fa-trophy");
});

test("a tier without an icon gets a rosette", async () => {
    expect(".o_data_row:eq(1) .badge i").toHaveClass("fa-certificate");
});

test("whoever has no tier has no badge", async () => {
    expect(".o_data_row:eq(2) .badge").toHaveCount(0);
});
