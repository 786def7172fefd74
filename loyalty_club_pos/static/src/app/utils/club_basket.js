/**
 * The lines of an order as the estimate counts them: goods, and what makes them cheaper.
 *
 * Of a combo the parts count, which know that they belong together. Returned goods take
 * back what they earned, which only the server knows. A wallet or a gift card pays with
 * money, like cash: no deduction.
 *
 * @param {Object} order pos.order
 * @returns {import("./club_estimate").BasketLine[]}
 */
export function basketLines(order) {
    return order.lines
        .filter((line) => !line.refunded_orderline_id && !isPayment(line))
        .filter((line) => !line.combo_line_ids?.length || line.prices.total_included > 0)
        .map((line) => {
            const prices = line.prices;
            const combo = line.combo_parent_id || (line.combo_line_ids?.length && line);
            return {
                product: line.product_id.id,
                qty: line.is_reward_line ? 0 : line.qty,
                total: prices.total_included,
                untaxed: prices.total_excluded,
                totalBefore: prices.no_discount_total_included,
                untaxedBefore: prices.no_discount_total_excluded,
                about: line.is_reward_line ? about(line, order) : null,
                // Paying with points or credit is no discount.
                discounted: line.is_reward_line
                    ? !isOfClub(line)
                    : line.discount > 0 || line.prices.total_included < 0,
                ...(combo && {
                    group: combo.uuid,
                    groupQty: combo.qty,
                    groupProduct: combo.product_id.id,
                }),
            };
        });
}

function programOf(line) {
    return line.coupon_id?.program_id || line.reward_id?.program_id;
}

function isOfClub(line) {
    return Boolean(programOf(line)?.club_account);
}

function isPayment(line) {
    if (!line.is_reward_line) {
        return false;
    }
    const program = programOf(line);
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
        const wholes = order.lines.filter(
            (other) => !other.is_reward_line && !other.combo_parent_id && other.qty > 0
        );
        const price = (whole) =>
            [whole, ...(whole.combo_line_ids || [])].reduce(
                (sum, part) => sum + part.price_unit * part.qty,
                0
            ) / whole.qty;
        const byPrice = wholes.toSorted((a, b) => price(a) - price(b));
        return byPrice.slice(0, 1).map((other) => other.product_id.id);
    }
    return null;
}
