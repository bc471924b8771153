# The stream worker, and the commands around it (topics, replay, watch, dlq).
# From the root: docker build -f infra/stream.Dockerfile -t badbuzz/stream .
FROM python:3.13.14-slim-trixie AS build
WORKDIR /src
COPY requirements/uv.txt requirements/stream.txt requirements/
RUN python3 -m venv /opt/uv \
    && /opt/uv/bin/pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
    && python3 -m venv --without-pip /opt/badbuzz \
    && /opt/uv/bin/uv pip install --no-cache --python /opt/badbuzz/bin/python \
        --require-hashes -r requirements/stream.txt
COPY pyproject.toml README.md ./
COPY sentiment sentiment
COPY stream stream
# NumPy's and SciPy's own tests go. Bytecode, which a read-only container cannot keep, is made for
# what the worker imports, not for all that is installed: together a quarter of the image.
RUN /opt/uv/bin/uv pip install --no-cache --python /opt/badbuzz/bin/python --no-deps . \
    && find /opt/badbuzz/lib -path '*/site-packages/[ns]*py/*' -type d -name tests -prune \
        -exec rm -rf {} + \
    && /opt/badbuzz/bin/python -c "from stream.commands import worker, topics, replay, watch, dlq; \
from mlflow import artifacts; from mlflow.tracking import MlflowClient; \
MlflowClient('http://127.0.0.1:5000', 'http://127.0.0.1:5000')"

FROM python:3.13.14-slim-trixie
LABEL org.opencontainers.image.title="badbuzz stream" \
      org.opencontainers.image.description="Scores a stream of tweets exactly once" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 badbuzz \
    && useradd --uid 10001 --gid badbuzz --no-create-home --home-dir /tmp \
        --shell /usr/sbin/nologin badbuzz \
    && install -d -o badbuzz -g badbuzz /var/lib/badbuzz /var/lib/badbuzz/models /var/lib/badbuzz/state
COPY --from=build /opt/badbuzz /opt/badbuzz
ENV PATH=/opt/badbuzz/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    MALLOC_TRIM_THRESHOLD_=131072 \
    PYTHONDONTWRITEBYTECODE=1 \
    BADBUZZ_MODELS_DIR=/var/lib/badbuzz/models \
    BADBUZZ_STATE_DIR=/var/lib/badbuzz/state \
    BADBUZZ_WEB_HOST=0.0.0.0
USER 10001:10001
WORKDIR /var/lib/badbuzz
EXPOSE 6066
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-Ic", "from urllib.request import urlopen; urlopen('http://127.0.0.1:6066/health', timeout=4); urlopen('http://127.0.0.1:6066/ready', timeout=4)"]
ENTRYPOINT ["badbuzz"]
CMD ["worker"]
