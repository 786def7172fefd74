import { _t } from "@web/core/l10n/translation";
import { commonStep, fromUnits, mostOf, unitsDown } from "@loyalty_club_pos/app/utils/club_amounts";
import {
    basketBounds,
    canPay,
    chosenAmount,
    reduced,
    usableOffline,
    withoutAgreement,
} from "@loyalty_club_pos/app/utils/club_rules";
import { paysAnyAmount, reducesPrice } from "@loyalty_club_pos/app/utils/club_rewards";
import { parseFloat } from "@web/views/fields/parsers";
import { NumberPopup } from "@point_of_sale/app/components/popups/number_popup/number_popup";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { formatAccount, shownAmount } from "@loyalty_club_pos/app/utils/club_format";
import { ClubHolds } from "@loyalty_club_pos/app/services/club_holds";

const { DateTime } = luxon;

/** A page has one till; its orders, which know no services, ask here. */
let spendingOfTill = null;

/**
 * @returns {ClubSpending|null} of the till that runs in this page
 */
export function clubSpending() {
    return spendingOfTill;
}

/**
 * What members spend on an order: points, wallet and promotional credit, as much as they
 * choose, and the rewards that cost points.
 *
 * A claim is a native reward line; native code applies it again whenever the basket
 * changes, within the bounds that stand here.
 */
export class ClubSpending {
    /** @param {Object} pos the till's store */
    constructor(pos) {
        this.pos = pos;
        this.holds = new ClubHolds(this);
        spendingOfTill = this;
    }

    get policy() {
        return this.pos.config._club || {};
    }

    get offline() {
        return Boolean(this.pos.data.network.offline);
    }

    // -------------------------------------------------------------- accounts

    /**
     * @param {string} account "points" | "wallet" | "credit"
     * @returns {Object|undefined} loyalty.program
     */
    programOf(account) {
        return this.pos.models["loyalty.program"].find((p) => p.club_account === account);
    }

    digitsOf(account) {
        return account === "points" ? 0 : (this.policy.currency_digits ?? 2);
    }

    /** Who spends: a member, or a customer who has an account and is none. */
    memberOf(partner) {
        const { club } = this.pos;
        return (partner && (club?.memberOf?.(partner) || club?.guestOf?.(partner))) || null;
    }

    /**
     * The member's card of a program, where the server has named it.
     *
     * @returns {Object|undefined} loyalty.card
     */
    cardOf(program, partner) {
        const cards = this.pos.models["loyalty.card"];
        const id = this.memberOf(partner)?.balances?.[program.club_account]?.card_id;
        if (id) {
            return (
                cards.get(id) ||
                // Not loaded: the till knows the member from before and has no network.
                cards.create({ id, program_id: program, partner_id: partner, points: 0 })
            );
        }
        return cards.find(
            (card) => card.program_id?.id === program.id && card.partner_id?.id === partner?.id
        );
    }

    /**
     * What this order may spend of a card, before its own claims.
     *
     * @returns {number}
     */
    spendable(order, card) {
        const account = card.program_id.club_account;
        const member = this.memberOf(card.partner_id);
        const waiting = this._claimedElsewhere(order, card);
        if (this.offline) {
            return usableOffline(this.allowance(member, account), Infinity, waiting);
        }
        const balance = member?.balances?.[account];
        const available = balance ? balance.available : card.points;
        return Math.max(0, available + this.holds.heldFor(order, card) - waiting);
    }

    /**
     * What the server lets this till spend for the member without asking.
     *
     * @returns {number}
     */
    allowance(member, account) {
        const granted = member?.allowance?.[account];
        if (!granted || DateTime.fromISO(granted.until) <= DateTime.now()) {
            return 0;
        }
        const available = member.balances?.[account]?.available ?? 0;
        return usableOffline(granted.amount, available);
    }

    /** Paid orders the server hasn't heard of; offline also other open baskets. */
    _claimedElsewhere(order, card) {
        return this.pos.models["pos.order"]
            .filter(
                (other) =>
                    other.uuid !== order.uuid &&
                    other.state !== "cancel" &&
                    !this.holds.heldFor(other, card) &&
                    (other.finalized ? !other.isSynced : this.offline)
            )
            .reduce((sum, other) => sum + other.clubCostOf(card), 0);
    }

    // -------------------------------------------------------------- how much

    /**
     * The reward by which an account pays any amount.
     *
     * @returns {Object|undefined} loyalty.reward
     */
    payingReward(order, account) {
        return this.programOf(account)?.reward_ids.find(
            (reward) => paysAnyAmount(reward) && this.isOpen(reward, order.getPartner())
        );
    }

    /** Whether the member's tier has this reward. */
    isOpen(reward, partner) {
        const tiers = this.policy.rewards?.[reward.id];
        return !tiers?.length || tiers.includes(this.memberOf(partner)?.tier?.code);
    }

    /**
     * How much of an account this order may use.
     *
     * @param {Object} order pos.order
     * @param {string} account "points" | "wallet" | "credit"
     * @returns {{amount: number, reason: string, rate: number, step: number, least: number,
     *     used: number, balance: number}} amounts in the account's unit; ``rate`` is money
     *     per unit, ``used`` what the order claims of it now, ``balance`` what there is
     */
    maxFor(order, account) {
        const none = { amount: 0, reason: "none", rate: 1, step: 1, least: 0, used: 0, balance: 0 };
        const reward = this.payingReward(order, account);
        const card = reward && this.cardOf(reward.program_id, order.getPartner());
        if (!card || card.id < 0) {
            return none;
        }
        const digits = this.digitsOf(account);
        const isPoints = account === "points";
        const { step: policyStep, least } = this.policy.spend || {};
        const step = isPoints ? commonStep(reward.required_points, policyStep) : 1;
        const rate = reward.discount;
        const lines = order.clubLinesOf(reward, card);
        const used = lines.reduce((sum, line) => sum + line.points_cost, 0);
        const free = order._getRealCouponPoints(card.id) + used;
        const bounds = [
            { reason: this.offline ? "offline" : "balance", amount: free },
            ...this._basketBounds(order, reward, lines).map(({ reason, money }) => ({
                reason,
                amount: money / rate / this._grossOf(order, reward),
            })),
        ];
        const fewest = isPoints ? least || 0 : 0;
        return {
            ...mostOf({ bounds, digits, step, least: fewest }),
            rate,
            step: fromUnits(step, digits),
            least: fewest,
            used: fromUnits(unitsDown(used, digits), digits),
            balance: free,
        };
    }

    /** How much the total falls by one unit of money that a reward takes off prices. */
    _grossOf(order, reward) {
        if (!reducesPrice(reward)) {
            return 1;
        }
        const { gross, prices } = this.reducible(order, reward);
        const shown = Object.values(prices).reduce((sum, price) => sum + price, 0);
        return shown > 0 && gross > shown ? gross / shown : 1;
    }

    /**
     * What a reward may take something off: prices as they are shown, less other
     * discounts of them.
     *
     * @returns {{gross: number, prices: Object}} money with taxes, and without those that
     *     are added by the ids of its taxes ("1,2")
     */
    reducible(order, reward) {
        if (reward.discount_applicability === "specific") {
            const found = order._getDiscountableOnSpecific(reward);
            return { gross: found.discountable, prices: found.discountablePerTax };
        }
        const prices = {};
        let gross = 0;
        for (const line of order.lines) {
            const type = line.is_reward_line && line.reward_id?.program_id?.program_type;
            if (["ewallet", "gift_card"].includes(type) || this.cannotPay("credit", line)) {
                continue;
            }
            const taxes = line.tax_ids.map((tax) => tax.id);
            prices[taxes] = (prices[taxes] || 0) + line.basePrice;
            gross += line.prices.total_included;
        }
        return { gross, prices };
    }

    /** What of the basket this reward may pay: list of {reason, money}. */
    _basketBounds(order, reward, lines) {
        const sum = (some) => some.reduce((total, line) => total + line.prices.total_included, 0);
        const account = reward.program_id.club_account;
        const closed = order.lines.filter((line) => this.cannotPay(account, line));
        const payments = order.lines.filter((line) => line.isClubPayment);
        const others = payments.filter(
            (line) => !lines.includes(line) && line.clubAccount !== "wallet"
        );
        const most = reward.discount_max_amount;
        const isSpecific = reward.discount_applicability === "specific";
        return basketBounds({
            account,
            left: order.priceIncl - sum(lines) - sum(closed),
            basket: order.priceIncl - sum(payments) - sum(closed),
            others: sum(others),
            share: this.policy.spend?.share ?? 100,
            most: most ? most * this._grossOf(order, reward) : null,
            goods: isSpecific ? order._getDiscountableOnSpecific(reward).discountable : null,
        });
    }

    /** Whether an account may not pay for a line: see `canPay`. */
    cannotPay(account, line) {
        if (line.is_reward_line || line.refunded_orderline_id) {
            return false;
        }
        const earns = !(this.policy.excluded || []).includes(line.product_id.id);
        return !canPay({ account, loads: this.isTopUp(line), earns });
    }

    isTopUp(line) {
        const products = this.programOf("wallet")?.trigger_product_ids || [];
        return !line.is_reward_line && products.some(({ id }) => id === line.product_id?.id);
    }

    /** Whether there is anything that this order could be paid with, or have as a reward. */
    canSpend(order) {
        if (!order?.lines.length || order.isRefund || !this.memberOf(order.getPartner())) {
            return false;
        }
        return (
            ["points", "wallet", "credit"].some((account) => {
                const { amount, used } = this.maxFor(order, account);
                return amount || used;
            }) || this.rewardsFor(order).some(({ possible }) => possible)
        );
    }

    /**
     * How much of an account a member who has no PIN may use on an order.
     *
     * @returns {number|null} in the account's unit; null where no PIN is asked for, or
     *     the member can agree
     */
    withoutPin(order, account) {
        const member = this.memberOf(order.getPartner());
        const kind = account === "points" ? "points" : "money";
        const limit = this.policy.confirm?.[kind];
        if (!limit || !member || member.pin || member.code || this.offline) {
            return null;
        }
        const digits = this.digitsOf(account);
        const others = this.claims(order)
            .filter((claim) => (claim.account === "points") === (kind === "points"))
            .filter((claim) => !(claim.adjustable && claim.account === account));
        const used = others.reduce((sum, claim) => sum + claim.cost, 0);
        const { step } = this.maxFor(order, account);
        const units = withoutAgreement({
            // What they spent without a PIN a while ago counts too: the server tells it.
            available: unitsDown(member.free?.[account] ?? limit, digits),
            limit: unitsDown(limit, digits),
            used: unitsDown(used, digits),
            step: unitsDown(step, digits) || 1,
        });
        return fromUnits(units, digits);
    }

    // -------------------------------------------------------------- claiming

    /**
     * Pay an amount of the basket from an account, in place of what was chosen before.
     *
     * @param {Object} order pos.order
     * @param {string} account
     * @param {number} amount in the account's unit; more than possible is cut
     * @returns {true|string} a sentence for the cashier when nothing could be used
     */
    use(order, account, amount) {
        const most = this.maxFor(order, account);
        const chosen = chosenAmount(amount, most, this.digitsOf(account));
        if (!chosen) {
            this.undo(order, account);
            return amount ? this.why(most, account) : true;
        }
        const reward = this.payingReward(order, account);
        const card = this.cardOf(reward.program_id, order.getPartner());
        const result = order.clubRenew(() => {
            order.clubLinesOf(reward, card).forEach((line) => line.delete());
            order.clubWish(reward, chosen);
            return this._apply(order, reward, card, { cost: chosen });
        });
        this.pos.updateRewards();
        return result;
    }

    /**
     * What "All" uses of an account: what nobody has to agree to first.
     *
     * @returns {number} in the account's unit; 0 where the order uses as much already
     */
    allOf(order, account) {
        const { amount, used } = this.maxFor(order, account);
        const most = Math.min(amount, this.withoutPin(order, account) ?? amount);
        return most > used ? most : 0;
    }

    /** Pay as much of the basket as an account can. */
    useAll(order, account) {
        return this.keepExact(order, () => this.use(order, account, this.allOf(order, account)));
    }

    /** Take back what was chosen of an account. */
    undo(order, account) {
        const reward = this.programOf(account)?.reward_ids.find(paysAnyAmount);
        if (!reward) {
            return;
        }
        order.clubWish(reward, 0);
        order.clubLinesOf(reward).forEach((line) => line.delete());
        this.changed(order);
    }

    /**
     * Rewards with a price in points, such as a discount or a free product.
     *
     * @returns {{reward: Object, card: Object, cost: number, possible: boolean,
     *     missing: number}[]}
     */
    rewardsFor(order) {
        const partner = order.getPartner();
        const found = [];
        for (const program of this.pos.models["loyalty.program"].filter((p) => p.club_account)) {
            const card = this.cardOf(program, partner);
            for (const reward of program.reward_ids) {
                if (paysAnyAmount(reward) || !this.isOpen(reward, partner)) {
                    continue;
                }
                const left = card ? order._getRealCouponPoints(card.id) : 0;
                const missing = Math.max(0, reward.required_points - left);
                found.push({
                    reward,
                    card,
                    cost: reward.required_points,
                    missing,
                    possible: Boolean(card && card.id > 0 && !missing),
                });
            }
        }
        return found.sort((a, b) => a.cost - b.cost);
    }

    /**
     * Claim a reward once; a free product that isn't in the basket is put there.
     *
     * @returns {Promise<true|string>}
     */
    async claim(order, reward, card, product = reward.reward_product_ids[0]) {
        const args = { cost: reward.required_points };
        if (reward.reward_type === "product") {
            args.product = product;
            args.quantity = reward.reward_product_qty;
            const missing = reward.reward_product_qty - order.clubUnclaimed(reward, product);
            if (missing > 0) {
                await this.pos.addLineToCurrentOrder(
                    { product_id: product, product_tmpl_id: product.product_tmpl_id, qty: missing },
                    {}
                );
            }
        }
        const result = this._apply(order, reward, card, args);
        this.pos.updateRewards();
        return result;
    }

    /**
     * What the order claims now.
     *
     * @returns {{code: string, reward: Object, card: Object, account: string, adjustable:
     *     boolean, times: number, cost: number, money: number}[]}
     */
    claims(order) {
        const claims = new Map();
        for (const line of order.clubRewardLines()) {
            const code = line.reward_identifier_code;
            const claim = claims.get(code) || {
                code,
                reward: line.reward_id,
                card: line.coupon_id,
                account: line.clubAccount,
                adjustable: paysAnyAmount(line.reward_id),
                times: 1,
                cost: 0,
                money: 0,
            };
            claim.cost += line.points_cost;
            claim.money -= line.prices.total_included;
            // Native code puts the same free product of several claims into one line.
            if (claim.reward.reward_type === "product") {
                claim.times = Math.round(claim.cost / claim.reward.required_points);
            }
            claims.set(code, claim);
        }
        return [...claims.values()];
    }

    /** Take one claim back; of a reward that was claimed several times, one time. */
    undoClaim(order, code) {
        const lines = order.clubRewardLines().filter((l) => l.reward_identifier_code === code);
        const reward = lines[0]?.reward_id;
        const [{ points_cost: cost = 0 } = {}] = lines;
        if (reward?.reward_type === "product" && cost > reward.required_points) {
            lines[0].points_cost = cost - reward.required_points;
            lines[0].qty -= reward.reward_product_qty;
        } else {
            lines.forEach((line) => {
                order.clubWish(line.reward_id, 0);
                line.delete();
            });
        }
        this.changed(order);
    }

    /**
     * Bring what an order claims of a card down to what there is.
     *
     * @param {number} most in the account's unit
     */
    reduce(order, card, most) {
        const claims = this.claims(order).filter((claim) => claim.card.id === card.id);
        const kept = reduced(
            claims.map((claim) => ({ ...claim, key: claim.code })),
            most
        );
        // Amounts last: whole rewards that go make room for them.
        for (const claim of claims.sort((a, b) => a.adjustable - b.adjustable)) {
            if (claim.adjustable) {
                this.use(order, claim.account, kept[claim.code]);
            } else {
                const times = Math.round(kept[claim.code] / (claim.cost / claim.times));
                for (let time = times; time < claim.times; time++) {
                    this.undoClaim(order, claim.code);
                }
            }
        }
    }

    /** After claims changed: prices follow, and a hold for nothing is given up. */
    changed(order) {
        this.pos.updateRewards();
        if (!order.clubRewardLines().length) {
            this.releaseFor(order);
        }
    }

    /**
     * Change an order whose one payment pays exactly all: it goes on doing so.
     *
     * @param {Object} order pos.order
     * @param {Function} action
     * @returns {Promise} what the action gives
     */
    async keepExact(order, action) {
        const [payment, ...others] = order.payment_ids;
        const exact =
            payment &&
            !others.length &&
            !payment.isElectronic?.() &&
            this.pos.currency.isZero(order.totalDue - order.amountPaid);
        const result = await action();
        if (exact && order.payment_ids.includes(payment)) {
            payment.setAmount(0);
            payment.setAmount(order.remainingDue);
        }
        return result;
    }

    _apply(order, reward, card, args) {
        order.clubTrack(reward.program_id, card);
        return order._applyReward(reward, card.id, args);
    }

    // -------------------------------------------------------------- wallet

    /**
     * Load the customer's wallet with money that is paid in this order.
     *
     * @param {Object} order pos.order
     * @param {number} money
     * @returns {Promise<Object|undefined>} the line
     */
    async topUp(order, money) {
        const program = this.programOf("wallet");
        const product = program?.trigger_product_ids[0];
        if (!product || !money) {
            return;
        }
        const price = product.getTaxDetails({
            overridedValues: {
                tax_ids: product.taxes_id,
                price_unit: money,
                special_mode: "total_included",
            },
        }).total_excluded;
        // Not the store's way for the current order: it would ask for a program, and puts
        // its own price on orders that pay money back.
        const line = await this.pos.addLineToOrder(
            { product_id: product, product_tmpl_id: product.product_tmpl_id, price_unit: price },
            order,
            { eWalletGiftCardProgram: program, force: true },
            false
        );
        this.pos.updateRewards();
        return line;
    }

    /**
     * Ask how much, and load the wallet with it.
     *
     * @returns {Promise<boolean>} whether it is in the order now
     */
    async askTopUp(order) {
        const typed = await makeAwaitable(this.pos.dialog, NumberPopup, {
            title: _t("Top up the wallet"),
            formatDisplayedValue: (text) => `${this.pos.currency.symbol} ${shownAmount(text)}`,
            isValid: (text) => Boolean(text) && parseFloat(text) > 0,
            confirmButtonLabel: _t("Top up"),
        });
        const money = typed ? this.pos.currency.round(parseFloat(typed)) : 0;
        if (!(money > 0)) {
            return false;
        }
        return Boolean(await this.keepExact(order, () => this.topUp(order, money)));
    }

    /** Whether the customer of an order has, or can get, a wallet here. */
    hasWallet(order) {
        return Boolean(
            this.programOf("wallet")?.trigger_product_ids?.length &&
            this.pos.club.memberOf(order?.getPartner())
        );
    }

    // -------------------------------------------------------------- holds

    /**
     * Set aside what the order claims, before it is paid.
     *
     * @returns {Promise<boolean>} whether to go on
     */
    holdFor(order) {
        return this.holds.holdFor(order);
    }

    /** Give up what was set aside for an order that isn't paid now. */
    releaseFor(order) {
        return this.holds.releaseFor(order);
    }

    /** An order that the server has followed says what its member has now. */
    learnFrom(order) {
        const balances = this.memberOf(order.getPartner())?.balances;
        const told = order.club_receipt;
        for (const [account, available] of Object.entries(told?.balance || {})) {
            if (balances?.[account]) {
                balances[account].available = available;
                balances[account].owed = told.owed?.[account] || 0;
            }
        }
    }

    /** An order that was left for another one sets nothing aside. */
    releaseOthers() {
        for (const order of this.pos.getOpenOrders()) {
            if (order.uiState.clubAsked && order.uuid !== this.pos.selectedOrderUuid) {
                this.releaseFor(order);
            }
        }
    }

    // -------------------------------------------------------------- words

    /** Name of an account, as a heading. */
    accountName(account) {
        return {
            points: _t("Points"),
            wallet: _t("Wallet"),
            credit: _t("Promotional credit"),
        }[account];
    }

    /** Its sign, as a class. */
    accountIcon(account) {
        return { points: "fa-star", wallet: "fa-credit-card", credit: "fa-gift" }[account];
    }

    /** An amount of an account, in words. */
    formatAmount(account, amount) {
        const shown = formatAccount(account, amount, this.pos.currency.id);
        return account === "points" ? _t("%s points", shown) : shown;
    }

    /** Why no more can be used. */
    why(most, account) {
        return {
            none: _t("The customer has nothing of this to use."),
            balance: _t("That is all there is."),
            offline: _t("Without a network this till may use no more for this member."),
            basket: _t("That pays all that is left of the basket."),
            share: _t(
                "The club lets points and credit pay %s%% of a basket.",
                this.policy.spend?.share
            ),
            reward: _t("The reward gives no more on this basket."),
            least: _t("At least %s at once.", this.formatAmount(account, most.least || 0)),
        }[most.reason];
    }
}
