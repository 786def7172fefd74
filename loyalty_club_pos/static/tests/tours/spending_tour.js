import { registry } from "@web/core/registry";
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as NumberPopup from "@point_of_sale/../tests/generic_helpers/number_popup_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as PosLoyalty from "@pos_loyalty/../tests/tours/utils/pos_loyalty_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as Club from "@loyalty_club_pos/../tests/tours/utils/club_spending_util";

function tour(name, steps) {
    registry.category("web_tour.tours").add(name, {
        steps: () => [Club.openRegister(), ...steps()].flat(2),
    });
}

tour("ClubSpendTour", () => [
    Club.basket("Sara Spender", "Club Shirt"),
    Club.openSpending(),
    // The keypad: a tenth of what is shown is what it is worth.
    Club.choose("points"),
    Club.type("120"),
    Club.use("Use 120 points"),
    Club.dueIs("28.00"),
    // The slider, for the wallet.
    Club.choose("wallet"),
    Club.slide("10"),
    Club.remainsIs("15.00"),
    Club.use("Use"),
    // Both accounts are used: nothing is left to choose.
    Club.isClosed(),
    // A basket that is empty for a moment forgets nothing.
    ProductScreen.selectedOrderlineHas("Club Shirt", "1", "40.00"),
    ProductScreen.clickNumpad("0"),
    PosLoyalty.orderTotalIs("0.00"),
    ProductScreen.clickNumpad("1"),
    PosLoyalty.orderTotalIs("18.00"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    Club.receiptSays("spent_points", "Points used", "120"),
    Club.receiptSays("spent_wallet", "Wallet used", "10.00"),
    Club.receiptSays("balance_wallet", "In the wallet now", "15.00"),
]);

tour("ClubRewardTour", () => [
    Club.basket("Sara Spender", "Club Shirt"),
    Club.openSpending(),
    Club.claim("Club Coffee"),
    Club.dueIs("40.00"),
    Club.claim("Club Coffee"),
    Club.dueIs("40.00"),
    Club.undoClaim(),
    Club.dueIs("50.00"),
    Club.done(),
    // The second coffee would be paid for: it goes.
    ProductScreen.selectedOrderlineHas("Club Coffee", "2", "20.00"),
    ProductScreen.clickNumpad("1"),
    PosLoyalty.orderTotalIs("40.00"),
    PosLoyalty.finalizeOrder("Cash", "40"),
]);

tour("ClubRefusedTour", () => [
    Club.basket("Sara Spender", "Club Shirt"),
    // The other till came between: what this one believes isn't true any more.
    Club.believe("points", 300, 200),
    PosLoyalty.orderTotalIs("20.00"),
    ProductScreen.clickPayButton(),
    Dialog.is({ title: "This can't be used" }),
    Dialog.confirm("Use 50 points"),
    PaymentScreen.totalIs("35.00"),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
]);

tour("ClubPinTour", () => [
    Club.basket("Sara Spender", "Club Shirt"),
    Club.openSpending(),
    Club.choose("points"),
    Club.type("120"),
    Club.use("Use 120 points"),
    Club.done(),
    ProductScreen.clickPayButton(),
    Club.pin("1111"),
    { content: "it says that it is wrong", trigger: ".o_club_pin_dialog .text-danger" },
    Club.pin("2468"),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
]);

tour("ClubChangeTour", () => [
    Club.basket("Sara Spender", "Club Coffee"),
    ProductScreen.clickPayButton(),
    PaymentScreen.enterPaymentLineAmount("Cash", "20"),
    PaymentScreen.changeIs("10.00"),
    { trigger: ".o_club_change_to_wallet", run: "click" },
    { trigger: ".o_club_undo_top_up" },
    PaymentScreen.validateButtonIsHighlighted(true),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    Club.receiptSays("topped_up_wallet", "Wallet topped up", "10.00"),
]);

tour("ClubLeaveTour", () => [
    Club.basket("Sara Spender", "Club Shirt"),
    Club.openSpending(),
    Club.choose("points"),
    Club.type("100"),
    Club.use("Use 100 points"),
    Club.done(),
    ProductScreen.clickPayButton(),
    Club.isHeld(true),
    PaymentScreen.clickBack(),
    Chrome.createFloatingOrder(),
    ProductScreen.orderIsEmpty(),
    Club.nothingIsHeld(),
]);

tour("ClubNoPinTour", () => [
    // Told in the dialog, at once, with what is possible.
    Club.basket("Sara Spender", "Club Shirt"),
    Club.openSpending(),
    Club.choose("points"),
    Club.type("250"),
    { trigger: `.o_club_unproven:contains("has none yet"):contains("A manager")` },
    { trigger: ".o_club_spend_dialog:not(:has(.o_club_use_set_pin))" },
    { trigger: ".o_club_spend_dialog .o_club_use:disabled" },
    {
        trigger: `.o_club_unproven .o_club_use_free:contains("Use 100 points without a PIN")`,
        run: "click",
    },
    Club.done(),
    ProductScreen.clickPayButton(),
    Club.isHeld(true),
    PaymentScreen.totalIs("30.00"),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    Club.receiptSays("spent_points", "Points used", "100"),
    ReceiptScreen.clickNextOrder(),
    // What was used within the hour counts, which this till doesn't know: no dead end.
    Club.basket("Sara Spender", "Club Shirt"),
    Club.useAll("points", "100 points"),
    PosLoyalty.orderTotalIs("30.00"),
    ProductScreen.clickPayButton(),
    Dialog.is({ title: "This can't be used" }),
    { trigger: ".o_club_less:not(:has(.o_club_less_pin)):not(:has(.o_club_less_use))" },
    { trigger: ".o_club_less .o_club_less_none", run: "click" },
    PaymentScreen.totalIs("40.00"),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
]);

tour("ClubSetPinTour", () => [
    Club.basket("Sara Spender", "Club Shirt"),
    Club.openSpending(),
    Club.choose("points"),
    // On a keyboard, as the slider has the focus.
    ...[..."250"].map((key) => ({ trigger: ".o_club_slider", run: `press ${key}` })),
    { trigger: ".o_club_unproven .o_club_use_set_pin", run: "click" },
    { content: "no barcode was read", trigger: "body:not(:has(.o_notification))" },
    { trigger: ".o_club_set_pin .o_club_new_pin", run: "edit 2468" },
    { trigger: ".o_club_set_pin .o_club_pin_again", run: "edit 2468" },
    { trigger: ".o_club_set_pin .btn-primary:enabled", run: "click" },
    { trigger: ".o_club_spend_dialog:not(:has(.o_club_unproven))" },
    Club.use("Use 250 points"),
    Club.done(),
    PosLoyalty.orderTotalIs("15.00"),
    ProductScreen.clickPayButton(),
    Club.pin("2468"),
    Club.isHeld(true),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    Club.receiptSays("spent_points", "Points used", "250"),
]);

tour("ClubTopUpTour", () => [
    Club.basket("Sara Spender"),
    ProductScreen.orderIsEmpty(),
    // Three taps and the amount.
    { content: "one", trigger: ".o_club_strip", run: "click" },
    { content: "two", trigger: ".o_club_member_dialog .o_club_member_top_up", run: "click" },
    NumberPopup.enterValue("25"),
    NumberPopup.isShown("25"),
    Dialog.confirm("Top up"), // three
    PaymentScreen.isShown(),
    PaymentScreen.totalIs("25.00"),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    { trigger: ".pos-receipt .orderline:contains(Wallet top-up)" },
    Club.receiptSays("topped_up_wallet", "Wallet topped up", "25.00"),
    Club.receiptSays("balance_wallet", "In the wallet now", "50.00"),
    { trigger: ".pos-receipt:not(:has(.o_club_earned_points))" },
]);

tour("ClubAllTour", () => [
    Club.basket("Sara Spender"),
    { content: "an empty basket uses nothing", trigger: ".o_club_panel:not(:has(.o_club_all_of))" },
    { trigger: ".o_club_spend_button:not(.highlight)" },
    ProductScreen.clickDisplayedProduct("Club Shirt"),
    Club.useAll("points", "300 points"),
    PosLoyalty.orderTotalIs("10.00"),
    Club.useAll("wallet", "10.00"),
    { content: "what pays has no unit", trigger: ".order-container:not(:has(.price-per-unit))" },
    PosLoyalty.orderTotalIs("0.00"),
    { content: "nothing is left to use", trigger: ".o_club_panel:not(:has(.o_club_all_of))" },
    ProductScreen.clickDisplayedProduct("Club Coffee"),
    ProductScreen.clickPayButton(),
    // What pays stands beside what is still due.
    PaymentScreen.totalIs("10.00"),
    Club.pays("points", "300 points"),
    Club.pays("wallet", "10.00"),
    {
        trigger: ".o_club_payment_member .o_club_all_of[data-account=wallet]",
        run: "click",
    },
    Club.pays("wallet", "20.00"),
    PaymentScreen.totalIs("0.00"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    Club.receiptSays("balance_wallet", "In the wallet now", "5.00"),
]);
