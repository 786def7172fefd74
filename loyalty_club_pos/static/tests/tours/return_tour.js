import { registry } from "@web/core/registry";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import * as Club from "@loyalty_club_pos/../tests/tours/utils/club_spending_util";

/** Open the order that was paid last but `nth`, and choose a quantity of its first line. */
function chooseToReturn(price, keys) {
    return [
        ProductScreen.clickRefund(),
        TicketScreen.selectOrderByPrice(price),
        ProductScreen.clickNumpad(...keys),
    ];
}

function goesBack(account, text) {
    return [{ trigger: `.o_club_given_back [data-account=${account}]:contains("${text}")` }];
}

registry.category("web_tour.tours").add("ClubReturnTour", {
    steps: () =>
        [
            Club.openRegister(),
            Club.basket("Sara Spender", "Club Shirt", "Club Shirt"),
            Club.openSpending(),
            Club.choose("points"),
            Club.type("120"),
            Club.use("Use 120 points"),
            Club.choose("wallet"),
            Club.type("10"),
            Club.use("Use"),
            Club.done(),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            ReceiptScreen.clickNextOrder(),
            // One of two shirts: half of what paid them goes back.
            chooseToReturn("58.00", ["1"]),
            goesBack("points", "60"),
            goesBack("wallet", "5.00"),
            TicketScreen.confirmRefund(),
            PaymentScreen.isShown(),
            PaymentScreen.totalIs("-29.00"),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            Club.receiptSays("given_back_points", "Points given back", "60"),
            ReceiptScreen.clickNextOrder(),
            // And the other one.
            chooseToReturn("58.00", ["1"]),
            goesBack("points", "60"),
            TicketScreen.confirmRefund(),
            PaymentScreen.isShown(),
            PaymentScreen.totalIs("-29.00"),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
        ].flat(2),
});

registry.category("web_tour.tours").add("ClubReturnToWalletTour", {
    steps: () =>
        [
            Club.openRegister(),
            Club.basket("Sara Spender", "Club Shirt"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            ReceiptScreen.clickNextOrder(),
            chooseToReturn("40.00", ["1"]),
            TicketScreen.confirmRefund(),
            PaymentScreen.isShown(),
            { trigger: ".o_club_refund_to_wallet", run: "click" },
            { trigger: ".o_club_undo_top_up" },
            PaymentScreen.totalIs("0.00"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            Club.receiptSays("topped_up_wallet", "Wallet topped up", "40.00"),
        ].flat(2),
});

/** Goods of which a part comes back: the exact share, and the rest with the rest. */
registry.category("web_tour.tours").add("ClubReturnSharesTour", {
    steps: () => {
        const oneBack = (points, wallet, paidOut) => [
            chooseToReturn("100.00", ["1"]),
            goesBack("points", points),
            goesBack("wallet", wallet),
            TicketScreen.confirmRefund(),
            PaymentScreen.isShown(),
            PaymentScreen.totalIs(paidOut),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            Club.receiptSays("given_back_points", "Points given back", points),
            Club.receiptSays("given_back_wallet", "Back into the wallet", wallet),
        ];
        return [
            Club.openRegister(),
            Club.basket("Sara Spender", "Club Shirt", "Club Shirt", "Club Shirt"),
            Club.openSpending(),
            Club.choose("points"),
            Club.type("100"),
            Club.use("Use 100 points"),
            Club.choose("wallet"),
            Club.type("10"),
            Club.use("Use"),
            Club.done(),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            ReceiptScreen.clickNextOrder(),
            oneBack("33", "3.33", "-33.34"),
            ReceiptScreen.clickNextOrder(),
            oneBack("33", "3.34", "-33.32"),
            ReceiptScreen.clickNextOrder(),
            oneBack("34", "3.33", "-33.34"),
        ].flat(3);
    },
});

/** The sale was made at another till, before this one was opened. */
registry.category("web_tour.tours").add("ClubReturnElsewhereTour", {
    steps: () =>
        [
            Club.openRegister(),
            {
                content: "nobody was seen here",
                trigger: ".pos",
                run() {
                    if (Object.keys(Club.till().club.seen).length) {
                        throw new Error("this till has seen a member");
                    }
                },
            },
            chooseToReturn("40.00", ["1"]),
            TicketScreen.confirmRefund(),
            PaymentScreen.isShown(),
            // Without touching anything: whose it is, what is taken back, and the way in.
            { trigger: ".o_club_payment .o_club_payment_member:contains(25.00)" },
            { trigger: ".o_club_will_owe:contains(40 points are taken back)" },
            { trigger: ".o_club_refund_to_wallet", run: "click" },
            { trigger: ".o_club_undo_top_up" },
            PaymentScreen.totalIs("0.00"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            Club.receiptSays("topped_up_wallet", "Wallet topped up", "40.00"),
            Club.receiptSays("taken_back_points", "Points taken back", "40"),
            Club.receiptSays("balance_wallet", "In the wallet now", "65.00"),
        ].flat(2),
});
