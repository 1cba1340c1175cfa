import assert from "node:assert/strict";
import { isSettingName } from "../settings/registry.ts";
import { LISTENER_NAMES, listenerRow, transportsOf } from "./listener_table.ts";
import { loadConfig } from "./load.ts";
import { locateConfig } from "./locate.ts";
import { valueOf } from "./schema.ts";

const PORTS = LISTENER_NAMES.flatMap((name) => {
  const { port, devPort } = listenerRow(name);
  return transportsOf(name).map((transport) => ({
    default: `${transport} ${port}`,
    dev: `${transport} ${devPort}`,
  }));
});

Deno.test("no two rows of the listener table have the same port", () => {
  const all = PORTS.flatMap((ports) => [ports.default, ports.dev]);
  assert.equal(new Set(all).size, all.length);
});

for (const name of LISTENER_NAMES) {
  Deno.test(`the row ${name} is a key of the file and three settings`, () => {
    const { port, devPort, isOffByDefault } = listenerRow(name);
    const { values } = loadConfig(
      { path: "p.toml", text: '[server]\ndomain = "a.example"\n' },
      { readFile: () => "", env: () => undefined },
    );
    assert.deepEqual(
      valueOf(values, `listen.${name}`),
      isOffByDefault ? [] : [{ port }],
    );
    const dev = locateConfig({ dev: true, environment: {} }).values;
    assert.deepEqual(
      valueOf(dev, `listen.${name}`),
      isOffByDefault ? [] : [{ host: "127.0.0.1", port: devPort }],
    );
    for (const setting of ["port", "local_only", "enabled"]) {
      assert.ok(isSettingName(`${name}_${setting}`));
    }
  });
}
