"""Alerts as messages of chats: the shapes that their makers publish, and nobody is called."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sentiment.alerts import BuzzAlert, SampleTweet, TellingWord
from stream.notify.channel import RefusedError, UnreachedError
from stream.notify.chat import FORMATS
from stream.notify.settings import NotifySettings
from stream.notify.summary import summarise
from stream.notify.texts import texts_in
from stream.notify.webhook import Webhook
from tests.stream.notify.made_up import SECRET, made_up, notification
from tests.stream.notify.receivers import WebhookReceiver

ENGLISH = texts_in("en")
LINK = "http://127.0.0.1:8000/brands/acme?alert=1"
HOSTILE = "@channel @everyone <!here> <@U012> **bold** [x](http://evil.example) `code` | > \x1b"


def alert(**more: Any) -> BuzzAlert:
    """An alert with three samples, of which two are to be shown."""
    samples = [SampleTweet(id=str(n), text=f"sample {n}", p_negative=0.9) for n in range(3)]
    return made_up("acme").model_copy(update={"samples": samples, **more})


def hostile() -> BuzzAlert:
    return alert(
        brand=HOSTILE,
        words=[TellingWord(word=HOSTILE, z=3)] * 10,
        samples=[SampleTweet(id="1", text=HOSTILE * 200)] * 5,
        url="https://page.example/brands/a|b>c)d e\n<@U1>",
    )


def slack_taken(message: dict[str, Any]) -> None:
    """Block Kit's limits: 50 blocks, 150 signs a header, 3,000 a text."""
    assert set(message) == {"text", "blocks", "unfurl_links"}
    assert 0 < len(message["blocks"]) <= 50
    for block in message["blocks"]:
        match block:
            case {"type": "header", "text": {"type": "plain_text", "text": str(words)}}:
                assert 0 < len(words) <= 150
            case {"type": "section", "text": {"type": "plain_text" | "mrkdwn", "text": str(words)}}:
                assert 0 < len(words) <= 3_000
            case {"type": "rich_text", "elements": elements}:
                for quote in elements:
                    assert quote["type"] == "rich_text_quote"
                    assert [one["type"] for one in quote["elements"]] == ["text"]
            case _:
                pytest.fail(f"Slack knows no such block: {block}")


def teams_taken(message: dict[str, Any]) -> None:
    """A message with one Adaptive Card, at most 28 KB."""
    assert set(message) == {"type", "attachments"}
    assert message["type"] == "message"
    (attachment,) = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["contentUrl"] is None
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    for block in card["body"]:
        assert block["type"] == "RichTextBlock"
        (run,) = block["inlines"]
        assert run["type"] == "TextRun"
        assert set(run) <= {"type", "text", "weight", "size", "color", "isSubtle", "italic"}
    for action in card.get("actions", []):
        assert set(action) == {"type", "title", "url"}
        assert action["type"] == "Action.OpenUrl"
    assert len(json.dumps(message)) < 28_000


def discord_taken(message: dict[str, Any]) -> None:
    """An embed within Discord's limits, which may call nobody."""
    assert message["allowed_mentions"] == {"parse": []}
    (embed,) = message["embeds"]
    assert 0 < len(embed["title"]) <= 256
    assert 0 < len(embed["description"]) <= 4_096
    assert 0 <= embed["color"] <= 0xFFFFFF
    for field in embed.get("fields", []):
        assert 0 < len(field["name"]) <= 256
        assert 0 < len(field["value"]) <= 1_024
    words = [embed["title"], embed["description"], embed["footer"]["text"]]
    assert sum(map(len, words)) <= 6_000


def mattermost_taken(message: dict[str, Any]) -> None:
    """An attachment of Slack's older form, at most 16,383 signs."""
    (attachment,) = message["attachments"]
    assert {"fallback", "color", "text"} <= set(attachment)
    assert len(attachment["text"]) <= 16_383


def text_taken(message: dict[str, Any]) -> None:
    """Google Chat takes at most 4,096 bytes."""
    assert set(message) == {"text"}
    assert len(message["text"].encode()) <= 4_096


TAKEN: dict[str, Callable[[dict[str, Any]], None]] = {
    "slack": slack_taken,
    "teams": teams_taken,
    "discord": discord_taken,
    "mattermost": mattermost_taken,
    "text": text_taken,
}


def words_of(message: Any) -> Iterator[str]:
    """All texts of a message."""
    if isinstance(message, str):
        yield message
    elif isinstance(message, dict):
        for value in message.values():
            yield from words_of(value)
    elif isinstance(message, list):
        for value in message:
            yield from words_of(value)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("made", [alert, hostile, lambda: alert(url=None, words=[], samples=[])])
def test_a_message_is_one_that_the_chat_takes(name: str, made: Callable[[], BuzzAlert]) -> None:
    TAKEN[name](FORMATS[name](summarise(made(), ENGLISH)))


@pytest.mark.parametrize("name", FORMATS)
def test_a_message_has_title_cause_figures_two_samples_and_the_link(name: str) -> None:
    words = "\n".join(words_of(FORMATS[name](summarise(alert(), ENGLISH)))).replace("\\", "")
    for part in ("acme: bad buzz (62% negative, normally 30%)", "tarmac, #stuck",
                 "mentions: 84, normally 41", "11:51 to 12:00 UTC", "sample 0", "sample 1",
                 LINK):  # fmt: skip
        assert part in words, part
    assert "sample 2" not in words


@pytest.mark.parametrize("state", ["worse", "closed"])
@pytest.mark.parametrize("name", FORMATS)
def test_a_message_says_how_the_alert_goes_on(name: str, state: str) -> None:
    says = {"worse": "bad buzz grows", "closed": "bad buzz is over"}[state]
    message = FORMATS[name](summarise(alert(state=state), ENGLISH))
    assert any(says in words.replace("\\", "") for words in words_of(message))


@pytest.mark.parametrize("name", ["mattermost", "text"])
def test_what_people_wrote_calls_nobody(name: str) -> None:
    """In these two, `@` and `<!` act wherever they stand."""
    for words in words_of(FORMATS[name](summarise(hostile(), ENGLISH))):
        for call in ("@channel", "@everyone", "<!here", "<@U"):
            assert call not in words


@pytest.mark.parametrize("name", ["discord", "mattermost"])
def test_what_people_wrote_sets_no_type_and_makes_no_link(name: str) -> None:
    (shown,) = next(iter(FORMATS[name](summarise(hostile(), ENGLISH)).values()))
    del shown["fallback" if name == "mattermost" else "footer"]
    for words in words_of(shown):
        for sign in (" **bold", "](http://evil", "`code`"):
            assert sign not in words


def test_slack_reads_signs_only_where_we_wrote_them() -> None:
    message = FORMATS["slack"](summarise(hostile(), ENGLISH))
    (link,) = [one for one in message["blocks"] if one.get("text", {}).get("type") == "mrkdwn"]
    assert link["text"]["text"].count("<") == link["text"]["text"].count(">") == 1
    assert "<" not in message["text"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/brands/acme", "file:///etc/passwd", ""])
def test_a_link_that_is_no_web_address_is_left_out(url: str) -> None:
    assert summarise(alert(url=url), ENGLISH).link == ""


@pytest.mark.parametrize("name", FORMATS)
async def test_a_chat_gets_its_message_without_a_secret(name: str) -> None:
    with WebhookReceiver() as receiver:
        channel = Webhook(NotifySettings(webhook_url=receiver.url, webhook_format=name))
        await channel.send(notification(alert()))
        await channel.close()
    (call,) = receiver.calls
    assert call.headers["content-type"] == "application/json"
    assert not [header for header in call.headers if header.startswith("webhook-")]
    TAKEN[name](json.loads(call.body))


async def test_a_chat_that_is_busy_is_asked_again_when_it_says_and_one_that_is_gone_refuses() -> (
    None
):
    def channel(receiver: WebhookReceiver) -> Webhook:
        settings = NotifySettings(
            webhook_url=receiver.url, webhook_format="slack", webhook_secret=SECRET
        )
        return Webhook(settings)

    with WebhookReceiver(lambda _: (429, {"retry-after": "30"})) as receiver:
        with pytest.raises(UnreachedError) as busy:
            await channel(receiver).send(notification(alert()))
        assert busy.value.wait == 30
    with WebhookReceiver(lambda _: (404, {})) as receiver, pytest.raises(RefusedError):
        await channel(receiver).send(notification(alert()))
