/**
 * Calls as coturn's own clients make them; skipped where Debian's package
 * `coturn` is not installed.
 */
import { match } from "node:assert/strict";
import { existsSync } from "node:fs";
import { reservePorts } from "../harness/ports.ts";
import { freePorts, Server } from "../harness/server.ts";
import { until } from "../harness/until.ts";

const SECRET = "north";
const CONFIG = `
[turn]
secret = "${SECRET}"
allow_peers = ["127.0.0.0/8", "::1/128"]
max_allocations_per_ip = 200
max_allocations_per_user = 200`;

async function run(command: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

/** Whether a port of this machine is somebody's, by a table of proc_net(5). */
async function isBound(table: string, port: number): Promise<boolean> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const text = await Deno.readTextFile(`/proc/net/${table}`);
  return new RegExp(`^ *\\d+: [0-9A-F]+:${hex} `, "m").test(text);
}

/** Where a client sends to, and by what; data goes to a program that sends it back, or (-y) to another client. */
const WAYS: readonly {
  readonly name: string;
  readonly port: "turn" | "turnTls";
  readonly host?: "::1";
  readonly flags: readonly string[];
}[] = [
  { name: "UDP, channels", port: "turn", flags: [] },
  { name: "UDP, indications", port: "turn", flags: ["-s"] },
  { name: "UDP, between two clients", port: "turn", flags: ["-y", "-c"] },
  { name: "TCP, channels", port: "turn", flags: ["-t"] },
  { name: "TCP, indications", port: "turn", flags: ["-t", "-s"] },
  { name: "TCP, between two clients", port: "turn", flags: ["-t", "-y", "-c"] },
  { name: "TLS, channels", port: "turnTls", flags: ["-t", "-S"] },
  { name: "IPv6, UDP", port: "turn", host: "::1", flags: ["-x"] },
  { name: "IPv6, TCP", port: "turn", host: "::1", flags: ["-x", "-t"] },
];

Deno.test({
  name: "coturn's clients call over the relay",
  ignore: !existsSync("/usr/bin/turnutils_uclient"),
  fn: callsOfCoturn,
});

async function callsOfCoturn(t: Deno.TestContext): Promise<void> {
  const ports = freePorts();
  const server = await Server.start({
    turn: true,
    ports,
    config: CONFIG,
    environment: {
      POSTERN_SET__listen__turn: `127.0.0.1:${ports.turn}, [::1]:${ports.turn}`,
    },
  });
  const [peerPort = 0] = reservePorts(1);
  const echoes = ["127.0.0.1", "::1"].map((host) =>
    new Deno.Command("turnutils_peer", {
      args: ["-L", host, "-p", String(peerPort)],
      stdout: "null",
      stderr: "null",
    }).spawn()
  );
  try {
    for (const table of ["udp", "udp6"]) {
      await until(`echo in ${table}`, () => isBound(table, peerPort));
    }
    for (const { name, port, flags, host = "127.0.0.1" } of WAYS) {
      await t.step(`turnutils_uclient over ${name}`, async () => {
        const username = String(Math.floor(Date.now() / 1000) + 3600);
        const output = await run("turnutils_uclient", [
          ...["-u", username, "-W", SECRET],
          ...["-e", host, "-r", String(peerPort)],
          ...["-n", "10", "-m", "4", "-l", "400"],
          ...["-p", String(server.ports[port]), ...flags, host],
        ]);
        match(output, /Total lost packets 0 /);
      });
    }

    await t.step("turnutils_stunclient learns its address", async () => {
      const output = await run("turnutils_stunclient", [
        "-p",
        String(server.ports.turn),
        "127.0.0.1",
      ]);
      match(output, /reflexive addr: 127\.0\.0\.1:\d+/);
    });
  } finally {
    for (const echo of echoes) {
      echo.kill();
      await echo.status;
    }
    await server.dispose();
  }
}
