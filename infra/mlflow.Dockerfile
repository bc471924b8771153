# The MLflow tracking server and registry, with drivers for PostgreSQL and S3.
# From the root: docker build -f infra/mlflow.Dockerfile -t badbuzz/mlflow .
FROM python:3.13.14-slim-trixie AS build
WORKDIR /src
COPY requirements/uv.txt requirements/mlflow.txt requirements/
RUN python3 -m venv /opt/uv \
    && /opt/uv/bin/pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
    && python3 -m venv --without-pip /opt/mlflow \
    && /opt/uv/bin/uv pip install --no-cache --compile-bytecode --python /opt/mlflow/bin/python \
        --require-hashes -r requirements/mlflow.txt

FROM python:3.13.14-slim-trixie
LABEL org.opencontainers.image.title="badbuzz MLflow" \
      org.opencontainers.image.description="MLflow tracking server and model registry" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 badbuzz \
    && useradd --uid 10001 --gid badbuzz --no-create-home --home-dir /tmp \
        --shell /usr/sbin/nologin badbuzz \
    && install -d -o badbuzz -g badbuzz /var/lib/mlflow
COPY --from=build /opt/mlflow /opt/mlflow
# PostgreSQL and S3: set the first two to postgresql://… and s3://…
ENV PATH=/opt/mlflow/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONWARNINGS=ignore \
    MLFLOW_BACKEND_STORE_URI=sqlite:////var/lib/mlflow/mlflow.db \
    MLFLOW_ARTIFACTS_DESTINATION=/var/lib/mlflow/artifacts \
    MLFLOW_DISABLE_TELEMETRY=true \
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false
USER 10001:10001
WORKDIR /var/lib/mlflow
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-Ic", "from urllib.request import urlopen; urlopen('http://127.0.0.1:5000/health', timeout=4)"]
# A line for each look-up of the alias, every few seconds, would hide all others.
ENTRYPOINT ["mlflow", "server", "--host", "0.0.0.0", "--port", "5000", "--workers", "1", "--serve-artifacts", "--uvicorn-opts", "--no-access-log"]
