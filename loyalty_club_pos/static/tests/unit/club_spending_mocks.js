import { mockMember, mockPolicy, setupClubEnv } from "@loyalty_club_pos/../tests/unit/club_mocks";

const { DateTime } = luxon;

/** A day from now, as the server writes it. */
export const TOMORROW = DateTime.utc().plus({ days: 1 }).toISO();

const BALANCE = { available: 0, pending: 0, held: 0, card_id: false, expiring: false };

/**
 * A till whose customer 3 is a member with 300 points (each a tenth of a unit of money)
 * and 25.00 in the wallet.
 *
 * @param {Object} [options]
 * @param {Object} [options.policy] what is different
 * @param {Object} [options.member] what is different
 */
export async function setupSpending({ policy = {}, member = {} } = {}) {
    const store = await setupClubEnv(mockPolicy(policy));
    const { models } = store;
    const partner = models["res.partner"].get(3);
    const points = manage(models, 7, "points");
    const wallet = manage(models, 2, "wallet");
    const product = models["product.product"].get(1);
    const reward = (id, program, values) =>
        models["loyalty.reward"].create({
            id,
            program_id: program,
            description: `Reward ${id}`,
            reward_type: "discount",
            discount_mode: "per_point",
            discount: 1,
            discount_applicability: "order",
            discount_max_amount: 0,
            required_points: 1,
            clear_wallet: false,
            is_global_discount: false,
            discount_line_product_id: product,
            reward_product_qty: 1,
            reward_product_domain: "null",
            ...values,
        });
    const card = (id, program, amount) =>
        models["loyalty.card"].create({
            id,
            program_id: program,
            partner_id: partner,
            points: amount,
        });
    const till = {
        store,
        models,
        partner,
        spending: store.club.spending,
        programs: { points, wallet },
        rewards: {
            points: reward(501, points, { discount: 0.1 }),
            wallet: reward(502, wallet),
            coffee: reward(503, points, {
                reward_type: "product",
                required_points: 50,
                reward_product_id: models["product.product"].get(10),
                reward_product_ids: [models["product.product"].get(10)],
            }),
        },
        cards: { points: card(901, points, 300), wallet: card(902, wallet, 25) },
    };
    store.club.seen[3] = {
        member: mockMember({
            balances: {
                points: { ...BALANCE, available: 300, card_id: 901 },
                wallet: { ...BALANCE, available: 25, card_id: 902 },
                credit: BALANCE,
            },
            ...member,
        }),
        at: Date.now(),
        remembered: false,
    };
    return till;
}

/**
 * Give the member 40.00 of promotional credit, which reduces prices.
 *
 * @param {string} [use] "reduction" | "payment"
 */
export function withCredit(till, use = "reduction") {
    const { models, partner } = till;
    const program = manage(models, 6, "credit");
    Object.assign(program, { program_type: "ewallet", club_use: use });
    till.rewards.credit = models["loyalty.reward"].create({
        id: 504,
        program_id: program,
        reward_type: "discount",
        discount_mode: "per_point",
        discount: 1,
        discount_applicability: "order",
        discount_max_amount: 0,
        required_points: 1,
        clear_wallet: false,
        discount_line_product_id: models["product.product"].get(1),
    });
    till.cards.credit = models["loyalty.card"].create({
        id: 903,
        program_id: program,
        partner_id: partner,
        points: 40,
    });
    const { balances } = till.store.club.seen[3].member;
    balances.credit = { ...BALANCE, available: 40, card_id: 903 };
}

function manage(models, id, account) {
    const program = models["loyalty.program"].get(id);
    Object.assign(program, {
        club_account: account,
        is_nominative: true,
        pricelist_ids: [],
        reward_ids: [["clear"]],
    });
    return program;
}

/** A basket of the member's: lines of {price, qty, taxes}, without taxes at first. */
export async function basket(till, ...lines) {
    const order = till.store.addNewOrder();
    order.setPartner(till.partner);
    for (const { price = 10, qty = 1, productId = 1, taxes = [] } of lines) {
        await till.store.addLineToOrder(
            {
                product_tmpl_id: till.models["product.product"].get(productId).product_tmpl_id,
                product_id: till.models["product.product"].get(productId),
                price_unit: price,
                qty,
                tax_ids: taxes.map((id) => ["link", till.models["account.tax"].get(id)]),
            },
            order,
            {},
            false
        );
    }
    return order;
}

/** Wait for what native code does behind a change of the basket. */
export async function settled(till) {
    till.store.updateRewards();
    await new Promise((resolve) => setTimeout(resolve, 50));
}
