// Drives the built `specgen mcp` with the official client, and fails when something is wrong.
//
// usage: node check.mjs PATH_TO_SPECGEN
//
// Over stdio: every tool and every alias is called, every answer's structured content is validated (ajv) against the
// schema that the tool publishes, failures are failures, progress is told, a cancelled check ends within a second and
// the process with its client. Over HTTP: the same client, two sessions at once, and what must be refused: addresses
// that others can reach, foreign Hosts and Origins. Then those scenarios of the conformance package that need no tools
// of its own reference server.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const SPECGEN = resolve(process.argv[2] ?? "target/release/specgen");
const HERE = dirname(fileURLToPath(import.meta.url));

// The names that other servers' users know, and our own: none may be missing, none may be there that is not tried.
const TOOLS = [
  "tla_parse", "tla_symbols", "tla_modules", "tla_check", "tla_simulate", "tla_explore", "tla_eval", "tla_trace_get",
  "tla_trace_diff", "tla_trace_validate", "tla_coverage", "tla_mutate", "tla_translate",
  "tlaplus_mcp_sany_parse", "tlaplus_mcp_sany_symbol", "tlaplus_mcp_sany_modules", "tlaplus_mcp_tlc_check",
  "tlaplus_mcp_tlc_smoke", "tlaplus_mcp_tlc_explore", "tlaplus_mcp_tlc_trace", "tlc_check", "tla_evaluate",
  "pcal_translate",
];
// What is left out of the conformance package, and why: scenarios that call tools, resources or prompts which only its
// reference server has (tools-call-*, resources-read-*, prompts-get-*, json-schema-2020-12, elicitation-*,
// server-sse-polling), or capabilities that are not declared (logging, completion, subscriptions).
const SCENARIOS = [
  "server-initialize", "ping", "tools-list", "resources-list", "prompts-list", "server-sse-multiple-streams",
  "dns-rebinding-protection",
];

const CLOCK = `---- MODULE Clock ----
EXTENDS Naturals
VARIABLE h
Init == h = 1
Next == h' = (h % 12) + 1
Early == h < 4
Always == h \\in 1..12
====
`;
const ENDLESS = `---- MODULE Endless ----
EXTENDS Naturals
VARIABLES x, y
Init == x = 0 /\\ y = 0
Next == (x' = x + 1 /\\ UNCHANGED y) \\/ (y' = y + 1 /\\ UNCHANGED x)
====
`;
const ALGORITHM = `---- MODULE P ----
(* --algorithm P { variable x = 0; { x := 1 } } *)
====
`;

const folder = mkdtempSync(join(tmpdir(), "specgen-mcp-"));
const root = join(folder, "root");
mkdirSync(root);
const put = (name, text) => writeFileSync(join(root, name), text);
put("Clock.tla", CLOCK);
put("Clock.cfg", "INIT Init NEXT Next INVARIANT Early");
put("Right.cfg", "INIT Init NEXT Next INVARIANT Always");
put("P.tla", ALGORITHM);
put("trace.json", JSON.stringify({
  trace: [{ action: "Init", state: { h: 1 } }, { action: "Next", state: { h: 2 } }],
}));
writeFileSync(join(folder, "Secret.tla"), "---- MODULE Secret ----\n====\n");
symlinkSync(join(folder, "Secret.tla"), join(root, "Secret.tla"));

let steps = 0;
const step = (what) => { steps += 1; console.log(`ok ${steps} - ${what}`); };
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const at = (value, path) => path.split(".").reduce((v, key) => v?.[key], value);

// Whether a process is still there.
const lives = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };

async function drive(client, schemas) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const validators = new Map();
  for (const tool of schemas) {
    assert.equal(tool.outputSchema.type, "object", tool.name);
    validators.set(tool.name, ajv.compile(tool.outputSchema));
    assert.ok(tool.description.length > 10 && tool.title && tool.annotations, tool.name);
    assert.equal(tool.inputSchema.additionalProperties, false, tool.name);
  }
  const called = new Set();
  const call = async (name, args, failed = false) => {
    const result = await client.callTool({ name, arguments: args });
    const validate = validators.get(name);
    assert.ok(result.structuredContent, `${name}: no structured content`);
    assert.ok(validate(result.structuredContent), `${name}: ${JSON.stringify(validate.errors)}`);
    assert.equal(result.isError ?? false, failed, `${name}: ${result.content[0].text}`);
    assert.equal("error" in result.structuredContent, failed, name);
    assert.ok(result.content[0].text.trim().length > 0, `${name} says nothing`);
    called.add(name);
    return result.structuredContent;
  };
  const expect = async (name, args, path, wanted) => {
    const data = await call(name, args);
    assert.deepEqual(at(data, path), wanted, `${name}: ${JSON.stringify(data).slice(0, 600)}`);
    return data;
  };

  await expect("tla_parse", { text: CLOCK }, "ok", true);
  await expect("tla_parse", { text: CLOCK.replace("% 12", "% Hours") }, "diagnostics.0.code", "E0201");
  await expect("tla_symbols", { text: CLOCK, extended: true, limit: 2 }, "symbols.0.name", "h");
  await expect("tla_modules", {}, "modules.0.name", "Apalache");
  await expect("tla_modules", { module: "FiniteSets", with_text: true }, "modules.0.name", "FiniteSets");
  const checked = await expect("tla_check", { path: "Clock.tla" }, "outcome", "invariant");
  assert.equal(checked.trace.length, 4);
  assert.equal(checked.violation.false_part.text, "h < 4");
  await expect("tla_check", { text: CLOCK, invariants: ["Always"] }, "complete", true);
  await expect("tla_check", { text: ENDLESS, states: 50 }, "outcome", "bounded");
  await expect("tla_check", { text: CLOCK, invariants: ["h = \"a\""] }, "violation.code", "E0503");
  await expect("tla_simulate", { text: CLOCK, invariants: ["Early"], behaviours: 2 }, "outcome", "invariant");
  await expect("tla_explore", { text: CLOCK, choices: [1, 1] }, "states.0.values.h", "3");
  await expect("tla_explore", { text: CLOCK, state: { h: "12" } }, "states.0.values.h", "1");
  await expect("tla_explore", { text: CLOCK, trace_id: checked.trace.id }, "states.0.values.h", "5");
  await expect("tla_eval", { expression: "{x \\in 1..9 : x % 4 = 0}" }, "value", "{4, 8}");
  const got = await expect("tla_trace_get", { trace_id: checked.trace.id, index: -1, variable: "h" }, "value", "4");
  assert.equal(got.json, 4);
  await expect("tla_trace_get", { trace_id: checked.trace.id, limit: 1 }, "next_cursor", "from-1");
  await expect("tla_trace_diff", { trace_id: checked.trace.id }, "differences.0.after", "4");
  await expect("tla_trace_validate", { text: CLOCK, log: '{"state":{"h":2}}\n{"state":{"h":3}}' }, "admitted", true);
  await expect("tla_trace_validate", { text: CLOCK, log: '{"state":{"h":2}}\n{"state":{"h":2}}' }, "rejected.event", 2);
  await expect("tla_coverage", { text: CLOCK, invariants: ["h > 99 => h = 1"] }, "complete", true);
  const mutated = await expect("tla_mutate", { text: CLOCK, invariants: ["Always"] }, "baseline", "success");
  assert.ok(mutated.mutants.length > 0);
  await expect("tla_translate", { text: ALGORITHM }, "written", false);
  await expect("tlaplus_mcp_sany_parse", { fileName: "Clock.tla" }, "module", "Clock");
  await expect("tlaplus_mcp_sany_symbol", { fileName: "Clock.tla", includeExtendedModules: true }, "extends.0", "Naturals");
  await expect("tlaplus_mcp_sany_modules", {}, "next_cursor", null);
  await expect("tlaplus_mcp_tlc_check", { fileName: join(root, "Clock.tla") }, "violation.name", "Early");
  await expect("tlaplus_mcp_tlc_check", { fileName: "Clock.tla", cfgFile: "Right.cfg", extraOpts: ["-workers", "1"] }, "complete", true);
  await expect("tlaplus_mcp_tlc_smoke", { fileName: "Clock.tla" }, "outcome", "invariant");
  await expect("tlaplus_mcp_tlc_explore", { fileName: "Clock.tla", behaviorLength: 7 }, "trace.length", 7);
  await expect("tlaplus_mcp_tlc_trace", { fileName: "Clock.tla", traceFile: "trace.json" }, "outcome", "success");
  await expect("tlc_check", { tla_file: "Clock.tla", cfg_file: "Right.cfg", workers: 2, deadlock: true }, "distinct_states", 12);
  await expect("tla_evaluate", { expression: "Max({1, 3})", imports: ["FiniteSetsExt"] }, "value", "3");
  await expect("pcal_translate", { tla_file: "P.tla" }, "written", true);
  assert.ok(readFileSync(join(root, "P.tla"), "utf8").includes("BEGIN TRANSLATION"), "the file is not written");
  put("P.tla", ALGORITHM);
  assert.deepEqual([...called].sort(), [...TOOLS].sort());

  const refused = async (name, args, kind, says) => {
    const { error } = await call(name, args, true);
    assert.equal(error.kind, kind, `${name}: ${error.message}`);
    assert.ok(JSON.stringify(error).includes(says), `${name}: ${JSON.stringify(error)}`);
  };
  await refused("tla_check", { text: CLOCK, invariant: ["Early"] }, "argument", "did you mean `invariants`?");
  await refused("tla_check", { text: CLOCK, seconds: -1 }, "argument", "seconds");
  await refused("tla_check", { text: CLOCK.replace("% 12", "% Hours") }, "rejected", "E0201");
  await refused("tla_check", { path: "../Secret.tla" }, "refused", "../Secret.tla");
  await refused("tla_check", { path: "Secret.tla" }, "refused", "Secret.tla");
  await refused("tla_check", { path: "Missing.tla" }, "not_found", "Missing.tla");
  await refused("tlaplus_mcp_sany_parse", { fileName: "/etc/passwd" }, "refused", "/etc/passwd");
  await refused("tla_eval", { expression: "1 + TRUE" }, "evaluation", "E0501");
  await refused("tla_eval", { expression: "IOExec(<<\"id\">>)", extends: ["IOUtils"] }, "evaluation", "E0519");
  await refused("tla_trace_get", { trace_id: "trace-none" }, "not_found", "trace-none");
  await assert.rejects(client.callTool({ name: "tla_prove", arguments: {} }), /tla_prove/);
}

async function watchAndCancel(client) {
  const told = [];
  const stop = new AbortController();
  const pending = client.callTool(
    { name: "tla_check", arguments: { text: ENDLESS, seconds: 600, states: 1e9 } },
    undefined,
    { onprogress: (progress) => told.push(progress), signal: stop.signal, timeout: 60_000 },
  );
  pending.catch(() => {});
  await pause(2000);
  const started = Date.now();
  const value = await client.callTool({ name: "tla_eval", arguments: { expression: "2 + 2" } });
  assert.equal(value.structuredContent.value, "4");
  assert.ok(Date.now() - started < 500, `the server answers after ${Date.now() - started} ms while a check runs`);
  assert.ok(told.length >= 3, `progress is told ${told.length} times in 2 s`);
  told.reduce((a, b) => { assert.ok(a.progress < b.progress, "progress does not grow"); return b; });
  stop.abort("enough");
  await assert.rejects(pending);
}

// How much of a core a process uses in a second.
async function load(pid) {
  const ticks = () => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return Number(fields[11]) + Number(fields[12]);
  };
  const before = ticks();
  await pause(1000);
  return (ticks() - before) / 100;
}

async function overStdio() {
  const transport = new StdioClientTransport({ command: SPECGEN, args: ["mcp", "--root", root], stderr: "pipe" });
  const client = new Client({ name: "check", version: "1" });
  await client.connect(transport);
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map((tool) => tool.name).sort(), [...TOOLS].sort());
  await drive(client, tools);
  step("stdio: every tool and alias answers as its schema says, and refuses what it must");
  await watchAndCancel(client);
  await pause(1000);
  if (process.platform === "linux") {
    const used = await load(transport.pid);
    assert.ok(used < 0.2, `a second after it was cancelled a check still uses ${used} of a core`);
  }
  step("stdio: progress is told, others are answered, a cancelled check ends within a second");
  const { resources } = await client.listResources();
  assert.ok(resources.length >= 8);
  for (const { uri } of [...resources, { uri: "tla://module/Bags" }, { uri: "tla://codes/E0201" }]) {
    const { contents } = await client.readResource({ uri });
    assert.ok(contents[0].text.length > 50, uri);
  }
  await assert.rejects(client.readResource({ uri: "file:///etc/passwd" }));
  const { prompts } = await client.listPrompts();
  assert.ok(prompts.length >= 5);
  for (const prompt of prompts) {
    const args = Object.fromEntries(prompt.arguments.map(({ name }) => [name, `the ${name}`]));
    const { messages } = await client.getPrompt({ name: prompt.name, arguments: args });
    assert.ok(messages[0].content.text.includes(`the ${prompt.arguments[0].name}`), prompt.name);
    await assert.rejects(client.getPrompt({ name: prompt.name, arguments: {} }));
  }
  step("stdio: resources and prompts");
  const pid = transport.pid;
  client.callTool({ name: "tla_check", arguments: { text: ENDLESS, seconds: 600 } }).catch(() => {});
  await pause(300);
  const started = Date.now();
  await client.close();
  while (lives(pid) && Date.now() - started < 5000) await pause(50);
  assert.ok(!lives(pid), "the process outlives its client");
  step(`stdio: the process ends with its client (${Date.now() - started} ms), a check under way or not`);
}

function request(url, headers, method = "POST") {
  const body = JSON.stringify({
    jsonrpc: "2.0", id: 1, method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "x", version: "1" } },
  });
  const all = { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers };
  return new Promise((done, fail) => {
    const sent = http.request(url, { method, headers: all }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    });
    sent.on("error", fail);
    sent.end(body);
  });
}

async function overHttp() {
  for (const address of ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"]) {
    const { status, stderr } = spawnSync(SPECGEN, ["mcp", "--http", address], { encoding: "utf8", timeout: 5000 });
    assert.equal(status, 1, address);
    assert.ok(stderr.includes(address) && stderr.includes("refused"), stderr);
  }
  step("http: addresses that others can reach are refused by name");
  const server = spawn(SPECGEN, ["mcp", "--http", "127.0.0.1:0", "--root", root], { stdio: ["ignore", "pipe", "pipe"] });
  try {
    const url = await new Promise((done, fail) => {
      let text = "";
      server.stderr.on("data", (data) => {
        text += data;
        const found = /serving (http:\S+)/.exec(text);
        if (found) done(found[1]);
      });
      server.on("exit", () => fail(new Error(`the server ended: ${text}`)));
    });
    const { port } = new URL(url);
    const connect = async () => {
      const client = new Client({ name: "check", version: "1" });
      await client.connect(new StreamableHTTPClientTransport(new URL(url)));
      return client;
    };
    const [one, two] = [await connect(), await connect()];
    const { tools } = await one.listTools();
    await drive(one, tools);
    step("http: every tool and alias answers as its schema says, and refuses what it must");
    await Promise.all([watchAndCancel(one), drive(two, tools)]);
    if (process.platform === "linux") {
      await pause(1000);
      const used = await load(server.pid);
      assert.ok(used < 0.2, `a second after it was cancelled a check still uses ${used} of a core`);
    }
    step("http: two sessions at once, progress, a cancelled check ends within a second");
    assert.equal(await request(url, {}), 200);
    assert.equal(await request(url, { origin: `http://localhost:${port}` }), 200);
    for (const headers of [
      { origin: "http://evil.example" }, { origin: "https://127.0.0.1.evil.example" }, { origin: "null" },
      { host: "evil.example" }, { host: `evil.example:${port}` },
    ]) {
      assert.equal(await request(url, headers), 403, JSON.stringify(headers));
    }
    step("http: foreign Hosts and Origins are refused with 403");
    for (const scenario of SCENARIOS) {
      const runner = join(HERE, "node_modules/.bin/conformance");
      let output;
      try {
        output = execFileSync(runner, ["server", "--url", url, "--scenario", scenario], {
          encoding: "utf8", cwd: folder, timeout: 60_000,
        });
      } catch (error) {
        throw new Error(`conformance, ${scenario}:\n${error.stdout}${error.stderr}`);
      }
      const passed = /Passed: (\d+)\/(\d+), (\d+) failed/.exec(output);
      assert.ok(passed && passed[3] === "0" && Number(passed[1]) > 0, `conformance, ${scenario}:\n${output}`);
    }
    step(`conformance: ${SCENARIOS.join(", ")}`);
    const ended = new Promise((done) => server.on("exit", done));
    const started = Date.now();
    server.kill("SIGTERM");
    await Promise.race([ended, pause(5000)]);
    assert.ok(server.exitCode !== null, "the server does not end when it is told to");
    assert.equal(server.exitCode, 0);
    step(`http: the server ends when it is told to (${Date.now() - started} ms), with open sessions`);
    await Promise.allSettled([one.close(), two.close()]);
  } finally {
    server.kill("SIGKILL");
  }
}

try {
  await overStdio();
  await overHttp();
  console.log(`all ${steps} steps`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
// A stream that stays open keeps no failure hidden, and no success waiting.
process.exit();
