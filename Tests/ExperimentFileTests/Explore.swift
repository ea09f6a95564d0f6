import Testing
import ExperimentFile
import Model
@Test func explore() {
  let cases: [String] = [
    "", "# only\n", "---\n", "- a\n", "x", "version: 1\n\ttitle: t\n", "version: 1\ntitle: a: b\n",
    "a: {b: ${c}/x}\n", "a: {b: ${c}}\n", "a: {{shop}}/x\n", "a: {{ shop }}\n", "title: {shop}\n", "a: @x\n", "a: \"x\\d\"\n", "a: \"x\nb: c\n", "a: [1, 2\nb: c\n", "a: {b: 1\nc: d", "a: *x\n",
    "a: 1\n---\nb: 2\n", "a: &a 1\n<<: *a\n", "a: 1\n? b\n: c\n", "a: &x 1\n*x : 2\n", "%TAG ! x\n---\na: 1\n",
    "a: 1\n  b: 2\n", "a:\n  - b\n c: d\n", "a\nb: c\n", "title: !foo x\nversion: !!int \"1\"\nmethod: !!set {a}\n", String(repeating: "[", count: 5000), String(repeating: "[", count: 70) + String(repeating: "]", count: 70),
    String(repeating: "- ", count: 5000) + "a", "a: \u{1}\u{0}\n", ": x\n", "version: 1\ntitle: t\ntitle: u\nmethod: []\nmethod: []\nsteady-state-hypothesis: {probes: [{name: p, name: q, http: {url: http://x, url: http://y}}]}\n",
    withMethod("  - fault: proces.kill\n    targets: {cmdlin: x}\n  - fautl: x\n  - run: ls\n    env: {A: b}\n  - fault: cpu.stress\n  - fault: cpu.stress\n    with: {laod: 5%}\n  - wait: 5\n  - {run: [a], host: nowhere}\n  - wait: -5s\n  - wait: 0s\n  - {fault: network.latency, with: {delay: 5}, targets: {port: 1}}\n  - {run: [x], expect: [{probe: q, within: 5s, value: {mni: 3}}]}\n  - {run: [x], expect: [{probe: p, within: 5s, vlaue: {min: 3}}]}\n"),
    withProbes("    - {name: p, htp: {}}\n    - {name: p, http: {url: 'http://x'}, every: 20s, tolerance: {success: {min: 0%}, p95: {min: 5s, max: 1s}}}\n    - {name: q, http: {url: 'http://x'}, tolerance: {sucess: {min: 1%}}}\n    - {name: r, http: {url: 'http://x'}, tolerance: {success: {min: 101%, floor: 3%}, p95: 300ms, max: {below: 3}}}\n"),
    "title: \"a\\e[31mb\"\nversion: \"\\e\\n1\"\nmethod: []\n",
  ]
  for c in cases { print("-----", c.prefix(400)); for p in problems(c, purpose: .validation) { print("   =>", p) } }
  print(problems(checkout)); print(problems(checkout, purpose: .validation)); print(problems(checkout, environment: checkoutEnvironment))
  print((try? NewExperiment.text(catalog: catalog)) ?? ""); print(problems((try? NewExperiment.text(catalog: catalog)) ?? "", purpose: .validation))
  print(problems((try? NewExperiment.text(fault: "network.latency", catalog: catalog)) ?? "", purpose: .validation))
}
