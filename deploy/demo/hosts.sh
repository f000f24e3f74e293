# The run's folder, the three hosts in it, and how all of it goes away again.

make_run_folder() {
  # Beside no one's home: the site's own account must be able to reach its part.
  run=$(mktemp -d /tmp/scanlock-demo.XXXXXX)
  chmod 711 "$run"
  pids=() site_user=''
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  rm -rf -- "$out/logs" "$out/state" "$out/audit" "$out/summary.json" "$out/metrics.json" "$out/model.safetensors"
  mkdir -p "$out/logs" "$run/logs" "$run/state/gateway" "$run/state/broker" "$run/people" "$run/config"
  chmod 700 "$run/state" "$run/people" "$run/config"
  chmod 711 "$run/state"
}

clean_up() {
  local status=$?
  trap - EXIT INT TERM
  set +e
  # The hosts first, in the order that lets each finish what it is at; then whatever a job at the site has left running.
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null; done
  for pid in "${pids[@]}"; do
    for _ in $(seq 50); do kill -0 "$pid" 2> /dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2> /dev/null
  done
  wait "${pids[@]}" 2> /dev/null
  # Only what runs from this run's own folder.
  for pid in $(pgrep -f -- "$run/site/"); do kill -KILL "$pid" 2> /dev/null; done
  if [ -n "$site_user" ]; then
    pkill -KILL -u "$site_user" 2> /dev/null
    for _ in $(seq 50); do pgrep -u "$site_user" > /dev/null || break; sleep 0.1; done
    userdel "$site_user" 2> /dev/null
  fi
  [ -d "$out/state" ] || keep_state
  cp -f "$run"/logs/* "$out/logs/" 2> /dev/null
  rm -rf -- "$run"
  [ "$status" -eq 0 ] || printf 'demo: stopped; nothing of it is left running. The logs are in %s\n' "$out/logs" >&2
  exit "$status"
}

# What the hosts keep on disk, for anyone who wants to look for cleartext.
keep_state() {
  mkdir -p "$out/state"
  cp -a "$run/state/gateway" "$run/state/broker" "$out/state/" 2> /dev/null
  cp -a "$run/site/state" "$out/state/site" 2> /dev/null
  chown -R "$(id -u):$(id -g)" "$out/state"
}

choose_ports() {
  local ports=() port
  while [ "${#ports[@]}" -lt 3 ]; do
    port=$((20000 + RANDOM % 30000))
    if [ -z "$(ss -Hltn "sport = :$port")" ] && [[ " ${ports[*]} " != *" $port "* ]]; then ports+=("$port"); fi
  done
  gateway_url=http://127.0.0.1:${ports[0]}
  broker_url=http://127.0.0.1:${ports[1]}
  ssh_port=${ports[2]}
}

host() { printf '%s/Scanlock.%s.dll' "$(output "$1")" "$1"; }

make_keys() {
  dotnet "$(host Broker)" keygen --out "$run/broker-key" > /dev/null
  mkdir "$run/site" "$run/site/keys"
  chmod 711 "$run/site"
  dotnet "$(host HpcAgent)" keygen --out "$run/site/keys/agent" > /dev/null
  ssh-keygen -q -t ed25519 -N '' -C 'scanlock broker' -f "$run/broker-ssh"
  ssh-keygen -q -t ed25519 -N '' -C 'demo site' -f "$run/site/keys/host"
  # The site runs from copies of its own: its account may not read this checkout.
  cp -r "$(output HpcAgent)" "$run/site/agent"
  cp -r "$(output Trainer)" "$run/site/trainer"
  trainer=$(dotnet "$run/site/agent/Scanlock.HpcAgent.dll" measure "$run/site/trainer")
}

start_gateway() {
  local person
  for person in stella rupert rosa ada; do
    head -c 18 /dev/urandom | base64 > "$run/people/$person.password"
    head -c 32 /dev/urandom | base64 | tr -d '\n' > "$run/people/$person.secret"
  done
  account() { printf '{"Username":"%s","PasswordFile":"%s/people/%s.password","Organisation":"%s","Roles":["%s"]}' "$1" "$run" "$1" "$2" "$3"; }
  client() { printf '{"ClientId":"%s-cli","SecretFile":"%s/people/%s.secret","ActsAs":"%s"}' "$1" "$run" "$1" "$1"; }
  cat > "$run/gateway.json" << JSON
{
  "Gateway": {"Name": "saint-brannoch", "Organisation": "saint-brannoch", "Country": "IT", "PublicUrl": "$gateway_url", "Listen": "$gateway_url",
    "StateDirectory": "$run/state/gateway", "KeyDirectory": "$run/gateway-keys"},
  "Issuers": [{"Issuer": "$gateway_url", "Organisations": ["saint-brannoch", "unito"], "Roles": ["steward", "reviewer", "researcher", "auditor"]}],
  "Organisations": [{"Name": "saint-brannoch", "Country": "IT"}, {"Name": "unito", "Country": "IT"}],
  "LocalIssuer": {"Enabled": true, "Audiences": ["$broker_url"],
    "Accounts": [$(account stella saint-brannoch steward), $(account rupert saint-brannoch reviewer), $(account rosa unito researcher), $(account ada saint-brannoch auditor)],
    "Clients": [$(client stella), $(client rupert), $(client rosa), $(client ada)]},
  "Brokers": [{"Name": "hub", "KeyFile": "$run/broker-key.pub.pem"}],
  "Agents": [{"Site": "demo-cluster", "Organisation": "demo-hpc", "Country": "IT", "KeyFile": "$run/site/keys/agent.pub.pem"}],
  "Datasets": {"ShardBytes": 16777216}
}
JSON
  dotnet "$(host Gateway)" --config "$run/gateway.json" > "$run/logs/gateway.log" 2>&1 &
  pids+=($!)
  wait_for "the gateway" 60 answers "$gateway_url"
  # What an admin compares out of band and enters by hand, the demo takes from the gateway itself.
  curl -fsS "$gateway_url/api/v1/identity" | jq -r .key_pem > "$run/gateway.pub.pem"
  cp "$run/gateway.pub.pem" "$run/site/keys/gateway.pub.pem"
  cp "$run/broker-key.pub.pem" "$run/site/keys/broker.pub.pem"
  say "gateway   $gateway_url"
}

answers() { curl -fsS -o /dev/null "$1/healthz"; }

start_site() {
  cat > "$run/site/site.yaml" << YAML
site: demo-cluster
state: $run/site/state
key: keys/agent.pem
gateways: [{name: saint-brannoch, key: keys/gateway.pub.pem}]
brokers: [{name: hub, key: keys/broker.pub.pem}]
trainers: [{path: trainer, command: [dotnet, Scanlock.Trainer.dll]}]
purposes: [HMB, DS]
caps: {minutes: 240, memory_mib: 8192, cpus: $(nproc), jobs: 2, storage_gib: 20}
isolation: [$isolation]
YAML
  mkdir -p "$run/site/state" "$run/site/ssh"
  printf 'command="%s %s serve --site %s",restrict %s\n' "$(readlink -f "$(command -v dotnet)")" "$run/site/agent/Scanlock.HpcAgent.dll" "$run/site/site.yaml" \
    "$(cat "$run/broker-ssh.pub")" > "$run/site/ssh/authorized_keys"
  cat > "$run/site/ssh/sshd_config" << CONF
ListenAddress 127.0.0.1
Port $ssh_port
HostKey $run/site/keys/host
AuthorizedKeysFile $run/site/ssh/authorized_keys
PidFile none
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowTcpForwarding no
StrictModes no
LogLevel ERROR
CONF
  local account
  account=$(id -un)
  if [ "$(id -u)" -eq 0 ]; then
    site_user=scanlock-demo-$$
    useradd --system --no-create-home --home-dir "$run/site/home" --shell /bin/bash --password '*' "$site_user"
    account=$site_user
    mkdir -p "$run/site/home"
    chown -R "$site_user" "$run/site"
    chmod 700 "$run/site/state" "$run/site/keys"
    setpriv --reuid "$site_user" --regid "$site_user" --clear-groups --reset-env /usr/sbin/sshd -D -e -f "$run/site/ssh/sshd_config" > "$run/logs/sshd.log" 2>&1 &
  else
    chmod 700 "$run/site/state" "$run/site/keys"
    /usr/sbin/sshd -D -e -f "$run/site/ssh/sshd_config" > "$run/logs/sshd.log" 2>&1 &
  fi
  pids+=($!)
  printf '[127.0.0.1]:%s %s\n' "$ssh_port" "$(cut -d ' ' -f 1,2 "$run/site/keys/host.pub")" > "$run/known_hosts"
  site_account=$account
  say "site      demo-cluster, as user $account behind a forced command"
}

start_broker() {
  cat > "$run/broker.json" << JSON
{
  "Broker": {"Name": "hub", "PublicUrl": "$broker_url", "Listen": "$broker_url", "StateDirectory": "$run/state/broker", "KeyFile": "$run/broker-key.pem", "PollSeconds": 0.5},
  "Issuers": [{"Issuer": "$gateway_url", "Organisations": ["saint-brannoch", "unito"], "Roles": ["researcher"]}],
  "Gateways": [{"Name": "saint-brannoch", "Url": "$gateway_url", "KeyFile": "$run/gateway.pub.pem"}],
  "Sites": [{"Name": "demo-cluster", "Destination": "$site_account@127.0.0.1", "Port": $ssh_port, "IdentityFile": "$run/broker-ssh", "KnownHostsFile": "$run/known_hosts", "Connections": 2}]
}
JSON
  dotnet "$(host Broker)" --config "$run/broker.json" > "$run/logs/broker.log" 2>&1 &
  pids+=($!)
  wait_for "the broker" 60 answers "$broker_url"
  say "broker    $broker_url"
}
