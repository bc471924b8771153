#!/usr/bin/env bash
# PostgreSQL on 5432 with the database, user and password `mlflow`; S3 on 9000 with the bucket `models`.
set -euo pipefail
data=/tmp/data
bin=$(echo /usr/lib/postgresql/*/bin)
"$bin/initdb" -D "$data" -E UTF8 -A scram-sha-256 --pwfile <(echo mlflow) -U mlflow >/dev/null
echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
"$bin/pg_ctl" -D "$data" -w -o "-c listen_addresses='*' -c unix_socket_directories=/tmp" start
PGPASSWORD=mlflow createdb -h 127.0.0.1 -U mlflow mlflow
/opt/moto/bin/moto_server -H 0.0.0.0 -p 9000 &
until python3 -c "from urllib.request import Request, urlopen
urlopen(Request('http://127.0.0.1:9000/models', method='PUT'))" 2>/dev/null; do sleep 0.2; done
echo 'the stores are ready'
wait
