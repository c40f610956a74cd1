"""Hostile and unusual texts."""

from __future__ import annotations

# Texts that attack or confuse terminals, spreadsheets and parsers, and the shop's replies to some of them.
ODD: tuple[tuple[str, str | None], ...] = (
    (
        "\x1b[2J\x1b[H\x1b[1;5;41m PRIZE \x1b[0m you are today's winner \x1b]8;;https://prize.example\x1b\\claim\x1b]8;;\x1b\\",
        None,
    ),
    ("+1+1", "Hi! Is that a mobile number? What can we do for you?"),
    ("[bold red]SALE[/bold red] [link=https://prize.example]here[/link] :smile: :boom:", None),
    (
        "\u202egnp.eciovni\u202c is attached, open it \u2066now",
        "Sorry, we don't open files from numbers we don't know.",
    ),
    (
        "1. red chilli\r\n2. cumin\r\n\t- whole\r\n\t- not ground\r\n3. saffron, if the price is right",
        "Noted! Total comes in a minute.",
    ),
    (
        "\u009b31mtest\u009b0m \u0090q\u009c \u0085 did this arrive?",
        "It came through garbled on our side. Could you type it once more?",
    ),
    (
        "<script>alert(document.cookie)</script><img src=x onerror=alert(1)>",
        "Looks like that went to the wrong window 🙂",
    ),
    ('He said "two, not three", so: 2; and don\'t forget the "extra hot" one, please', "Two it is, extra hot 👍"),
    ("call me\x00admin", None),
    ("Robert'); DROP TABLE messages;--", "We know that one 😄 How can we help?"),
    ("half\u200bkilo \u200dof\u2060 cumin\ufeff please", "Half a kilo of cumin, noted."),
    (
        "Love from Wales \U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f\U000e0041\U000e0042",
        "Love to Wales! 🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    ),
    ("first line\u2028second line\u2029third\x0bfourth\x0cfifth", "Five lines, five spices?"),
    ("My notes say \\n and \\t and C:\\new\\table, ignore that", "Ignored 🙂"),
    ("@SUM(1+1)*cmd|' /C calc'!A0", None),
    ("Z̷͇̈a̶̺͝l̴̖̈́g̸̢̕ö̵́ͅ ﷽", "Font looks spooky! How can we help?"),
)

_LONG = (
    "I have been buying spices for our family since I was a girl and I want to tell you how this order went, from the start. "
    "First the website asked me for my pin code twice, then the rider called while I was at the temple, then my grandson told "
    "him the second floor although we are on the third, and when it came at last the lid of the turmeric was loose. Still, the "
    "cardamom is the best I had in years, and your girl on the phone was kind. "
)
# WhatsApp allows 4,096 characters in a text.
LONGEST = (_LONG * 10)[:4096]
LONG_REPLY = "Thank you for taking the time, {name} 🙏 A new jar of turmeric is on its way, and the rider has the right floor now."
