"""The texts of the behavioural tests, in English and French. Written for this project.

None of these sentences stands in `trainer.data.sentences`, from which models may learn.
"""

from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Words:
    """What the tests of one language put into their sentences; `{}` in a sentence is its place."""

    language: str
    things: tuple[str, ...]
    good: tuple[str, ...]
    bad: tuple[str, ...]
    was: str
    was_not: str
    about: tuple[str, ...]
    "Sentences with a name in each."
    places: tuple[str, ...]
    of_places: tuple[str, ...]
    groups: tuple[str, ...]
    of_groups: tuple[str, ...]
    not_bad: tuple[str, ...]
    not_good: tuple[str, ...]
    now_good: tuple[str, ...]
    "Sentences with something bad, then something good: `{bad}` and `{good}` are their places."
    now_bad: tuple[str, ...]
    answered_good: tuple[str, ...]
    answered_bad: tuple[str, ...]
    sarcasm: tuple[str, ...]
    tags: tuple[str, ...]
    facts: tuple[str, ...]

    def filled(self, sentences: tuple[str, ...]) -> list[str]:
        """Each sentence with each pair of a good and a bad word."""
        pairs = list(zip(self.good, self.bad, strict=True))
        return [text.format(good=good, bad=bad) for text, (good, bad) in product(sentences, pairs)]


NAMES = ("anna", "mohamed", "wei", "carlos", "olga", "Kate")
NO_WORDS = ("...", "12", "?", "-", "7 / 12", "2026", ":", "!")
HAPPY = (":)", "<3", "\U0001f60d", "\U0001f60a", "\U0001f44d", ":D")
UNHAPPY = (":(", ":'(", "\U0001f621", "\U0001f622", "\U0001f44e", "\U0001f92c")

ENGLISH = Words(
    language="English",
    things=("the flight", "your service", "this phone", "the food", "my seat", "the new album"),
    good=("great", "amazing", "wonderful", "excellent", "perfect", "lovely"),
    bad=("terrible", "awful", "horrible", "disappointing", "the worst", "disgusting"),
    was="{} was {}",
    was_not="{} was not {}",
    about=(
        "{} my flight was cancelled and nobody helps",
        "{} thank you for the upgrade, you made my day",
        "had dinner with {} and the food was cold and bad",
        "{} is right, the new app is so much better",
        "still waiting for {} to answer, this is ridiculous",
        "see you tomorrow {}, so excited!",
    ),
    places=("Paris", "Chicago", "Lagos", "Mumbai", "Berlin", "Mexico"),
    of_places=(
        "my bag is lost somewhere in {} and nobody calls back",
        "lovely landing in {} today, thanks to the crew",
        "the meeting in {} starts at nine",
        "third delay out of {} this week, so tired of it",
    ),
    groups=(
        "German", "Nigerian", "Chinese", "Mexican", "Muslim", "Jewish", "Christian", "Hindu",
        "atheist", "gay", "lesbian", "straight", "black", "white", "Asian", "Indian", "Shi'a",
        "Baha'i", "Sikh", "Filipino",
    ),
    of_groups=(
        "the man at the gate is {}",
        "she grew up in a {} family",
        "a {} couple sat next to me",
        "our {} neighbours helped us with the bags, so kind of them",
        "the {} woman at the desk was kept waiting for hours, a disgrace",
        "many {} people live in this town",
    ),
    not_bad=(
        "not terrible, honestly", "not bad at all", "never disappointed with this place",
        "wasn't as horrible as people say", "no delays, no problems", "I can't complain",
        "never had an issue with them", "nothing to complain about here",
    ),
    not_good=(
        "not what I call good service", "this isn't funny", "I wasn't happy with the answer",
        "nobody was helpful", "they were never friendly", "can't recommend this place",
        "no help whatsoever", "I don't love the new seats",
    ),
    now_good=(
        "used to be {bad}, but now they are {good}",
        "last year it was {bad} and this year it is {good}",
        "everyone told me it would be {bad}, yet it turned out {good}",
        "they call it {bad}, I call it {good}",
    ),
    now_bad=(
        "used to be {good}, but now they are {bad}",
        "last year it was {good} and this year it is {bad}",
        "everyone told me it would be {good}, yet it turned out {bad}",
        "they call it {good}, I call it {bad}",
    ),
    answered_good=("was it {good}? yes it was", "would I call it {good}? yes"),
    answered_bad=("was it {good}? no it was not", "would I call it {bad}? yes"),
    sarcasm=(
        "oh great, another three hours at the gate",
        "wow thanks for losing my bag again, top job",
        "love sitting on the runway for two hours #not",
        "brilliant, the app crashed again. well done",
        "thanks for nothing",
        "what a surprise, delayed once more. thank you so much",
    ),
    tags=(
        "#boycottacme", "#boycottNorthair they treat people like dirt", "#neverflyagain",
        "#worstairlineever", "#deleteAcmeApp now", "#FlightFail",
    ),
    facts=(
        "what time does the counter close on sunday?", "flight 212 leaves from gate 14",
        "which terminal do I need for the train?", "does the fare include a bag?",
        "the shop opens at nine on weekdays", "they fly to Oslo twice a week",
        "I am sitting in row 12", "the new plane has 180 seats",
    ),
)  # fmt: skip

FRENCH = Words(
    language="French",
    things=("le vol", "votre service", "ce téléphone", "le repas", "mon siège", "le nouvel album"),
    good=("super", "génial", "excellent", "parfait", "formidable", "agréable"),
    bad=("nul", "affreux", "horrible", "décevant", "honteux", "lamentable"),
    was="{} était {}",
    was_not="{} n'était pas {}",
    about=(
        "{} mon vol est annulé et personne ne répond",
        "{} merci pour le surclassement, quelle belle surprise",
        "dîner avec {}, c'était froid et mauvais",
        "{} a raison, la nouvelle appli est bien meilleure",
        "j'attends toujours la réponse de {}, c'est ridicule",
        "à demain {}, trop hâte !",
    ),
    places=("Paris", "Lyon", "Dakar", "Bruxelles", "Berlin", "Montréal"),
    of_places=(
        "ma valise est perdue à {} et personne ne rappelle",
        "bel atterrissage à {} aujourd'hui, merci à l'équipage",
        "la réunion à {} commence à neuf heures",
        "troisième retard au départ de {} cette semaine, ras-le-bol",
    ),
    groups=(
        "allemand", "sénégalais", "chinois", "mexicain", "musulman", "juif", "chrétien", "hindou",
        "athée", "gay", "hétéro", "noir", "blanc", "arabe", "marocain", "indien",
    ),
    of_groups=(
        "l'homme au guichet est {}",
        "il a grandi dans un quartier {}",
        "un couple {} était assis à côté de moi",
        "notre voisin {} nous a aidés avec les valises, très gentil",
        "un client {} a attendu des heures, une honte",
    ),
    not_bad=(
        "franchement pas mal", "pas terrible mais pas mauvais non plus",
        "jamais déçu par cet endroit",
        "aucun retard, aucun problème", "je n'ai pas à me plaindre", "rien à reprocher",
    ),
    not_good=(
        "pas ce que j'appelle un bon service", "ce n'est pas drôle",
        "je ne suis pas content de la réponse", "personne n'était aimable",
        "je ne recommande pas cet endroit", "aucune aide",
    ),
    now_good=(
        "c'était {bad}, mais maintenant c'est {good}",
        "l'an dernier c'était {bad} et cette année c'est {good}",
        "on m'avait dit {bad}, finalement c'était {good}",
    ),
    now_bad=(
        "c'était {good}, mais maintenant c'est {bad}",
        "l'an dernier c'était {good} et cette année c'est {bad}",
        "on m'avait dit {good}, finalement c'était {bad}",
    ),
    answered_good=("c'était {good} ? oui", "est-ce {good} ? oui vraiment"),
    answered_bad=("c'était {good} ? non", "est-ce {bad} ? oui vraiment"),
    sarcasm=(
        "super, encore trois heures à attendre à la porte",
        "bravo, ma valise est encore perdue",
        "génial, l'appli plante encore. bien joué",
        "trop forts, encore un bug ce matin",
        "quelle surprise, encore en retard. merci beaucoup",
        "ah ben bravo",
    ),
    tags=(
        "#boycottacme", "#boycottNordair ils traitent mal les gens", "#plusjamaischezeux",
        "#pirecompagnie", "#SupprimezAcme maintenant", "#VolAnnule",
    ),
    facts=(
        "à quelle heure ferme le guichet le dimanche ?", "le vol 212 part de la porte 14",
        "quel terminal pour le train ?", "le tarif comprend-il un bagage ?",
        "la boutique ouvre à neuf heures en semaine", "ils volent vers Oslo deux fois par semaine",
        "je suis assis au rang 12", "le nouvel avion a 180 sièges",
    ),
)  # fmt: skip

CONTRACTIONS = (
    ("it is not working and I do not know why", "it isn't working and I don't know why"),
    ("you are the best, I am so happy", "you're the best, I'm so happy"),
    ("we have been waiting and it is awful", "we've been waiting and it's awful"),
    ("I would not fly with them again", "I wouldn't fly with them again"),
    ("that is what I wanted, it was not bad", "that's what I wanted, it wasn't bad"),
    ("they did not answer and can not help", "they didn't answer and can't help"),
)

TYPOS = (
    ("the service was terrible today", "the servcie was terible today"),
    ("thank you so much for your help", "thnak you so mcuh for your help"),
    ("I am really disappointed", "I am realy dissapointed"),
    ("what a wonderful crew", "what a wonderfull crew"),
    ("they cancelled my flight without warning", "they canceled my fligth without waring"),
    ("this is the best airline ever", "this is teh best airlien ever"),
    ("le vol est annulé, quelle honte", "le vol est anulé, quel honte"),
    ("merci beaucoup pour votre aide", "merci bocoup pour votre aide"),
)
