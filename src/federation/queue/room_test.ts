import assert from "node:assert/strict";
import { type Room, roomFor, tooMany } from "./room.ts";

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
    hanging: 0,
  }, { units: 64, unproven: 48, failing: 32 }],
  ["those that failed have at most half", 64, {
    all: 40,
    unproven: 40,
    failing: 32,
    hanging: 0,
  }, { units: 24, unproven: 8, failing: 0 }],
  ["those that do not answer leave room", 64, {
    all: 50,
    unproven: 48,
    failing: 10,
    hanging: 0,
  }, { units: 14, unproven: 0, failing: 0 }],
  ["those that answer may have all", 64, {
    all: 64,
    unproven: 0,
    failing: 0,
    hanging: 0,
  }, { units: 0, unproven: 0, failing: 0 }],
  ["of few nothing is kept", 4, {
    all: 1,
    unproven: 1,
    failing: 1,
    hanging: 0,
  }, { units: 3, unproven: 3, failing: 1 }],
  ["one is for all", 1, {
    all: 0,
    unproven: 0,
    failing: 0,
    hanging: 0,
  }, { units: 1, unproven: 1, failing: 1 }],
  ["there may be more than allowed since", 8, {
    all: 20,
    unproven: 20,
    failing: 0,
    hanging: 0,
  }, { units: 0, unproven: 0, failing: 0 }],
  ["those that hang leave room as those that failed do", 64, {
    all: 48,
    unproven: 48,
    failing: 10,
    hanging: 22,
  }, { units: 16, unproven: 0, failing: 0 }],
  ["of those that hang, the others give way", 64, {
    all: 60,
    unproven: 48,
    failing: 10,
    hanging: 30,
  }, { units: 12, unproven: 8, failing: 0 }],
  ["they give way where all places are taken", 64, {
    all: 64,
    unproven: 48,
    failing: 0,
    hanging: 48,
  }, { units: 16, unproven: 16, failing: 0 }],
  ["who hangs alone stays", 1, {
    all: 1,
    unproven: 1,
    failing: 0,
    hanging: 1,
  }, { units: 0, unproven: 0, failing: 0 }],
];
for (const [name, total, running, room] of ROOMS) {
  Deno.test(`roomFor(): ${name}`, () => {
    assert.deepEqual(roomFor({ total }, running), room);
  });
}

const TOO_MANY: readonly [
  name: string,
  running: Parameters<typeof roomFor>[1],
  count: number,
][] = [
  ["nobody, while there is room", {
    all: 48,
    unproven: 48,
    failing: 0,
    hanging: 48,
  }, 0],
  ["as many as have begun in their places", {
    all: 52,
    unproven: 51,
    failing: 0,
    hanging: 48,
  }, 3],
  ["also where all places are taken", {
    all: 66,
    unproven: 48,
    failing: 0,
    hanging: 40,
  }, 2],
  ["only those that hang", {
    all: 70,
    unproven: 60,
    failing: 30,
    hanging: 1,
  }, 1],
];
for (const [name, running, count] of TOO_MANY) {
  Deno.test(`tooMany(): ${name}`, () => {
    assert.equal(tooMany({ total: 64 }, running), count);
  });
}
