import { FeedbackScreen } from "@point_of_sale/app/screens/feedback_screen/feedback_screen";
import { patch } from "@web/core/utils/patch";
import { earnedWords } from "@loyalty_club_pos/app/utils/club_earned";

patch(FeedbackScreen.prototype, {
    get clubEarned() {
        return earnedWords(this.currentOrder);
    },
});
