import { PosOrder } from "@point_of_sale/app/models/pos_order";
// Patched there first: what is said here comes after.
import "@pos_loyalty/app/models/pos_order";
import { patch } from "@web/core/utils/patch";
import { clubSpending } from "@loyalty_club_pos/app/services/club_spending";
import { fromUnits, shareOut, unitsDown } from "@loyalty_club_pos/app/utils/club_amounts";
import { paysAnyAmount, reducesPrice } from "@loyalty_club_pos/app/utils/club_rewards";
import { affordable, chosenAmount, costOfGoods } from "@loyalty_club_pos/app/utils/club_rules";

const { DateTime } = luxon;

/**
 * Lines of the club's rewards that native code has taken off an order while it renews
 * them. They come back as what is renewed: the server and other tills then know them
 * again, where a line that is made anew each time would stand beside the older one that
 * they still have.
 */
let renewing = null;

/**
 * Programs of a club on an order: the server counts what they earn, the member chooses
 * what they spend. Programs that no club manages go their native way.
 */
patch(PosOrder.prototype, {
    initState() {
        super.initState();
        this.uiState = {
            ...this.uiState,
            // What the member chose to use: reward id to amount. A basket that shrinks
            // for a moment, while a quantity is typed, doesn't forget it.
            clubWishes: this.uiState.clubWishes || {},
        };
    },

    // -------------------------------------------------------------- what is claimed

    clubRewardLines() {
        return this.lines.filter((line) => line.clubAccount);
    },
    clubLinesOf(reward, card = null) {
        return this.clubRewardLines().filter(
            (line) => line.reward_id.id === reward.id && (!card || line.coupon_id?.id === card.id)
        );
    },
    clubCostOf(card) {
        return this.clubRewardLines()
            .filter((line) => line.coupon_id?.id === card.id)
            .reduce((sum, line) => sum + line.points_cost, 0);
    },
    /**
     * Do something that takes reward lines off and puts them back: those of the club stay
     * the same lines.
     *
     * @param {Function} action
     * @returns {any} what the action gives
     */
    clubRenew(action) {
        if (renewing) {
            return action();
        }
        renewing = { lines: [], codes: new Map() };
        try {
            return action();
        } finally {
            const { lines } = renewing;
            renewing = null;
            lines.forEach((line) => line.delete());
        }
    },
    /** Take a line off, to be put back as another one; see `clubRenew`. */
    clubKeep(line) {
        if (!renewing || line.order_id?.uuid !== this.uuid) {
            return false;
        }
        line.order_id = undefined;
        renewing.lines.push(line);
        // As for lines that are deleted: the order costs what its other lines do.
        this.triggerRecomputeAllPrices();
        return true;
    },
    /** A kept line that is what these values are; each is given once. */
    _clubKept(values) {
        const code = renewing.codes.get(values.reward_identifier_code);
        const index = renewing.lines.findIndex(
            (line) =>
                line.reward_id?.id === values.reward_id.id &&
                line.coupon_id?.id === values.coupon_id &&
                (code === undefined
                    ? ![...renewing.codes.values()].includes(line.reward_identifier_code)
                    : code === line.reward_identifier_code)
        );
        if (index < 0) {
            return null;
        }
        const [line] = renewing.lines.splice(index, 1);
        renewing.codes.set(values.reward_identifier_code, line.reward_identifier_code);
        return line;
    },
    /**
     * An account pays by one amount: what the member chose at this till, or else what the
     * order came with. Two tills that changed one order may have left two lines of it.
     */
    clubMend() {
        const rewards = new Set(this.clubRewardLines().map((line) => line.reward_id));
        for (const reward of [...rewards].filter(paysAnyAmount)) {
            const claims = Object.values(
                Object.groupBy(this.clubLinesOf(reward), (line) => line.reward_identifier_code)
            );
            // The server's own comes first, and of those the older one.
            claims.sort(([a], [b]) => b.isSynced - a.isSynced || a.id - b.id);
            const cost = claims[0].reduce((sum, line) => sum + line.points_cost, 0);
            if (this.uiState.clubWishes[reward.id] === undefined) {
                this.clubWish(reward, cost);
            }
            claims
                .slice(1)
                .flat()
                .forEach((line) => line.delete());
        }
    },
    /** An order that was changed elsewhere has what was chosen there. */
    clubAdopt() {
        const spending = clubSpending();
        const isChanged = this.lines.some((line) => !line.isSynced || line.isDirty());
        if (this.finalized || !this.isSynced || isChanged || !spending) {
            return;
        }
        for (const account of ["points", "wallet", "credit"]) {
            const reward = spending.payingReward(this, account);
            const { amount = 0, used = 0 } = reward ? spending.maxFor(this, account) : {};
            const wish = reward && this.uiState.clubWishes[reward.id];
            // What is bounded by the basket alone is still wished for.
            if (reward && used !== Math.min(wish ?? 0, amount)) {
                this.clubWish(reward, used);
            }
        }
    },
    /** Remember how much of a reward the member wants; 0 forgets it. */
    clubWish(reward, amount) {
        const wishes = { ...this.uiState.clubWishes };
        delete wishes[reward.id];
        if (amount && paysAnyAmount(reward)) {
            wishes[reward.id] = amount;
        }
        this.uiState.clubWishes = wishes;
    },
    /** Native code drops rewards of cards that it doesn't track. */
    clubTrack(program, card) {
        const changes = this.uiState.couponPointChanges;
        if (changes[card.id]) {
            return;
        }
        this.uiState.couponPointChanges = {
            ...Object.fromEntries(
                Object.entries(changes).filter(([, change]) => change.program_id !== program.id)
            ),
            [card.id]: { points: 0, program_id: program.id, coupon_id: card.id, barcode: "" },
        };
    },

    // -------------------------------------------------------------- native questions

    setPartner(partner) {
        const changed = this.getPartner()?.id !== (partner?.id || undefined);
        super.setPartner(...arguments);
        if (changed && !this.finalized) {
            // What one member chose isn't the next one's.
            this.uiState.clubWishes = {};
            this.clubRewardLines().forEach((line) => line.delete());
            clubSpending()?.releaseFor(this);
        }
    },
    removeOrderline(line) {
        const claimed = line.clubAccount;
        if (claimed) {
            this.clubWish(line.reward_id, 0);
        }
        const removed = super.removeOrderline(...arguments);
        if (claimed && !this.clubRewardLines().length) {
            clubSpending()?.releaseFor(this);
        }
        return removed;
    },
    /** The server knows what a basket earns; here it earns nothing, so nothing twice. */
    pointsForPrograms(programs) {
        const result = super.pointsForPrograms(programs.filter((p) => !p.club_account));
        for (const program of programs.filter((p) => p.club_account)) {
            result[program.id] = [];
        }
        return result;
    },
    _programIsApplicable(program) {
        if (!program.club_account) {
            return super._programIsApplicable(program);
        }
        // Accounts are there to be spent, also when no rule of theirs earns at a till.
        const today = DateTime.now();
        return Boolean(
            this.getPartner() &&
            !(program.date_from && program.date_from.startOf("day") > today) &&
            !(program.date_to && program.date_to.endOf("day") < today) &&
            (!program.pricelist_ids.length ||
                program.pricelist_ids.some((list) => list.id === this.pricelist_id?.id))
        );
    },
    /** The club's panel and receipt say it, from the server. */
    getLoyaltyPoints() {
        return super.getLoyaltyPoints().filter(({ program }) => !program.club_account);
    },
    _getPointsCorrection(program) {
        return program.club_account ? 0 : super._getPointsCorrection(program);
    },
    _getRealCouponPoints(couponId) {
        const card = this.models["loyalty.card"].get(couponId);
        const spending = clubSpending();
        if (!card?.program_id?.club_account || !spending) {
            return super._getRealCouponPoints(couponId);
        }
        return spending.spendable(this, card) - this.clubCostOf(card);
    },
    getClaimableRewards() {
        const spending = clubSpending();
        return super
            .getClaimableRewards(...arguments)
            .filter(
                ({ reward }) =>
                    !reward.program_id.club_account ||
                    !spending ||
                    spending.isOpen(reward, this.getPartner())
            );
    },

    // -------------------------------------------------------------- applying

    _applyReward(reward, couponId, args) {
        if (!paysAnyAmount(reward) || !clubSpending()) {
            return super._applyReward(...arguments);
        }
        // A price in points bounds a reward; an amount has its own bounds, and less than
        // one unit of money is an amount too.
        const lines = this._getRewardLineValues({
            reward,
            coupon_id: couponId,
            cost: args?.cost || null,
        });
        if (!Array.isArray(lines)) {
            return lines;
        }
        lines.forEach((line) => this.applyRewardLine(line));
        return true;
    },
    applyRewardLine(values) {
        const line = renewing && values.reward_id.program_id.club_account && this._clubKept(values);
        if (!line) {
            const code = renewing?.codes.get(values.reward_identifier_code);
            return super.applyRewardLine(
                code ? { ...values, reward_identifier_code: code } : values
            );
        }
        const { reward_id, coupon_id, reward_identifier_code, tax_ids, ...rest } = values;
        line.update({ ...rest, order_id: this, tax_ids: [["set", ...tax_ids]] });
        line.setFullProductName();
        this.triggerRecomputeAllPrices();
    },
    _updateRewardLines() {
        this.clubMend();
        return this.clubRenew(() => {
            // To native code an eWallet has one line, which it applies again; of the lines
            // of a price reduction, one for each kind of taxes, it sees the first.
            for (const line of this.clubRewardLines()) {
                if (reducesPrice(line.reward_id) && !line.points_cost) {
                    line.delete();
                }
            }
            const changed = super._updateRewardLines();
            return this._clubRenewWishes() || changed;
        });
    },
    /** Claim again what the basket didn't have room for a moment ago. */
    _clubRenewWishes() {
        const spending = clubSpending();
        let changed = false;
        for (const id of Object.keys(this.uiState.clubWishes)) {
            const reward = this.models["loyalty.reward"].get(Number(id));
            const card = reward && spending?.cardOf(reward.program_id, this.getPartner());
            if (!card || this.clubLinesOf(reward).length) {
                continue;
            }
            this.clubTrack(reward.program_id, card);
            this._applyReward(reward, card.id, { cost: this.uiState.clubWishes[id] });
            changed = changed || this.clubLinesOf(reward).length > 0;
        }
        return changed;
    },
    _getRewardLineValuesDiscount(args) {
        if (reducesPrice(args.reward) && clubSpending()) {
            return this._clubReduction(args);
        }
        const lines = super._getRewardLineValuesDiscount(args);
        if (!Array.isArray(lines) || !lines.length || !paysAnyAmount(args.reward)) {
            return lines;
        }
        return this._clubChosen(args, lines);
    },
    /** A line for each kind of taxes, which take what the member chose off the prices. */
    _clubReduction({ reward, coupon_id, cost }) {
        const spending = clubSpending();
        const chosen = this._clubChosenAmount(reward, cost);
        const digits = this.currency.decimal_places;
        const { prices } = spending.reducible(this, reward);
        const shares = shareOut(unitsDown(chosen * reward.discount, digits), prices);
        const code = `club-${reward.id}-${this.lines.length}`;
        return Object.entries(shares)
            .filter(([, units]) => units)
            .map(([key, units], index) => {
                const ids = key.split(",").map(Number);
                return {
                    product_id: reward.discount_line_product_id,
                    price_unit: -fromUnits(units, digits),
                    qty: 1,
                    reward_id: reward,
                    is_reward_line: true,
                    coupon_id,
                    points_cost: index ? 0 : chosen,
                    reward_identifier_code: code,
                    tax_ids: this.models["account.tax"].filter((tax) => ids.includes(tax.id)),
                };
            });
    },
    /** How much of an account is used now: what the member chose, as far as it goes. */
    _clubChosenAmount(reward, cost) {
        const spending = clubSpending();
        const account = reward.program_id.club_account;
        const most = spending.maxFor(this, account);
        const wish = this.uiState.clubWishes[reward.id] ?? cost ?? most.amount;
        return chosenAmount(wish, most, spending.digitsOf(account));
    },
    /** Native lines pay all that is possible; these pay what the member chose. */
    _clubChosen({ reward, cost }, lines) {
        const chosen = this._clubChosenAmount(reward, cost);
        const nativeCost = lines[0].points_cost;
        if (!chosen || !nativeCost) {
            return [];
        }
        const scale = chosen / nativeCost;
        return lines.map((line, index) => ({
            ...line,
            price_unit: line.price_unit * scale,
            points_cost: index ? 0 : chosen,
        }));
    },
    _getRewardLineValuesProduct(args) {
        const lines = super._getRewardLineValuesProduct(args);
        const { reward } = args;
        if (!Array.isArray(lines) || !reward.program_id.club_account || reward.clear_wallet) {
            return lines;
        }
        // Native code gives as many as the basket has; a member claims one at a time.
        return lines.map((line) => {
            const perClaim = reward.reward_product_qty;
            const bought = affordable(line.points_cost, reward.required_points);
            const qty = Math.min(line.qty, bought * perClaim);
            const price = reward.required_points;
            const points_cost = costOfGoods({ pieces: qty, each: perClaim, price });
            return { ...line, qty, points_cost };
        });
    },
    _computeUnclaimedFreeProductQty(reward, couponId, product, remainingPoints) {
        if (!reward.program_id.club_account) {
            return super._computeUnclaimedFreeProductQty(...arguments);
        }
        // What this basket earns can't be spent on it, so nothing feeds back.
        const times = affordable(remainingPoints, reward.required_points);
        return Math.min(this.clubUnclaimed(reward, product), times * reward.reward_product_qty);
    },
    /** Pieces of a reward's product in the basket that no reward gives away yet. */
    clubUnclaimed(reward, product) {
        let pieces = 0;
        for (const line of this.lines) {
            if (line.refunded_orderline_id) {
                continue;
            }
            if (!line.is_reward_line && line.product_id.id === product.id) {
                pieces += line.qty;
            } else if (line.is_reward_line && line._reward_product_id?.id === product.id) {
                pieces -= line.qty;
            }
        }
        return pieces;
    },
});
