"""Mails and messages in the brand team's language: the same in each, and nothing left out."""

import string
from datetime import timedelta
from typing import get_args

import pytest
from pydantic import ValidationError

from sentiment.alerts import AlertKind, AlertState, FalseAlarmBound
from sentiment.reasons import REASONS
from stream.notify.chat import FORMATS, plain
from stream.notify.letter import letter
from stream.notify.mail import Mail
from stream.notify.settings import NotifySettings
from stream.notify.summary import summarise, title, when
from stream.notify.texts import LANGUAGES, Language, texts_in
from stream.notify.trial import trial_notification
from stream.notify.webhook import Webhook
from tests.stream.notify.made_up import made_up, notification
from tests.stream.notify.receivers import MailServer, WebhookReceiver

KINDS: tuple[AlertKind, ...] = get_args(AlertKind)
STATES: tuple[AlertState, ...] = get_args(AlertState)
ENGLISH = ("negative", "normally")
"""Words of the English messages that French lacks."""


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_the_same_sentences_with_the_same_values(language: Language) -> None:
    first, mine = texts_in(LANGUAGES[0]), texts_in(language)
    assert list(mine.sentences) == list(first.sentences)
    for key, sentence in mine.sentences.items():
        assert places(sentence) == places(first.sentences[key]), key
        assert sentence.strip(), key
    assert len(set(mine.months)) == 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_said_and_every_kind_and_state_has_one_of_its_own(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = texts_in(language)
    said: set[str] = set()
    say = type(texts).say

    def noted(self: object, key: str, **values: object) -> str:
        said.add(key)
        return say(texts, key, **values)

    monkeypatch.setattr(type(texts), "say", noted)
    titles = set()
    for kind in KINDS:
        for state in STATES:
            alert = made_up(kind=kind, state=state).model_copy(update={"copies": 3})
            titles.add(title(alert, 80, texts))
            plain(summarise(alert, texts))
            letter(notification(alert), "a@example.org", ["b@example.org"], texts)
    trial_notification(texts)
    alert = made_up().model_copy(
        update={"bound": FalseAlarmBound(hours_between=840, drift=1.2, group=1)}
    )
    letter(notification(alert), "a@example.org", ["b@example.org"], texts)
    for reason in (*REASONS, "of a newer version"):
        told = str(plain(summarise(alert.model_copy(update={"reason": reason}), texts)))
        assert texts.sentences.get(f"reason.{reason}", reason) in told
    when(alert.model_copy(update={"window_start": alert.window_end - timedelta(days=1)}), texts)
    assert len(titles) == len(KINDS) * len(STATES)
    assert said == set(texts.sentences)


@pytest.mark.parametrize("form", FORMATS)
async def test_a_chat_is_written_to_in_french(form: str) -> None:
    with WebhookReceiver() as receiver:
        settings = NotifySettings(
            webhook_url=receiver.url, webhook_format=form, notify_language="fr"
        )
        channel = Webhook(settings)
        await channel.send(notification(made_up()))
        await channel.close()
    message = str(receiver.calls[0].alert).replace("\\", "")
    for part in ("acme\u00a0: bad buzz (62\u00a0% de négatif, d’habitude 30\u00a0%)",
                 "24 novembre 2026, de 11:51 à 12:00 UTC"):  # fmt: skip
        assert part in message.replace("\\xa0", "\u00a0").replace("xa0", "\u00a0")
    assert not [word for word in ENGLISH if word in message]


async def test_a_mail_is_written_in_french() -> None:
    with MailServer() as server:
        settings = NotifySettings(
            smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none",
            email_from="badbuzz@example.org", email_to=("team@example.org",), notify_language="fr",
        )  # fmt: skip
        await Mail(settings).send(notification(made_up()))
    (made,) = server.letters
    assert made["Subject"] == "acme\u00a0: bad buzz (62\u00a0% de négatif, d’habitude 30\u00a0%)"
    text = made.get_content()
    for part in ("3,8 fois l’habituel", "tarmac, #stuck", "ouverte le 24 novembre 2026 à 12:00"):
        assert part in text
    assert not [word for word in ENGLISH if word in text]


def test_a_language_without_a_file_is_refused() -> None:
    with pytest.raises(ValidationError, match="notify_language"):
        NotifySettings(notify_language="de")  # type: ignore[arg-type]
