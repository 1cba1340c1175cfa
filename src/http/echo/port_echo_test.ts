import assert from "node:assert/strict";
import {
  httpPeer,
  response,
  silentPeer,
} from "../../../tests/federation/peers.ts";
import { TestAuthority } from "../../../tests/harness/authority.ts";
import { SYSTEM_TIMERS } from "../../app/system_time.ts";
import { Refusal } from "../../base/refusal.ts";
import { PortEcho } from "./port_echo.ts";
import { reservePorts } from "../../../tests/harness/ports.ts";

const LOOPBACK = "127.0.0.1";
const NONCE = "0123456789abcdef0123456789abcdef";
const authority = await TestAuthority.make();

function newEcho(
  ports: { http?: number; https?: number; all?: readonly number[] } = {},
) {
  const { http = 0, https = 0, all = [] } = ports;
  let nowMs = 0;
  const echo = new PortEcho({
    clock: { now: () => nowMs, monotonic: () => nowMs },
    timers: SYSTEM_TIMERS,
    ports: { http, https, all: [http, https, ...all] },
    isOn: () => true,
    mayReach: (address) => address === LOOPBACK,
  });
  return { echo, pass: (ms: number) => void (nowMs += ms) };
}

Deno.test("look() tells who asks from somebody else, by what HTTP says there", async () => {
  const asked: string[] = [];
  const answers = (body: string) => ({ line }: { readonly line: string }) => {
    asked.push(line);
    return response(200, body);
  };
  await using own = await httpPeer(answers(NONCE), {
    pair: await authority.issue([LOOPBACK]),
  });
  await using other = await httpPeer(answers(`${NONCE}0`));
  await using imap = await silentPeer();
  const [closed = 0] = reservePorts(1);
  const { echo } = newEcho({
    https: own.port,
    http: other.port,
    all: [imap.port, closed],
  });
  const ports = [own.port, other.port, imap.port, closed, closed, 22];
  assert.deepEqual(
    await echo.look(LOOPBACK, NONCE, ports),
    new Map([
      [own.port, "open"],
      [other.port, "other"],
      [imap.port, "open"],
      [closed, "closed"],
    ]),
  );
  assert.equal(imap.accepted, 1);
  const line = `GET /doctor/echo/${NONCE} HTTP/1.1`;
  assert.deepEqual(asked, [line, line]);
});

Deno.test("look() connects nowhere that it may not", async () => {
  const { echo } = newEcho();
  assert.equal(await echo.look("127.0.0.2", NONCE, [0]), undefined);
});

Deno.test("look() is for each address four times, and once more in a quarter of an hour", async () => {
  const { echo, pass } = newEcho();
  for (let n = 0; n < 4; n++) await echo.look(LOOPBACK, NONCE, []);
  const again = () => echo.look(LOOPBACK, NONCE, []);
  await assert.rejects(
    again,
    (error) =>
      error instanceof Refusal && error.code === "too_many_requests" &&
      error.detail.retryAfterSeconds === 900,
  );
  pass(900_000);
  await again();
  await assert.rejects(again, Refusal);
});

Deno.test("look() is done for four at once", async () => {
  await using silent = await silentPeer();
  const { echo } = newEcho({ http: silent.port });
  const looks = ["1", "2", "3", "4", "5"].map(() =>
    echo.look(LOOPBACK, NONCE, [silent.port])
  );
  const results = await Promise.allSettled(looks.map((look, n) => {
    if (n === 4) silent.hangUp();
    return look;
  }));
  const ends = results.map(({ status }) => status);
  assert.deepEqual(ends, [...Array(4).fill("fulfilled"), "rejected"]);
});

Deno.test("challenge() sees nothing where what answers speaks another protocol, or may not be reached", async () => {
  await using web = await httpPeer(() => response(200, NONCE), {
    pair: await authority.issue([LOOPBACK]),
  });
  const [closed = 0] = reservePorts(1);
  for (const https of [web.port, closed]) {
    const { echo } = newEcho({ https });
    assert.equal(await echo.challenge(LOOPBACK, NONCE), undefined);
  }
  const { echo } = newEcho({ https: web.port });
  assert.equal(await echo.challenge("127.0.0.2", NONCE), undefined);
});
