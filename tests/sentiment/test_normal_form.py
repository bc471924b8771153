import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.scorer import Scorer
from sentiment.text import clean, normalise, words
from tests.artefacts import make_artefact

APOSTROPHES = (
    "`\u00b4\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02c8\u2032\u2035\uff07\uff40\ua78c"
)
INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2063\u2066\u2069"
    "\ufe00\ufe0f\ufeff\ufff9\U000e0001\U000e0041\U000e0100\x00\x08\x7f\x9b"
)
TEXTS = [
    "worst flight ever, I don't want my bag late again",
    "I love this crew, thanks so much",
    "not bad at all, never late",
    "awful. Still no bag and nobody answers the phone!",
    "best service, good price :)",
]


def letters(text: str, capital: int, small: int) -> str:
    """The text in another alphabet of the same letters."""
    return "".join(
        chr(ord(sign) - 65 + capital)
        if "A" <= sign <= "Z"
        else chr(ord(sign) - 97 + small)
        if "a" <= sign <= "z"
        else sign
        for sign in text
    )


DISGUISES = {
    "double spaces": lambda text: text.replace(" ", "  "),
    "tabs and lines": lambda text: text.replace(" ", "\t\r\n"),
    "other spaces": lambda text: text.replace(" ", "\u00a0\u2009\u3000\u2800"),
    "spaces around": lambda text: f" \u00a0{text}\n\n",
    "fullwidth": lambda text: letters(text, 0xFF21, 0xFF41),
    "mathematical bold": lambda text: letters(text, 0x1D400, 0x1D41A),
    "mathematical sans": lambda text: letters(text, 0x1D5A0, 0x1D5BA),
    "circled": lambda text: letters(text, 0x24B6, 0x24D0),
    "negative squared": lambda text: letters(text.upper(), 0x1F170, 0x1F170),
    "struck through": lambda text: "".join(sign + "\u0336" for sign in text),
    "piled up": lambda text: "".join(sign + "\u0334\u0335\u0321" * 9 for sign in text),
    "entities": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "entities of 16": lambda text: "".join(f"&#x{ord(sign):x};" for sign in text),
    "escaped twice": lambda text: text.replace("'", "&amp;#39;"),
    **{
        f"U+{ord(sign):04X} in the words": lambda text, sign=sign: sign.join(text)
        for sign in INVISIBLE
    },
    **{
        f"U+{ord(sign):04X} for an apostrophe": lambda text, sign=sign: text.replace("'", sign)
        for sign in APOSTROPHES
    },
}


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> Scorer:
    return Scorer(make_artefact(tmp_path_factory.mktemp("model")))


@pytest.mark.parametrize("disguise", DISGUISES)
def test_what_looks_alike_has_the_same_words_and_the_same_score(
    scorer: Scorer, disguise: str
) -> None:
    disguised = [DISGUISES[disguise](text) for text in TEXTS]
    assert disguised != TEXTS
    assert [words(clean(text)) for text in disguised] == [words(clean(text)) for text in TEXTS]
    expected = scorer.score(TEXTS).p_negative.tolist()
    assert scorer.score(disguised).p_negative.tolist() == expected


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("plain text", "plain text"),
        ("", ""),
        ("\u200b \ufeff", ""),
        ("caf\u00e9 cafe\u0301", "caf\u00e9 caf\u00e9"),
        ("\u201cfine\u201d \u00abbien\u00bb", '"fine" "bien"'),
        ("\u0149 \u2034 \u2026 \ufb01ne", "'n ''' ... fine"),
        ("fish &amp; chips &lt;3 &amp;amp; &hellip;", "fish & chips <3 & ..."),
        (
            "\u4f60\u597d \u0645\u0631\u062d\u0628\u0627",
            "\u4f60\u597d \u0645\u0631\u062d\u0628\u0627",
        ),
        ("half \ud83d and whole \ud83d\ude21", "half \ufffd and whole \U0001f621"),
        ("&#55357; &#0; &#x110000;", "\ufffd \ufffd \ufffd"),
        ("Q&A at AT&T", "Q&A at AT&T"),
        ("\u2764\ufe0f", "\u2764"),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\u200d\U0001f525"),
        ("l\u200date \u200d\U0001f525\u200d", "late \U0001f525"),
        ("un\u2011happy \u2212 sad", "un-happy - sad"),
    ],
)
def test_the_normal_form(text: str, normal: str) -> None:
    assert normalise(text) == normal


@pytest.mark.parametrize(
    "text",
    [
        "&#" + "9" * 4_301,
        "&#" + "0" * 4_301 + "65;",
        "&#x" + "f" * 9_000,
        "a" + "\u0301\u0316" * 5_000,
        "\u0f71\u0f72" * 5_000,
        "&" + "amp;" * 2_500,
        "&#" * 5_000,
    ],
)
def test_a_text_made_to_cost_much_is_scored(scorer: Scorer, text: str) -> None:
    assert len(scorer.score([text])) == 1
    assert len(normalise(text)) <= len(text)


def test_a_number_with_zeros_before_it_is_its_character() -> None:
    assert normalise("&#" + "0" * 4_301 + "65;") == "A"


@pytest.mark.parametrize(
    ("picture", "name"),
    [
        ("\u2764\ufe0f\u200d\U0001f525", "heart on fire"),
        ("\U0001f62e\u200d\U0001f4a8", "face exhaling"),
        ("\U0001f937\U0001f3fd\u200d\u2640\ufe0f", "woman shrugging"),
        ("\U0001f621\u200d\U0001f621", "enraged face enraged face"),
    ],
)
def test_a_joined_picture_keeps_its_meaning(picture: str, name: str) -> None:
    assert words(clean(picture)) == name.split()


@given(st.text().filter(lambda text: not set(text) & set("&\uff06\ufe60")))
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    normal = normalise(text)
    assert normalise(normal) == normal
    assert normal == normal.encode(errors="replace").decode()


@given(st.text(alphabet=st.characters(max_codepoint=127, exclude_characters="&`")))
def test_ascii_text_changes_in_its_spaces_and_controls_alone(text: str) -> None:
    kept = "".join(sign for sign in text if sign.isprintable() or sign.isspace())
    assert normalise(text) == " ".join(kept.split())
