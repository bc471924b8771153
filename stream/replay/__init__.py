"""Tweets from files (`tweet_files`, `shuffled`), and how they are sent at a pace (`sender`)."""
