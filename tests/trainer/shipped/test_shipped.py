"""The version that ships with badbuzz keeps its promises."""

import json

import pytest

from sentiment import artefact
from sentiment.scorer import Scorer
from trainer.evaluation.behaviour import Behaviour, check_behaviour
from trainer.shipped import MODEL_CARD, PARTS, evidence, shipped_folder
from trainer.shipped.release import LARGEST_MB

LANGUAGES = ["en", "ar", "fr", "de", "hi", "it", "pt", "es"]


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(shipped_folder())


@pytest.fixture(scope="module")
def behaviour(scorer: Scorer) -> dict[str, Behaviour]:
    return {one.name: one for one in check_behaviour(scorer.score)}


def test_it_is_small_enough_and_described() -> None:
    folder = shipped_folder()
    artefact.require_whole(folder)
    files = [*folder.iterdir(), folder.parent / MODEL_CARD, folder.parent / PARTS]
    size = sum(file.stat().st_size for file in files)
    assert size <= LARGEST_MB * 1e6
    told = evidence(folder)
    assert told.description.startswith("# fast")
    assert {"all.macro_f1", "umsab-fr.macro_f1"} <= set(told.metrics)
    assert {part["part"] for part in json.loads(told.texts[PARTS])} >= {"all", "en", "fr"}


def test_it_reproduces_its_golden_set(scorer: Scorer) -> None:
    assert len(scorer.card.golden) > 20
    scorer.check_golden()


def test_its_card_names_its_languages_and_error_rates(scorer: Scorer) -> None:
    assert scorer.card.languages == LANGUAGES
    assert scorer.card.three
    assert scorer.card.error_rates is not None


def test_names_places_mentions_links_and_groups_change_nothing(
    behaviour: dict[str, Behaviour],
) -> None:
    same = ("another name", "other mentions", "links", "another place", "another group")
    tests = [one for name, one in behaviour.items() if name.startswith(same)]
    assert len(tests) == 10
    assert [one.failures for one in tests if one.held < one.cases] == []


def test_four_of_five_behavioural_cases_hold(behaviour: dict[str, Behaviour]) -> None:
    shares = [one.share for one in behaviour.values()]
    assert sum(shares) / len(shares) >= 0.8


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Worst flight ever. Three hours late and nobody told us.", "negative"),
        ("vol annulé, 5 heures d'attente, honteux", "negative"),
        ("merci à tout l'équipage, voyage parfait", "positive"),
        ("Vuelo cancelado, el peor servicio, una vergüenza", "negative"),
        ("Danke für den tollen Service!", "positive"),
        ("What time does the flight to Paris leave?", "neutral"),
        ("\U0001f621\U0001f621", "negative"),
    ],
)
def test_plain_texts_get_their_label_without_a_language(
    scorer: Scorer, text: str, label: str
) -> None:
    assert scorer.answer([text])[0].label == label


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("worst flight ever", "en"),
        ("vol annulé, 5 heures d'attente, honteux", "fr"),
        ("mi vuelo salió tarde", "es"),
        ("kya baat hai bhai mast", "hi"),
        ("obrigado pela ajuda", "pt"),
    ],
)
def test_it_names_the_language_of_a_text(scorer: Scorer, text: str, language: str) -> None:
    assert scorer.answer([text])[0].lang_detected == language


@pytest.mark.parametrize(
    "text",
    [
        "@united @delta https://t.co/a1B2",
        "самолет задержали на пять часов",
        "uçağım yine gecikti ve kimse bilgi vermiyor",
        "het is een mooie dag vandaag en ik ben blij",
    ],
)
def test_what_it_cannot_judge_is_unsupported(scorer: Scorer, text: str) -> None:
    assert scorer.answer([text])[0].label == "unsupported"
