"""Words that made-up training texts are put together from, by language. Written for us."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Lexicon:
    """Words of one language; each phrase fits every sentence of `trainer.data.sentences`."""

    things: tuple[str, ...]
    people: tuple[str, ...]
    good: tuple[str, ...]
    bad: tuple[str, ...]
    neutral: tuple[str, ...]
    good_verbs: tuple[str, ...]
    bad_verbs: tuple[str, ...]
    neutral_verbs: tuple[str, ...]
    good_phrases: tuple[str, ...]
    bad_phrases: tuple[str, ...]
    strong: tuple[str, ...]
    weak: tuple[str, ...]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(text.split()).split(", "))


ENGLISH = Lexicon(
    things=_listed(
        """
        flight, service, plane, aircraft, airline, crew, seat, food, pilot, staff, app, website,
        company, phone, network, cabin crew, customer service, hotel, product, update, room,
        meal, boarding, delivery, coverage, store, ticket, lounge, coffee, internet, driver,
        bank"""
    ),
    people=_listed("my wife, my boss, my friend, he, she, my mother, <name>, the passenger"),
    good=_listed(
        """
        good, great, excellent, amazing, extraordinary, beautiful, fantastic, nice, incredible,
        exceptional, awesome, perfect, fun, happy, adorable, brilliant, exciting, sweet,
        wonderful, lovely, superb, comfortable, friendly, helpful, impressive, delightful,
        outstanding, reliable, clean, smooth, polite, fast, pleasant, enjoyable, terrific,
        marvellous, flawless"""
    ),
    bad=_listed(
        """
        awful, bad, horrible, weird, rough, lousy, unhappy, average, difficult, poor, sad,
        frustrating, hard, lame, nasty, annoying, boring, creepy, dreadful, ridiculous,
        terrible, ugly, unpleasant, disappointing, rude, dirty, useless, broken, pathetic,
        disgusting, shameful, unreliable, slow, noisy, uncomfortable, unacceptable,
        unprofessional, mediocre, appalling"""
    ),
    neutral=_listed(
        """
        American, international, commercial, Australian, private, Italian, Indian, British,
        Israeli, blue, domestic, regional, local, digital, daily, second, next, foreign, public"""
    ),
    good_verbs=_listed(
        """
        like, enjoy, appreciate, love, recommend, admire, value, welcome, adore, enjoyed, loved,
        liked, appreciated, admired, valued, recommended"""
    ),
    bad_verbs=_listed(
        """
        hate, regret, dislike, abhor, dread, despise, detest, resent, hated, regretted,
        disliked, dreaded, despised, avoid, can't stand"""
    ),
    neutral_verbs=_listed("see, find, saw, found, watched, took, booked, visited, use, noticed"),
    good_phrases=_listed(
        """
        thank you so much, you made my day, I would fly with you again, well done, I am so glad,
        best trip ever, thanks for the help, keep up the good work, I love it, what a pleasure,
        so impressed, five stars"""
    ),
    bad_phrases=_listed(
        """
        never again, I want my money back, what a joke, I am so angry, you are the worst, never
        flying with you again, still no answer, shame on you, what a waste of time, I will never
        buy this again, such a disappointment, zero stars"""
    ),
    strong=_listed("very, really, so, extremely, incredibly, absolutely, truly, especially"),
    weak=_listed("somewhat, a bit, slightly, kind of, rather, a little, sort of"),
)

FRENCH = Lexicon(
    things=_listed(
        """
        vol, service, avion, voyage, équipage, siège, repas, pilote, personnel, site, réseau,
        service client, hôtel, produit, téléphone, train, magasin, accueil, forfait, livreur,
        café"""
    ),
    people=_listed("ma femme, mon chef, mon ami, il, elle, ma mère, <name>, le passager"),
    good=_listed(
        """
        bon, super, excellent, génial, extraordinaire, magnifique, fantastique, agréable,
        incroyable, parfait, formidable, sympa, impeccable, top, merveilleux, confortable,
        rapide, efficace, impressionnant, fiable, chaleureux, exceptionnel, au top, adorable,
        délicieux"""
    ),
    bad=_listed(
        """
        nul, mauvais, horrible, affreux, désagréable, décevant, honteux, pénible, lamentable,
        catastrophique, scandaleux, ridicule, médiocre, pitoyable, triste, ennuyeux, sale, lent,
        insupportable, inadmissible, inutile, minable, épouvantable, dégueulasse, nul à chier,
        incompétent, irrespectueux"""
    ),
    neutral=_listed(
        """
        américain, international, commercial, privé, italien, indien, britannique, bleu,
        régional, local, numérique, quotidien, prochain, public, français"""
    ),
    good_verbs=_listed("aime, adore, apprécie, recommande, admire, aimais, adorais, ai adoré"),
    bad_verbs=_listed("déteste, regrette, redoute, méprise, hais, détestais, ai détesté, évite"),
    neutral_verbs=_listed("vois, trouve, ai vu, ai pris, utilise, ai réservé, regarde, visite"),
    good_phrases=_listed(
        """
        merci beaucoup, vous êtes au top, quel plaisir, bravo à toute l'équipe, je recommande,
        très satisfait, j'ai adoré, merci pour votre aide, je reviendrai, rien à redire"""
    ),
    bad_phrases=_listed(
        """
        plus jamais, remboursez-moi, quelle honte, c'est inadmissible, je suis furieux, toujours
        aucune réponse, vous êtes nuls, quelle perte de temps, ras le bol, plus jamais chez
        vous, c'est du vol, annulé sans explication"""
    ),
    strong=_listed("très, vraiment, tellement, extrêmement, absolument, trop, super"),
    weak=_listed("un peu, plutôt, assez, légèrement, moyennement"),
)
