"""The team's internal notes on conversations, and the templates that the shop has on WhatsApp."""

from __future__ import annotations

from scripts.sample.phrases import templates

# The first name of a customer, and (minutes before the time of loading, staff member, label, text) of each note.
NOTES: tuple[tuple[str, tuple[tuple[float, int, str, str | None], ...]], ...] = (
    (
        "Priya",
        (
            (14_421.0, 3, "Internal comment", "Writes English or Marathi & prefers a call after 4 pm"),
            (27.3, 3, "Internal comment", "One jar of SS-24188 broke on the way. New one today, no charge."),
            (26.9, 3, "Photo", None),
            (17.2, 12, "Follow up", "<p>I leave at 18:30.<br>Two layers of paper <b>&amp;</b> straw this time!</p>"),
        ),
    ),
    ("Daniel", ((52.0, 4, "Internal comment", "SwiftPost says tomorrow. Check again at noon."),)),
    (
        "Lucky Draw",
        ((13.1, 7, "Internal comment", "Spam \x1b[31mdon't open\x1b[0m <script>alert(1)</script> \u202etxt.exe"),),
    ),
    ("Ana", ((4_310.0, 4, "Internal comment", "Cliente desde 2023 🇵🇹, sempre paga por transferência"),)),
)

# What is written about other conversations, with the label.
COMMON = (
    ("Internal comment", "Called, no answer. Will try again tomorrow."),
    ("Internal comment", "Address checked: second gate, behind the pharmacy."),
    ("Refund", "Refund approved by Meera: ₹280"),
    ("Internal comment", "Wants an invoice with the company's tax number."),
    ("Follow up", "<p>Asks for <b>2 kg</b> a month.</p><p>Send the price list for restaurants.</p>"),
    ("Internal comment", "Polite, but in a hurry.\nDon't send the survey."),
    ("Internal comment", "कल दोपहर फ़ोन करना है"),
)

# Name, language, category, status, text and footer of each template.
TEMPLATES = (
    ("order_confirmed", "en", "UTILITY", "APPROVED", templates.ORDER, None),
    ("order_confirmed", "hi", "UTILITY", "APPROVED", templates.ORDER_HI, None),
    ("order_confirmed", "mr", "UTILITY", "APPROVED", templates.ORDER_MR, None),
    ("order_confirmed", "es", "UTILITY", "APPROVED", templates.ORDER_ES, None),
    ("order_shipped", "en", "UTILITY", "APPROVED", templates.SHIPPED, None),
    ("out_for_delivery", "en", "UTILITY", "APPROVED", templates.OUT, None),
    ("order_delivered", "en", "UTILITY", "APPROVED", templates.DELIVERED, None),
    ("payment_reminder", "en", "UTILITY", "APPROVED", templates.REMINDER, None),
    ("refund_issued", "en", "UTILITY", "APPROVED", templates.REFUND, None),
    ("basket_reminder", "en", "MARKETING", "APPROVED", templates.BASKET, "Reply STOP to opt out"),
    ("new_harvest", "en", "MARKETING", "APPROVED", templates.CAMPAIGNS[6], "Reply STOP to opt out"),
    ("spice_box", "en", "MARKETING", "APPROVED", templates.CAMPAIGNS[2], "Reply STOP to opt out"),
    ("buy_two", "en", "MARKETING", "PENDING", templates.CAMPAIGNS[4], "Reply STOP to opt out"),
    ("survey", "en", "MARKETING", "REJECTED", templates.CAMPAIGNS[13], None),
    ("login_code", "en", "AUTHENTICATION", "APPROVED", templates.OTP, None),
    ("login_code", "en_US", "AUTHENTICATION", "PENDING", templates.OTP, None),
)
