import { clubSpending } from "@loyalty_club_pos/app/services/club_spending";

/**
 * Returning goods gives back what they cost: the same part of the points, the wallet and
 * the credit that paid them. Otherwise a return would turn points into cash.
 *
 * Parts are quantities of the reward lines, counted as the total so far less what went
 * before, so that several returns of one order add up exactly.
 */

/** The goods that a reward line paid or gave away. */
function goodsOf(line, goods) {
    const reward = line.reward_id;
    let products = null;
    if (reward.reward_type === "product") {
        products = reward.reward_product_ids;
    } else if (reward.discount_applicability === "specific") {
        products = reward.all_discount_product_ids;
    }
    const ids = products && new Set(products.map((product) => product.id));
    const found = ids ? goods.filter((good) => ids.has(good.product_id.id)) : goods;
    return found.length ? found : goods;
}

/**
 * How much of each reward line goes back with some goods.
 *
 * @param {Object} order pos.order that was paid
 * @param {Object} chosen uuid of a goods line to the quantity that is returned now
 * @param {number} digits of quantities
 * @returns {Object} uuid of a reward line to its quantity, 0 included
 */
export function rewardsToReturn(order, chosen, digits) {
    const spending = clubSpending();
    const result = {};
    for (const line of order.lines.filter((line) => line.clubAccount)) {
        const payable = order.lines.filter(
            (good) =>
                !good.is_reward_line &&
                good.qty > 0 &&
                !spending?.cannotPay(line.clubAccount, good)
        );
        let total = 0;
        let back = 0;
        for (const good of goodsOf(line, payable)) {
            const value = Math.abs(good.prices.total_included);
            total += value;
            back += (value * (good.refundedQty + (chosen[good.uuid] || 0))) / good.qty;
        }
        const part = total ? Math.min(1, back / total) : 0;
        const soFar = Number((line.qty * part).toFixed(digits));
        result[line.uuid] = Math.max(0, Number((soFar - line.refundedQty).toFixed(digits)));
    }
    return result;
}

/**
 * What a return gives back, by account: points as such, money as money.
 *
 * @param {Object} order pos.order that was paid
 * @param {function(Object): number} quantityOf of a reward line that is returned
 * @returns {Object} account to amount
 */
export function givenBack(order, quantityOf) {
    const amounts = {};
    const costs = {};
    // A claim's cost stands on its first line; the others only split its tax.
    for (const line of order.lines.filter((line) => line.clubAccount)) {
        const code = line.reward_identifier_code;
        costs[code] = costs[code] || { account: line.clubAccount, cost: 0, part: 0 };
        costs[code].cost += line.points_cost;
        if (line.points_cost) {
            costs[code].part = quantityOf(line) / line.qty;
        }
    }
    for (const { account, cost, part } of Object.values(costs)) {
        amounts[account] = (amounts[account] || 0) + cost * part;
    }
    return amounts;
}

/**
 * Before a return is paid: the cashier may have changed its quantities since.
 *
 * @param {Object} order pos.order that returns goods of others
 */
export function balanceRefund(order) {
    const paid = new Set(
        order.lines.map((line) => line.refunded_orderline_id?.order_id).filter(Boolean)
    );
    const digits = quantityDigits(order);
    for (const original of paid) {
        const missing = rewardsToReturn(original, {}, digits);
        for (const line of original.lines.filter((line) => missing[line.uuid])) {
            const own = order.lines.find((l) => l.refunded_orderline_id?.uuid === line.uuid);
            if (own) {
                own.qty = Number((own.qty - missing[line.uuid]).toFixed(digits));
            } else {
                order.models["pos.order.line"].create({
                    qty: -missing[line.uuid],
                    price_unit: line.price_unit,
                    product_id: line.product_id,
                    order_id: order,
                    discount: line.discount,
                    tax_ids: line.tax_ids.map((tax) => ["link", tax]),
                    refunded_orderline_id: line,
                    price_type: "automatic",
                });
            }
        }
    }
}

/** Digits that a quantity keeps in the database. */
export function quantityDigits(order) {
    const precision = order.models["decimal.precision"].find((dp) => dp.name === "Product Unit");
    return precision?.digits ?? 2;
}
