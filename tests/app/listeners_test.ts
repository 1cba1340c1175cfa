/**
 * Listeners in networks that treat IPv6 differently: each test makes a network
 * namespace of its own (unshare(1)), where that is allowed.
 */
import assert from "node:assert/strict";

const PROGRAM = new URL("listening.ts", import.meta.url).pathname;
const REPOSITORY = new URL("../..", import.meta.url).pathname;

interface Listening {
  readonly reached: readonly string[];
  readonly deaf: readonly string[];
  readonly bound: readonly string[];
}

/** Runs a shell command in a network of its own with only loopback. */
async function inNetwork(command: string): Promise<Deno.CommandOutput> {
  return await new Deno.Command("unshare", {
    args: ["--net", "sh", "-ec", `ip link set lo up; ${command}`],
    cwd: REPOSITORY,
    env: { NO_COLOR: "1" },
  }).output();
}

async function canHaveNetworks(): Promise<boolean> {
  try {
    const { success } = await inNetwork("sysctl -qw net.ipv6.bindv6only=1");
    return success;
  } catch {
    return false; // no such program
  }
}

async function listen(setting: string, args: string[]): Promise<Listening> {
  const program = [Deno.execPath(), "run", "-A", "--no-check", PROGRAM, ...args]
    .map((word) => `'${word}'`).join(" ");
  const { success, stdout, stderr } = await inNetwork(
    `sysctl -qw net.ipv6.${setting}; exec ${program}`,
  );
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const V4 = ["127.0.0.1 1143", "127.0.0.1 1993"];
const BOTH = ["127.0.0.1 1143", "::1 1143", "127.0.0.1 1993", "::1 1993"];
const ROWS: [string, string, Listening][] = [
  ["bindv6only=0", "", { reached: BOTH, deaf: [], bound: ["::"] }],
  ["bindv6only=1", "", { reached: BOTH, deaf: [], bound: ["::", "0.0.0.0"] }],
  ["conf.lo.disable_ipv6=1", "", { reached: V4, deaf: [], bound: ["::"] }],
  ["conf.all.disable_ipv6=1", "", { reached: V4, deaf: [], bound: ["::"] }],
  [
    "bindv6only=1 net.ipv6.conf.lo.disable_ipv6=1",
    "",
    { reached: V4, deaf: [], bound: ["::", "0.0.0.0"] },
  ],
  [
    "bindv6only=0",
    "local",
    { reached: BOTH, deaf: [], bound: ["127.0.0.1", "::1"] },
  ],
  [
    "conf.lo.disable_ipv6=1",
    "local",
    { reached: V4, deaf: [], bound: ["127.0.0.1"] },
  ],
  [
    "bindv6only=0",
    "all local",
    { reached: BOTH, deaf: [], bound: ["127.0.0.1", "::1"] },
  ],
  [
    "bindv6only=1",
    "all local all",
    { reached: BOTH, deaf: [], bound: ["::", "0.0.0.0"] },
  ],
  ["bindv6only=0", "local all", { reached: BOTH, deaf: [], bound: ["::"] }],
];
const ignore = !await canHaveNetworks();
for (const [setting, how, expected] of ROWS) {
  Deno.test({
    name: `${how || "all"} addresses, with net.ipv6.${setting}`,
    ignore,
    async fn() {
      assert.deepEqual(
        await listen(setting, how === "" ? [] : how.split(" ")),
        expected,
      );
    },
  });
}
