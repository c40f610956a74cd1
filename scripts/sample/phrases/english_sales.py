"""English scripts about products, prices and payment."""

from __future__ import annotations

from scripts.sample.phrases.notation import Script
from scripts.sample.phrases.templates import DELIVERED, ORDER, REFUND, REMINDER, SHIPPED

ENGLISH_SALES: tuple[Script, ...] = (
    (
        ("c", 0, ("Do you ship to {city}?", "How much is delivery to {city}?", "How long to {city} by normal post?")),
        (
            "s",
            7,
            (
                "We do! Usually 3–6 days to {city}, delivery is {ship}.",
                "Yes {name}, delivery to {city} is {ship}. Free above a certain amount.",
            ),
        ),
        ("c", 6, ("And customs?", "Is it tracked?", "Can somebody else receive it?")),
        (
            "s^",
            5,
            (
                "You get a tracking number, and we fill in all the papers. Nothing to pay at the door so far 🤞",
                "Tracked all the way, and anybody at the address can sign.",
            ),
        ),
        (
            "c",
            8,
            ("Good, I'll put something together", "Super, thanks", "Okay let me ask my sister if she wants anything"),
        ),
    ),
    (
        (
            "c",
            0,
            (
                "How much {item} do I use for 1 kg of chicken?",
                "Any recipe for the {item}?",
                "What's a good way to store {item}?",
            ),
        ),
        (
            "s",
            10,
            (
                "Two flat spoons for a kilo, and a pinch at the end. Less is more!",
                "Start with one teaspoon for four people, bloom it in warm ghee first.",
                "Airtight, away from light and not above the stove. Best within six months.",
            ),
        ),
        ("si", 2, ("From our kitchen, for ideas 🍛", "This is Meera's version", None)),
        ("c^", 7, ("Now I'm hungry 😂", "Looks wonderful", "Saving this 😋")),
        ("ci", 1500, ("How did I do? 😎", "My try!", None)),
        ("s^", 20, ("👏👏 You should open a shop", "Beautiful colour, {name}!", "Wow, well done 💃🏽")),
    ),
    (
        (
            "c",
            0,
            (
                "Hi, do you do wholesale? We need {item} every month",
                "What's your price for 25 kg {item}?",
                "Restaurant here in {city}, can you quote {item} and {item2}?",
            ),
        ),
        (
            "s",
            15,
            (
                "Hello {name}, we do, from 10 kg on. I'll send you the list.",
                "Hi {name}, happily. Here is the current list:",
            ),
        ),
        ("sd", 2, ("Wholesale prices.pdf", "Price list, valid this month.pdf")),
        (
            "c",
            190,
            ("Looks fair. What about payment terms?", "Can you do better on 50 kg?", "Is the {item2} single origin?"),
        ),
        (
            "s^",
            22,
            (
                "15 days from invoice after the third order. Before that, in advance.",
                "4% off from 50 kg, that's where we are. We'd rather not cut the quality.",
                "It is, one farm in Sangli. I can send the lab report.",
            ),
        ),
        ("cd", 1400, ("PO-118.pdf", "Purchase order.pdf", None)),
        ("s", 30, ("Received, thank you! Dispatch in three days.", "Thanks {name}, confirming all lines.")),
    ),
    (
        ("t", 0, (REMINDER,)),
        (
            "c^",
            25,
            ("Paid just now, can you check?", "Card was refused, can I pay by UPI?", "Sorry! Was travelling. Done now"),
        ),
        ("ci", 1, ("Payment screenshot", None)),
        ("s", 9, ("Received, thank you {name} 🙏", "It's in. Order goes out today.", "Yes, got it now. Thanks!")),
    ),
    (
        (
            "c",
            0,
            (
                "Please change the address of {order}",
                "I typed the wrong pin code in {order} 🙈",
                "Can {order} go to my office instead?",
            ),
        ),
        ("s", 5, ("Sure, what is the right one?", "No problem, it has not left yet. Where to?")),
        (
            "c",
            3,
            (
                "Flat 4, Neem Apartments, {city}",
                "Care of the front desk, 2nd floor, Orchid House, {city}",
                "Same street, number 12 instead of 21",
            ),
        ),
        ("s^", 4, ("Changed ✅", "Done, {order} goes there.", "Updated. You'll get the tracking this evening.")),
        ("c", 2, ("Phew, thanks", "Thank you!!", "👌🏼")),
        ("t", 260, (SHIPPED,)),
        ("t", 2900, (DELIVERED,)),
    ),
    (
        (
            "c",
            0,
            (
                "Can you gift wrap? It's for my mother's birthday 🎂",
                "I want to send a box to my friend in {city}, with a card",
                "Do you have a gift box?",
            ),
        ),
        (
            "s",
            8,
            ("We do! Twelve small jars in a wooden box. Shall I send a photo?", "Of course. What should the card say?"),
        ),
        ("si", 3, (None, "The box, with {item} and eleven others")),
        (
            "c",
            6,
            (
                "So pretty! One please, to {city}",
                "Beautiful 😍 ordering one",
                "Love it. Card: “With love from all of us 👩‍👩‍👧‍👦”",
            ),
        ),
        ("t", 5, (ORDER,)),
        ("t", 1400, (SHIPPED,)),
        ("t", 2600, (DELIVERED,)),
        ("c", 60, ("She cried 😭❤️ thank you", "My friend loved it!", "It came right on the day, thanks {staff}")),
    ),
    (
        ("cv", 0, ("Is it supposed to foam like this?", None, "look at this 😂")),
        (
            "s",
            13,
            (
                "Haha yes, that's the fresh ginger in the {item}. Lower flame 🔥",
                "That is normal, {name}, skim it off and go on.",
            ),
        ),
        ("c^", 4, ("Ok good 😅", "Relieved, thanks", "lol thanks")),
    ),
    (
        (
            "c",
            0,
            (
                "I want to cancel {order}",
                "Please cancel {order}, ordered twice by mistake",
                "Is it too late to cancel {order}?",
            ),
        ),
        ("s", 6, ("Not packed yet, so no problem. Cancelled, {name}.", "Done. The money goes back the way it came.")),
        ("t", 1, (REFUND,)),
        ("c", 8, ("Thanks for being so easy about it", "Thank you", "Ok 👍")),
    ),
    (
        (
            "c",
            0,
            (
                "Is the {item} organic?",
                "Any additives or colour in your {item}?",
                "Is {item} gluten free? My son is coeliac",
            ),
        ),
        (
            "s",
            9,
            (
                "Nothing but the spice, {name}. We grind it ourselves. Here is the lab report:",
                "No colour, no starch. The latest test:",
            ),
        ),
        ("sd", 1, ("Lab report 2.pdf", None)),
        (
            "c^",
            15,
            (
                "Very clear, thank you",
                "That's more than I hoped for",
                "Great. {qty} packs then, I'll order on the site",
            ),
        ),
    ),
    (
        (
            "c",
            0,
            ("Good morning! The usual please ☕", "Hi {staff}, same again as last month?", "Time for a refill 😄"),
        ),
        (
            "s",
            4,
            (
                "Good to hear from you {name}! {qty} × {item}, to {city}?",
                "Of course. {qty} × {item}, {total} with delivery.",
            ),
        ),
        ("c", 2, ("Exactly", "Yes, and {item2} if it's fresh", "Yep 👍🏻")),
        ("t", 3, (ORDER,)),
        ("c", 1, ("Paid", "Transferred ✅", "Thanks!")),
        ("t", 1200, (SHIPPED,)),
        ("t", 2800, (DELIVERED,)),
    ),
    (
        (
            "c",
            0,
            ("Are you open on the holiday?", "Can I pick up in the shop today?", "Is there parking near the shop?"),
        ),
        (
            "s",
            7,
            (
                "Yes, half the day. Come before lunch!",
                "Sure, I'll keep it ready at the counter.",
                "Behind the temple, 2 minutes on foot 🙂",
            ),
        ),
        ("c", 3, ("On my way", "See you then", "Thanks, will send my driver")),
        (
            "s",
            70,
            (
                "It was nice to meet you, {name}!",
                "Packet is with your driver now 👍",
                "You forgot your umbrella here ☂️",
            ),
        ),
        ("c^", 15, ("😄", "Haha thank you", "Same here!")),
    ),
    (
        ("c", 0, ("The link for {order} doesn't open", "Your site says error 500 at payment", "OTP is not coming")),
        ("s", 6, ("Sorry {name}, the payment page had a hiccup. Can you try again?", "Strange. Which phone is it?")),
        ("ci", 4, (None, "this is what I see", "screenshot")),
        (
            "s^",
            8,
            (
                "Thank you, passed on to our web man. I can take the order here meanwhile.",
                "Ah, that's an old link. This one: https://saunfandsons.example/o/{order}",
            ),
        ),
        ("c", 5, ("That works", "ok now it went through", "Let's do it here then, {qty} × {item}")),
    ),
    (
        (
            "c",
            0,
            (
                "My neighbour told me about you. What would you start with?",
                "Hi, found you on Instagram! Which masala is not too hot?",
            ),
        ),
        (
            "s",
            9,
            (
                "Welcome {name}! The {item} first, everybody comes back for it.",
                "Hello {name} 🙂 {item}: warm, not hot. {price} for {size}.",
            ),
        ),
        ("c", 5, ("Ok, one of it", "Let's try. And {item2}?", "Sounds good, how do I pay?")),
        ("s", 4, ("I'll send you a payment link, card or UPI both work.", "Good choice. Link comes in a second.")),
        ("t", 1, (REMINDER,)),
        ("c", 12, ("Done", "Paid 💳", "Payment went through")),
        ("t", 1, (ORDER,)),
        ("t", 1350, (SHIPPED,)),
        ("t", 3000, (DELIVERED,)),
        ("c", 400, ("Ok you have a new fan 🇮🇳", "Neighbour was right!", "Will come back for more 🤩")),
    ),
)
