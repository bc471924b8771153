"""The configuration reference names every setting, with a sentence."""

from pathlib import Path

import pytest

from sentiment.settings import Settings
from tests.configuration import PARTS, reference, variables

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"


def test_the_reference_is_what_the_settings_say() -> None:
    assert PAGE.read_text("utf-8") == reference(), "run `make configuration`"


@pytest.mark.parametrize("part", PARTS)
def test_every_setting_is_there_with_a_sentence(part: str) -> None:
    settings, _ = PARTS[part]
    page = PAGE.read_text("utf-8")
    for variable, field in variables(settings):
        assert f"| `{variable}` |" in page, variable
        assert field.description, variable


def test_all_classes_of_settings_are_in_the_reference() -> None:
    def below(base: type[Settings]) -> set[type[Settings]]:
        return {base}.union(*(below(one) for one in base.__subclasses__()))

    shown = {settings for settings, _ in PARTS.values()}
    own = {one for one in below(Settings) if not one.__module__.startswith(("tests", "bench"))}
    assert own <= shown
