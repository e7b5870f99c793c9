#!/usr/bin/env bash
# Builds the image from the Dockerfile, as chainrule:<version> and chainrule:latest.
#
#   scripts/image.sh [OPTION OF `build`...]
#
# CONTAINER_ENGINE  docker or podman; default: the first of the two that answers
# IMAGE             name without a tag; default: chainrule
set -euo pipefail
cd "$(dirname "$0")/.."

engine_that_answers() {
  local candidate
  for candidate in docker podman; do
    # A docker client without an engine behind it is no engine.
    if command -v "$candidate" >/dev/null && "$candidate" info >/dev/null 2>&1; then
      echo "$candidate"
      return
    fi
  done
  echo "image: needs docker or podman, and neither answers; start one, or name it with CONTAINER_ENGINE" >&2
  echo "image: \`make image-test\` needs no engine: it builds and tries the image as root on Debian" >&2
  return 1
}

engine=${CONTAINER_ENGINE:-$(engine_that_answers)}
image=${IMAGE:-chainrule}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
created=$(git show -s --format=%cI HEAD 2>/dev/null || echo unknown)
options=()
# podman's own image format has no room for a HEALTHCHECK and drops it.
[[ $(basename "$engine") == podman ]] && options+=(--format docker)

"$engine" build "${options[@]}" --tag "$image:$version" --tag "$image:latest" \
  --build-arg "VERSION=$version" --build-arg "REVISION=$revision" --build-arg "CREATED=$created" "$@" .
