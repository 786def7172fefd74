import { expect, getFixture, test } from "@odoo/hoot";
import { animationFrame, mockDate } from "@odoo/hoot-mock";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { localization } from "@web/core/l10n/localization";
import { setupClubDigits } from "@loyalty_club_pos/app/services/club_digits";
import { wholeSteps } from "@loyalty_club_pos/app/utils/club_amounts";
import {
    formatDay,
    shownAmount,
    shownButtons,
    shownDigits,
    shownMobile,
} from "@loyalty_club_pos/app/utils/club_format";
import { isName, memberNumber, missingDigits } from "@loyalty_club_pos/app/utils/club_mobile";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { setupClubEnv } from "@loyalty_club_pos/../tests/unit/club_mocks";

definePosModels();

test("half a mobile wants digits, in every spelling; others don't", () => {
    const cases = [
        ["0912", 7],
        ["0912 196 54", 2],
        ["۰۹۱۲۱۹۶", 4],
        ["+98912", 7],
        ["0098 912 196 541", 1],
        ["09121965415", 0],
        ["+989121965415", 0],
        // As long as a member's number.
        ["09121965", 0],
        ["00000422", 0],
        ["422", 0],
        ["0A00BC614E", 0],
        ["sara", 0],
        ["", 0],
    ];
    for (const [text, missing] of cases) {
        expect([text, missingDigits(text, "+98")]).toEqual([text, missing]);
    }
    expect(missingDigits("0912", "+49")).toBe(0);
});

test("what is a name, and a number without zeros", () => {
    expect(["sara", "علی کریمی"].every(isName)).toBe(true);
    expect(["al", "09121965415", "a@example.com", "AB12CD", "۱۲۳ علی"].some(isName)).toBe(false);
    expect(memberNumber("422")).toBe("00000422");
    expect(memberNumber("۴۲۲")).toBe("00000422");
    expect(["00000422", "4 22", "4x", ""].map(memberNumber)).toEqual(["", "", "", ""]);
});

test("an amount is cut to whole steps", () => {
    expect(wholeSteps(1507, 10, 0)).toBe(1500);
    expect(wholeSteps(7, 10, 0)).toBe(0);
    expect(wholeSteps(0.35, 0.01, 2)).toBe(0.35);
});

test("an amount that is typed has its thousands parted", async () => {
    await setupClubEnv();
    const typed = ["", "5", "500", "5000", "1234567.5", "0.", "1000.1234"];
    expect(typed.map(shownAmount)).toEqual([
        "",
        "5",
        "500",
        "5,000",
        "1,234,567.5",
        "0.",
        "1,000.1234",
    ]);
    patchWithCleanup(localization, { code: "fa_IR" });
    expect(shownAmount("5000000")).toBe("۵٬۰۰۰٬۰۰۰");
    // A sign stays before its number; a number of several parts has none.
    expect(shownDigits("-1,000 ریال")).toBe("\u200e-۱٬۰۰۰ ریال");
    expect(shownDigits("رسید 266-4-03, + 5")).toBe("رسید ۲۶۶-۴-۰۳, \u200e+ ۵");
});

test("a mobile is read as people write it, with their digits", async () => {
    await setupClubEnv();
    expect(shownMobile("+989121965415", "+98")).toBe("09121965415");
    expect(shownMobile("•••• 5415", "+98")).toBe("•••• 5415");
    expect(shownMobile("+4915112345678", "+98")).toBe("+4915112345678");
    patchWithCleanup(localization, { code: "fa_IR" });
    expect(shownMobile("+989121965415", "+98")).toBe("۰۹۱۲۱۹۶۵۴۱۵");
    const [one, back] = shownButtons([{ value: "1" }, { value: "Backspace", text: "⌫" }]);
    expect([one.value, one.text, back.text]).toEqual(["1", "۱", "⌫"]);
});

test("the year is told where a day isn't in this one", async () => {
    await setupClubEnv();
    mockDate("2026-11-28 12:00:00");
    const told = (day, calendar) => formatDay(day, { calendar, year: "other" });
    expect(told("2026-12-24")).toBe("December 24");
    expect(told("2027-01-02")).toBe("January 2, 2027");
    // 1405 goes on until 20 March 2027.
    expect(told("2027-01-02", "jalali")).not.toMatch(/140/);
    expect(told("2027-04-02", "jalali")).toMatch(/1406/);
});

test("in Persian all digits on the screen are Persian, but not what is typed", async () => {
    await setupClubEnv();
    const root = document.createElement("div");
    root.innerHTML = `<p>1,234.50</p><textarea>12</textarea><b class="unique-code">98</b>`;
    getFixture().append(root);
    setupClubDigits(root)();
    expect(root.querySelector("p").textContent).toBe("1,234.50");
    patchWithCleanup(localization, { code: "fa_IR" });
    const stop = setupClubDigits(root);
    expect(root.querySelector("p").textContent).toBe("۱٬۲۳۴.۵۰");
    root.querySelector("p").firstChild.data = "56";
    const added = document.createElement("i");
    added.innerHTML = "<u>7</u>8";
    root.append(added, "9");
    await animationFrame();
    expect(root.textContent).toBe("۵۶1298۷۸۹");
    stop();
});
