# Stands in for prom/prometheus where no image can be pulled: Debian's, as the same user.
FROM python:3.13.14-slim-trixie
RUN apt-get update \
    && apt-get install -y --no-install-recommends prometheus wget \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o nobody -g nogroup /prometheus
USER nobody
EXPOSE 9090
VOLUME ["/prometheus"]
ENTRYPOINT ["prometheus"]
