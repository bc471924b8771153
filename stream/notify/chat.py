"""Alerts as messages of chats: what their incoming webhooks take, as their makers describe it.

A brand's name, a word or a tweet is data: none of it may call people (`@channel`), make a link or
set type. So it stands where a chat shows text as it is, or its signs are escaped.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from stream.notify.summary import Summary

Payload = dict[str, Any]

_RED, _GREEN = "#c0392b", "#2e8b57"
_SLACK_HEADER_CHARS = 150
_MARKDOWN = re.compile(r"([\\`*_~|<>\[\](){}#+!-])")
_CALLS = re.compile(r"([@<])")
_NOTHING = "\u200b"  # a space without width: what follows is not read as a name any more


def slack(summary: Summary) -> Payload:
    """Slack's incoming webhooks: blocks, and a text for notifications.

    https://docs.slack.dev/reference/block-kit/blocks: of `rich_text` and `plain_text` no sign acts.
    """
    lines = [*_facts(summary), summary.when]
    blocks: list[Payload] = [
        {"type": "header", "text": _plain_text(summary.title[:_SLACK_HEADER_CHARS])},
        {"type": "section", "text": _plain_text("\n".join(lines))},
    ]
    if summary.samples:
        blocks.append(
            {
                "type": "rich_text",
                "elements": [
                    {"type": "rich_text_quote", "elements": [{"type": "text", "text": sample}]}
                    for sample in summary.samples
                ],
            }
        )
    if summary.link:
        link = f"<{summary.link.replace('&', '&amp;')}|{summary.link_title}>"
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": link}})
    return {"text": _escaped_for_slack(summary.title), "blocks": blocks, "unfurl_links": False}


def teams(summary: Summary) -> Payload:
    """Microsoft Teams' Workflows: a message with an Adaptive Card 1.4.

    https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors: only a `TextBlock`
    reads Markdown, a `RichTextBlock` does not.
    """
    body: list[Payload] = [
        _run_of_text(summary.title, weight="Bolder", size="Large", color=_teams_colour(summary)),
        *(_run_of_text(fact) for fact in _facts(summary)),
        *(_run_of_text(f"“{sample}”", italic=True) for sample in summary.samples),
        _run_of_text(summary.when, isSubtle=True, size="Small"),
    ]
    card: Payload = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
    }
    if summary.link:
        open_page = {"type": "Action.OpenUrl", "title": summary.link_title, "url": summary.link}
        card["actions"] = [open_page]
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def discord(summary: Summary) -> Payload:
    """Discord's webhooks: an embed; `allowed_mentions` lets nothing call anybody.

    https://docs.discord.com/developers/resources/webhook
    """
    lines = [_escaped(fact) for fact in _facts(summary)]
    lines += [f"> {_escaped(sample)}" for sample in summary.samples]
    embed: Payload = {
        "title": _escaped(summary.title)[:256],
        "description": "\n".join(lines)[:4_096],
        "color": int(_colour(summary)[1:], 16),
        "footer": {"text": summary.when},
    }
    if summary.link:
        embed["url"] = summary.link
        link = f"[{summary.link_title}]({summary.link})"
        embed["fields"] = [{"name": _NOTHING, "value": link[:1_024]}]
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def mattermost(summary: Summary) -> Payload:
    """Mattermost's incoming webhooks: an attachment.

    https://developers.mattermost.com/integrate/reference/message-attachments
    """
    lines = [f"**{_escaped(_silenced(summary.title))}**"]
    lines += [_escaped(_silenced(fact)) for fact in _facts(summary)]
    lines += [f"> {_escaped(_silenced(sample))}" for sample in summary.samples]
    lines.append(summary.when)
    if summary.link:
        lines.append(f"[{summary.link_title}]({summary.link})")
    attachment = {
        "fallback": _silenced(summary.title),
        "color": _colour(summary),
        "text": "\n\n".join(lines),
    }
    return {"attachments": [attachment]}


def text(summary: Summary) -> Payload:
    """`{"text": …}`, which the webhooks of Google Chat, Rocket.Chat and many others take."""
    return {"text": plain(summary)}


def plain(summary: Summary) -> str:
    """The summary as lines of text, in which nobody is called."""
    lines = [summary.title, *_facts(summary), *(f"“{sample}”" for sample in summary.samples)]
    silenced = [_silenced(line) for line in [*lines, summary.when]]
    return "\n".join([*silenced, summary.link] if summary.link else silenced)


FORMATS: Mapping[str, Callable[[Summary], Payload]] = {
    "slack": slack,
    "teams": teams,
    "discord": discord,
    "mattermost": mattermost,
    "text": text,
}
"""Each chat's message, by the name of its format."""


def _facts(summary: Summary) -> list[str]:
    cause = [summary.cause] if summary.cause else []
    return [*cause, *summary.facts]


def _plain_text(words: str) -> Payload:
    return {"type": "plain_text", "text": words, "emoji": False}


def _run_of_text(words: str, **looks: Any) -> Payload:
    run = {"type": "TextRun", "text": words, **looks}
    return {"type": "RichTextBlock", "inlines": [run]}


def _escaped(words: str) -> str:
    """Signs of Markdown as signs: each behind a backslash."""
    return _MARKDOWN.sub(r"\\\1", words)


def _escaped_for_slack(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _silenced(words: str) -> str:
    """No `@all` and no `<!channel>`: both need their signs side by side."""
    return _CALLS.sub(rf"\1{_NOTHING}", words)


def _colour(summary: Summary) -> str:
    return _GREEN if summary.state == "closed" else _RED


def _teams_colour(summary: Summary) -> str:
    return "Good" if summary.state == "closed" else "Attention"
