"""Alerts on their way to people: to a webhook and by e-mail, off unless settings say so."""
