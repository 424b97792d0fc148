"""The demo market as a whole: its categories, businesses, logins, and the people who book."""

from booking.demo import kenya, zimbabwe
from booking.demo.blueprint import Kind

PASSWORD = "nguva-demo"  # noqa: S105 - printed on purpose; the command refuses real installations

CUSTOMER = "customer@example.com"
PROVIDER = "provider@example.com"
STAFF = "staff@example.com"
ADMIN = "admin@example.com"

LOGINS = {
    CUSTOMER: "Farai Sibanda",
    PROVIDER: "Tendai Moyo",
    STAFF: "Rudo Chikafu",
    ADMIN: "Nguva Admin",
}

KINDS = (
    Kind(slug="hairdressing", name="Hairdressing", icon="scissors"),
    Kind(slug="barbers", name="Barbers", icon="brush"),
    Kind(slug="nails", name="Nails", icon="nails"),
    Kind(slug="massage", name="Massage", icon="hand"),
    Kind(slug="dental", name="Dental", icon="tooth"),
    Kind(slug="tutoring", name="Tutoring", icon="book"),
    Kind(slug="rooms", name="Rooms", icon="door"),
    Kind(slug="photography", name="Photography", icon="camera"),
    Kind(slug="fitness", name="Fitness", icon="dumbbell"),
)

SHOPS = zimbabwe.SHOPS + kenya.SHOPS

CUSTOMER_VISITS = (
    ("tendai-hair-studio", 2),
    ("borrowdale-dental-care", 5),
    ("msasa-meeting-rooms", 7),
    ("tendai-hair-studio", -3),
    ("avondale-maths-clinic", -9),
    ("borrowdale-dental-care", -14),
    ("sharp-lines-barbers", -20),
    ("tendai-hair-studio", -24),
)
"""Where customer@example.com goes and went: the business, and about how many days from today."""

PHONE_PREFIX = {"ZW": "+26377", "KE": "+25472"}

NAMES = {
    "ZW": (
        "Chipo Marufu",
        "Tafadzwa Nyoni",
        "Rutendo Chirwa",
        "Kudakwashe Hove",
        "Nokuthula Dlamini",
        "Tanaka Mapfumo",
        "Sekai Mutsvairo",
        "Bongani Tshuma",
        "Ropafadzo Gwaze",
        "Munyaradzi Shumba",
        "Sithembile Ncube",
        "Anesu Chigumba",
        "Nkosana Mlilo",
        "Shamiso Bvute",
        "Tapiwa Zindoga",
        "Busisiwe Gumede",
        "Takudzwa Madziva",
        "Yeukai Rusike",
        "Lungile Masuku",
        "Wadzanai Muzenda",
        "Prosper Chinyoka",
        "Fadzai Kanyemba",
        "Thabani Mkhwananzi",
        "Loveness Jiri",
    ),
    "KE": (
        "Wangari Njoroge",
        "Otieno Okoth",
        "Halima Abdi",
        "Kipchoge Rono",
        "Muthoni Gitau",
        "Baraka Mwakio",
        "Akinyi Owuor",
        "Njoroge Maina",
        "Rehema Kombo",
        "Chebet Langat",
        "Mutiso Musyoka",
        "Nafula Wekesa",
        "Swaleh Ahmed",
        "Waithera Kimani",
        "Ochieng Oduor",
        "Zainab Omari",
        "Kamau Karanja",
        "Jepkosgei Koech",
        "Mwende Kilonzo",
        "Juma Mwero",
        "Atieno Opiyo",
        "Wafula Barasa",
        "Amani Katana",
        "Nyokabi Waweru",
    ),
}
