# How the demo speaks: steps, facts, failures; and how it waits.
if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi

step() { printf '\n%s▸ %s%s\n' "$bold" "$1" "$plain"; }
say() { printf '  %s\n' "$1"; }
fail() { printf 'demo: %s\n' "$1" >&2; exit 1; }

# wait_for WHAT SECONDS COMMAND...: until the command succeeds.
wait_for() {
  local what=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@" > /dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || fail "waited too long for $what; the logs are in $out/logs."
    still_running
    sleep 0.2
  done
}

# A host that has died is an error at once, with its last words.
still_running() {
  local pid
  for pid in "${pids[@]}"; do
    kill -0 "$pid" 2> /dev/null && continue
    tail -n 20 "$run"/logs/*.log >&2
    fail "a host has stopped; the ends of the logs are above."
  done
}
