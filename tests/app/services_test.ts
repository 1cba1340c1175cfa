/** A part of the server that mail can do without, and what an operator sees of it. */
import assert from "node:assert/strict";
import { Server } from "../harness/server.ts";
import { postern } from "../cli/command_line.ts";
import { happens } from "../harness/until.ts";

Deno.test("a server without a place for its control socket serves mail, and takes the place once it is there", async () => {
  const directory = await Deno.makeTempDir({ prefix: "postern-test-" });
  const inTheWay = `${directory}/run`;
  await Deno.writeTextFile(inTheWay, "no directory");
  const environment = { POSTERN_SET__server__runtime_dir: `${inTheWay}/sub` };
  const server = await Server.start({ environment });
  try {
    await happens(() =>
      server.output.includes("degraded part=control_socket ")
    );
    assert.match(server.output, /part=control_socket .*is tried again/);
    await Deno.remove(inTheWay);
    await happens(() =>
      server.output.includes("recovered part=control_socket")
    );
    const { exit, out, err } = await postern(["status", "--json"], {
      ...environment,
      POSTERN_CONFIG: server.configFile,
    });
    assert.equal(exit, 0, err);
    const { parts, degraded } = JSON.parse(out).data;
    assert.ok(parts.length > 10);
    for (const { name, state } of parts) assert.equal(state, "running", name);
    assert.ok(
      !degraded.some(({ code }: { code: string }) => code === "control_socket"),
    );
    const lines = server.output.split("\n");
    const about = lines.filter((line) => line.includes("control_socket"));
    assert.equal(about.length, 2, about.join("\n"));
  } finally {
    await server.dispose();
    await Deno.remove(directory, { recursive: true });
  }
});
