import { ConnectionLostError } from "@web/core/network/rpc";
import { clubSpending } from "@loyalty_club_pos/app/services/club_spending";
import { unitsDown } from "@loyalty_club_pos/app/utils/club_amounts";
import { amountBack, partDue, unitsBack } from "@loyalty_club_pos/app/utils/club_rules";
import { readRefusal } from "@loyalty_club_pos/app/utils/club_refusal";

/**
 * Returning goods gives back what they cost: the same part of the points, the wallet and
 * the credit that paid them. Otherwise a return would turn points into cash.
 *
 * What goes back of a line that paid is an amount of money, exact to the currency's
 * smallest unit: the total so far less what went before, so that several returns of one
 * order add up exactly. Its line in the return has the quantity 1 and that price, because
 * Odoo keeps quantities with two digits only. Free products go back by the piece.
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
 * Whether what goes back of a line is an amount, and not pieces.
 *
 * @param {Object} line pos.order.line of a reward, that was paid
 */
export function isByAmount(line) {
    return Boolean(line.clubAccount && line.reward_id.reward_type !== "product");
}

/** What a line took off, as a price. */
function worthOf(line) {
    return Math.abs(line.price_unit * line.qty);
}

/** The returns of a line that count: all but those that were given up. */
function returnsOf(line) {
    return (line.refund_orderline_ids || []).filter((own) => own.order_id?.state !== "cancel");
}

/**
 * The part of a line that other orders than `but` have returned, 0 to 1.
 *
 * @param {Object} line pos.order.line that was paid
 * @param {Object} [but] pos.order
 */
export function partReturned(line, but = null) {
    const worth = worthOf(line);
    const returns = returnsOf(line).filter((own) => own.order_id.uuid !== but?.uuid);
    const sum = (amount) => returns.reduce((total, own) => total + amount(own), 0);
    if (!isByAmount(line) || !worth) {
        return line.qty ? sum((own) => -own.qty) / line.qty : 0;
    }
    return sum(worthOf) / worth;
}

/**
 * How much of each reward line is to be returned in all, 0 to 1.
 *
 * @param {Object} order pos.order that was paid
 * @param {Object} chosen uuid of a goods line to the quantity that is returned besides
 *     what was returned before
 * @returns {Map<Object, number>} by reward line
 */
function partsDue(order, chosen) {
    const spending = clubSpending();
    const parts = new Map();
    for (const line of order.lines.filter((line) => line.clubAccount)) {
        const payable = order.lines.filter(
            (good) =>
                !good.is_reward_line && good.qty > 0 && !spending?.cannotPay(line.clubAccount, good)
        );
        const goods = goodsOf(line, payable).map((good) => [
            good.prices.total_included,
            good.qty,
            good.refundedQty + (chosen[good.uuid] || 0),
        ]);
        parts.set(line, partDue(goods));
    }
    return parts;
}

/**
 * How much of each reward line goes back with some goods, as a quantity: what the screen
 * of orders proposes. The exact amount is set by `balanceRefund`.
 *
 * @param {Object} order pos.order that was paid
 * @param {Object} chosen uuid of a goods line to the quantity that is returned now
 * @param {number} digits of quantities
 * @returns {Object} uuid of a reward line to its quantity, 0 included
 */
export function rewardsToReturn(order, chosen, digits) {
    const result = {};
    for (const [line, part] of partsDue(order, chosen)) {
        const soFar = Number((line.qty * part).toFixed(digits));
        const left = soFar - line.qty * partReturned(line);
        result[line.uuid] = Math.max(0, Number(left.toFixed(digits)));
    }
    return result;
}

/**
 * What a return gives back, by account: points as such, money as money. As the ledger
 * counts: what is given back in all, whole points, less what was before.
 *
 * @param {Object} order pos.order that was paid
 * @param {function(Object): number} soFar a reward line: how much of it is returned with
 *     this return, 0 to 1
 * @param {function(Object): number} [before] the same without it
 * @returns {Object} account to amount
 */
export function givenBack(order, soFar, before = () => 0) {
    const sums = {};
    // A claim's cost stands on its first line; the others only split its tax.
    for (const line of order.lines.filter((line) => line.clubAccount && line.points_cost)) {
        const sum = (sums[line.clubAccount] ||= { soFar: 0, before: 0 });
        sum.soFar += line.points_cost * soFar(line);
        sum.before += line.points_cost * before(line);
    }
    return Object.fromEntries(
        Object.entries(sums).map(([account, sum]) => [
            account,
            account === "points"
                ? unitsBack(sum.soFar, unitsDown(sum.before, 0))
                : sum.soFar - sum.before,
        ])
    );
}

/**
 * The same, for the goods that are chosen: what the return will really give.
 *
 * @param {Object} order pos.order that was paid
 * @param {Object} chosen as for `rewardsToReturn`
 * @param {function(Object): number} quantityOf a reward line that the cashier chose
 * @param {number} digits of quantities
 */
export function givenBackWith(order, chosen, quantityOf, digits) {
    const parts = partsDue(order, chosen);
    const soFar = (line) => {
        const before = partReturned(line);
        const due = Math.max(before, exactPart(line, parts.get(line)));
        const quantity = quantityOf(line);
        const proposed = Number((line.qty * (parts.get(line) - before)).toFixed(digits));
        // More than is due is the cashier's own choice.
        return isByAmount(line) && quantity <= proposed + 10 ** -digits
            ? due
            : before + quantity / line.qty;
    };
    return givenBack(order, soFar, (line) => partReturned(line));
}

/** A part of what paid an amount, as it goes back: to the currency's smallest unit. */
function exactPart(line, part) {
    const worth = worthOf(line);
    const round = (amount) => line.order_id.currency.round(amount);
    return isByAmount(line) && worth && part < 1
        ? amountBack({ worth, part, before: 0, round }) / worth
        : part;
}

/**
 * Bring a return into balance: what paid its goods goes back with them, to the smallest
 * unit. Called when it is made, and before it is paid: the cashier may have changed its
 * quantities since.
 *
 * @param {Object} order pos.order that returns goods of others
 */
export function balanceRefund(order) {
    const paid = new Set(
        order.lines.map((line) => line.refunded_orderline_id?.order_id).filter(Boolean)
    );
    const digits = quantityDigits(order);
    for (const original of paid) {
        for (const [line, part] of partsDue(original, {})) {
            const own = order.lines.find((l) => l.refunded_orderline_id?.uuid === line.uuid);
            if (isByAmount(line)) {
                balanceAmount(order, line, own, part, digits);
            } else {
                balancePieces(order, line, own, part, digits);
            }
        }
    }
}

function balanceAmount(order, line, own, part, digits) {
    const round = (amount) => order.currency.round(amount);
    const worth = worthOf(line);
    const due = amountBack({ worth, part, before: worth * partReturned(line, order), round });
    const isOurs = own && own.price_unit !== line.price_unit;
    const step = 10 ** -digits * worth;
    if (own && !isOurs && worthOf(own) > due + step) {
        return; // the cashier returns more of it than the goods had
    }
    if (!due) {
        own?.delete();
        return;
    }
    const price_unit = Math.sign(line.price_unit * line.qty) * due;
    if (own) {
        own.update({ qty: -1, price_unit });
        own.setFullProductName();
    } else {
        addReturn(order, line, { qty: -1, price_unit });
    }
}

function balancePieces(order, line, own, part, digits) {
    const soFar = Number((line.qty * part).toFixed(digits));
    const missing = Number((soFar - line.qty * partReturned(line)).toFixed(digits));
    if (missing <= 0) {
        return;
    }
    if (own) {
        own.qty = Number((own.qty - missing).toFixed(digits));
    } else {
        addReturn(order, line, { qty: -missing, price_unit: line.price_unit });
    }
}

function addReturn(order, line, values) {
    order.models["pos.order.line"].create({
        product_id: line.product_id,
        order_id: order,
        discount: line.discount,
        tax_ids: line.tax_ids.map((tax) => ["link", tax]),
        refunded_orderline_id: line,
        price_type: "automatic",
        ...values,
    });
}

/**
 * What a return takes back of the points that its goods had earned.
 *
 * @param {Object} club the till's
 * @param {Object} order pos.order
 * @returns {Promise<{taken: number, owed: number}|false>} ``owed`` is what the member will
 *     owe in all; false where nothing is returned, or nobody could be asked
 */
export async function quoteRefund(club, order) {
    const goods = order.lines.filter(
        (line) => line.qty < 0 && line.refunded_orderline_id?.isSynced
    );
    if (!goods.length || club.spending.offline) {
        return false;
    }
    const lines = goods.map((line) => ({
        line_id: line.refunded_orderline_id.id,
        quantity: -line.qty,
    }));
    try {
        const quotes = await club.call("quote_refund", { lines });
        const sum = (part) => quotes.reduce((total, quote) => total + quote[part], 0);
        const owedNow = club.memberOf(order.getPartner())?.balances.points?.owed || 0;
        // What the return gives back pays what is owed first.
        const owed = sum("owed") + owedNow - pointsBack(order);
        return { taken: sum("taken"), owed: Math.max(0, owed) };
    } catch (error) {
        if (error instanceof ConnectionLostError || readRefusal(error)) {
            return false; // the receipt says it
        }
        throw error;
    }
}

/** Points that a return gives back of what had paid its goods. */
function pointsBack(order) {
    const sold = order.lines.map((line) => line.refunded_orderline_id);
    const orders = new Set(sold.map((line) => line?.order_id).filter(Boolean));
    let points = 0;
    for (const original of orders) {
        const without = (line) => partReturned(line, order);
        points += givenBack(original, (line) => partReturned(line), without).points || 0;
    }
    return points;
}

/** Digits that a quantity keeps in the database. */
export function quantityDigits(order) {
    const precision = order.models["decimal.precision"].find((dp) => dp.name === "Product Unit");
    return precision?.digits ?? 2;
}
