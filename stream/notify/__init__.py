"""Alerts on their way to people: chats, a webhook, e-mail, other services; off by default.

`notifier` reads the topic from where `beginning` says, `courier` sees one alert delivered. A
`notification` goes to a `channel`: `webhook`, `mail` with a `letter`, or `apprise_service`. They
tell what `summary` says, in the language of `texts` (`en.json`, `fr.json`); `chat` puts it into the
form of each chat. `channels` makes those that the settings ask for, `trial` tries them. `mutes`
knows the brands that are silent for a while.
"""
