import assert from "node:assert/strict";
import { handshakesIn } from "./begun_handshakes.ts";

const TABLE =
  `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1
   1: 0100007F:01BB 0100007F:C350 03 00000000:00000000 01:00000012 00000000     0        0 0 1
   2: 0100007F:01BB 0100007F:C351 01 00000000:00000000 00:00000000 00000000     0        0 12346 1
   3: 0100007F:0050 0100007F:C352 03 00000000:00000000 01:00000012 00000000     0        0 0 1
  10: 00000000000000000000000001000000:01BB 00000000000000000000000001000000:C353 03 0:0 01:0 0 0 0 0 1
`;

Deno.test("handshakesIn() has those of the ports that have not ended", () => {
  assert.deepEqual([...handshakesIn(TABLE, [443])], [
    "01BB 0100007F:C350",
    "01BB 00000000000000000000000001000000:C353",
  ]);
  assert.deepEqual([...handshakesIn(TABLE, [443, 80])].length, 3);
  assert.deepEqual([...handshakesIn(TABLE, [])], []);
  assert.deepEqual([...handshakesIn("", [443])], []);
});
