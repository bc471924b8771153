#!/usr/bin/env bash
# Puts what infra/backup.sh saved into new volumes; refuses to write over old ones.
#   infra/restore.sh FOLDER && docker compose up --wait
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:?usage: infra/restore.sh FOLDER}
folder=$(cd "$folder" && pwd)
image=$(docker compose config --images mlflow | grep mlflow)

(cd "$folder" && sha256sum --check --quiet SHA256SUMS)
for volume in kafka-data mlflow-data; do
    if docker volume inspect "badbuzz_$volume" >/dev/null 2>&1; then
        printf 'restore: expected no volume badbuzz_%s, found one. To remove it for good: %s\n' \
            "$volume" "docker compose down; docker volume rm badbuzz_$volume" >&2
        exit 1
    fi
done
docker compose create kafka mlflow
for volume in kafka-data mlflow-data; do
    docker run --rm --network none --user 0 --entrypoint tar \
        -v "badbuzz_$volume:/to" -v "$folder:/from:ro" "$image" -C /to -xzpf "/from/$volume.tar.gz"
done
printf 'restore: done; now: docker compose up --wait\n'
