import { describe, expect, globals, test } from "@odoo/hoot";
import { commonStep, mostOf, shareOut } from "@loyalty_club_pos/app/utils/club_amounts";
import {
    affordable,
    amountBack,
    basketBounds,
    canPay,
    chosenOf,
    costOfGoods,
    partDue,
    reduced,
    unitsBack,
    usableOffline,
    withoutAgreement,
} from "@loyalty_club_pos/app/utils/club_rules";

describe.current.tags("headless");

/** The table of the server's engine itself, as its own tests read it. */
const TABLE = "/loyalty_club/static/tests/cases/spending.json";

const number = (part) => {
    const [whole, parts = 1] = part.split("/");
    return whole / parts;
};

/** What the till says to a case of each of the engine's rules. */
const RULES = {
    affordable: ({ available, price }) => affordable(available, price),
    amount_back: ({ worth, part, before }) =>
        amountBack({ worth, part: number(part), before, round: Math.round }),
    basket_bounds: (terms) => basketBounds(terms).map(({ reason, money }) => [reason, money]),
    can_pay: canPay,
    chosen_of: chosenOf,
    common_step: ({ of_reward, of_club }) => commonStep(of_reward, of_club),
    cost_of_goods: costOfGoods,
    given_back: ({ cost, part, given_before }) => unitsBack(cost * number(part), given_before),
    most_of: ({ bounds, digits, step = 1, least = 0 }) => {
        const named = bounds.map(([reason, amount]) => ({ reason, amount }));
        const { amount, reason } = mostOf({ bounds: named, digits, step, least });
        return [Math.round(amount * 10 ** digits), reason];
    },
    part_due: ({ goods }) => partDue(goods),
    reduced: ({ claims, most }) => reduced(claims, most),
    share_out: ({ units, weights }) => shareOut(units, weights),
    usable_offline: ({ granted, available, waiting }) => usableOffline(granted, available, waiting),
    without_agreement: withoutAgreement,
};

async function readTable() {
    const response = await globals.fetch(TABLE);
    return response.json();
}

for (const [rule, answer] of Object.entries(RULES)) {
    test(`as the server says: ${rule}`, async () => {
        const cases = (await readTable())[rule];
        expect(cases.length).toBeGreaterThan(0);
        for (const { name, is, ...terms } of cases) {
            expect(answer(terms)).toEqual(is, { message: name });
        }
    });
}

test("both have all rules of the table", async () => {
    expect(Object.keys(await readTable()).sort()).toEqual(Object.keys(RULES).sort());
});
