/** Upgrades in a process of its own, for tests that kill it: BASE KEY DIRECTORY. */
import { VersionTree } from "../../src/ops/upgrade/version_tree.ts";
import { upgradeFrom } from "../../src/ops/upgrade/upgrade.ts";
import { programFacts } from "../../src/cli/life/service.ts";
import { FakeService, NAME, NO_GUARD } from "./release_world.ts";

const [base = "", key = "", directory = ""] = Deno.args;
const binary = `${directory}/${NAME}`;
await Deno.stdout.write(new TextEncoder().encode("begins\n"));
await upgradeFrom({ base }, {
  tree: new VersionTree({ name: NAME, root: `${directory}/opt`, binary }),
  service: new FakeService().service,
  guard: NO_GUARD,
  installed: { program: binary, facts: await programFacts(binary) },
  keys: [{ octets: Uint8Array.fromBase64(key), notAfter: Infinity }],
  platform: { os: Deno.build.os, arch: Deno.build.arch },
  allowDowngrade: false,
  now: () => Date.now(),
  tell() {},
});
