"""Many texts at once, scored by one version, for every form in which they are asked for."""

from collections.abc import Sequence
from functools import partial

from api.deps import require_short
from api.service import Service
from sentiment.scorer import ModelVersion
from sentiment.scores import Answer


async def score_texts(
    service: Service, texts: Sequence[str], langs: Sequence[str | None], pointer: str
) -> tuple[list[Answer], ModelVersion]:
    """The answers in the texts' order, and the version that gave them all.

    Args:
        service: of this process.
        texts: n of them.
        langs: what is said of the language of each, [n].
        pointer: of a text in the request, for errors, with `{}` for its number.

    Raises:
        ProblemError: 422, a text is too long.
        RegistryError: no version is loaded yet.
    """
    for number, text in enumerate(texts):
        require_short(text, service.settings.max_text_chars, pointer.format(number))
    scorer = service.champion.current.scorer
    answers = await service.heavy.run(partial(scorer.answer, texts, langs))
    for answer in answers:
        service.metrics.predictions.labels(answer.label).inc()
    return answers, scorer.model
