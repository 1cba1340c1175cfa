import assert from "node:assert/strict";
import { NO_UIDS, parseUidList } from "./uid_list.ts";

Deno.test("parseUidList reads what Dovecot writes", () => {
  const list = parseUidList(
    "3 V1700000000 N12 Gdeadbeef\n1 W5 :a.b:2,S\n7 G1 S2 W3 :c d\n",
  );
  assert.deepEqual(list, {
    uidValidity: 1_700_000_000,
    uidNext: 12,
    uids: new Map([["a.b", 1], ["c d", 7]]),
  });
});

Deno.test("parseUidList reads the old form", () => {
  const list = parseUidList("1 1700000000 3\n1 a\n2 b:2,\n");
  assert.deepEqual([...list.uids], [["a", 1], ["b", 2]]);
});

Deno.test("parseUidList reads what madmail writes", () => {
  const list = parseUidList("1 V1 N3\n1 S10 T1700000000 :a\n2 S1 T2 :b\n");
  assert.deepEqual([list.uidValidity, list.uidNext, list.uids.size], [1, 3, 2]);
});

Deno.test("parseUidList leaves out lines that do not follow", () => {
  const list = parseUidList(
    "3 V5 N2\n0 :zero\n4294967295 :last\n9 :ok\n9 :again\nx :y\n8\n8 :\n10 :end",
  );
  assert.deepEqual([...list.uids], [["ok", 9], ["end", 10]]);
  assert.equal(list.uidNext, 11);
});

for (
  const text of [
    "",
    "\n",
    "3 V0 N1\n1 :a\n",
    "3 V1\n1 :a\n",
    "2 V1 N1\n1 :a\n",
    "garbage\n1 :a\n",
    "3 V1 N99999999999\n1 :a\n",
    "3 V1 N1",
  ]
) {
  Deno.test(`parseUidList gives no UIDs for ${JSON.stringify(text)}`, () => {
    assert.equal(parseUidList(text), NO_UIDS);
  });
}
