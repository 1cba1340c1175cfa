import assert from "node:assert/strict";
import { type Room, roomFor } from "./room.ts";

const ROOMS: readonly [
  name: string,
  total: number,
  running: Parameters<typeof roomFor>[1],
  room: Room,
][] = [
  ["at rest, a quarter is for those that answer", 64, {
    all: 0,
    unproven: 0,
    failing: 0,
  }, { units: 64, unproven: 48, failing: 32 }],
  ["those that failed have at most half", 64, {
    all: 40,
    unproven: 40,
    failing: 32,
  }, { units: 24, unproven: 8, failing: 0 }],
  ["those that do not answer leave room", 64, {
    all: 50,
    unproven: 48,
    failing: 10,
  }, { units: 14, unproven: 0, failing: 0 }],
  ["those that answer may have all", 64, {
    all: 64,
    unproven: 0,
    failing: 0,
  }, { units: 0, unproven: 0, failing: 0 }],
  ["of few nothing is kept", 4, {
    all: 1,
    unproven: 1,
    failing: 1,
  }, { units: 3, unproven: 3, failing: 1 }],
  ["one is for all", 1, {
    all: 0,
    unproven: 0,
    failing: 0,
  }, { units: 1, unproven: 1, failing: 1 }],
  ["there may be more than allowed since", 8, {
    all: 20,
    unproven: 20,
    failing: 0,
  }, { units: 0, unproven: 0, failing: 0 }],
];
for (const [name, total, running, room] of ROOMS) {
  Deno.test(`roomFor(): ${name}`, () => {
    assert.deepEqual(roomFor({ total }, running), room);
  });
}
