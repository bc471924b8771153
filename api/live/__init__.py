"""The live page's news: read from Kafka, kept for an hour, sent to every open page."""
