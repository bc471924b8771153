#!/usr/bin/env bash
# Runs a command beside a Docker engine of its own, in a network namespace of their own: fixed ports
# meet nobody else's, and bridges and packet rules are gone with it. Images come from prepare.sh.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [[ ${INSIDE:-} != yes ]]; then
    INSIDE=yes exec unshare --net -- "${BASH_SOURCE[0]}" "$@"
fi
ip link set lo up
start_engine ''
mkdir -p "$cache/plugins/cli-plugins"
ln -sf "$tools/docker-compose" "$cache/plugins/cli-plugins/docker-compose"
export DOCKER_CONFIG=$cache/plugins TF_CLI_CONFIG_FILE=$tools/tofu.rc TOOLS=$tools
"$@"
