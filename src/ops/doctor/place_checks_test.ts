import assert from "node:assert/strict";
import { containerFindings, type Place } from "./place_checks.ts";

const STATE = "/var/lib/postern";
const CALLS = { port: 4478, first: 49_152, last: 49_999 };
const WELL: Place = {
  isContainer: true,
  mountPoints: ["/", "/proc", "/var/lib/postern"],
  addresses: ["127.0.0.1", "203.0.112.5"],
};

const PLACES: readonly [
  name: string,
  place: Partial<Place>,
  statuses: readonly string[],
  calls?: false,
][] = [
  ["no container", { isContainer: false, mountPoints: [] }, ["skip"]],
  ["a volume, and the network of the host", {}, ["pass"]],
  ["a volume above it", { mountPoints: ["/", "/var/lib"] }, ["pass"]],
  ["a volume beside it", { mountPoints: ["/", "/var/lib/post"] }, ["fail"]],
  ["no volume", { mountPoints: ["/"] }, ["fail"]],
  ["a network of its own", { addresses: ["10.88.0.2"] }, ["warn"]],
  ["a network of its own, no calls", { addresses: [] }, ["pass"], false],
  ["neither", { mountPoints: ["/"], addresses: [] }, ["fail", "warn"]],
];
for (const [name, place, statuses, calls] of PLACES) {
  Deno.test(`containerFindings(): ${name}`, () => {
    const found = containerFindings({ ...WELL, ...place }, {
      stateDir: STATE,
      ...(calls === false ? {} : { calls: CALLS }),
    });
    assert.deepEqual(found.map(({ status }) => status), statuses);
    for (const { status, detail, remedy } of found) {
      if (status === "warn") {
        assert.match(detail, /UDP 4478 and 49152 to 49999/);
        assert.match(remedy!, /-p 4478:4478\/udp -p 49152-49999:/);
      }
      assert.equal(remedy !== null, status === "fail" || status === "warn");
    }
  });
}
