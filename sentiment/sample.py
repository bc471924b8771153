"""A small set of made-up tweets, for a first run without data. Written for this project.

A seeded generator builds the texts from the lists below. They teach a model what
plain praise and plain complaint look like; figures of quality come from real data only.
"""

import random


def _listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(text.split()).split(", "))


_THINGS = _listed(
    """
    flight, service, crew, app, phone, train, delivery, hotel, coffee, new update,
    website, support team, concert, game, movie, dinner, laptop, battery, bus ride,
    seat, boarding, luggage handling, check-in, pizza, weather, weekend, class, meeting,
    party, haircut, birthday, album, show, trip home, morning, call center, refund,
    upgrade, wifi, lounge, customer care, ticket, booking, breakfast, playlist, exam
    """
)
_PLACES = _listed(
    """
    in Paris, at the airport, downtown, at home, at work, in Chicago, on the way back,
    in London, at school, by the beach, in the office, at gate 12, in Denver, at the
    station, in Lyon, online
    """
)
_TIMES = _listed(
    """
    today, tonight, this morning, again, all week, yesterday, right now, since monday,
    this weekend, for two hours, at 6 am, after lunch, before bed, on my day off, every
    single time, last night
    """
)
_NAMES = _listed(
    """
    anna_k, TomReads, airbuzz, mike77, SkyFan, lea_and_co, jojo, dr_no, BrandHelp, kate
    """
)
_GOOD = _listed(
    """
    great, awesome, amazing, lovely, fantastic, wonderful, brilliant, perfect, so good,
    really nice, excellent, super friendly, delicious, fun, beautiful, smooth, quick and
    easy, the best
    """
)
_BAD = _listed(
    """
    terrible, awful, horrible, so slow, broken, disappointing, the worst, a mess, rude,
    cancelled, boring, useless, delayed, painful, dirty, really bad, a nightmare, sad
    """
)
_GOOD_VERBS = _listed(
    """
    love, enjoyed, am so happy with, adore, am excited about, am proud of
    """
)
_BAD_VERBS = _listed(
    """
    hate, regret, am so sick of, am disappointed by, am angry about, can't stand
    """
)
_GOOD_ENDS = _listed(
    """
    thank you!, yay!, :), <3, cannot wait for more, made my day, 😍, haha, woohoo
    """
)
_BAD_ENDS = _listed(
    """
    never again, ugh, :(, so upset, i want to cry, ruined my day, 😡, sigh, fail
    """
)

_FRAMES = (
    "the {thing} {place} was {word} {time} {end}",
    "i {verb} the {thing} {time} {end}",
    "@{name} the {thing} is {word} {time} {end}",
    "@{name} your {thing} {place} is {word}, {end}",
    "my {thing} {time}: {word} {end}",
    "{word} {thing} {place} {end}",
    "not {opposite} at all, the {thing} {place} was {word} {end}",
    "{time} i {verb} my {thing} {place} {end}",
    "can you believe how {word} the {thing} was {time}? {end}",
    "just had a {thing} {place} and it was {word} {end}",
)


def sample_tweets(n: int = 4_000, seed: int = 7) -> list[tuple[str, int]]:
    """`n` different made-up texts in random order, each with 1 where it is negative, else 0."""
    generator = random.Random(seed)  # noqa: S311 - repeatable on purpose, guards nothing
    found: dict[str, int] = {}
    while len(found) < n:
        negative = len(found) % 2
        found.setdefault(_tweet(generator, negative), negative)
    rows = list(found.items())
    generator.shuffle(rows)
    return rows


def _tweet(generator: random.Random, negative: int) -> str:
    pick = generator.choice
    text = pick(_FRAMES).format(
        thing=pick(_THINGS),
        place=pick(_PLACES),
        time=pick(_TIMES),
        name=pick(_NAMES),
        word=pick(_BAD if negative else _GOOD),
        opposite=pick(_GOOD if negative else _BAD),
        verb=pick(_BAD_VERBS if negative else _GOOD_VERBS),
        end=pick(_BAD_ENDS if negative else _GOOD_ENDS),
    )
    return text[0].upper() + text[1:] if generator.random() < 0.5 else text
