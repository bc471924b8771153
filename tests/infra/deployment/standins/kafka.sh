#!/usr/bin/env bash
# Turns KAFKA_A_B=c into a.b=c, as apache/kafka does, formats the data once and becomes the broker.
set -euo pipefail
config=/opt/kafka/config/server.properties
env | grep -E '^KAFKA_' | grep -vE '^KAFKA_(HEAP_OPTS|OPTS)=' | while IFS='=' read -r name value; do
    name=${name#KAFKA_}
    name=${name,,}
    printf '%s=%s\n' "${name//_/.}" "$value"
done >"$config"
read -ra heap <<<"${KAFKA_HEAP_OPTS:--Xmx512m}"
options=("${heap[@]}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1
    -Dlog4j2.configurationFile=/opt/kafka/log4j2.yaml -cp '/opt/kafka/libs/*')
java "${options[@]}" kafka.tools.StorageTool format --config "$config" --ignore-formatted \
    --cluster-id "${CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw}"
exec java "${options[@]}" kafka.Kafka "$config"
