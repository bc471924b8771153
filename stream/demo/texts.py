"""The tweets of the demonstration, put together from parts. Written for this project."""

import random
from dataclasses import dataclass
from typing import Literal

Mood = Literal["calm", "crisis", "praise"]
Frames = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class DemoBrand:
    """A made-up brand.

    Attributes:
        key: as in `brand` of a tweet.
        handle: as people write it.
        per_minute: mentions on an average day.
        languages: of its mentions, each as often as it stands here.
    """

    key: str
    handle: str
    per_minute: float
    languages: tuple[str, ...]


BRANDS = (
    DemoBrand("Air Examplair", "@AirExamplair", 3.0, ("fr", "en")),
    DemoBrand("NordMobil", "@NordMobil", 2.0, ("en",)),
    DemoBrand("Hôtel Mirabeau", "@HotelMirabeau", 1.0, ("fr", "en")),
)
CAUSE = "#BagageChaos"

_NEUTRAL: Frames = {
    "en": (
        "{h} what time does the desk open on {day}?", "{h} is there wifi at {place}?",
        "Booked with {h} for {day}.", "On my way to {place} with {h}.",
        "{h} do you have an office in {place}?", "{h} announces new opening hours in {place}.",
        "Anyone else with {h} on {day}?", "{h} where do I find my booking number?",
    ),
    "fr": (
        "{h} à quelle heure ouvre le guichet {day} ?", "{h} y a-t-il du wifi à {place} ?",
        "Réservé avec {h} pour {day}.", "En route pour {place} avec {h}.",
        "{h} avez-vous une agence à {place} ?", "{h} annonce de nouveaux horaires à {place}.",
        "{h} où trouver mon numéro de réservation ?",
    ),
}  # fmt: skip
_POSITIVE: Frames = {
    "en": (
        "Thank you {h}, the team in {place} was so kind!", "Great service by {h} on {day} :)",
        "{h} made my {day}. Love it!", "Really happy with {h}, quick and friendly.",
    ),
    "fr": (
        "Merci {h}, l'équipe à {place} est adorable !", "Super service de {h} {day} :)",
        "{h} au top, rapide et très sympa, j'adore !", "Vraiment ravi de {h}, bravo !",
    ),
}  # fmt: skip
_NEGATIVE: Frames = {
    "en": (
        "{h} an hour on hold and nobody answers. Awful.", "Late again with {h}. So annoying.",
        "{h} the app is broken, this is really bad.", "Rude staff in {place}, never again {h}.",
    ),
    "fr": (
        "{h} une heure d'attente et personne ne répond, c'est nul.",
        "Encore en retard avec {h}, ras-le-bol.",
        "{h} l'appli ne marche pas, vraiment mauvais.",
        "Personnel désagréable à {place}, plus jamais {h}.",
    ),
}  # fmt: skip
_CRISIS: Frames = {
    "en": (
        "{h} where is my suitcase? Baggage system down in {place}, this is a disgrace {tag}",
        "Four hours at the baggage belt in {place} and {h} says nothing. Terrible. {tag}",
        "{h} lost luggage of the whole flight and no help at all. Worst airline ever {tag}",
        "No suitcase, no answer, no apology. Horrible service {h} {tag}",
        "My medication is in the lost luggage and {h} hangs up on me. Shame on you {tag}",
    ),
    "fr": (
        "{h} où est ma valise ? Tri bagages en panne à {place}, c'est honteux {tag}",
        "Quatre heures devant le tapis à bagages à {place} et {h} ne dit rien. Scandaleux. {tag}",
        "{h} bagages perdus pour tout le vol et aucune aide. Pire compagnie {tag}",
        "Pas de valise, pas de réponse, pas d'excuses. Service lamentable {h} {tag}",
        "Mes médicaments sont dans la valise perdue et {h} me raccroche au nez. Une honte {tag}",
    ),
}  # fmt: skip
_PRAISE: Frames = {
    "en": (
        "{h} free upgrades for all students in {place}! You are amazing, thank you!",
        "Wow {h}, twice the data for the same price. Love you!",
        "Best news of the week: {h} gives back. Fantastic!",
    ),
    "fr": (
        "{h} surclassement gratuit pour les étudiants à {place} ! Génial, merci !",
        "Bravo {h}, le double pour le même prix. J'adore !",
    ),
}  # fmt: skip
_PLACES = ("Paris", "Lyon", "Lille", "Oslo", "Nantes", "Geneva", "Brussels")
_DAYS = {
    "en": ("Monday", "Tuesday", "Friday", "Sunday", "the weekend"),
    "fr": ("lundi", "mardi", "vendredi", "dimanche", "ce week-end"),
}
_NAMES = ("claire", "jonas", "leila", "marc", "nora", "paul", "sofia", "tom", "yann", "zoe")
_REPOSTED = 0.3
_CALM_SHARES = ((0.12, _NEGATIVE), (0.42, _POSITIVE), (1.0, _NEUTRAL))


def demo_text(brand: DemoBrand, mood: Mood, dice: random.Random) -> tuple[str, str]:
    """A text about a brand, and its language."""
    lang = dice.choice(brand.languages)
    text = dice.choice(_frames(mood, dice)[lang]).format(
        h=brand.handle, place=dice.choice(_PLACES), day=dice.choice(_DAYS[lang]), tag=CAUSE
    )
    if mood == "crisis" and dice.random() < _REPOSTED:
        text = f"RT @{demo_name(dice)}: {text}"
    return text, lang


def demo_name(dice: random.Random) -> str:
    """The name of a made-up person."""
    return f"{dice.choice(_NAMES)}{dice.randrange(10_000)}"


def _frames(mood: Mood, dice: random.Random) -> Frames:
    if mood == "crisis":
        return _CRISIS
    if mood == "praise":
        return _PRAISE
    drawn = dice.random()
    return next(frames for share, frames in _CALM_SHARES if drawn < share)
