# shellcheck shell=bash
# What prepare.sh and engine.sh share. Sourced, not run.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
# shellcheck disable=SC2034 # for who sources this
here=$root/tests/infra/deployment
cache=${BADBUZZ_INFRA_CACHE:-$root/.infra}
tools=$cache/tools
export DOCKER_HOST=unix://$cache/docker.sock
export DOCKER_BUILDKIT=0 # the engine's own builder: it needs no further image
# Debian's client, whatever else is called docker here.
mkdir -p "$tools/bin"
ln -sf /usr/bin/docker "$tools/bin/docker"
export PATH=$tools/bin:$PATH

say() { printf 'test-infra: %s\n' "$*"; }
fail() {
    printf 'test-infra: %s\n' "$*" >&2
    exit 1
}

# Starts an engine of its own: its socket, data and bridges are apart from any other on this machine.
start_engine() { # options of dockerd beyond these, or none: ''
    mkdir -p "$cache/run"
    if [[ -S $cache/docker.sock ]] && docker version >/dev/null 2>&1; then
        fail "an engine answers at $cache/docker.sock already: wait for the run that it belongs to, or end it (its process: $(<"$cache/dockerd.pid"))."
    fi
    rm -f "$cache/docker.sock" "$cache/dockerd.pid"
    dockerd --host "$DOCKER_HOST" --data-root "$cache/docker" --exec-root "$cache/run" \
        --pidfile "$cache/dockerd.pid" --storage-driver overlay2 ${1:+"$@"} >"$cache/dockerd.log" 2>&1 &
    engine=$!
    trap stop_engine EXIT
    for _ in $(seq 100); do
        if docker version >/dev/null 2>&1; then return; fi
        kill -0 "$engine" 2>/dev/null || break
        sleep 0.2
    done
    fail "the Docker engine did not start; the end of $cache/dockerd.log: $(tail -n 5 "$cache/dockerd.log")"
}

stop_engine() {
    kill "$engine" 2>/dev/null || true
    wait "$engine" 2>/dev/null || true
    umount "$cache/run/netns/default" 2>/dev/null || true # else the folder cannot be removed
}
