"""The messages that the shop's system and its bot send, and the reasons of failures."""

from __future__ import annotations

ORDER = (
    "<b>Order {order} confirmed</b><br>Hi {name}, thank you for shopping at Saunf &amp; Sons.<br>"
    '{qty} × {item}, {size}<br>Total: <b>{total}</b><br><a href="https://saunfandsons.example/o/{order}">See your order</a>'
)
SHIPPED = (
    "<b>On its way 🚚</b><br>Hi {name}, order {order} left our shop today with SwiftPost.<br>"
    'Tracking number: {awb}<br><a href="https://swiftpost.example/t/{awb}">Track it</a>'
)
OUT = "Hi {name}, order <b>{order}</b> is out for delivery today.<br>Please keep your phone close &amp; somebody at the door."
DELIVERED = (
    "Hi {name}, order <b>{order}</b> was delivered. We hope you enjoy it!<br>Questions &amp; feedback: just reply here."
)
REMINDER = (
    "Hi {name}, your payment of <b>{total}</b> for order {order} is still open.<br>"
    '<a href="https://pay.saunfandsons.example/{order}?via=wa&amp;lang=en">Pay now</a> or reply for help.'
)
BASKET = (
    "Hi {name}, you left <b>{item}</b> in your basket. It is kept for you for 24 hours.<br>"
    '<a href="https://saunfandsons.example/basket?utm_source=wa&amp;utm_medium=template">Finish your order</a>'
)
REFUND = "<b>Refund issued</b><br>Hi {name}, {total} for order {order} is on its way back to you, in 3–5 working days."
ORDER_HI = (
    "<b>ऑर्डर {order} पक्का हो गया</b><br>नमस्ते {name} जी, Saunf &amp; Sons से खरीदारी के लिए धन्यवाद।<br>"
    '{qty} × {item}, {size}<br>कुल: <b>{total}</b><br><a href="https://saunfandsons.example/o/{order}">ऑर्डर देखें</a>'
)
ORDER_MR = (
    "<b>ऑर्डर {order} नक्की झाली</b><br>नमस्कार {name}, Saunf &amp; Sons कडून खरेदी केल्याबद्दल आभार.<br>"
    '{qty} × {item}, {size}<br>एकूण: <b>{total}</b><br><a href="https://saunfandsons.example/o/{order}">ऑर्डर पाहा</a>'
)
ORDER_ES = (
    "<b>Pedido {order} confirmado</b><br>Hola {name}, gracias por comprar en Saunf &amp; Sons.<br>"
    '{qty} × {item}, {size}<br>Total: <b>{total}</b><br><a href="https://saunfandsons.example/o/{order}">Ver el pedido</a>'
)
MENU = "Welcome back to Saunf & Sons 🌶️ What can we do for you?\n1. Track my order\n2. Report a problem\n3. Talk to a person"
RATE = "Hi {name}, how was your order {order}?\n• Loved it\n• It was okay\n• Not happy"
CLOSED = "Thanks for writing to Saunf & Sons 🌶️ The shop is closed just now. We answer first thing when we open."

CAMPAIGNS = (
    'Hi {name}, fresh <b>{item}</b> has arrived.<br>First come, first served: <a href="https://saunfandsons.example/new">see it</a>',
    "<b>10% off &amp; free delivery</b><br>Hi {name}, this week on everything. Code <b>SAUNF10</b>.<br><br>Reply STOP to opt out",
    'Hi {name}, our new <b>wooden spice box</b> is here 🎁<br><a href="https://saunfandsons.example/box?utm_source=wa&amp;utm_campaign=box">Have a look</a>',
    "Hi {name}, recipe of the week: <b>Meera's dal</b>, 20 minutes, one pot.<br>Reply RECIPE and we send it.",
    "<b>Only until tonight</b><br>{name}, buy two, get a packet of <i>chaat masala</i> free.<br>Terms &amp; conditions apply",
    'Hi {name}, we moved two doors down! More room &amp; better tea ☕<br><a href="https://saunfandsons.example/visit">Find us</a>',
    "<b>{item}: new harvest</b><br>Hi {name}, we drove to the farm &amp; brought back 40 kg. It won't last long.",
    'Hi {name}, what should we roast next? <a href="https://saunfandsons.example/vote?a=1&amp;b=2">Vote here</a>, it takes 10 seconds.',
    "<b>Thank you, {name}!</b><br>Saunf &amp; Sons is 30 years old this week. A small sweet is in every parcel 🍬",
    "Hi {name}, recipe of the week: <b>Rohan's masala omelette</b>.<br>Reply RECIPE and we send it.",
    '<b>Back in stock:</b> {item}<br>Hi {name}, you asked, it is here.<br><a href="https://saunfandsons.example/back">Get yours</a>',
    "Hi {name}, free delivery all over the world until Sunday 🌍<br>No code needed, it is taken off by itself.",
    "<b>Grinding day</b><br>{name}, order until noon &amp; your <b>{item}</b> is ground this very evening.",
    'Hi {name}, two minutes for us? <a href="https://saunfandsons.example/survey?lang=en&amp;src=wa">Three questions</a>, and 5% off as thanks.',
)

OTP = "<b>{code}</b> is your code for saunfandsons.example.<br>Please don't share it &amp; don't reply here."

CAMPAIGN_FAILURES = (
    "Message undeliverable.",
    "This message was not delivered to maintain healthy ecosystem engagement.",
    "(#131050) Unable to deliver the message. This recipient has chosen to stop receiving marketing messages.",
    "User's number is part of an experiment.",
    "This message was not delivered to maintain healthy ecosystem engagement.",
)
LATE_FAILURE = "Re-engagement message: more than 24 hours have passed since the customer last replied to this number."
MEDIA_FAILURE = "Media upload error: unable to upload the media used in the message."
