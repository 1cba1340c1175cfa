import assert from "node:assert/strict";
import { TestTime } from "../../../tests/harness/test_time.ts";
import type { Login } from "../../accounts/login.ts";
import { systemRandom } from "../../base/random.ts";
import { Tickets } from "./tickets.ts";

const login = (id: number) => ({ id }) as Login;

Deno.test("a ticket is good once, and for a minute", async () => {
  const clock = new TestTime();
  const tickets = new Tickets({ clock, random: systemRandom });
  const first = tickets.make(login(1));
  assert.match(first, /^[\w-]{32}$/);
  assert.equal(tickets.take(first)?.id, 1);
  assert.equal(tickets.take(first), undefined);
  const late = tickets.make(login(1));
  await clock.pass(60_000);
  assert.equal(tickets.take(late), undefined);
  assert.equal(tickets.take(""), undefined);
  assert.equal(tickets.size, 0);
});

Deno.test("an account has so many tickets, and takes nobody else's away", () => {
  const tickets = new Tickets({ clock: new TestTime(), random: systemRandom });
  const other = tickets.make(login(2));
  const first = tickets.make(login(1));
  for (let i = 0; i < 100; i++) tickets.make(login(1));
  assert.equal(tickets.size, 21);
  assert.equal(tickets.take(first), undefined);
  assert.equal(tickets.take(other)?.id, 2);
});

Deno.test("all tickets together are bounded", () => {
  const tickets = new Tickets({ clock: new TestTime(), random: systemRandom });
  for (let id = 0; id < 12_000; id++) tickets.make(login(id));
  assert.ok(tickets.size <= 10_000, String(tickets.size));
});
