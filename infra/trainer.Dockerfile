# The light trainer: a first champion, evaluation, promotion. Networks: infra/Dockerfile.
# From the root: docker build -f infra/trainer.Dockerfile -t badbuzz/trainer .
FROM python:3.13.14-slim-trixie AS build
WORKDIR /src
COPY requirements/uv.txt requirements/trainer.txt requirements/
RUN python3 -m venv /opt/uv \
    && /opt/uv/bin/pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
    && python3 -m venv --without-pip /opt/badbuzz \
    && /opt/uv/bin/uv pip install --no-cache --compile-bytecode --python /opt/badbuzz/bin/python \
        --require-hashes -r requirements/trainer.txt
COPY pyproject.toml README.md ./
COPY sentiment sentiment
COPY trainer trainer
RUN /opt/uv/bin/uv pip install --no-cache --compile-bytecode --python /opt/badbuzz/bin/python \
        --no-deps .

FROM python:3.13.14-slim-trixie
LABEL org.opencontainers.image.title="badbuzz trainer" \
      org.opencontainers.image.description="Trains, evaluates and registers sentiment models" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 badbuzz \
    && useradd --uid 10001 --gid badbuzz --no-create-home --home-dir /tmp \
        --shell /usr/sbin/nologin badbuzz \
    && install -d -o badbuzz -g badbuzz /var/lib/badbuzz /var/lib/badbuzz/models /var/lib/badbuzz/state
COPY --from=build /opt/badbuzz /opt/badbuzz
ENV PATH=/opt/badbuzz/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    BADBUZZ_DATA_DIR=/var/lib/badbuzz/data \
    BADBUZZ_MODELS_DIR=/var/lib/badbuzz/models \
    BADBUZZ_STATE_DIR=/var/lib/badbuzz/state
USER 10001:10001
WORKDIR /var/lib/badbuzz
# A task, not a service: it has no health to watch.
HEALTHCHECK NONE
ENTRYPOINT ["badbuzz"]
CMD ["train", "--first"]
