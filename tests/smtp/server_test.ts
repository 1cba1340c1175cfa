/** Who may connect, how long, and how a session ends from outside. */
import assert from "node:assert/strict";
import { createSecureContext } from "node:tls";
import type { SmtpServer } from "../../src/smtp/server/server.ts";
import { makeSelfSigned } from "../../src/tls/self_signed.ts";
import { MemoryBackend } from "./memory_backend.ts";
import { connectTo, type Peer, testServer } from "./transcript.ts";

const GREETING = "220 relay.example ESMTP";
const LOGIN = "AUTH PLAIN AGFubkByZWxheS5leGFtcGxlAHNlY3JldA==\r\n";
const ENVELOPE =
  "MAIL FROM:<ann@relay.example>\r\nRCPT TO:<bob@relay.example>\r\n";

async function submission(server: SmtpServer): Promise<Peer> {
  const peer = await connectTo(server, "submission", { secure: true });
  assert.equal(await peer.line(), GREETING);
  return peer;
}

async function ask(peer: Peer, text: string): Promise<string> {
  peer.send(text);
  return await peer.line();
}

/** Logged in, with a message half sent. */
async function inMessage(server: SmtpServer): Promise<Peer> {
  const peer = await submission(server);
  await ask(peer, "HELO x\r\n");
  await ask(peer, LOGIN);
  await ask(peer, "MAIL FROM:<ann@relay.example>\r\n");
  await ask(peer, "RCPT TO:<bob@relay.example>\r\n");
  assert.match(await ask(peer, "DATA\r\n"), /^354/);
  peer.send("A: b\r\n\r\n");
  return peer;
}

/** A clock and a timer that run when told to. */
function time() {
  let nowMs = 0;
  let tick = () => {};
  return {
    clock: { now: () => nowMs, monotonic: () => nowMs },
    timers: {
      sleep: () => Promise.resolve(),
      every: (_ms: number, run: () => void) => {
        tick = run;
        return () => tick = () => {};
      },
    },
    pass: (ms: number) => {
      nowMs += ms;
      tick();
    },
  };
}

async function closed(server: SmtpServer, ...peers: Peer[]): Promise<void> {
  for (const peer of peers) await peer.close();
  await server.shutdown(1);
}

Deno.test("serve() refuses one connection too many from an address", async () => {
  const server = testServer(new MemoryBackend());
  const peers: Peer[] = [];
  for (let i = 0; i < 5; i++) peers.push(await submission(server));
  assert.equal(server.counts.sessions.submission, 5);
  const refused = await connectTo(server, "submission", { secure: true });
  assert.equal(
    await refused.line(),
    "421 4.7.0 Too many connections, try again later",
  );
  assert.equal(await refused.line(), "(close)");
  assert.equal(server.counts.sinceStart.submission.overAddress, 1);
  assert.equal(server.counts.addresses.submission, 1);
  const other = await connectTo(server, "mx", { secure: true });
  assert.equal(await other.line(), GREETING);
  await closed(server, refused, other, ...peers);
});

Deno.test("serve() that takes strangers no more says that the machine is short of something", async () => {
  const server = testServer(new MemoryBackend(), {
    connections: {
      mx: { total: 0, perAddress: 5 },
      submission: { total: 10, perAddress: 5 },
    },
  });
  const stranger = await connectTo(server, "mx", { secure: true });
  assert.equal(
    await stranger.line(),
    "421 4.3.2 Short of resources, try again later",
  );
  assert.equal(await stranger.line(), "(close)");
  const member = await submission(server);
  await closed(server, stranger, member);
});

Deno.test("serve() counts an IPv6 network as one address", async () => {
  const server = testServer(new MemoryBackend(), {
    connections: {
      mx: { total: 9, perAddress: 1 },
      submission: { total: 9, perAddress: 1 },
    },
  });
  const addresses = [
    ...["2001:db8:0:1::5", "2001:db8::1:9:8:7:6", "2001:db8::1"],
    ...["192.0.2.1", "::ffff:c000:201"],
  ];
  const greetings: string[] = [];
  const peers: Peer[] = [];
  for (const address of addresses) {
    const peer = await connectTo(server, "mx", {
      secure: true,
      peerAddress: address,
    });
    greetings.push((await peer.line()).slice(0, 3));
    peers.push(peer);
  }
  assert.deepEqual(greetings, ["220", "421", "220", "220", "421"]);
  await closed(server, ...peers);
});

Deno.test("an account may have so many sessions", async () => {
  const backend = new MemoryBackend();
  const server = testServer(backend);
  const peers: Peer[] = [];
  const replies: string[] = [];
  for (let i = 0; i < 4; i++) {
    const peer = await submission(server);
    peers.push(peer);
    await ask(peer, "HELO x\r\n");
    replies.push((await ask(peer, LOGIN)).slice(0, 3));
  }
  assert.deepEqual(replies, ["235", "235", "235", "421"]);
  assert.equal(await peers[3]!.line(), "(close)");
  assert.equal(server.counts.accounts, 1);
  assert.equal(backend.held, 3);
  await closed(server, ...peers);
  assert.equal(backend.held, 0);
  assert.equal(server.counts.accounts, 0);
});

Deno.test("a session that waits too long is ended", async () => {
  const { pass, clock, timers } = time();
  const server = testServer(new MemoryBackend(), { clock, timers });
  const anonymous = await submission(server);
  const member = await submission(server);
  await ask(member, "HELO x\r\n");
  await ask(member, LOGIN);
  const mx = await connectTo(server, "mx", { secure: true });
  await mx.line();
  pass(60_000);
  assert.equal(await anonymous.line(), "421 4.4.2 Timeout");
  assert.equal(await anonymous.line(), "(close)");
  pass(240_000);
  assert.equal(await member.line(), "421 4.4.2 Timeout");
  assert.equal(await mx.line(), "421 4.4.2 Timeout");
  await closed(server, anonymous, member, mx);
});

for (
  const [service, limitMs] of [["submission", 60_000], ["mx", 300_000]] as const
) {
  Deno.test(`${service} lets go of a client that asks and never reads`, async () => {
    const { pass, clock, timers } = time();
    const server = testServer(new MemoryBackend(), { clock, timers });
    const peer = await connectTo(server, service, { secure: true });
    await peer.line();
    peer.socket.pause();
    peer.send("EHLO x\r\n".repeat(200_000));
    while (peer.socket.writableLength > 0) { // until the server reads no more
      const before = peer.socket.writableLength;
      await new Promise((resolve) => setTimeout(resolve, 200));
      if (peer.socket.writableLength === before) break;
    }
    pass(limitMs - 1);
    assert.equal(server.counts.sessions[service], 1);
    pass(1);
    while (server.counts.sessions[service] > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      pass(limitMs); // it may have read a little more
    }
    await closed(server, peer);
  });
}

Deno.test("a message that stops coming is forgotten", async () => {
  const { pass, clock, timers } = time();
  const backend = new MemoryBackend();
  const server = testServer(backend, { clock, timers });
  const peer = await inMessage(server);
  pass(179_000);
  pass(1000);
  assert.equal(await peer.line(), "421 4.4.2 Timeout");
  assert.equal(await peer.line(), "(close)");
  await closed(server, peer);
  assert.equal(backend.open, 0);
  assert.equal(backend.messages.length, 0);
});

/** Sends the text an octet at a time, while so much time passes in all. */
async function dribble(
  peer: Peer,
  text: string,
  durationMs: number,
  pass: (ms: number) => void,
): Promise<void> {
  for (const char of text) {
    peer.send(char);
    await new Promise((resolve) => setTimeout(resolve, 10));
    pass(durationMs / text.length);
  }
}

Deno.test("an octet now and then is no sign of life", async () => {
  const { pass, clock, timers } = time();
  const server = testServer(new MemoryBackend(), { clock, timers });
  const mx = await connectTo(server, "mx", { secure: true });
  await mx.line();
  await dribble(mx, "NOOP\r\n", 200_000, pass);
  assert.equal(await mx.line(), "250 2.0.0 OK"); // a command is one
  await dribble(mx, "NOOP NOOP ", 250_000, pass);
  assert.equal(server.counts.sessions.mx, 1);
  await dribble(mx, "NOOP NOOP ", 50_000, pass);
  assert.equal(await mx.line(), "421 4.4.2 Timeout");
  const message = await inMessage(server);
  await dribble(message, "X: y\r\n", 170_000, pass);
  message.send("x".repeat(1024)); // so is a part of a message
  await dribble(message, "X: y\r\n", 170_000, pass);
  assert.equal(server.counts.sessions.submission, 1);
  await dribble(message, "X: y\r\n", 20_000, pass);
  assert.equal(await message.line(), "421 4.4.2 Timeout");
  await closed(server, mx, message);
});

Deno.test("a message whose client has gone is forgotten", async () => {
  const backend = new MemoryBackend();
  const server = testServer(backend);
  const peer = await inMessage(server);
  await peer.close();
  await server.shutdown(1000);
  assert.equal(backend.open, 0);
  assert.equal(backend.messages.length, 0);
});

Deno.test("shutdown() ends idle sessions, and lets a message finish", async () => {
  const backend = new MemoryBackend();
  const server = testServer(backend, {
    timers: { sleep: () => new Promise(() => {}), every: () => () => {} },
  });
  const idle = await submission(server);
  const busy = await inMessage(server);
  const over = server.shutdown(10_000);
  assert.equal(await idle.line(), "421 4.3.2 relay.example shutting down");
  assert.equal(await idle.line(), "(close)");
  const late = await connectTo(server, "submission", { secure: true });
  assert.match(await late.line(), /^421 4\.3\.2 /);
  busy.send("body\r\n.\r\n");
  assert.equal(await busy.line(), "250 2.0.0 OK");
  assert.equal(await busy.line(), "421 4.3.2 relay.example shutting down");
  assert.equal(await busy.line(), "(close)");
  for (const peer of [idle, busy, late]) await peer.close();
  await over;
  assert.equal(backend.messages.length, 1);
});

Deno.test("shutdown() waits for no client to close", async () => {
  const server = testServer(new MemoryBackend(), {
    timers: { sleep: () => new Promise(() => {}), every: () => () => {} },
  });
  const idle = await submission(server);
  idle.socket.allowHalfOpen = true;
  await server.shutdown(10_000);
  assert.equal(await idle.line(), "421 4.3.2 relay.example shutting down");
  await idle.close();
});

Deno.test("refused connections end by themselves, and beyond a hundred at once", async () => {
  const server = testServer(new MemoryBackend(), {
    connections: {
      mx: { total: 0, perAddress: 0 },
      submission: { total: 0, perAddress: 0 },
    },
  });
  const peers: Peer[] = [];
  for (let at = 0; at < 101; at++) {
    peers.push(await connectTo(server, "mx", { secure: false }));
    peers.at(-1)!.socket.allowHalfOpen = true;
  }
  const said = await Promise.all(peers.map((peer) => peer.line()));
  assert.match(said[99]!, /^421 4\.3\.2 /);
  assert.equal(said[100], "(close)");
  await closed(server, ...peers);
});

Deno.test("an account that is gone loses its sessions and what they were sending", async () => {
  const backend = new MemoryBackend();
  const server = testServer(backend);
  const peer = await inMessage(server);
  backend.inactive.get("ann@relay.example")?.("account_inactive");
  assert.equal(await peer.line(), "421 4.7.0 Account no longer active");
  assert.equal(await peer.line(), "(close)");
  await closed(server, peer);
  assert.equal(backend.open, 0);
  assert.equal(backend.messages.length, 0);
  assert.equal(backend.inactive.size, 0);
});

Deno.test("a batch of commands is answered in one write", async () => {
  const server = testServer(new MemoryBackend());
  const peer = await submission(server);
  await ask(peer, "HELO x\r\n");
  await ask(peer, LOGIN);
  let reads = 0;
  peer.socket.on("data", () => reads++);
  peer.send(`${ENVELOPE}DATA\r\n`);
  assert.equal(await peer.line(), "250 2.1.0 OK");
  assert.equal(await peer.line(), "250 2.1.5 OK");
  assert.match(await peer.line(), /^354/);
  assert.equal(reads, 1);
  await closed(server, peer);
});

for (
  const [name, garbage] of [["garbage", "EHLO x\r\n".repeat(9)], [
    "nothing",
    "",
  ]]
) {
  Deno.test(`STARTTLS followed by ${name} ends in silence`, async () => {
    const { pass, clock, timers } = time();
    const pair = await makeSelfSigned({
      names: ["relay.example"],
      days: 30,
      nowMs: Date.now(),
    });
    const context = createSecureContext({
      key: pair.keyPem,
      cert: pair.chainPem,
    });
    const server = testServer(new MemoryBackend(), {
      clock,
      timers,
    });
    const peer = await connectTo(server, "mx", { secure: false, context });
    await peer.line();
    assert.match(await ask(peer, "STARTTLS\r\n"), /^220 /);
    if (garbage) peer.send(garbage);
    else pass(60_000);
    const end = await peer.line();
    assert.doesNotMatch(end, /^[0-9]{3} /);
    await closed(server, peer);
  });
}

Deno.test("a flood of commands lets other sessions work meanwhile", async () => {
  const slept: number[] = [];
  const server = testServer(new MemoryBackend(), {
    timers: {
      sleep: (ms) => {
        slept.push(ms);
        return new Promise((resolve) => setTimeout(resolve, ms));
      },
      every: () => () => {},
    },
  });
  const peer = await submission(server);
  peer.send("NOOP\r\n".repeat(2000));
  for (let i = 0; i < 2000; i++) {
    assert.equal(await peer.line(), "250 2.0.0 OK");
  }
  assert.ok(slept.length >= 10);
  await closed(server, peer);
});

Deno.test("a client that closes its side still gets all its replies", async () => {
  const backend = new MemoryBackend();
  const server = testServer(backend);
  const peer = await submission(server);
  peer.socket.end(`HELO x\r\n${LOGIN}${ENVELOPE}DATA\r\nA: b\r\n\r\n.\r\n`);
  const codes: string[] = [];
  for (let i = 0; i < 7; i++) codes.push((await peer.line()).slice(0, 3));
  assert.deepEqual(codes, ["250", "235", "250", "250", "354", "250", "(cl"]);
  await closed(server, peer);
  assert.equal(backend.messages.length, 1);
});

Deno.test("a client that goes on sending sees why it has to leave", async () => {
  const server = testServer(new MemoryBackend());
  const peer = await submission(server);
  peer.send("NOOP\nNOOP\r\n");
  peer.send("x".repeat(3_000_000));
  assert.equal(await peer.line(), "500 5.5.2 Bare <LF> received");
  peer.socket.end();
  assert.equal(await peer.line(), "(close)");
  await closed(server, peer);
});
