#!/bin/sh
# Starts Prometheus on the configuration beside this file; arguments go to Prometheus.
# BADBUZZ_METRICS_KEY: the key of the role `metrics`, where the API asks for keys.
set -eu
from=$(cd "$(dirname "$0")" && pwd)

if [ -z "${BADBUZZ_METRICS_KEY:-}" ]; then
    exec prometheus "--config.file=$from/prometheus.yml" "$@"
fi

umask 077
config=$(mktemp -d)
cp "$from/rules.yml" "$config/"
ln -s "$from/targets" "$config/targets"
printf '%s' "$BADBUZZ_METRICS_KEY" >"$config/metrics-key"
unset BADBUZZ_METRICS_KEY
sed "s|^  - job_name: badbuzz-api\$|&\\n    authorization:\\n      credentials_file: $config/metrics-key|" \
    "$from/prometheus.yml" >"$config/prometheus.yml"
exec prometheus "--config.file=$config/prometheus.yml" "$@"
