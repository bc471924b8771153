"""Made-up training texts for what labelled tweets show too seldom: negation and its like.

What they teach: negated words, what was once and is now, what was expected and what came, other
people's opinions, questions with their answers, plain facts, faces alone, and texts without words.
The kinds are those of Ribeiro et al. 2020, "Beyond Accuracy: Behavioral Testing of NLP Models with
CheckList". `trainer.evaluation.behaviour` tests with other sentences.
"""

import random
import re
from typing import NamedTuple

from trainer.data.augment import ANGRY, HAPPY
from trainer.data.lexicon import ENGLISH, FRENCH, Lexicon

Shares = tuple[float, float, float]
"""Of negative, neutral and positive, adding up to 1."""

_NEGATIVE: Shares = (0.94, 0.05, 0.01)
_NEUTRAL: Shares = (0.04, 0.92, 0.04)
_POSITIVE: Shares = (0.01, 0.05, 0.94)
_NOT_NEGATIVE: Shares = (0.05, 0.35, 0.6)
"""Of "not bad": a reader takes it for praise or for neither."""
_RATHER_NEGATIVE: Shares = (0.7, 0.25, 0.05)


class MadeUp(NamedTuple):
    """A text, its classes and its language."""

    text: str
    shares: Shares
    language: str


def made_up_texts(count: int, seed: int = 7) -> list[MadeUp]:
    """`count` texts of each language, evenly over all sentences; a tenth more without words."""
    generator = random.Random(seed)  # noqa: S311 - repeatable on purpose, guards nothing
    made = []
    for language, lexicon, kinds in (("en", ENGLISH, _ENGLISH), ("fr", FRENCH, _FRENCH)):
        sentences = [
            (line.strip(), shares) for shares, lines in kinds for line in lines.strip().splitlines()
        ]
        for number in range(count):
            sentence, shares = sentences[number % len(sentences)]
            text = _filled(sentence, lexicon, generator)
            made.append(MadeUp(_varied(text, generator), shares, language))
    made += [_without_words(generator) for _ in range(count // 10)]
    generator.shuffle(made)
    return made


_SLOT = re.compile(r"\{(\w+)\}")


def _filled(sentence: str, lexicon: Lexicon, generator: random.Random) -> str:
    return _SLOT.sub(lambda slot: generator.choice(getattr(lexicon, slot[1])), sentence)


def _varied(text: str, generator: random.Random) -> str:
    """The same in another hand: capitals, signs at the end, contractions."""
    if generator.random() < 0.3:
        text = text[0].upper() + text[1:]
    if generator.random() < 0.5:
        for long, short in (
            (" is not ", " isn't "),
            (" was not ", " wasn't "),
            ("do not", "don't"),
        ):
            text = text.replace(long, short)
    if generator.random() < 0.4 and text[-1] not in "?!.":
        text += generator.choice((".", ".", "!", " ..", " #<place>", " "))
    return text


def _without_words(generator: random.Random) -> MadeUp:
    if generator.random() < 0.7:
        faces, shares = generator.choice(((HAPPY, _POSITIVE), (ANGRY, _NEGATIVE)))
        return MadeUp(generator.choice(faces) * generator.randint(1, 2), shares, "en")
    signs = [generator.choice((".", "?", "...", "-", "12", "7", "/", ":", "!")) for _ in range(3)]
    return MadeUp(" ".join(signs[: generator.randint(1, 3)]), _NEUTRAL, "en")


_ENGLISH: tuple[tuple[Shares, str], ...] = (
    (
        _POSITIVE,
        """
        the {things} was {good}
        this is a {good} {things}
        {strong} {good} {things}
        that {things} is {strong} {good}
        I {good_verbs} this {things}
        we {strong} {good_verbs} the {things}
        {good_phrases}
        {good_phrases} {good_phrases}
        the {things} is {good}, {good_phrases}
        I used to {bad_verbs} this {things}, but now I {good_verbs} it
        in the past I thought this {things} was {bad}, although now I think it is {good}
        I used to think this {things} was {bad}, now I think it is {good}
        this {things} is {good} now, it was {bad} last year
        I think this {things} is {good}, but I used to think it was {bad}
        some people think the {things} is {bad}, but I think it is {good}
        I think this {things} is {good}, but some people think it is {bad}
        I {good_verbs} this {things}, but {people} {bad_verbs} it
        {people} {bad_verbs} the {things}, I {good_verbs} it
        I find it {good}, whatever the {bad} things that {people} said
        I had read that the {things} is {bad}, I find it {good}
        I find the {things} {good}, I had read that it is {bad}
        {people} said the {things} was {bad}, but I {good_verbs} it
        I {good_verbs} you, even though {people} told me you were {bad}
        do I think the {things} was {good}? yes
        did I {good_verbs} this {things}? yes
        do I think it is a {good} {things}? yes, I do
        is the {things} {good}? absolutely
        I thought the {things} would be {bad}, but it was not
        I thought I would {bad_verbs} the {things}, but it was {good}
        I expected a {bad} {things} and got a {good} one
        you never disappoint, {good} {things}
        never disappointed by the {things}
        never had a problem with your {things}
        the {things} never fails, I {good_verbs} it
        can not wait for the {things}, it will be {good}
        could not be happier with the {things}
        no complaints at all, {good} {things}
        who says the {things} is {bad}? it is {good}
        the {things} was {weak} {good}
        <name> from <place> was {good} and the {things} too
        the <group> {things} was {good}
        I {good_verbs} <group> people
        thank you <name>
        """,
    ),
    (
        _NEGATIVE,
        """
        the {things} was {bad}
        this is a {bad} {things}
        {strong} {bad} {things}
        that {things} is {strong} {bad}
        I {bad_verbs} this {things}
        we {strong} {bad_verbs} the {things}
        {bad_phrases}
        {bad_phrases} {bad_phrases}
        the {things} is {bad}, {bad_phrases}
        the {things} is not {good}
        this is not a {good} {things}
        it was not a {good} {things} at all
        I do not {good_verbs} this {things}
        I did not {good_verbs} the {things}
        no one {good_verbs} the {things}
        never had a {good} {things} with you
        nothing {good} about this {things}
        I would not say the {things} was {good}
        I would not say, given that it is tuesday, that this {things} is {good}
        I do not think, given all the time I have flown, that the {things} was {good}
        I can not say, after my trip to <place>, that I {good_verbs} the {things}
        I do not believe, after so many trips, that the {things} is {good}
        I would not say, as a guest from <place>, that I {good_verbs} it
        no one could say, with all that happened, that this is a {good} {things}
        I used to {good_verbs} this {things}, but now I {bad_verbs} it
        in the past I thought this {things} was {good}, although now I think it is {bad}
        I used to think this {things} was {good}, now I think it is {bad}
        this {things} is {bad} now, it was {good} last year
        I think this {things} is {bad}, but I used to think it was {good}
        some people think the {things} is {good}, but I think it is {bad}
        I think this {things} is {bad}, but some people think it is {good}
        I {bad_verbs} this {things}, but {people} {good_verbs} it
        {people} {good_verbs} the {things}, I {bad_verbs} it
        I had read that the {things} is {good}, I find it {bad}
        I find the {things} {bad}, I had read that it is {good}
        {people} said the {things} was {good}, but I {bad_verbs} it
        {people} said you were {good}, but I think you are {bad}
        do I think the {things} was {bad}? yes
        do I think the {things} was {good}? no
        do I find this {things} {good}? no
        do I think that this is a {good} {things}? no
        is that a {good} {things}? no
        did we {good_verbs} that {things}? no
        was it {good}? no
        did I {good_verbs} this {things}? no
        did I {bad_verbs} this {things}? yes
        is the {things} {good}? no, it is {bad}
        I thought the {things} would be {good}, but it was not
        I thought I would {good_verbs} the {things}, but I did not
        I expected a {good} {things} and got a {bad} one
        oh {good}, the {things} is {bad} again
        {good} job, the {things} is broken again, {bad_phrases}
        thanks for the {bad} {things}
        yeah right, {good} {things}, {bad_phrases}
        #boycott {things}
        #boycott<name> {bad_phrases}
        #neveragain {things}
        #epicfail {things}
        #shameonyou {things}
        boycott this {things}
        the {things} was {weak} {bad}
        still waiting for my {things} after 5 hours
        why is the {things} so {bad}?
        when will you fix the {things}? {bad_phrases}
        <name> from <place> was {bad} and the {things} too
        the <group> {things} was {bad}
        the {things} is down again
        cancelled without a word
        the {things} is hardly {good}
        this is hardly a {good} {things}
        hardly {good}, this {things}
        is that a {good} {things}? hardly
        you hardly ever answer
        hardly any {things} ever works
        your {things} hardly works
        I can hardly believe how {bad} the {things} is
        can hardly use the {things}
        the {things} barely works
        """,
    ),
    (
        _NOT_NEGATIVE,
        """
        the {things} is not {bad}
        it is not a {bad} {things}
        this is not {bad}
        the {things} was not {bad} at all
        not a {bad} {things}
        not bad
        not {bad}
        not too {bad}
        I do not {bad_verbs} this {things}
        I do not {bad_verbs} the {things} at all
        I never {bad_verbs} this {things}
        nobody {bad_verbs} the {things}
        I would not say the {things} was {bad}
        I would never say that I {bad_verbs} this {things}
        do I think the {things} was {bad}? no
        did I {bad_verbs} this {things}? no
        I thought this {things} would be {bad}, but it wasn't
        I thought I would {bad_verbs} it, but I did not
        I thought we would {bad_verbs} this {things}, but we did not
        I expected to {bad_verbs} the {things}, but I did not
        do I find this {things} {bad}? no
        do I think that this is a {bad} {things}? no
        is that a {bad} {things}? no
        did we {bad_verbs} that {things}? no
        that was not a {bad} {things}
        the {things} was hardly {bad}
        hardly a {bad} {things}
        hardly ever a problem with your {things}
        this {things} is not {bad}
        I would not say, given that it is monday, that this {things} is {bad}
        I do not believe, after so many trips, that the {things} is {bad}
        I can not say, as a guest from <place>, that it was a {bad} {things}
        I do not think, with all that happened, that I {bad_verbs} this {things}
        no one could say, after all these years, that this is a {bad} {things}
        """,
    ),
    (
        _RATHER_NEGATIVE,
        """
        not very {good}
        not so {good}, this {things}
        the {things} was not really {good}
        the {things} could be better
        this is hardly the action of a {good} company
        that is hardly what {good} people do
        that is hardly how a {good} {things} works
        are these your values?
        is this how you treat people?
        do you call this a {things}?
        """,
    ),
    (
        _NEUTRAL,
        """
        the {things} is {neutral}
        this is a {neutral} {things}
        that was a {neutral} {things}
        this is not a {neutral} {things}
        the {things} was not {neutral}
        this {things} is not {neutral}
        it is not a {neutral} {things}
        that was not a {neutral} {things}
        I do not {neutral_verbs} this {things}
        I would not say that this {things} is {neutral}
        I would not say, given that it is friday, that the {things} is {neutral}
        I do not think, after so many trips, that this is a {neutral} {things}
        I can not say, as a guest from <place>, that I {neutral_verbs} the {things}
        I {neutral_verbs} the {things}
        we {neutral_verbs} that {things}
        I {neutral_verbs} this {neutral} {things}
        do I think this is a {neutral} {things}? yes
        do I think this {things} is {neutral}? no
        did we {neutral_verbs} the {things}? yes
        did I {neutral_verbs} the {things}? no
        I used to {neutral_verbs} the {things}, now I {neutral_verbs} it
        {people} {neutral_verbs} the {things}
        what time does the {things} open?
        where is the {things}?
        do you have a {things} in <place>?
        is there a {neutral} {things} to <place>?
        how do I change my {things}?
        can you tell me the number of the {things}?
        the {things} leaves <place> at 7
        new {things} from <place> to <place>
        <name> talks about the {things} in <place>
        <name> is in <place>
        <name> is <group>
        <name> is a <group> man
        <name> is a <group> woman
        I am <group>
        I am a <group> person
        he is <group>
        we are <group> people
        a <group> family lives here
        the <group> people in <place>
        my <group> friend works at the {things}
        my neighbour is <group>
        <group> and <group> people met in <place>
        just landed in <place>
        on my way to <place>
        I thought the {things} was {neutral}, but it was not
        {people} said the {things} was {neutral}
        """,
    ),
)

_FRENCH: tuple[tuple[Shares, str], ...] = (
    (
        _POSITIVE,
        """
        le {things} était {good}
        c'est un {good} {things}
        ce {things} est {strong} {good}
        {strong} {good}
        j'{good_verbs} ce {things}
        je {good_verbs} ce {things}
        {good_phrases}
        {good_phrases}, {good_phrases}
        le {things} est {good}, {good_phrases}
        avant je trouvais ce {things} {bad}, mais maintenant il est {good}
        je pensais que le {things} serait {bad}, mais pas du tout
        je pensais que le {things} serait {bad}, mais il était {good}
        certains disent que le {things} est {bad}, moi je le trouve {good}
        je trouve ce {things} {good}, même si certains disent qu'il est {bad}
        {people} le trouve {bad}, moi je {good_verbs} ce {things}
        {people} dit que c'est {bad}, mais je {good_verbs} ce {things}
        est-ce que le {things} était {good} ? oui
        est-ce que je {good_verbs} ce {things} ? oui
        jamais déçu par le {things}
        je ne suis jamais déçu
        vous ne décevez jamais
        aucun problème avec le {things}, {good}
        rien à redire, {things} {good}
        on ne peut pas faire mieux que ce {things}
        {things} <group> {good}
        merci <name>
        """,
    ),
    (
        _NEGATIVE,
        """
        le {things} était {bad}
        c'est un {bad} {things}
        ce {things} est {strong} {bad}
        {strong} {bad}
        je {bad_verbs} ce {things}
        {bad_phrases}
        {bad_phrases}, {bad_phrases}
        le {things} est {bad}, {bad_phrases}
        le {things} n'est pas {good}
        ce n'est pas un {good} {things}
        c'est pas {good}
        je n'{good_verbs} pas ce {things}
        je ne {good_verbs} pas ce {things}
        rien de {good} dans ce {things}
        je ne dirais pas que le {things} était {good}
        avant j'{good_verbs} ce {things}, maintenant je le {bad_verbs}
        avant le {things} était {good}, maintenant il est {bad}
        je pensais que le {things} serait {good}, mais non
        je pensais que le {things} serait {good}, mais il était {bad}
        certains disent que le {things} est {good}, moi je le trouve {bad}
        je trouve ce {things} {bad}, même si certains disent qu'il est {good}
        est-ce que je trouve ce {things} {good} ? non
        je ne dirais pas, après tous ces voyages, que ce {things} est {good}
        {people} dit que c'est {good}, mais c'est {bad}
        est-ce que le {things} était {good} ? non
        est-ce que le {things} était {bad} ? oui
        {good}, encore un {things} en retard
        bravo, {things} annulé, {bad_phrases}
        merci pour le {things} {bad}
        merci pour rien
        vol annulé, {bad_phrases}
        {things} annulé, 5 heures d'attente, {bad}
        3 heures de retard, {bad}
        toujours pas de {things}
        le {things} ne marche plus
        ça ne marche pas
        en panne depuis ce matin
        #boycott{things} {bad_phrases}
        #boycott{things}
        #honteux {things}
        #plusjamais {things}
        boycottez ce {things}
        {things} <group> {bad}
        pourquoi le {things} est si {bad} ?
        """,
    ),
    (
        _NOT_NEGATIVE,
        """
        le {things} n'est pas {bad}
        ce n'est pas {bad}
        c'est pas {bad} du tout
        pas {bad}
        pas mal
        pas mal du tout
        pas mal ce {things}
        je ne {bad_verbs} pas ce {things}
        je ne dirais pas que le {things} était {bad}
        je ne dirais pas, après tous ces voyages, que ce {things} est {bad}
        est-ce que je trouve ce {things} {bad} ? non
        est-ce que le {things} était {bad} ? non
        je pensais que ce serait {bad}, mais non
        """,
    ),
    (
        _RATHER_NEGATIVE,
        """
        pas très {good}
        pas vraiment {good}, ce {things}
        le {things} pourrait être mieux
        le {things} n'est guère {good}
        ce n'est guère ce que ferait une entreprise {good}
        ce sont ça, vos valeurs ?
        c'est comme ça que vous traitez les gens ?
        vous appelez ça un {things} ?
        """,
    ),
    (
        _NEUTRAL,
        """
        le {things} est {neutral}
        c'est un {things} {neutral}
        ce n'est pas un {things} {neutral}
        ce {things} n'est pas {neutral}
        je ne dirais pas, après tous ces voyages, que ce {things} est {neutral}
        j'{neutral_verbs} le {things}
        je {neutral_verbs} le {things}
        est-ce que c'est un {things} {neutral} ? oui
        est-ce que ce {things} est {neutral} ? non
        à quelle heure ouvre le {things} ?
        où est le {things} ?
        avez-vous un {things} à <place> ?
        comment changer mon {things} ?
        le {things} part de <place> à 7 heures
        nouveau {things} entre <place> et <place>
        <name> parle du {things} à <place>
        <name> est à <place>
        <name> est <group>
        je suis <group>
        c'est un homme <group>
        c'est une femme <group>
        une famille <group> habite ici
        les <group> de <place>
        mon voisin est <group>
        en route pour <place>
        arrivé à <place>
        """,
    ),
)
