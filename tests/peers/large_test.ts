/** Large messages between two relays, there and back. @module */
import assert from "node:assert/strict";
import { networkTest } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";
import { Correspondent } from "./correspondent.ts";
import { encryptedPayload } from "../harness/message.ts";

const MIB = 1024 * 1024;

/** So a signature has to hold over all of it. */
const STRICT = 'inbound_auth = "strict"';

/** With its armor so many octets, about. */
const PAYLOADS: Readonly<Record<string, number>> = {
  "5 MiB": 5 * MIB,
  "30 MiB": 30 * MIB,
};

/** What lies between the lines of the armor. */
function armored(text: string): string {
  const found = /-----BEGIN PGP MESSAGE-----[^]*-----END PGP MESSAGE-----/;
  return found.exec(text)?.[0] ?? "";
}

for (
  const [way, shut] of Object.entries({ "HTTPS": [25, 80], "SMTP": [443, 80] })
) {
  networkTest(
    `large messages come as they were sent, over ${way}`,
    async () => {
      await using network = await Network.make();
      await using ending = new AsyncDisposableStack();
      const [one, two] = await Promise.all(
        ["one.example", "two.example"].map((domain) =>
          RelayHost.start(network, { domain, federation: STRICT })
        ),
      );
      assert.ok(one && two);
      for (const [here, there] of [[one, two], [two, one]] as const) {
        await here.host.barriers({
          from: [there.host],
          ports: shut,
          answer: "reset",
        });
      }
      const ann = await Correspondent.signUp(one, "ann");
      const bob = await Correspondent.signUp(two, "bob");
      ending.defer(() => ann.close());
      ending.defer(() => bob.close());
      for (const [size, sizeOctets] of Object.entries(PAYLOADS)) {
        const id = size.replace(" ", "-");
        const payload = await encryptedPayload(Math.floor(sizeOctets / 1.37));
        await ann.write([bob.address], id, payload);
        const there = armored(await bob.receive(id));
        assert.ok(there === armored(payload), `${size} differ at the reader`);
        assert.ok(there.length > 0.95 * sizeOctets, `${there.length} octets`);
        await bob.write([ann.address], id, there);
        const back = armored(await ann.receive(id));
        assert.ok(back === there, `${size} differ when they are back`);
      }
    },
  );
}
