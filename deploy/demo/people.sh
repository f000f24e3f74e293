# The four people of the demo, each with their own sign-in.
cli=$here/src/Cli/bin/Release/net10.0/scanlock.dll

# as PERSON COMMAND...: shows the command as that person would type it, and runs it.
as() {
  local person=$1
  shift
  printf '%s  %s$ scanlock %s%s\n' "$dim" "$person" "$(typed "$@")" "$plain"
  SCANLOCK_CONFIG=$run/config dotnet "$cli" --profile "$person" "$@" | sed 's/^/  /'
}

# Likewise, for reading: the answer as JSON.
as_json() {
  local person=$1
  shift
  printf '%s  %s$ scanlock %s%s\n' "$dim" "$person" "$(typed "$@")" "$plain" >&2
  SCANLOCK_CONFIG=$run/config dotnet "$cli" --profile "$person" "$@" --json
}

# A command as one would type it; paths of this run say nothing to a reader.
typed() {
  local word line=''
  for word in "$@"; do
    word=${word//"$run/"/}
    [[ $word != *[[:space:]]* ]] || word="'$word'"
    line+=" $word"
  done
  printf '%s' "${line# }"
}

sign_in_everyone() {
  local person
  for person in stella rupert rosa ada; do
    quietly "$person" login "$gateway_url" --client-id "$person-cli" --client-secret-file "$run/people/$person.secret"
  done
  quietly rosa login "$broker_url" --client-id rosa-cli --client-secret-file "$run/people/rosa.secret"
  say "people    stella (steward), rupert (reviewer), ada (auditor) at the hospital; rosa (researcher) at unito"
}

quietly() {
  local person=$1
  shift
  SCANLOCK_CONFIG=$run/config dotnet "$cli" --profile "$person" "$@" > /dev/null
}

prepare_data() {
  if [ -n "$data" ]; then
    title="Chest CT slices" about="CT slices labelled '$label'." epochs=8 size=96 window='{center: -500, width: 1500}'
    return
  fi
  data=$run/phantoms label=finding
  title="Chest phantoms" about="Made-up chest CT: clear lungs, and lungs with opacities." epochs=12 size=64 window='{center: -500, width: 1500}'
  quietly stella phantom "$data" --patients 40 --slices 6 --size 128 --seed 7
  say "made 240 phantom slices of 40 patients"
}

# refused NAME OPTIONS...: asks for access, and insists on being refused.
refused() {
  local name=$1 status=0
  shift
  printf '%s  rosa$ scanlock access request %s%s\n' "$dim" "--dataset demo --project covid-screening --trainer ${trainer:0:14}... $*" "$plain"
  SCANLOCK_CONFIG=$run/config dotnet "$cli" --profile rosa access request --dataset demo --project covid-screening --trainer "$trainer" "$@" --json \
    > "$run/refused-$name.json" 2> "$run/refused-$name.err" || status=$?
  [ "$status" -eq 3 ] || { cat "$run/refused-$name.err" >&2; fail "this request should have been refused with exit status 3; it ended with $status."; }
  # A refusal is answered as a request (its state is denied) or as a problem; both list reasons.
  [ -s "$run/refused-$name.json" ] || mv "$run/refused-$name.err" "$run/refused-$name.json"
  jq -r '.reasons[] | select(.effect == "deny") | "  refused: \(.rule) (policy line \(.line)): \(.sentence)"' "$run/refused-$name.json"
}

write_experiment() {
  cat << YAML
name: one training on demo
gateway: saint-brannoch
dataset: demo
project: covid-screening
purpose: {permission: HMB, conditions: [NPU]}
site: demo-cluster
trainer: $trainer
seed: 7
resources: {cpus: $(nproc), memory_mib: 4096, minutes: 240}
trial:
YAML
  if [ -n "$trial" ]; then
    sed 's/^/  /' "$trial"
    return
  fi
  cat << YAML
  v: 1
  task: classify
  label: $label
  network: resnet18
  image_size: $size
  window: $window
  epochs: $epochs
  batch: 16
YAML
}

model_released() {
  SCANLOCK_CONFIG=$run/config dotnet "$cli" --profile rosa run results "$experiment" --out "$out" --json > "$run/results.json"
  [ -s "$out/model.safetensors" ]
}
