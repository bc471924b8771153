#!/usr/bin/env bash
# What ml_training runs: Jupyter, for who has the token. Arguments run in its place.
set -euo pipefail

if (($# > 0)); then exec "$@"; fi

token=${JUPYTER_TOKEN:-}
if ((${#token} < 16)); then
    printf 'start.sh: expected JUPYTER_TOKEN of at least 16 characters, got %d: %s\n' "${#token}" \
        'whoever opens Jupyter runs code here. Set it to what "openssl rand -hex 24" prints.' >&2
    exit 1
fi

# The notebook is put here once; from then on it is the engineer's.
mkdir -p notebooks
cp --no-clobber /opt/notebooks/*.ipynb notebooks/

# 0.0.0.0 is the container's own network: docker-compose.yml and main.tf publish it on loopback.
exec jupyter lab --ip=0.0.0.0 --port=8888 --no-browser --ServerApp.root_dir=/lab
