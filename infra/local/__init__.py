"""The local stack: real Kafka and MLflow without Docker, under one supervisor."""
