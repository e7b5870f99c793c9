#!/usr/bin/env bash
# Builds the image, starts it, asks it and stops it: for real, and without a container engine that runs already.
# One line for each promise; ends with 1 at the first one that is broken. Needs root on a Debian machine, and two to
# four minutes, on a busy machine ten. All it leaves behind are packages.
#
# podman and runc are the engine. A base image cannot be pulled everywhere, so a stand-in takes its name: Debian with
# the same version of Python, made from the mirror that this machine's apt uses. The Dockerfile is the real one.
#
# KILLS            how often a replica is killed under load; 2 if it is not set, and each takes some 15 seconds
# IMAGE_TEST_BASE  a file that keeps the stand-in between runs; for those who work on this script
set -euo pipefail
cd "$(dirname "$0")/.."

readonly BASE=python:3.13-slim BASE_RELEASE=trixie BALANCER=haproxy:stand-in
readonly TOOLS=(podman runc conmon mmdebstrap)
# What --read-only and its company are in docker-compose.yml.
readonly HARDENED=(--pull=never --network host --read-only --read-only-tmpfs=false --tmpfs /tmp --cap-drop=ALL
  --security-opt no-new-privileges --pids-limit 128)
readonly MEMORY_BYTES=$((512 * 1024 * 1024))
certificates=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}

work="" promise="" begun=0 kept_count=0 base_size=""

begin() {
  promise=$1
  begun=$SECONDS
}

# kept [DETAIL]. A DETAIL that comes from a command is assigned first: inside of an argument its failure would go unseen.
kept() {
  kept_count=$((kept_count + 1))
  printf 'ok    %3d s  %s%s\n' "$((SECONDS - begun))" "$promise" "${1:+: $1}"
}

give_up() {
  echo "image-test: $1" >&2
  exit 1
}

clean_up() {
  local status=$?
  trap - EXIT
  set +e
  if ((status != 0)) && [[ -n $promise ]]; then
    printf 'FAIL  %3d s  %s\n' "$((SECONDS - begun))" "$promise"
    show_logs >&2
  fi
  if [[ -n $work ]]; then
    if has_its_own_engine; then
      podman rm --force --all --time 0 >/dev/null 2>&1
      podman rmi --force --all >/dev/null 2>&1
    fi
    rm -rf "$work"
  fi
  [[ -z $promise ]] || printf 'image-test: %d passed, %d failed\n' "$kept_count" "$((status != 0))"
  exit "$status"
}

# Before configure_engine, `podman rm --all` would mean somebody else's containers.
has_its_own_engine() {
  [[ ${CONTAINERS_STORAGE_CONF:-} == "$work"/* ]]
}

show_logs() {
  tail -v -n 30 "$work"/*.log
  local name
  has_its_own_engine || return
  for name in $(podman ps --all --format '{{.Names}}'); do
    echo "==> container $name <=="
    podman logs --tail 30 "$name"
  done
}

check_machine() {
  [[ $(id -u) == 0 ]] || give_up "needs root, to install packages and to start containers without an engine"
  local command
  for command in apt-get dpkg python3; do
    command -v "$command" >/dev/null || give_up "needs $command: the stand-in base image is made of Debian's packages"
  done
}

install_tools() {
  begin "podman and what it needs are here"
  local tool missing=()
  for tool in "${TOOLS[@]}"; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  if ((${#missing[@]})); then
    { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$work/install.log" 2>&1
  fi
  local version
  version=$(podman --version)
  kept "$version"
}

# Storage, locks and settings of its own: whatever else podman does on this machine is neither seen nor touched.
configure_engine() {
  local files
  files=$(ulimit -n) # podman's own default may be above what this machine allows
  export CONTAINERS_CONF=$work/containers.conf CONTAINERS_STORAGE_CONF=$work/storage.conf
  cat >"$CONTAINERS_CONF" <<CONF
[containers]
default_ulimits = ["nofile=$files:$files", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "$work/tmp"
CONF
  cat >"$CONTAINERS_STORAGE_CONF" <<CONF
[storage]
driver = "overlay"
graphroot = "$work/store"
runroot = "$work/run"
CONF
}

mirror() {
  apt-get indextargets --format '$(COMPONENT) $(REPO_URI)' 'Created-By: Packages' | awk '$1 == "main" {print $2; exit}'
}

make_base() {
  begin "a stand-in base is made"
  local file=${IMAGE_TEST_BASE:-$work/base.tar}
  # The build reaches PyPI with the certificates of this machine, which may have more than Debian's.
  if [[ ! -s $file ]]; then
    mmdebstrap --variant=minbase --include=ca-certificates,python3,python3-venv,python3-pip \
      --aptopt='Acquire::Check-Valid-Until "false"' \
      --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
      --dpkgopt='path-exclude=/usr/share/locale/*' \
      --customize-hook='for name in python python3; do ln -s /usr/bin/python3 "$1/usr/local/bin/$name"; done' \
      --customize-hook="cp '$certificates' \"\$1/etc/ssl/certs/ca-certificates.crt\"" \
      "$BASE_RELEASE" "$file" "$(mirror)" >"$work/base.log" 2>&1
  fi
  podman import -q --change 'CMD ["python3"]' --change 'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt' \
    "$file" "$BASE" >>"$work/base.log" 2>&1
  base_size=$(megabytes "$BASE")
  kept "$base_size"
}

megabytes() {
  echo "$(($(podman image inspect --format '{{.Size}}' "$1") / 1000000)) MB"
}

build_image() {
  begin "the image is built from the Dockerfile as it is"
  CONTAINER_ENGINE=podman scripts/image.sh --pull=never --network host >"$work/build.log" 2>&1
  local size
  size=$(megabytes chainrule:latest)
  kept "$size, $base_size of it the base"
}

# start_replica NAME ADDRESS PORT DRAIN_SECONDS
start_replica() {
  podman run --detach --name "$1" "${HARDENED[@]}" --memory "$MEMORY_BYTES" --env "CHAINRULE_HOST=$2" \
    --env "CHAINRULE_PORT=$3" --env "CHAINRULE_DRAIN_SECONDS=$4" chainrule:latest >>"$work/run.log" 2>&1
  local deadline=$((SECONDS + 120))
  until podman healthcheck run "$1" >>"$work/run.log" 2>&1; do
    [[ $(podman inspect --format '{{.State.Running}}' "$1") == true ]] && ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

try_one_container() {
  local port answer
  port=$(free_port)
  begin "it starts on a read-only root, without capabilities, and its HEALTHCHECK passes"
  start_replica one 127.0.0.1 "$port" 0
  kept

  begin "it answers the neuron over HTTP"
  answer=$(python3 -m scripts.image_checks neuron "http://127.0.0.1:$port" 2>>"$work/run.log")
  kept "$answer"

  begin "it is a user without rights, and can write nowhere but in /tmp"
  answer=$(podman exec one id -u)
  [[ $answer != 0 ]]
  podman exec one touch /tmp/x
  # Asked as root, who could write if the root were not read-only.
  podman exec --user 0 one sh -c 'for place in / /opt/chainrule /var/tmp; do ! touch $place/x || exit 1; done' 2>>"$work/run.log"
  podman exec one grep -q '^CapEff:[[:space:]]*0*$' /proc/1/status
  podman exec one grep -q '^NoNewPrivs:[[:space:]]*1$' /proc/1/status
  kept "uid $answer"

  begin "its memory is limited"
  # The first file is that of cgroups of version 1, the second that of version 2.
  podman exec one sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes || cat /sys/fs/cgroup/memory.max' 2>>"$work/run.log" | grep -qx "$MEMORY_BYTES"
  kept "$((MEMORY_BYTES / 1024 / 1024)) MiB"

  begin "SIGTERM ends it with 0"
  podman stop --time 30 one >>"$work/run.log" 2>&1
  [[ $(podman inspect --format '{{.State.ExitCode}}' one) == 0 ]]
  podman rm one >>"$work/run.log" 2>&1
  kept
}

# Compose needs no engine to check a file, and its plugin needs no installation: it is unpacked, if it is not here.
check_compose_file() {
  begin "docker compose accepts docker-compose.yml"
  local compose=(docker compose)
  if ! docker compose version >/dev/null 2>&1; then
    unpack_compose >"$work/compose.log" 2>&1
    compose=("$work/apt/root/usr/libexec/docker/cli-plugins/docker-compose")
  fi
  "${compose[@]}" --file docker-compose.yml config --quiet 2>>"$work/compose.log"
  kept
}

unpack_compose() {
  local apt=$work/apt
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) $BASE_RELEASE main" >"$apt/sources.list"
  local options=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$apt/lists"
    -o "Dir::Cache::archives=$apt/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update
  (cd "$apt" && apt-get "${options[@]}" download docker-compose && dpkg -x docker-compose_*.deb root)
}

run_balancer() {
  podman run "${HARDENED[@]}" --user 65534:65534 --memory 1g --dns 127.0.77.53 \
    --volume "$PWD/deploy/haproxy.cfg:/haproxy.cfg:ro" "$@"
}

check_balancer() {
  begin "haproxy accepts deploy/haproxy.cfg"
  podman build --pull=never --network host --tag "$BALANCER" --file - "$work/tmp" >"$work/balancer.log" 2>&1 <<CONTAINERFILE
FROM $BASE
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends haproxy
CONTAINERFILE
  run_balancer --rm "$BALANCER" haproxy -c -f /haproxy.cfg >>"$work/balancer.log" 2>&1
  kept
}

try_failover() {
  begin "no request is lost when a replica dies or is replaced under load"
  local port answer
  port=$(free_port)
  start_replica first 127.0.0.2 "$port" 5
  start_replica second 127.0.0.3 "$port" 5
  run_balancer --detach --name balancer --env "CHAINRULE_REPLICAS=chainrule:$port" --env "CHAINRULE_BALANCER_BIND=127.0.0.1:$port" \
    "$BALANCER" haproxy -W -db -f /haproxy.cfg >>"$work/run.log" 2>&1
  answer=$(python3 -m scripts.image_checks failover podman "http://127.0.0.1:$port" first=127.0.0.2 second=127.0.0.3 \
    --kills "${KILLS:-2}" 2>>"$work/run.log")
  kept "$answer"
}

main() {
  check_machine
  export DEBIAN_FRONTEND=noninteractive
  trap clean_up EXIT
  trap 'exit 130' INT TERM HUP
  work=$(mktemp -d -t chainrule-image.XXXXXX)
  mkdir "$work/tmp"
  install_tools
  configure_engine
  make_base
  build_image
  try_one_container
  check_compose_file
  check_balancer
  try_failover
}

main
