/// The experiment of the design, as far as the kinds of the tests go.
let checkout = """
  version: 1
  title: Checkout survives losing a replica and a slow database
  description: Reads move to the other replica within five seconds.
  tags: [staging, database]
  owner: checkout-team

  configuration:
    shop: {env: SHOP_URL, default: "http://127.0.0.1:8080"}
    prometheus: {env: PROMETHEUS_URL}
  secrets:
    token: {env: SHOP_TOKEN}                   # or {file: path}

  hosts:                                       # optional; without it everything is here
    db: {ssh: chaos@db-2.staging, sudo: true, address: 10.0.0.2}
    app: {exec: [nsenter, --net=/run/netns/app, jenner-agent]}

  steady-state-hypothesis:
    title: Checkout answers fast and without errors
    baseline: 60s
    recovery: {within: 60s, holds: 10s}
    probes:
      - name: checkout
        http:
          url: "${shop}/checkout"
          headers: {Authorization: "Bearer ${token}"}
          timeout: 2s
          expect: {status: 200}
        every: 100ms
        tolerance: {success: {min: 98%}, p95: {max: 300ms}}
        while-faulted:
          within: 5s
          success: {min: 90%}
          p95: {max: 2x baseline, floor: 50ms}
      - name: replicas
        prometheus: {url: "${prometheus}", query: 'sum(up{job="db"})'}
        every: 1s

  method:
    - name: lose a replica
      fault: process.kill
      host: db
      targets: {cmdline: 'postgres.*replica', tree: true, pick: 1}
      with: {signal: KILL}
      for: 60s
      expect:
        - {probe: replicas, within: 30s, value: {min: 2}}
    - wait: 5s
    - name: slow database
      fault: network.latency
      host: app
      with: {delay: 200ms, jitter: 20ms}
      for: 60s
    - together:
        - run: [redis-cli, flushall]
          undo: [redis-cli, restore-all]
        - name: busy
          fault: cpu.stress
          after: 10s
          with: {load: 80%}
          for: 60s
    - wait: {until: {probe: replicas, value: {min: 3}}, at-most: 2m}

  rollbacks:
    - run: [systemctl, start, "postgresql@replica"]
      host: db

  stop-conditions:
    - {probe: checkout, success: {below: 50%}, over: 5s}

  limits: {duration: 10m, targets: 3}

  """

/// What the experiment above needs of its environment.
let checkoutEnvironment = ["PROMETHEUS_URL": "http://prometheus:9090", "SHOP_TOKEN": "hunter2"]
