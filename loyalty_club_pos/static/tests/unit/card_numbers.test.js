import { describe, expect, test } from "@odoo/hoot";
import { BANK_CARD_CASES, BEGUN_CASES } from "./bank_card_cases";
import {
    bankCardBegun,
    clubCode,
    fromPersianLayout,
    hasBankCard,
    isArticleNumber,
    isCutBankCard,
    keyCharacter,
    withoutBankCards,
} from "@loyalty_club_pos/app/utils/card_numbers";
import { PAN, TRACK_1, TRACK_2 } from "./reader_utils";

describe.current.tags("headless");

test("the cases of server, till and box", () => {
    for (const [text, bank, why] of BANK_CARD_CASES) {
        expect(hasBankCard(text)).toBe(bank, { message: why });
    }
});

test("tracks that a Persian layout spells", () => {
    for (const text of [
        `${TRACK_1}${TRACK_2}`,
        "ک۶۰۳۷۹۹۰۰۰۰۰۰۰۰۰۶=۲۹۰۱؟",
        "٪\u200c۶۰۳۷۹۹۰۰۰۰۰۰۰۰۰۶×",
    ]) {
        expect(hasBankCard(text)).toBe(true, { message: text.length });
    }
    expect(hasBankCard("044e-8a1c-4d3b")).toBe(false);
    expect(isArticleNumber("4000000000006")).toBe(true);
});

test("what may become a bank card is known from its twelfth digit", () => {
    for (const [text, begun, why] of BEGUN_CASES) {
        expect(Boolean(bankCardBegun(text))).toBe(begun, { message: why });
    }
    expect(isCutBankCard("603799000000000")).toBe(true);
    expect(isCutBankCard("6037 9900 0000 00")).toBe(true);
    expect(isCutBankCard("6260000000019")).toBe(false); // an article
    expect(isCutBankCard("4915112345678")).toBe(false); // a phone without its +
});

test("one number in a text is taken out, the rest stays", () => {
    expect(withoutBankCards(`to ${PAN} and 0912`)).toBe("to  and 0912");
    expect(withoutBankCards(`a${TRACK_1}b`)).toBe("ab");
    expect(withoutBankCards("nothing")).toBe("nothing");
    expect(withoutBankCards(PAN, (digits) => digits === PAN)).toBe(PAN);
});

test("a Persian layout is read by the keys' places, and by signs without them", () => {
    expect(keyCharacter({ key: "ک", code: "Semicolon", shiftKey: false })).toBe(";");
    expect(keyCharacter({ key: "۵", code: "Digit5", shiftKey: false })).toBe("5");
    expect(keyCharacter({ key: "٪", code: "Digit5", shiftKey: true })).toBe("%");
    expect(keyCharacter({ key: "\u200c", code: "KeyB", shiftKey: true })).toBe("B");
    expect(keyCharacter({ key: "۷", code: "Numpad7", shiftKey: false })).toBe("7");
    expect(keyCharacter({ key: "؟", code: "", shiftKey: true })).toBe("?");
    expect(fromPersianLayout("ک۰۰۰۰۰۴۲۲؟")).toBe(";00000422?");
    expect(fromPersianLayout("۰۴شإ")).toBe("04aF");
});

test("what is a member's", () => {
    const sure = (value) => ({ value, sure: true });
    const perhaps = (value) => ({ value, sure: false });
    expect(clubCode("00000422")).toEqual(sure("00000422"));
    expect(clubCode(";00000422?")).toEqual(sure("00000422"));
    expect(clubCode("%M00000422?;00000422?")).toEqual(sure("00000422"));
    expect(clubCode("04a22b1c")).toEqual(sure("04A22B1C"));
    expect(clubCode("04:A2:2B:1C:55:66:80")).toEqual(sure("04A22B1C556680"));
    expect(clubCode("0001234567")).toEqual(sure("0001234567"));
    expect(clubCode("۰۰۰۰۰۴۲۲")).toEqual(sure("00000422"));
    // Numbers that may be a product's: an article number is.
    expect(clubCode("00000000000017")).toBe(null);
    expect(clubCode("10000008")).toEqual(sure("10000008"));
    expect(clubCode("12340")).toBe(null);
    expect(clubCode("12344")).toEqual(perhaps("12344"));
    expect(clubCode("04223116")).toEqual(perhaps("04223116"));
});

test("what is no member's", () => {
    for (const text of [
        "",
        "12345601", // EAN-8 of a product
        "5449000000996",
        "00000000",
        "00000420", // a wrong check digit, and an article number
        "lettertray",
        "DEADBEEF", // letters alone are a word
        "123-4567A",
        "04a22b1", // half a byte
        "0456-1234-89ab",
    ]) {
        expect(clubCode(text)).toBe(null, { message: text });
    }
});
