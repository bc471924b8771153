# Stands in for apache/kafka where no image can be pulled: the same service, settings and paths.
FROM python:3.13.14-slim-trixie
RUN apt-get update \
    && apt-get install -y --no-install-recommends openjdk-21-jre-headless \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --no-create-home appuser \
    && install -d -o appuser -g appuser /var/lib/kafka /var/lib/kafka/data /opt/kafka /opt/kafka/config
COPY jars /opt/kafka/libs
COPY log4j2.yaml /opt/kafka/log4j2.yaml
COPY kafka.sh /opt/kafka/run.sh
USER appuser
VOLUME ["/var/lib/kafka/data"]
EXPOSE 9092
CMD ["bash", "/opt/kafka/run.sh"]
