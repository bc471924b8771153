# PostgreSQL from Debian and an S3 by moto, for MLflow's other stores.
FROM python:3.13.14-slim-trixie
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql \
    && rm -rf /var/lib/apt/lists/* \
    && python3 -m venv /opt/moto \
    && /opt/moto/bin/pip install --no-cache-dir 'moto[server]==5.2.5'
COPY stores.sh /opt/stores.sh
USER postgres
ENTRYPOINT ["bash", "/opt/stores.sh"]
