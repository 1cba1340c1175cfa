import assert from "node:assert/strict";
import { withOptions } from "../listening_options.ts";
import { waitingAt } from "./accept_queue.ts";
import { happens } from "../../../tests/harness/until.ts";

Deno.test("waitingAt() counts who is connected and not accepted", async () => {
  const descriptors: number[] = [];
  using listener = withOptions(
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    (found) => descriptors.push(...found),
  );
  const { port } = listener.addr as Deno.NetAddr;
  assert.equal(waitingAt(descriptors), 0);
  const clients: Deno.Conn[] = [];
  for (let count = 1; count <= 3; count++) {
    clients.push(await Deno.connect({ hostname: "127.0.0.1", port }));
    await happens(() => waitingAt(descriptors) === count); // the kernel may be late
  }
  for (let left = 2; left >= 0; left--) {
    (await listener.accept()).close();
    assert.equal(waitingAt(descriptors), left);
  }
  for (const client of clients) client.close();
  assert.equal(waitingAt([...descriptors, 0, -1, 1 << 20]), 0);
});
