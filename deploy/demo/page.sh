# What is left at the end: the folder OUT, summary.json in it, and one page to read.

collect() {
  mkdir -p "$out/audit"
  cp -r "$run/state/gateway/audit/." "$out/audit/"
  curl -fsS "$gateway_url/api/v1/identity" | jq -r .log_key > "$out/audit/log.vkey"
  keep_state
}

write_summary() {
  local verified
  verified=$(as_json ada audit verify --log "$out/audit" --key "$out/audit/log.vkey" 2> /dev/null)
  jq -n \
    --slurpfile sealed "$run/sealed.json" --slurpfile done "$run/results.json" --slurpfile metrics "$out/metrics.json" \
    --slurpfile purpose "$run/refused-purpose.json" --slurpfile site "$run/refused-site.json" --argjson audit "$verified" --arg permit "$experiment" '
    def refusal(name; answer): {request: name, reasons: [answer.reasons[] | select(.effect == "deny") | {rule, line, sentence}]};
    {dataset: $sealed[0].dataset, version: $sealed[0].version, samples: $sealed[0].samples,
     permit: $permit, job: $done[0].trials[0].job, site: $done[0].site,
     staged_bytes: ($done[0].trials[0].staging | .sent + .shared),
     metrics: $metrics[0].final, model: "model.safetensors",
     audit: {entries: $audit.entries, verified: true},
     refusals: [refusal("purpose"; $purpose[0]), refusal("site"; $site[0])]}' > "$out/summary.json"
}

show_page() {
  local s=$out/summary.json
  printf '\n%s── What happened ─────────────────────────────────────────────%s\n' "$bold" "$plain"
  row() { printf '%s%-9s%s %s\n' "$bold" "$1" "$plain" "$2"; }
  row Shared "'$(jq -r .dataset "$s")' version $(jq .version "$s"): $(jq .samples "$s") slices of $(jq .patients "$run/sealed.json") patients, encrypted in $(jq '"\(.shards) shard" + (if .shards == 1 then "" else "s" end)' -r "$run/sealed.json")"
  jq -r '.refusals[] | .reasons[] | "\(.rule): \(.sentence) (policy line \(.line))"' "$s" | while read -r line; do row Refused "$line"; done
  row Allowed "after one approval, by the reviewer"
  row Staged "$(numfmt --to=iec-i --suffix=B "$(jq .staged_bytes "$s")") of ciphertext at $(jq -r .site "$s"), purged after the job with a signed receipt"
  row Metrics "$(jq -r '.metrics | [["accuracy", "auc", "sensitivity", "specificity", "loss"][] as $m | select(.[$m] != null) | "\($m) \(.[$m])"] | join(", ")' "$s")"
  row Model "$out/model.safetensors ($(numfmt --to=iec-i --suffix=B "$(stat -c %s "$out/model.safetensors")"), released after review)"
  row Audit "$(jq .audit.entries "$s") entries, verified with the public key alone; without an earlier checkpoint a rollback is not excluded"
  row Look "$out/state holds what the hosts kept on disk: look for cleartext there"
  row Time "$((SECONDS - started)) s"
}

stay_up() {
  local person
  printf '\n%sThe hosts are up until Ctrl-C.%s\n' "$bold" "$plain"
  say "gateway $gateway_url   broker $broker_url   OpenAPI at /openapi/v1.json of each"
  for person in stella rupert rosa ada; do say "$person   password $(cat "$run/people/$person.password")"; done
  printf '\nTry, in another terminal:\n'
  say "export SCANLOCK_CONFIG=$run/config"
  say "./scanlock --profile rosa run results $experiment"
  say "./scanlock --profile rupert access list"
  say "./scanlock --profile ada audit search --log $out/audit"
  wait_forever
}

# The hosts are this shell's children: Ctrl-C ends the wait, and a host that dies ends it too.
wait_forever() { wait -n "${pids[@]}" || fail "a host has stopped; the logs are in $out/logs."; }
