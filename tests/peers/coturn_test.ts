/**
 * Calls as coturn's own clients make them: Debian's package `coturn` has to be
 * installed.
 */
import { match } from "node:assert/strict";
import { reservePorts } from "../harness/ports.ts";
import { Server } from "../harness/server.ts";

const SECRET = "north";
const CONFIG = `
[turn]
secret = "${SECRET}"
allow_peers = ["127.0.0.0/8"]
max_allocations_per_ip = 200
max_allocations_per_user = 200`;

async function run(command: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

/** Where a client sends to, and by what; data goes to a program that sends it back, or (-y) to another client. */
const WAYS: readonly {
  readonly name: string;
  readonly port: "turn" | "turnTls";
  readonly flags: readonly string[];
}[] = [
  { name: "UDP, channels", port: "turn", flags: [] },
  { name: "UDP, indications", port: "turn", flags: ["-s"] },
  { name: "UDP, between two clients", port: "turn", flags: ["-y", "-c"] },
  { name: "TCP, channels", port: "turn", flags: ["-t"] },
  { name: "TCP, indications", port: "turn", flags: ["-t", "-s"] },
  { name: "TCP, between two clients", port: "turn", flags: ["-t", "-y", "-c"] },
  { name: "TLS, channels", port: "turnTls", flags: ["-t", "-S"] },
];

Deno.test("coturn's clients call over the relay", async (t) => {
  const server = await Server.start({ turn: true, config: CONFIG });
  const [peerPort = 0] = reservePorts(1);
  const echo = new Deno.Command("turnutils_peer", {
    args: ["-L", "127.0.0.1", "-p", String(peerPort)],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    for (const { name, port, flags } of WAYS) {
      await t.step(`turnutils_uclient over ${name}`, async () => {
        const username = String(Math.floor(Date.now() / 1000) + 3600);
        const output = await run("turnutils_uclient", [
          ...["-u", username, "-W", SECRET],
          ...["-e", "127.0.0.1", "-r", String(peerPort)],
          ...["-n", "10", "-m", "4", "-l", "400"],
          ...["-p", String(server.ports[port]), ...flags, "127.0.0.1"],
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
    echo.kill();
    await echo.status;
    await server.dispose();
  }
});
