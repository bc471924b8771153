"""Looks at samples of scored tweets from threads of its own: drift, a challenger in the shadow,
and people's feedback.
"""
