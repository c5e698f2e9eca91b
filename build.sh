#!/usr/bin/env bash
# Everything one does with this repository. `./build.sh` alone says what there is.
#
#   setup   installs the Debian packages that are missing (as root)
#   build   leaves artifacts/bin/routerd, artifacts/bin/routerctl and artifacts/bin/router-web
#   deb     makes artifacts/routerd_VERSION_ARCHITECTURE.deb [amd64 | arm64]
#   boot    has the package live in booted Debians, 12 and 13
#   test    all of it: build, format, unit tests, lab tests; the last line is "N passed, N failed"
#   demo    real traffic over two links, one of which is cut [--quick]
#   bench   side by side with the kernel's own NAT [--quick] [--rules=N] [filter]
#   steps   what each step of the packet's path costs, one by one [filter]
#   lab     raises the lab with routerd in it and waits
#   fmt     formats the sources
#   clean   removes artifacts/
#
# The lab and what stands on it need root: they make network namespaces, and remove them again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly BIN=artifacts/bin
readonly REPORTS=artifacts/reports
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=1

# What each purpose takes from Debian. The lab's programs are what the tests drive through the router.
readonly TO_RUN=(iproute2 nftables)
readonly TO_BUILD=(gcc libc6-dev)
readonly TO_LAB=(util-linux ethtool tcpdump curl bind9-dnsutils dnsmasq-base iperf3 iputils-ping traceroute mtr-tiny hping3 tshark
  openssh-client openssh-server openssl vsftpd procps python3-minimal slapd tmux zsh fish)
# Tests that want these are skipped without them; not every Debian has them.
readonly TO_LAB_IF_THERE=(ngtcp2-client ngtcp2-server python3-jsonschema tftpd-hpa tftp-hpa pptpd pptp-linux coturn
  udhcpc wireguard-go wireguard-tools openvpn strongswan-starter libcharon-extra-plugins sip-tester chromium prometheus)

say() { printf '%s\n' "$*" >&2; }
die() { say "build.sh: $*"; exit 1; }

usage() { sed -n '2,16s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

need_root() { [[ $EUID -eq 0 ]] || die "'$1' makes network namespaces: run it as root"; }

need_dotnet() {
  command -v dotnet >/dev/null || die "no .NET SDK: install version $(sdk_wanted) (package dotnet-sdk-10.0, or Microsoft's dotnet-install.sh --version $(sdk_wanted)) and put 'dotnet' into PATH"
  dotnet --version >/dev/null 2>&1 || die "the .NET SDK here is not the one that global.json asks for ($(sdk_wanted) or a later 10.0 feature band): $(dotnet --list-sdks | tr '\n' ' ')"
}

sdk_wanted() { sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' global.json; }

# Of an architecture as Debian calls it; without one, of this machine.
runtime_id() {
  case "${1:-$(uname -m)}" in
    x86_64 | amd64) echo linux-x64 ;;
    aarch64 | arm64) echo linux-arm64 ;;
    *) die "no build for ${1:-$(uname -m)}" ;;
  esac
}

# --- setup -------------------------------------------------------------------------------------------------------

missing_packages() {
  local package
  for package in "$@"; do
    [[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || printf '%s ' "$package"
  done
}

# Packages bring daemons (sshd, vsftpd). The lab starts its own in namespaces; none is to start on this machine.
without_daemons() {
  local policy=/usr/sbin/policy-rc.d
  if [[ -e $policy ]]; then "$@"; return; fi
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  local status=0
  "$@" || status=$?
  rm -f "$policy"
  return "$status"
}

install_packages() {
  [[ $EUID -eq 0 ]] || die "missing packages: $*; run './build.sh setup' as root"
  command -v apt-get >/dev/null || die "missing programs, and this is no Debian: install the equivalents of: $*"
  say "installing: $*"
  export DEBIAN_FRONTEND=noninteractive
  local log
  log="$(mktemp)"
  { apt-get -q update && without_daemons apt-get -q install -y --no-install-recommends "$@" $(offered "${TO_LAB_IF_THERE[@]}"); } \
    >"$log" 2>&1 </dev/null || { cat "$log" >&2; rm -f "$log"; die "apt-get could not install: $*"; }
  rm -f "$log"
}

# Of some packages those that this Debian offers.
offered() {
  local package
  for package in "$@"; do
    if apt-cache show --no-all-versions "$package" >/dev/null 2>&1; then printf '%s ' "$package"; fi
  done
}

setup() {
  local missing
  missing="$(missing_packages "${TO_RUN[@]}" "${TO_BUILD[@]}" "${TO_LAB[@]}")"
  missing+="$(offered $(missing_packages "${TO_LAB_IF_THERE[@]}"))"
  # shellcheck disable=SC2086  # a list of package names, split on purpose
  if [[ -n $missing ]]; then install_packages $missing; fi
  need_dotnet
}

# --- build -------------------------------------------------------------------------------------------------------

# Directories count too: their time changes when a file goes away.
is_fresh() {
  local file="$1"
  shift
  [[ -f $file && -z "$(find "$@" Directory.Build.props Directory.Packages.props global.json -newer "$file" -print -quit)" ]]
}

# The analyzers look at the solution, once; what is made of the same sources beside it is not looked at again.
readonly UNCHECKED=(-p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false)

# One file that needs no runtime installed: trimmed, and compiled ahead together with the parts of the framework that it uses, so
# that the first packet and the first reload meet machine code.
publish() {
  local project="$1" program="$2" rid="${3:-$(runtime_id)}" into="${4:-$BIN}" out
  if is_fresh "$into/$program" src; then return; fi
  out="artifacts/publish/$program-$rid"
  dotnet publish "src/$project" -c Release -r "$rid" --self-contained true -p:PublishSingleFile=true -p:PublishTrimmed=true \
    -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=true -p:DebugType=embedded -o "$out" -v q -nologo "${UNCHECKED[@]}"
  mkdir -p "$into"
  install -m 755 "$out/$program" "$into/.$program.new"
  mv -f "$into/.$program.new" "$into/$program"
}

# For this machine, or for another: build RUNTIME INTO
build() {
  need_dotnet
  publish Router.Daemon routerd "$@"
  publish Router.Ctl routerctl "$@"
  publish Router.Web router-web "$@"
}

version() { sed -n 's/.*<Version>\(.*\)<\/Version>.*/\1/p' Directory.Build.props; }

# Programs for another architecture are compiled ahead here just the same, but cannot be run here.
deb() {
  local own architecture bin="$BIN" file
  own="$(dpkg --print-architecture)"
  architecture="${1:-$own}"
  if [[ $architecture != "$own" ]]; then bin="$BIN/$architecture"; fi
  build "$(runtime_id "$architecture")" "$bin"
  file="artifacts/routerd_$(version)_$architecture.deb"
  packaging/debian/make "$bin" "$(version)" "$architecture" "$file"
  say "$file, $(($(stat -c %s "$file") / 1048576)) MiB"
}

# A root of each release, made once; the lab boots them and changes nothing in them.
readonly ROOTS=/var/cache/router-lab
readonly TO_BOOT=(systemd-container mmdebstrap)

debian_root() {
  local release="$1"
  if [[ -d $ROOTS/$release ]]; then return; fi
  say "making a root of Debian $release"
  mkdir -p "$ROOTS"
  mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,dbus,procps,iproute2,nftables,openssl,libstdc++6 "$release" "$ROOTS/.$release"
  mv "$ROOTS/.$release" "$ROOTS/$release"
}

boot() {
  need_root boot
  setup
  local missing
  missing="$(missing_packages "${TO_BOOT[@]}")"
  # shellcheck disable=SC2086  # a list of package names, split on purpose
  if [[ -n $missing ]]; then install_packages $missing; fi
  debian_root bookworm
  debian_root trixie
  deb
  build_lab
  lab_program -noColor -explicit only -diagnostics -namespace Router.Lab.Scenarios.Packages
}

# The lab refers to no project of src: it sees the programs from outside, so it builds alone.
build_lab() {
  need_dotnet
  if is_fresh "$BIN/Router.Lab/release/Router.Lab" tests/Router.Lab; then return; fi
  dotnet build tests/Router.Lab -c Release -v q -nologo "${UNCHECKED[@]}"
  touch "$BIN/Router.Lab/release/Router.Lab"
}

lab_program() { "$BIN/Router.Lab/release/Router.Lab" "$@"; }

# --- test --------------------------------------------------------------------------------------------------------

PASSED=0 FAILED=0 SKIPPED=0

# A step that is no test program counts as one test.
step() {
  local title="$1"
  shift
  local start=$SECONDS
  say "== $title"
  if "$@" </dev/null; then PASSED=$((PASSED + 1)); say "   $title: ok, $((SECONDS - start)) s"
  else FAILED=$((FAILED + 1)); say "   $title: FAILED, $((SECONDS - start)) s"; return 1; fi
}

attribute() { sed -n "s/.*<assembly [^>]*\b$1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1; }

# Runs an xunit v3 program and adds up its report. A program that ends without a report has failed.
run_tests() {
  local title="$1" report="$REPORTS/$2.xml" start=$SECONDS
  shift 2
  say "== $title"
  rm -f "$report"
  local status=0
  "$@" -noColor -xml "$report" </dev/null || status=$?
  if [[ ! -s $report ]]; then FAILED=$((FAILED + 1)); say "   $title: ended with status $status and no report"; return; fi
  local errors failed
  errors="$(attribute errors "$report")" failed="$(attribute failed "$report")"
  PASSED=$((PASSED + $(attribute passed "$report")))
  SKIPPED=$((SKIPPED + $(attribute skipped "$report")))
  FAILED=$((FAILED + failed + errors))
  if [[ $status -ne 0 && $((failed + errors)) -eq 0 ]]; then FAILED=$((FAILED + 1)); fi
  say "   $title: $((SECONDS - start)) s"
}

build_everything() { dotnet build Router.sln -v q -nologo -warnaserror; }

check_format() { dotnet format whitespace Router.sln --verify-no-changes --no-restore -v q 2>&1 | head -n 20; }

run_fuzz() {
  if [[ ! -d tests/Router.Fuzz ]]; then return; fi
  step "fuzz, 10 s" "$BIN/Router.Fuzz/debug/Router.Fuzz" --seconds 10 || true
}

run_all_tests() {
  step "build" build_everything || return 0
  step "programs" build || return 0
  step "lab program" build_lab || return 0
  step "format" check_format || true
  run_tests "unit tests" unit "$BIN/Router.Tests/debug/Router.Tests"
  run_tests "web tests" web "$BIN/Router.Web.Tests/debug/Router.Web.Tests"
  step "steps of the path, run but not measured" "$BIN/Router.Benchmarks/debug/Router.Benchmarks" --check || true
  run_fuzz
  run_tests "lab" lab lab_program
}

test_everything() {
  need_root test
  setup
  mkdir -p "$REPORTS"
  run_all_tests
  if [[ $SKIPPED -gt 0 ]]; then printf '%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
  else printf '%d passed, %d failed\n' "$PASSED" "$FAILED"; fi
  [[ $FAILED -eq 0 ]]
}

# --- the lab ------------------------------------------------------------------------------------------------------

with_lab() {
  need_root "$1"
  setup
  build
  build_lab
  lab_program "$@"
}

# --- the steps of the path -----------------------------------------------------------------------------------------

measure_steps() {
  need_dotnet
  dotnet build tests/Router.Benchmarks -c Release -v q -nologo "${UNCHECKED[@]}"
  "$BIN/Router.Benchmarks/release/Router.Benchmarks" "$@"
}

main() {
  local verb="${1:-help}"
  shift || true
  case "$verb" in
    setup) setup ;;
    build) build ;;
    deb) deb "$@" ;;
    boot) boot ;;
    test) test_everything ;;
    demo | bench | lab) with_lab "$verb" "$@" ;;
    steps) measure_steps "$@" ;;
    fmt) need_dotnet && dotnet format Router.sln ;;
    clean) rm -rf artifacts ;;
    help | -h | --help) usage ;;
    *) usage >&2; die "no verb '$verb'" ;;
  esac
}

main "$@"; exit # so that a script that changes meanwhile is not read on
