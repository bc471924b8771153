#!/usr/bin/env bash
# Saves the volumes of Kafka and MLflow of docker-compose.yml into a folder, with everything stopped,
# so that they fit together, and starts again what ran.   infra/backup.sh FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:?usage: infra/backup.sh FOLDER}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
image=$(docker compose config --images mlflow | grep mlflow)

mapfile -t running < <(docker compose ps --services --status running)
start_again() {
    if ((${#running[@]} > 0)); then docker compose start "${running[@]}"; fi
}
trap start_again EXIT
docker compose stop

for volume in kafka-data mlflow-data; do
    file=$volume.tar.gz
    docker run --rm --network none --user 0 --entrypoint tar \
        -v "badbuzz_$volume:/from:ro" -v "$folder:/to" "$image" -C /from -czf "/to/$file.part" .
    mv "$folder/$file.part" "$folder/$file"
done
chmod 600 "$folder"/*.tar.gz
(cd "$folder" && sha256sum -- *-data.tar.gz >SHA256SUMS)
printf 'backup: %s\n' "$folder"
