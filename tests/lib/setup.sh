# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# What tests/run, examples/quickstart and .ci/run share: from a bare Debian 12
# to a configured and built tree, saying what goes on, and silent when there is
# nothing to do. Sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say () { printf '%s\n' "$*" >&2; }

# run_showing LABEL LOG PATTERN TOTAL COMMAND…: the output goes to LOG; a
# person sees how many lines that match PATTERN have come, of TOTAL.
run_showing () {
  local label=$1 log=$2 pattern=$3 total=$4 started=$SECONDS
  shift 4
  "$@" < /dev/null > "$log" 2>&1 &
  local job=$! seen=0 last=-1 told=$SECONDS
  while kill -0 "$job" 2> /dev/null; do
    sleep 0.2
    seen=$(grep -c -E "$pattern" "$log" || true)
    if [[ -t 2 ]]; then
      printf '\r%s: %s of %s\033[K' "$label" "$seen" "$total" >&2
    elif ((seen != last && SECONDS - told >= 10)); then
      say "$label: $seen of $total"
      last=$seen told=$SECONDS
    fi
  done
  local result=0
  wait "$job" || result=$?
  [[ -t 2 ]] && printf '\r\033[K' >&2
  ((result != 0)) || say "$label: done, $((SECONDS - started)) s"
  return "$result"
}

missing_packages () { # GROUP…
  local group package wanted=()
  while read -r group package; do
    [[ " $* " == *" $group "* ]] && wanted+=("$package")
  done < <(grep -v '^#' "$root/.ci/packages")
  comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) \
    <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "${wanted[@]}" \
      2> /dev/null | sed -n 's/^ii *//p' | sort -u)
}

install_packages () { # LOG PACKAGE…
  local log=$1 total try
  shift
  local apt=(apt-get -y --no-install-recommends -o Acquire::Retries=3
    -o Dpkg::Use-Pty=0)
  export DEBIAN_FRONTEND=noninteractive
  for try in 1 2 3; do
    # The lists of a fresh machine are empty, those of an old one too old.
    if ((try > 1)) || ! "${apt[@]}" -s install "$@" > "$log" 2>&1; then
      say "packages: reading the archive's list"
      apt-get -qq -o Acquire::Retries=3 update > "$log.update" 2>&1 || true
      "${apt[@]}" -s install "$@" > "$log" 2>&1 || continue
    fi
    total=$((3 * $(grep -c '^Inst ' "$log")))
    run_showing "packages: step" "$log" '^(Get:|Unpacking |Setting up )' "$total" \
      "${apt[@]}" install "$@" && return 0
  done
  tail -n 20 "$log" >&2
  return 1
}

# Of a package with a server in it the tests want the program only, and run it
# themselves.
without_servers () ( # COMMAND…
  policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod +x "$policy"
  fi
  "$@"
)

# need_packages GROUP…
need_packages () {
  command -v dpkg-query > /dev/null || return 0 # not Debian: meson will tell
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} > 0)) || return 0
  if ((EUID != 0)); then
    say "Some packages are missing. This line installs them:"
    say "  sudo apt-get install -y --no-install-recommends ${missing[*]}"
    return 1
  fi
  local log
  log=$(mktemp -t gst-ice-apt.XXXXXX)
  without_servers install_packages "$log" "${missing[@]}" || return 1
  if [[ " ${missing[*]} " == *" coturn "* ]]; then
    systemctl --quiet disable coturn.service > /dev/null 2>&1 || true
  fi
  rm -f "$log" "$log.update"
}

# configure_build DIR OPTION…: sets up, or changes the options of, one build.
configure_build () {
  local build=$1 options="${*:2}"
  mkdir -p "$build"
  if [[ -f $build/build.ninja && -f $build/.options ]] &&
      [[ $(< "$build/.options") == "$options" ]]; then
    return 0
  fi
  say "configuring ${build#"$root"/}"
  local again=()
  [[ -f $build/build.ninja ]] && again=(--reconfigure)
  if ! meson setup "${again[@]}" "$build" "$root" "${@:2}" \
      > "$build/configure.log" 2>&1; then
    # A half-made folder, or one of another meson, is not worth keeping.
    rm -rf "$build" && mkdir -p "$build"
    if ! meson setup "$build" "$root" "${@:2}" > "$build/configure.log" 2>&1
    then
      tail -n 20 "$build/configure.log" >&2
      return 1
    fi
  fi
  printf '%s' "$options" > "$build/.options"
}

# build_tree DIR [TARGET…]
build_tree () {
  local build=$1 steps
  shift
  # First the build files, lest the count below be that of an older tree.
  if ! ninja -C "$build" build.ninja > "$build/build.log" 2>&1; then
    tail -n 20 "$build/build.log" >&2
    return 1
  fi
  steps=$(ninja -C "$build" -n "$@" 2> /dev/null |
    sed -n 's|^\[[0-9]*/\([0-9]*\)\].*|\1|p' | tail -n 1)
  [[ -n $steps ]] || return 0 # "no work to do"
  run_showing "building ${build#"$root"/}" "$build/build.log" '^\[[0-9]+/' \
    "$steps" ninja -C "$build" "$@" && return 0
  grep -E -A 6 'error|FAILED|undefined reference' "$build/build.log" |
    head -n 60 >&2
  say "the whole of it: $build/build.log"
  return 1
}
