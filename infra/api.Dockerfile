# The HTTP service and its live page.
# From the root: docker build -f infra/api.Dockerfile -t badbuzz/api .
FROM python:3.13.14-slim-trixie AS build
WORKDIR /src
COPY requirements/uv.txt requirements/api.txt requirements/
RUN python3 -m venv /opt/uv \
    && /opt/uv/bin/pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
    && python3 -m venv --without-pip /opt/badbuzz \
    && /opt/uv/bin/uv pip install --no-cache --compile-bytecode --python /opt/badbuzz/bin/python \
        --require-hashes -r requirements/api.txt
COPY pyproject.toml README.md ./
COPY sentiment sentiment
COPY api api
RUN /opt/uv/bin/uv pip install --no-cache --compile-bytecode --python /opt/badbuzz/bin/python \
        --no-deps .

FROM python:3.13.14-slim-trixie
LABEL org.opencontainers.image.title="badbuzz api" \
      org.opencontainers.image.description="Predictions, feedback and the live page" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 badbuzz \
    && useradd --uid 10001 --gid badbuzz --no-create-home --home-dir /tmp \
        --shell /usr/sbin/nologin badbuzz \
    && install -d -o badbuzz -g badbuzz /var/lib/badbuzz /var/lib/badbuzz/models /var/lib/badbuzz/state
COPY --from=build /opt/badbuzz /opt/badbuzz
ENV PATH=/opt/badbuzz/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    BADBUZZ_MODELS_DIR=/var/lib/badbuzz/models \
    BADBUZZ_STATE_DIR=/var/lib/badbuzz/state \
    BADBUZZ_API_HOST=0.0.0.0
USER 10001:10001
WORKDIR /var/lib/badbuzz
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-Ic", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health', timeout=4); urlopen('http://127.0.0.1:8000/ready', timeout=4)"]
ENTRYPOINT ["badbuzz"]
CMD ["api"]
