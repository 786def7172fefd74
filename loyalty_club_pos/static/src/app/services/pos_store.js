import { reactive } from "@odoo/owl";
import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { setupClubDigits } from "@loyalty_club_pos/app/services/club_digits";
import { ClubSpending } from "@loyalty_club_pos/app/services/club_spending";
import { ClubTill } from "@loyalty_club_pos/app/services/club_till";
import { setupClubReaders } from "@loyalty_club_pos/app/services/club_readers";
import { setupClubWedge } from "@loyalty_club_pos/app/services/club_wedge";

patch(PosStore.prototype, {
    async setup() {
        // Before native code restores orders: their lines already ask the club.
        this.club = reactive(new ClubTill(this));
        this.club.spending = new ClubSpending(this);
        await super.setup(...arguments);
        setupClubDigits();
        setupClubWedge(this);
        setupClubReaders(this);
    },
    setPartnerToCurrentOrder(partner) {
        super.setPartnerToCurrentOrder(...arguments);
        // However a customer was found, the cashier sees what they have as a member.
        this.club.ensure(partner || null);
    },
});
