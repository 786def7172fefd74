import { onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { PosData } from "@point_of_sale/app/services/data_service";
import { PosConfig } from "@point_of_sale/../tests/unit/data/pos_config.data";
import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";

/** A club as a till is told of it at opening; give what is different. */
export function mockPolicy(values = {}) {
    return {
        id: 1,
        name: "Corner club",
        calendar: "gregorian",
        currency_digits: 2,
        consents: [
            ["sms", "SMS"],
            ["email", "E-mail"],
        ],
        mobile_prefix: "+98",
        programs: { points: 1, wallet: 2, credit: 6 },
        tiers: [
            { code: "base", name: "Bronze", color: 2, icon: "fa-certificate", multiplier: 1 },
            { code: "gold", name: "Gold", color: 3, icon: "fa-trophy", multiplier: 1.5 },
        ],
        spend: { share: 100, least: 0, step: 1 },
        confirm: { points: 0, money: 0 },
        can_block: false,
        rewards: {},
        earning: [mockRule()],
        excluded: [],
        welcome: { points: 100, credit: 5 },
        ...values,
    };
}

/** A rule that gives a point for each unit of money; give what is different. */
export function mockRule(values = {}) {
    return {
        id: 1,
        mode: "money",
        rate: 1,
        products: null,
        excluded: [],
        tax: "incl",
        discount: "after",
        rounding: "down",
        multiplied: true,
        cap: 0,
        tiers: [],
        least_qty: 0,
        least_amount: 0,
        least_tax: "incl",
        step: 0,
        full_price: false,
        ...values,
    };
}

/** What a till is told of a member: the customer 3 of the mock server. */
export function mockMember(values = {}) {
    const balance = { available: 0, pending: 0, held: 0, card_id: false, expiring: false };
    return {
        member_id: 7,
        partner_id: 3,
        number: "00000422",
        name: "Sara Ahmadi",
        mobile: "+989121234567",
        state: "active",
        joined_on: "2025-03-21",
        tier: mockPolicy().tiers[1],
        next_tier: false,
        balances: {
            points: { ...balance, available: 1250 },
            wallet: { ...balance, available: 12.5 },
            credit: balance,
        },
        birthday: false,
        last_visit: false,
        offers: [],
        cards: [],
        pin: false,
        allowance: {},
        at: "2026-11-22T08:00:00Z",
        ...values,
    };
}

/** The server's answer about a member. */
export function mockFound(member = mockMember(), values = {}) {
    return {
        status: "found",
        member,
        records: {},
        shown: { scheme: "mobile", display: member.mobile },
        message: false,
        choices: [],
        ...values,
    };
}

/** The server's answer about nobody: status "unknown" unless said otherwise. */
export function mockNobody(values = {}) {
    return {
        status: "unknown",
        member: false,
        records: {},
        shown: { scheme: "mobile", display: "+989350000000" },
        message: false,
        choices: [],
        ...values,
    };
}

/**
 * Answer for the server.
 *
 * @param {Object<string, Function|Object>} answers method to an answer, or to a function
 *     of its arguments
 * @returns {{ calls: Object[], cut: boolean }} what was asked ({method, ...arguments});
 *     set `cut` to take the network away
 */
export function mockTill(answers) {
    const wire = { calls: [], cut: false };
    patchWithCleanup(PosData.prototype, {
        async execute() {
            if (wire.cut) {
                throw new ConnectionLostError("till");
            }
            return super.execute(...arguments);
        },
    });
    for (const [method, answer] of Object.entries(answers)) {
        onRpc("loyalty.club.till", method, ({ kwargs }) => {
            const entries = Object.entries(kwargs).filter(([name]) => name !== "context");
            const args = Object.fromEntries(entries);
            wire.calls.push({ method, ...args });
            return typeof answer === "function" ? answer(args) : answer;
        });
    }
    return wire;
}

/** An error as the server's refusal arrives at the till. */
export function mockRefusal(code, sentence) {
    const error = new RPCError(sentence);
    error.exceptionName = "odoo.exceptions.UserError";
    error.data = {
        name: error.exceptionName,
        message: sentence,
        arguments: [sentence],
        context: { club_code: code },
    };
    return error;
}

/**
 * A till of a shop with a club.
 *
 * @param {Object|false} [policy] false for a shop without one
 */
export async function setupClubEnv(policy = mockPolicy()) {
    patchWithCleanup(PosConfig.prototype, {
        _load_pos_data_read() {
            const records = super._load_pos_data_read(...arguments);
            records[0]._club = policy;
            return records;
        },
    });
    return setupPosEnv();
}
