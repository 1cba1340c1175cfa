/** An authority with several chains for each certificate. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { Server } from "../harness/server.ts";
import {
  namesSeen,
  pebbleTest,
  run,
  statusOf,
  together,
  until,
} from "./relay_with_authority.ts";

function commonName(pem: string): string {
  return /^CN=(.*)$/m.exec(new X509Certificate(pem).subject)?.[1] ?? "";
}

async function prefer(server: Server, root: string): Promise<void> {
  await server.command("config", "set", "acme.preferred_chain", root);
  await server.command("reload");
  const { exit, err } = await run(["regenerate"], server);
  assert.equal(exit, 0, err);
}

pebbleTest(
  "the chain is that below the root that is preferred, and status says if there is none",
  () =>
    together({
      pebble: { environment: { PEBBLE_ALTERNATE_ROOTS: "2" } },
    }, async ({ pebble, server }) => {
      const [first, , third] = await Promise.all(
        [0, 1, 2].map((at) => pebble.rootPem(at)),
      );
      const { https } = server.ports;
      await until(() => namesSeen(https, first!));
      assert.equal(await namesSeen(https, third!), undefined);
      await prefer(server, commonName(third!));
      await until(() => namesSeen(https, third!));
      assert.equal(await namesSeen(https, first!), undefined);
      const { authority } = await statusOf(server);
      assert.equal(authority?.chain, commonName(third!));
      assert.equal(authority?.preferred_chain, commonName(third!));
      await prefer(server, "No Such Root");
      await until(() => namesSeen(https, first!));
      await until(() =>
        Promise.resolve(
          /degraded part=certificate_chain .*Pebble Root CA/.test(server.output)
            ? true
            : undefined,
        )
      );
      await prefer(server, commonName(first!));
      await until(() =>
        Promise.resolve(
          server.output.includes("recovered part=certificate_chain")
            ? true
            : undefined,
        )
      );
    }),
);
