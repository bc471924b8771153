import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.text import clean, words


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("see https://t.co/abc?x=1#y now", "see <url> now"),
        ("HTTPS://T.CO/A www.Example.com/x", "<url> <url>"),
        ("@VirginAmerica hi", "<user> hi"),
        (".@united hi", ".<user> hi"),
        ("\U0001f468\u200d\U0001f469", " man  woman "),
        ("mail me@example.com", "mail me@example.com"),
        ("#EpicFail #late2day", "# epic fail # late 2day"),
        ("#snake_case", "# snake case"),
        ("soooooo goooood!!!!", "soo good!!"),
        ("1000000", "1000000"),
        ("fish &amp; chips &lt;3", "fish & chips  love "),
        ("it\u2019s \u201cfine\u201d", 'it\'s "fine"'),
        ("\U0001f620\U0001f3fd", " angry face "),
        ("", ""),
    ],
)
def test_what_carries_no_words_becomes_regular(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("emoticon", "word"),
    [
        (":)", "smile"),
        (":-)", "smile"),
        ("=D", "laugh"),
        ("XD", "laugh"),
        (";)", "wink"),
        (":P", "playful"),
        ("<3", "love"),
        ("</3", "heartbroken"),
        (":'(", "crying"),
        ("T_T", "crying"),
        (":(", "sad"),
        ("D:", "sad"),
        (":/", "annoyed"),
        (">_<", "annoyed"),
        (":o", "shocked"),
    ],
)
def test_an_emoticon_becomes_its_word(emoticon: str, word: str) -> None:
    assert words(clean(f"well {emoticon}")) == ["well", word]


@pytest.mark.parametrize("text", ["at 10:30", "a/b", "http", "note: done", "x = d", "1:0 win"])
def test_punctuation_that_is_no_face_stays(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("don't", ["do", "n't"]),
        ("DON\u2019T", ["do", "n't"]),
        ("can't we'll", ["ca", "n't", "we", "'ll"]),
        ("caf\u00e9 isn't", ["caf\u00e9", "is", "n't"]),
        ("wow!!! what??", ["wow", "!!", "what", "??"]),
        ("wait... @you", ["wait", "..", "<user>"]),
        ("3 hours", ["3", "hours"]),
        ("\u4f60\u597d, x_y", ["\u4f60\u597d", ",", "x", "_", "y"]),
    ],
)
def test_words_are_split_with_the_negation_on_its_own(text: str, expected: list[str]) -> None:
    assert words(clean(text)) == expected


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_fast_way_for_ascii_splits_as_the_way_for_all_text_does(text: str) -> None:
    cleaned = clean(text)
    assert words(cleaned) == words(cleaned + " \u4f60")[:-1]


@given(st.text())
def test_any_text_can_be_cleaned_and_its_words_hold_no_space(text: str) -> None:
    assert all(word and not any(map(str.isspace, word)) for word in words(clean(text)))


@given(st.text(alphabet="aAbB ._!?"))
def test_case_never_matters_to_the_words(text: str) -> None:
    assert words(clean(text.upper())) == words(clean(text.lower()))
