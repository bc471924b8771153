"""The HTTP side service: predictions, feedback and the live page."""
