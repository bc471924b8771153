"""`badbuzz doctor`: looks at all that badbuzz stands on, and says what to do.

`finding` is what one look gives, `machine` looks at this machine, `services` at Kafka, MLflow, the
model, the brands and the services, `command` prints what they found.
"""
