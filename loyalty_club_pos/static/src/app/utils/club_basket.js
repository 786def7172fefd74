/**
 * The lines of an order as the estimate counts them: goods, and what makes them cheaper.
 *
 * Parts of a combo count with it. Returned goods take back what they earned, which only
 * the server knows. A wallet or a gift card pays with money, like cash: no deduction.
 *
 * @param {Object} order pos.order
 * @returns {import("./club_estimate").BasketLine[]}
 */
export function basketLines(order) {
    return order.lines
        .filter((line) => !line.combo_parent_id && !line.refunded_orderline_id && !isPayment(line))
        .map((line) => {
            const parts = [line, ...(line.combo_line_ids || [])].map((part) => part.prices);
            const sum = (field) => parts.reduce((total, prices) => total + prices[field], 0);
            return {
                product: line.product_id.id,
                qty: line.is_reward_line ? 0 : line.qty,
                total: sum("total_included"),
                untaxed: sum("total_excluded"),
                totalBefore: sum("no_discount_total_included"),
                untaxedBefore: sum("no_discount_total_excluded"),
                about: line.is_reward_line ? about(line, order) : null,
            };
        });
}

function isPayment(line) {
    if (!line.is_reward_line) {
        return false;
    }
    const program = line.coupon_id?.program_id || line.reward_id?.program_id;
    return program?.club_account
        ? program.club_account === "wallet"
        : ["gift_card", "ewallet"].includes(program?.program_type);
}

/** Ids of the products that a reward makes cheaper; null when it is about all. */
function about(line, order) {
    const reward = line.reward_id;
    if (reward?.reward_type === "product") {
        return reward.reward_product_ids.map(({ id }) => id);
    }
    if (reward?.discount_applicability === "specific") {
        return [...reward.all_discount_product_ids].map(({ id }) => id);
    }
    if (reward?.discount_applicability === "cheapest") {
        const goods = order.lines.filter((other) => !other.is_reward_line && other.qty > 0);
        const byPrice = goods.toSorted((a, b) => a.price_unit - b.price_unit);
        return byPrice.slice(0, 1).map((other) => other.product_id.id);
    }
    return null;
}
