/** What containers are given: the ports that a relay has unless told, and options that engines take. */
import assert from "node:assert/strict";
import {
  LISTENER_NAMES,
  LISTENERS,
  transportsOf,
} from "../../src/config/listener_table.ts";
import { fileListeners } from "../../src/config/listeners.ts";
import { loadConfig } from "../../src/config/load.ts";
import { REPOSITORY } from "../harness/server_process.ts";

const PLACE = `${REPOSITORY}/scripts/container`;
const read = (name: string) => Deno.readTextFileSync(`${PLACE}/${name}`);
const RELAYED = "49152-49407";

/** `25/tcp`, of a configuration that says nothing. */
function usualPorts(): string[] {
  const { values } = loadConfig({
    path: "postern.toml",
    text: '[server]\ndomain = "chat.example"\n',
  });
  const listeners = fileListeners(values);
  return LISTENER_NAMES.filter((name) => listeners[name].length > 0)
    .flatMap((name) =>
      transportsOf(name).map((kind) => `${LISTENERS[name].port}/${kind}`)
    ).sort();
}

Deno.test("the image names the ports that a relay has unless told", () => {
  const [, named = ""] = /^EXPOSE (.+)$/m.exec(read("Containerfile")) ?? [];
  const ports = named.split(" ")
    .map((port) => port.includes("/") ? port : `${port}/tcp`);
  assert.deepEqual(
    ports.sort(),
    [...usualPorts(), `${RELAYED}/udp`].sort(),
  );
});

Deno.test("so does the example with a network of its own", () => {
  const text = read("compose.bridge.yaml");
  const ports = [...text.matchAll(/"([\d-]+):([\d-]+)(?:\/(udp|tcp))?"/g)]
    .filter(([, from]) => from !== "999")
    .map(([, from = "", to, kind = "tcp"]) => {
      assert.equal(from, to);
      return `${from}/${kind}`;
    });
  assert.deepEqual(
    ports.sort(),
    [...usualPorts(), `${RELAYED}/udp`].sort(),
  );
  const [first, last] = RELAYED.split("-");
  assert.match(text, new RegExp(`relay_port_min: "${first}"`));
  assert.match(text, new RegExp(`relay_port_max: "${last}"`));
});

for (const name of ["compose.bridge.yaml", "compose.host.yaml"]) {
  Deno.test(`${name} has nothing that podman or older tools refuse`, () => {
    const text = read(name);
    assert.doesNotMatch(
      text,
      /tmpfs:.*\b[ug]id=/,
      "podman knows no owner there",
    );
    assert.doesNotMatch(
      text,
      /sysctls:\s*$/m,
      "podman-compose 1.0.3 drops values of a map",
    );
  });
}

Deno.test("the image names no configuration: variables alone are enough", () => {
  assert.doesNotMatch(read("Containerfile"), /POSTERN_CONFIG/);
});
