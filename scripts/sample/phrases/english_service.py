"""English scripts about orders and deliveries."""

from __future__ import annotations

from scripts.sample.phrases.notation import Script
from scripts.sample.phrases.templates import BASKET, DELIVERED, MENU, ORDER, OUT, RATE, REFUND, SHIPPED

ENGLISH_SERVICE: tuple[Script, ...] = (
    (
        (
            "c",
            0,
            ("Hi! Is the {item} back in stock?", "Hello, do you have {item} today?", "Hi, how much is the {item} now?"),
        ),
        (
            "s",
            6,
            (
                "Hi {name}, yes, a fresh batch came this week. {price} for {size}.",
                "Hello {name}! We do. {size} is {price} 🌶️",
                "Hi {name}, it's {price} for {size}, ground this week.",
            ),
        ),
        (
            "c",
            4,
            ("Great, {qty} of those please, to {city}", "I'll take {qty}. Same address as before", "{qty} please 🙏"),
        ),
        (
            "s^",
            5,
            (
                "{qty} × {price}, delivery {ship}: {total} in all. Shall I book it?",
                "That comes to {total}, delivery {ship}. OK for you?",
            ),
        ),
        ("c^", 3, ("Yes please", "Perfect, go ahead 👍", "ok done, paid now", "Yes! Paid by UPI just now")),
        ("t", 1, (ORDER,)),
        ("t", 1300, (SHIPPED,)),
        ("t", 3100, (DELIVERED,)),
        (
            "c",
            95,
            (
                "Arrived today, the smell when I opened it 😍",
                "Got it, thanks!",
                "Received. Thank you {staff}!",
                "Parcel is here, all good 👍🏽",
            ),
        ),
    ),
    (
        (
            "c",
            0,
            (
                "Where is my order {order}?",
                "Hi, any news on {order}? It's been a few days",
                "Tracking for {order} hasn't moved since yesterday",
            ),
        ),
        (
            "s",
            9,
            (
                "Let me check with the courier, one minute please.",
                "Hi {name}, looking into it now.",
                "Checking, {name} 🙂",
            ),
        ),
        (
            "s",
            14,
            (
                "It is at the {city} hub and goes out tomorrow. Tracking {awb}.",
                "They missed the evening truck, sorry. It reaches {city} tomorrow: {awb}.",
                "Courier says it is out for delivery today, {awb}.",
            ),
        ),
        ("c^", 5, ("Ok thanks for checking", "Alright, I'll wait", "👍", "Thank you, that helps")),
        ("t", 1250, (OUT,)),
        ("t", 300, (DELIVERED,)),
    ),
    (
        (
            "c",
            0,
            (
                "Hi, my parcel {order} came damaged 😟",
                "The box of {order} was open when it came. Look",
                "Not happy, jar broken in {order}",
            ),
        ),
        ("ci", 1, (None, "this is how it came", "see the corner")),
        ("ci", 0.4, (None, "half of the {item} is in the box", None)),
        (
            "s^",
            7,
            (
                "Oh no, so sorry {name}! We'll send a new jar today, no charge.",
                "That's on us, {name}. Do you want a new one or the money back?",
                "Sorry to see that, {name} 🙏 A replacement goes out today.",
            ),
        ),
        ("c", 6, ("A new one please", "Replacement is fine, thank you", "Thanks, new one please. It is for Saturday")),
        (
            "s",
            4,
            (
                "Done, with a small packet of {item2} from us. Please keep the rest.",
                "Booked. No need to send anything back.",
            ),
        ),
        ("c^", 3, ("That was quick, thank you ❤️", "Best service 👏🏽", "Thanks {staff}, appreciate it")),
        ("t", 240, (SHIPPED,)),
        ("t", 2700, (DELIVERED,)),
        ("c", 200, ("All in one piece this time 😄", "New jar arrived, perfect", "Came safely, thank you")),
    ),
    (
        ("t", 0, (BASKET,)),
        (
            "c^",
            38,
            (
                "Oh yes I forgot! Is it still the same price?",
                "Can I add {item2} to it?",
                "Does it come in a smaller pack?",
            ),
        ),
        (
            "s",
            8,
            (
                "Yes {name}: {price} for {size}, same as in the basket.",
                "Of course. {item} is {price}, and I can add what you like before 5.",
            ),
        ),
        ("c", 11, ("Ok I'll finish it tonight", "Done, ordered!", "Let me think about it")),
    ),
    (
        (
            "c",
            0,
            (
                "Can you send the GST invoice for {order}?",
                "Need the bill for {order} please",
                "Hi, invoice for {order}? My accountant is asking",
            ),
        ),
        ("s", 12, ("Sure, one moment.", "Yes {name}, making it now.", "Here you go:")),
        ("sd", 2, ("Invoice {order}.pdf", None)),
        ("c", 7, ("Got it 👍🏽", "Received, thank you", "Thanks! Could you add the GSTIN next time?")),
    ),
    (
        ("c", 0, ("Invoice for {order} please", "Hi {staff}, can I have the invoice of {order} as PDF?")),
        ("sd!", 10, ("Invoice {order}.pdf",)),
        (
            "s",
            3,
            ("Sorry, the file did not go through. Trying again.", "Hm, WhatsApp did not take the file. Once more:"),
        ),
        ("sd", 2, ("Invoice {order}.pdf",)),
        ("c", 6, ("Now it's there, thanks", "Came this time 👍", "Yes got it")),
    ),
    (
        ("c", 0, ("Hi", "Hello", "Hey there")),
        ("bb", 0.1, (MENU,)),
        ("cb", 0.6, ("Track my order",)),
        ("b", 0.1, ("Order {order}: handed to SwiftPost, tracking {awb}. Expected in 1–2 days.",)),
        ("c", 2, ("ok thanks", "🙏", "Great, thank you!")),
    ),
    (
        ("c", 0, ("Hi", "Hello!", "Anybody there?")),
        ("bb", 0.1, (MENU,)),
        ("cb", 0.5, ("Talk to a person",)),
        ("b", 0.1, ("Somebody from the shop will answer soon 🙂",)),
        ("s", 8, ("Hi {name}, {staff} here. How can I help?", "Hello {name}, this is {staff} from the shop.")),
        (
            "c",
            2,
            (
                "Do you grind {item} to order? I'd like it coarse",
                "Can I get {item} unground, 1 kg?",
                "Is your {item} roasted before grinding?",
            ),
        ),
        (
            "s^",
            5,
            (
                "We do, just write it in the note of your order. No extra charge.",
                "Yes, tell me how coarse and I'll tell the mill. It takes a day longer.",
                "Lightly, yes, in small lots. I can send a picture if you like.",
            ),
        ),
        ("c", 3, ("Lovely, will do", "Perfect, ordering now", "Ah good to know. Thanks {staff}!")),
    ),
    (
        ("bb", 0, (RATE,)),
        ("cb", 45, ("Loved it", "Loved it", "It was okay")),
        ("b", 0.1, ("Thank you, that means a lot to a small shop 🙏",)),
        (
            "c",
            4,
            (
                "Keep it up!",
                "The {item} is the best I had outside my mother's kitchen",
                "👨‍👩‍👧‍👦 all of us say thanks",
                "Packing was super",
            ),
        ),
    ),
    (
        ("bb", 0, (RATE,)),
        ("cb", 130, ("Not happy",)),
        (
            "s",
            12,
            ("Hi {name}, sorry to hear that. What went wrong?", "Oh, what happened, {name}? Tell me and I'll fix it."),
        ),
        (
            "c",
            9,
            (
                "The {item} smells flat, I think it is old",
                "Got {item2} instead of {item}",
                "One packet short. I paid for {qty}",
            ),
        ),
        (
            "s^",
            6,
            (
                "That should not happen. New one or money back, as you like.",
                "Our mistake, sorry! I can refund it or send it again.",
            ),
        ),
        ("c", 5, ("Money back please", "Refund is easier")),
        ("s", 3, ("Done, it takes 3–5 working days.", "Refunded just now, {name}. Sorry again.")),
        ("t", 2, (REFUND,)),
    ),
    (
        ("ca", 0, (None,)),
        (
            "s^",
            11,
            (
                "Heard your voice note, {name} 🙂 Yes, {item} can go along with the other order.",
                "Thanks for the voice message. {size} is {price}, and we ship to {city} in 3 days.",
                "Sorry, it was very noisy on the recording. Could you type it please?",
            ),
        ),
        ("ca", 5, (None,)),
        ("s", 6, ("Clear now! Will do.", "Understood, I'll set it aside for you.", "Ok, all noted 👍")),
        ("c", 2, ("🙏🏽", "Thanks!", "great")),
    ),
)
