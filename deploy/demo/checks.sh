# What must be true of the machine, said before anything is installed or built.

check_arguments() {
  # What a folder held before is not the demo's to delete, unless an earlier demo left it.
  if [ -n "$(ls -A -- "$out" 2> /dev/null)" ] && [ ! -e "$out/summary.json" ] && [ ! -d "$out/state" ]; then
    fail "'$out' is not empty and not of an earlier demo; give --out another folder."
  fi
  split=no
  [ -z "$trial" ] || [ -f "$trial" ] || fail "there is no file '$trial'."
  [ -n "$data" ] || return 0
  [ -d "$data" ] || fail "there is no folder '$data'."
  data=$(realpath -- "$data")
  [ -f "$data/labels.csv" ] || fail "'$data' has no labels.csv."
  local heading column
  heading=$(head -n 1 "$data/labels.csv" | tr -d '\r')
  for column in file patient; do
    [[ ",$heading," == *",$column,"* ]] || fail "'$data/labels.csv' has no column '$column'; it has $heading."
  done
  [[ ",$heading," != *",split,"* ]] || split=yes
  label=''
  for column in covid finding label; do
    if [[ ",$heading," == *",$column,"* ]]; then label=$column; break; fi
  done
  [ -n "$label" ] || fail "'$data/labels.csv' has none of the columns covid, finding, label; it has $heading."
}

check_machine() {
  step "Looking at the machine"
  command -v dotnet > /dev/null || fail "there is no 'dotnet' on the PATH; install the .NET 10 SDK."
  [[ "$(dotnet --version)" == 10.* ]] || fail "the .NET SDK here is $(dotnet --version); version 10 is needed."
  local disk memory
  disk=$(($(df -Pk "$here" | awk 'NR == 2 { print $4 }') / 1024))
  memory=$(($(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo) / 1024))
  [ "$disk" -ge 4096 ] || fail "$disk MiB free on this disk; building and running need 4096."
  [ "$memory" -ge 3072 ] || fail "$memory MiB of memory available; the trainer and three hosts need 3072."
  say "$((disk / 1024)) GiB of disk and $((memory / 1024)) GiB of memory free, $(nproc) cores, .NET $(dotnet --version)"
}

check_sandboxes() {
  local why
  why=$(bwrap --ro-bind / / --dev /dev --proc /proc --unshare-all true 2>&1) ||
    fail "bubblewrap cannot make a sandbox here ($why). Unprivileged user namespaces must be allowed: sysctl kernel.unprivileged_userns_clone=1"
  say "sandboxes work"
  # Where memory may be written to a disk in the clear, the agent calls its isolation by another name; the demo's policy and site accept both.
  isolation='bubblewrap, bubblewrap-swap'
}

build() {
  step "Building (the first time takes some minutes)"
  local log
  log=$(mktemp)
  if ! dotnet build "$here/deploy/hosts.slnf" -c Release --nologo -v quiet -clp:NoSummary > "$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail "the build failed; its output is above."
  fi
  rm -f "$log"
  [ -f "$(output Trainer)/libscanlock_torch.so" ] || fail "the shim over libtorch was not built."
  say "built"
}

output() { printf '%s/src/%s/bin/Release/net10.0' "$here" "$1"; }
