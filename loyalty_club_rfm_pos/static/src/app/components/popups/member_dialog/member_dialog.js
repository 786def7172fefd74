import { useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { MemberDialog } from "@loyalty_club_pos/app/components/popups/member_dialog/member_dialog";
import { problemOf, readRefusal } from "@loyalty_club_pos/app/utils/club_refusal";

// What the server looks at of a basket.
const LARGEST_BASKET = 100;

/** What a member may like next, which a tap puts into the order. */
patch(MemberDialog.prototype, {
    setup() {
        super.setup(...arguments);
        this.advice = useState({ products: this.member?.next_best || [] });
        this.askForBasket();
    },

    get basket() {
        const lines = this.pos.getOrder()?.lines || [];
        return [...new Set(lines.map((line) => line.product_id.id))];
    },
    get nextBest() {
        const basket = this.basket;
        return this.advice.products.filter((item) => !basket.includes(item.product_id));
    },
    get mayAdd() {
        const order = this.pos.getOrder();
        return Boolean(order) && !order.finalized && !order.getHasRefundLines();
    },
    why(item) {
        if (item.kind !== "pair" || !item.on) {
            return item.why;
        }
        return _t("Goes with %(product)s, bought on %(day)s", {
            product: item.because,
            day: this.day(item.on),
        });
    },

    /**
     * Ask what goes with the basket as well. Until that is known, and without a network,
     * what came with the member stands there.
     */
    async askForBasket() {
        const product_ids = this.basket.slice(0, LARGEST_BASKET);
        if (!product_ids.length || !this.member?.next_best) {
            return;
        }
        try {
            const partner_id = this.props.partner.id;
            this.advice.products = await this.club.call("recommendations", {
                product_ids,
                partner_id,
            });
        } catch (error) {
            // Nobody waits for advice: without it the sale goes on as well.
            if (!(error instanceof ConnectionLostError) && !readRefusal(error)) {
                throw error;
            }
        }
    },
    async addNextBest(item) {
        let product = this.pos.models["product.product"].get(item.product_id);
        if (!product) {
            // A till doesn't load all products when it opens.
            try {
                await this.pos.loadNewProducts([
                    ["product_variant_ids.id", "in", [item.product_id]],
                ]);
            } catch (error) {
                return this.club.tell(problemOf(error), "danger");
            }
            product = this.pos.models["product.product"].get(item.product_id);
        }
        if (!product) {
            return this.club.tell(_t("%s isn't sold at this till.", item.name), "warning");
        }
        await this.pos.addLineToCurrentOrder(
            { product_id: product, product_tmpl_id: product.product_tmpl_id },
            {},
            product.needToConfigure()
        );
        await this.askForBasket();
    },
});
