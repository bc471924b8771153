#!/usr/bin/env bash
# Makes all that the checks of the deployment need where no image can be pulled and no release
# downloaded: Docker from Debian, compose, tofu and its provider from their Go modules, a base image
# by debootstrap, and the project's images from their Dockerfiles unchanged. What is made once stays
# in .infra/ (BADBUZZ_INFRA_CACHE).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
base=python:3.13.14-slim-trixie # what the Dockerfiles start from

((EUID == 0)) || fail 'needs root: it starts a Docker engine of its own.'

install_programs() {
    local missing=() program package
    while read -r program package; do
        command -v "$program" >/dev/null || missing+=("$package")
    done <<'END'
dockerd docker.io
debootstrap debootstrap
iptables iptables
ip iproute2
unshare util-linux
END
    ((${#missing[@]} == 0)) && return
    command -v apt-get >/dev/null || fail "not installed: ${missing[*]}; install them."
    say "installing ${missing[*]}"
    local policy=/usr/sbin/policy-rc.d made='' done=yes
    if [[ ! -e $policy ]]; then # no daemon of the package's own
        made=$policy
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
    fi
    apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
        >"$cache/apt.log" 2>&1 || done=no
    if [[ -n $made ]]; then rm -f "$made"; fi
    [[ $done == yes ]] || fail "apt-get could not install ${missing[*]}: see $cache/apt.log"
}

build_tool() { # name, its package, the file it becomes, further options of go build
    local name=$1 package=$2 target=$3 module=$cache/build/$1
    shift 3
    if [[ -x $target && $target -nt $here/tools/$name.mod ]]; then return; fi
    command -v go >/dev/null || fail "$name is built from its Go module: install Go 1.25 or newer."
    say "building $name (minutes, once)"
    mkdir -p "$module" "$(dirname "$target")"
    cp "$here/tools/$name.mod" "$module/go.mod"
    (cd "$module" && go build -mod=mod -o "$target" "$@" "$package") >"$module/log" 2>&1 ||
        fail "$name could not be built; the end of $module/log: $(tail -n 5 "$module/log")"
}

build_tools() {
    local mirror=$tools/mirror/registry.opentofu.org/kreuzwerker/docker/4.6.0/linux_amd64
    build_tool compose github.com/docker/compose/v2/cmd "$tools/docker-compose" -tags fsnotify,e2e
    build_tool provider github.com/terraform-providers/terraform-provider-docker \
        "$mirror/terraform-provider-docker_v4.6.0" -ldflags '-X main.version=4.6.0'
    build_tool tofu github.com/opentofu/opentofu/cmd/tofu "$tools/tofu" \
        -ldflags '-X github.com/opentofu/opentofu/version.dev=no'
    build_tool kustomize sigs.k8s.io/kustomize/kustomize/v5 "$tools/kustomize"
    build_tool actionlint github.com/rhysd/actionlint/cmd/actionlint "$tools/actionlint"
    cat >"$tools/tofu.rc" <<END
provider_installation {
  filesystem_mirror {
    path    = "$tools/mirror"
    include = ["*/*/*"]
  }
}
END
}

# KEDA's definitions of its own kinds, from its Go module.
fetch_definitions() {
    local module=$cache/build/keda folder
    mkdir -p "$module"
    cp "$here/tools/keda.mod" "$module/go.mod"
    folder=$(cd "$module" && go mod download -json github.com/kedacore/keda/v2 | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
    [[ -d $folder/config/crd/bases ]] || fail 'the Go module github.com/kedacore/keda/v2 could not be fetched.'
    mkdir -p "$tools/keda"
    cp "$folder"/config/crd/bases/keda.sh_{scaledobjects,triggerauthentications}.yaml "$tools/keda/"
}

# Debian, with this machine's certificate authorities, under the name that the Dockerfiles start from.
make_base() {
    if docker image inspect "$base" >/dev/null 2>&1; then return; fi
    say "making $base with debootstrap (minutes, once)"
    local tree=$cache/base settings=()
    rm -rf "$tree"
    debootstrap --variant=minbase --include=python3,python3-pip,python3-venv,ca-certificates \
        trixie "$tree" >"$cache/debootstrap.log" 2>&1 ||
        fail "debootstrap failed; the end of $cache/debootstrap.log: $(tail -n 3 "$cache/debootstrap.log")"
    rm -f "$tree"/usr/lib/python3*/EXTERNALLY-MANAGED "$tree"/var/cache/apt/archives/*.deb
    rm -rf "$tree"/var/lib/apt/lists/*
    cp /etc/ssl/certs/ca-certificates.crt "$tree/etc/ssl/certs/"
    if [[ -f /etc/pip.conf ]]; then cp /etc/pip.conf "$tree/etc/"; fi
    for name in SSL_CERT_FILE PIP_CERT PIP_INDEX_URL UV_DEFAULT_INDEX; do
        if [[ -n ${!name:-} ]]; then settings+=(--change "ENV $name=${!name}"); fi
    done
    tar -C "$tree" -c . | docker import "${settings[@]}" - "$base" >/dev/null
    rm -rf "$tree"
}

make_image() { # name, Dockerfile, context
    say "building $1"
    local log=$cache/image-${1//[\/:]/-}.log
    # The engine has no bridge here: the builder uses the network of this machine.
    docker build --network host -f "$2" -t "$1" "$3" >"$log" 2>&1 ||
        fail "$1 could not be built; the end of $log: $(tail -n 5 "$log")"
}

make_standins() {
    local context=$cache/standins
    mkdir -p "$context/jars"
    local jars
    jars=$("$root/.venv/bin/python" -c \
        'from infra.local.distribution import find_distribution; print(find_distribution().jars)')
    cp --update "$jars"/*.jar "$context/jars/"
    cp "$root/infra/local/log4j2.yaml" "$here"/standins/{kafka.sh,grafana.py,stores.sh} "$context/"
    make_image apache/kafka:4.3.1 "$here/standins/kafka.Dockerfile" "$context"
    make_image prom/prometheus:v2.53.5 "$here/standins/prometheus.Dockerfile" "$context"
    make_image grafana/grafana:11.6.0 "$here/standins/grafana.Dockerfile" "$context"
    make_image badbuzz-check/stores "$here/standins/stores.Dockerfile" "$context"
}

mkdir -p "$cache"
install_programs
build_tools
fetch_definitions
start_engine --iptables=false --ip-forward=false --bridge=none
make_base
make_standins
for part in stream api mlflow trainer; do
    make_image "badbuzz/$part:latest" "$root/infra/$part.Dockerfile" "$root"
done
if [[ ${1:-} != --without-lab ]]; then
    make_image mycustom/ml-image:latest "$root/infra/Dockerfile" "$root"
fi
docker images --format '{{.Repository}}:{{.Tag}} {{.Size}}'
