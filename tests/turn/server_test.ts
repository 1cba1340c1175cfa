import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import {
  decodeXorAddress,
  encodeXorAddress,
  type TransportAddress,
} from "../../src/turn/proto/address.ts";
import {
  type Attribute,
  ATTRIBUTES,
  numberAttribute,
  numberIn,
} from "../../src/turn/proto/attributes.ts";
import {
  channelOf,
  channelPayload,
  encodeChannelData,
} from "../../src/turn/proto/channel_data.ts";
import {
  attributeOf,
  decodeMessage,
  encodeMessage,
  METHODS,
} from "../../src/turn/proto/message.ts";
import {
  longTermKey,
  passwordFor,
  Usernames,
} from "../../src/turn/server/credentials.ts";
import { MemoryClient, MemoryTurn, OPTIONS } from "./memory_turn.ts";

const PEER = { hostname: "1.1.1.1", port: 4000 };
const DATA = Uint8Array.of(1, 2, 3, 4, 5);
const UDP: Attribute = numberAttribute(ATTRIBUTES.requestedTransport, 17 << 24);

function octet(type: number, ...value: number[]): Attribute {
  return { type, value: Uint8Array.from(value) };
}

/** XOR-PEER-ADDRESS is masked by the transaction where it is IPv6; these are IPv4. */
function peer(address: TransportAddress): Attribute {
  const value = encodeXorAddress(address, new Uint8Array(12));
  return { type: ATTRIBUTES.xorPeerAddress, value };
}

function channelNumber(number: number): Attribute {
  return numberAttribute(ATTRIBUTES.channelNumber, number << 16);
}

function allocated(
  client: MemoryClient,
  ...more: readonly Attribute[]
): TransportAddress {
  const { error, message } = client.request(METHODS.allocate, [UDP, ...more]);
  equal(error, 0);
  const value = attributeOf(message, ATTRIBUTES.xorRelayedAddress)!;
  return decodeXorAddress(value, message.transactionId)!;
}

Deno.test("passwordFor() and longTermKey() make what other servers make", () => {
  const username = "1758650868";
  const password = passwordFor("test-secret", username);
  equal(password, "nkfvRIGUcx0N/jq/StNLPajpLZE=");
  equal(
    longTermKey(username, "turn.example.org", password).toHex(),
    "6e937dba94312ae50d6d6fcc215b577c",
  );
});

Deno.test("Usernames gives each user another", () => {
  const usernames = new Usernames();
  deepEqual([100, 100, 100, 90].map((expiry) => usernames.next(expiry)), [
    "100",
    "101",
    "102",
    "103",
  ]);
  equal(usernames.next(5000), "5000");
});

Deno.test("a Binding request is answered with the address it came from", () => {
  const turn = new MemoryTurn();
  for (const hostname of ["198.51.100.7", "2001:db8:1::7"]) {
    const client = new MemoryClient(turn, { hostname });
    const { message } = client.ask(METHODS.binding)!;
    equal(message.class, "success");
    equal(message.hasFingerprint, false);
    const value = attributeOf(message, ATTRIBUTES.xorMappedAddress)!;
    deepEqual(decodeXorAddress(value, message.transactionId), client.address);
    equal(attributeOf(message, ATTRIBUTES.software), undefined);
  }
});

Deno.test("a request with FINGERPRINT gets a response with one", () => {
  const client = new MemoryClient(new MemoryTurn());
  const request = encodeMessage({
    method: METHODS.binding,
    class: "request",
    transactionId: client.transaction(),
    attributes: [],
  }, { fingerprint: true });
  equal(client.exchange(request)!.message.hasFingerprint, true);
});

Deno.test("whoever is unknown gets at most 64 octets more than they sent", () => {
  const turn = new MemoryTurn({ realm: "a".repeat(32) });
  const ipv6 = { hostname: "2001:db8:1::7" };
  const unknown: Attribute[] = Array.from(
    { length: 20 },
    (_, at) => octet(0x7000 + at),
  );
  for (const method of Object.values(METHODS)) {
    for (const attributes of [[], [UDP], unknown]) {
      const client = new MemoryClient(turn, ipv6);
      const transactionId = client.transaction();
      for (const fingerprint of [false, true]) {
        const request = encodeMessage({
          method,
          class: "request",
          transactionId,
          attributes,
        }, { fingerprint });
        const response = client.exchange(request)!;
        ok(response.octets.length <= request.length + 64, `method ${method}`);
      }
    }
  }
});

Deno.test("credentials are asked for, and wrong, old or foreign ones refused", () => {
  const turn = new MemoryTurn();
  const client = new MemoryClient(turn);
  const challenge = client.ask(METHODS.allocate, [UDP])!;
  equal(challenge.error, 401);
  equal(challenge.message.integrity, undefined);
  equal(client.request(METHODS.allocate, [UDP]).error, 0);

  const wrong = new MemoryClient(turn, { hostname: "198.51.100.2" });
  wrong.password = "wrong";
  equal(wrong.request(METHODS.allocate, [UDP]).error, 401);

  const old = new MemoryClient(turn, { ttl: -100_000 });
  equal(old.request(METHODS.allocate, [UDP]).error, 401);

  const nameless = new MemoryClient(turn);
  nameless.username = "ann";
  equal(nameless.request(METHODS.allocate, [UDP]).error, 401);

  const suffixed = new MemoryClient(turn);
  suffixed.username += ":ann";
  equal(suffixed.request(METHODS.allocate, [UDP]).error, 0);
});

Deno.test("a nonce is good for an hour and for one address", () => {
  const turn = new MemoryTurn();
  const client = new MemoryClient(turn);
  allocated(client);
  turn.nowMs = 3_600_000;
  equal(client.request(METHODS.refresh).error, 437); // it ended, the nonce did not
  turn.nowMs = 3_601_000;
  const stale = client.request(METHODS.refresh);
  equal(stale.error, 438);
  const fresh = attributeOf(stale.message, ATTRIBUTES.nonce)!;
  const other = new MemoryClient(turn, { hostname: "198.51.100.9" });
  other.nonce = new TextDecoder().decode(fresh);
  equal(other.request(METHODS.allocate, [UDP]).error, 438);
  client.nonce = other.nonce;
  equal(client.request(METHODS.allocate, [UDP]).error, 0);
});

Deno.test("what was allocated is held up by credentials for a day after their end", () => {
  const turn = new MemoryTurn();
  const client = new MemoryClient(turn, { ttl: 60 });
  client.username = String(1_700_000_000 + 60);
  allocated(client, numberAttribute(ATTRIBUTES.lifetime, 3600));
  turn.nowMs = 3_000_000;
  equal(client.request(METHODS.refresh).error, 0);
  const another = new MemoryClient(turn);
  another.username = client.username;
  equal(another.request(METHODS.allocate, [UDP]).error, 401);
});

const ALLOCATE: readonly {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly error: number;
}[] = [
  { name: "no transport", attributes: [], error: 400 },
  {
    name: "TCP",
    attributes: [numberAttribute(ATTRIBUTES.requestedTransport, 6 << 24)],
    error: 442,
  },
  {
    name: "a family that there is none of",
    attributes: [UDP, octet(ATTRIBUTES.requestedAddressFamily, 9, 0, 0, 0)],
    error: 440,
  },
  {
    name: "two families in a wrong way",
    attributes: [UDP, octet(ATTRIBUTES.additionalAddressFamily, 1, 0, 0, 0)],
    error: 400,
  },
  {
    name: "a port that nobody kept",
    attributes: [
      UDP,
      octet(ATTRIBUTES.reservationToken, 1, 2, 3, 4, 5, 6, 7, 8),
    ],
    error: 508,
  },
  {
    name: "what nobody understands",
    attributes: [UDP, octet(0x7777)],
    error: 420,
  },
  {
    name: "DONT-FRAGMENT",
    attributes: [UDP, octet(ATTRIBUTES.dontFragment)],
    error: 0,
  },
  {
    name: "something optional that nobody understands",
    attributes: [UDP, octet(0xc057, 1, 2, 3, 4)],
    error: 0,
  },
];

for (const { name, attributes, error } of ALLOCATE) {
  Deno.test(`Allocate with ${name} gets ${error || "an allocation"}`, () => {
    const client = new MemoryClient(new MemoryTurn());
    const response = client.request(METHODS.allocate, attributes);
    equal(response.error, error);
    if (error !== 401) ok(response.message.integrity);
  });
}

Deno.test("Allocate gives relayed addresses of both families where both are asked for", () => {
  const client = new MemoryClient(new MemoryTurn());
  const { message } = client.request(METHODS.allocate, [
    UDP,
    octet(ATTRIBUTES.additionalAddressFamily, 2, 0, 0, 0),
  ]);
  const relayed = message.attributes
    .filter(({ type }) => type === ATTRIBUTES.xorRelayedAddress)
    .map(({ value }) =>
      decodeXorAddress(value, message.transactionId)!.hostname
    );
  deepEqual(relayed, ["203.0.113.5", "2001:db8::5"]);

  const turn = new MemoryTurn({ relayAddresses: { 4: "203.0.113.5" } });
  const half = new MemoryClient(turn).request(METHODS.allocate, [
    UDP,
    octet(ATTRIBUTES.additionalAddressFamily, 2, 0, 0, 0),
  ]);
  equal(half.error, 0);
  const missing = attributeOf(half.message, ATTRIBUTES.addressErrorCode)!;
  deepEqual([...missing.subarray(0, 4)], [2, 0, 4, 40]);
});

Deno.test("Allocate gives an even port, and the next one to who has the token", () => {
  const turn = new MemoryTurn();
  const client = new MemoryClient(turn);
  const { message } = client.request(METHODS.allocate, [
    UDP,
    octet(ATTRIBUTES.evenPort, 0x80),
  ]);
  const first = decodeXorAddress(
    attributeOf(message, ATTRIBUTES.xorRelayedAddress)!,
    message.transactionId,
  )!;
  equal(first.port % 2, 0);
  const token = attributeOf(message, ATTRIBUTES.reservationToken)!;
  const other = new MemoryClient(turn);
  const wish = { type: ATTRIBUTES.reservationToken, value: token };
  equal(allocated(other, wish).port, first.port + 1);
  const late = new MemoryClient(turn).request(METHODS.allocate, [UDP, wish]);
  equal(late.error, 508);
});

Deno.test("what was kept is of the family that was asked for then", () => {
  const turn = new MemoryTurn();
  const { message } = new MemoryClient(turn).request(METHODS.allocate, [
    UDP,
    octet(ATTRIBUTES.requestedAddressFamily, 2, 0, 0, 0),
    octet(ATTRIBUTES.evenPort, 0x80),
  ]);
  const value = attributeOf(message, ATTRIBUTES.reservationToken)!;
  const wish = { type: ATTRIBUTES.reservationToken, value };
  equal(allocated(new MemoryClient(turn), wish).hostname, "2001:db8::5");
});

Deno.test("a port that was kept is given up after half a minute", () => {
  const turn = new MemoryTurn();
  allocated(new MemoryClient(turn), octet(ATTRIBUTES.evenPort, 0x80));
  equal(turn.sockets.open_.size, 2);
  turn.nowMs = 30_000;
  turn.server.sweep();
  equal(turn.sockets.open_.size, 1);
});

Deno.test("Allocate is answered alike when it comes twice, and 437 when it is another", () => {
  const turn = new MemoryTurn();
  const client = new MemoryClient(turn);
  const id = client.transaction();
  const first = client.request(METHODS.allocate, [UDP], id);
  const second = client.request(METHODS.allocate, [UDP], id);
  deepEqual(second.octets, first.octets);
  equal(client.request(METHODS.allocate, [UDP]).error, 437);
  equal(turn.sockets.open_.size, 1);
});

Deno.test("Refresh prolongs, or ends it, also when that comes twice", () => {
  const turn = new MemoryTurn();
  const client = new MemoryClient(turn);
  equal(client.request(METHODS.refresh).error, 437);
  allocated(client);
  const zero = numberAttribute(ATTRIBUTES.lifetime, 0);
  const long = numberAttribute(ATTRIBUTES.lifetime, 100_000);
  const { message } = client.request(METHODS.refresh, [long]);
  equal(numberIn(attributeOf(message, ATTRIBUTES.lifetime)!), 3600);
  const id = client.transaction();
  equal(client.request(METHODS.refresh, [zero], id).error, 0);
  equal(turn.sockets.open_.size, 0);
  equal(client.request(METHODS.refresh, [zero], id).error, 0);
  equal(client.request(METHODS.refresh, [zero]).error, 437);
});

Deno.test("an allocation ends with its time", () => {
  const turn = new MemoryTurn();
  const client = new MemoryClient(turn);
  allocated(client);
  turn.nowMs = 599_000;
  turn.server.sweep();
  equal(turn.server.counters().allocations, 1);
  turn.nowMs = 600_000;
  turn.server.sweep();
  equal(turn.server.counters().allocations, 0);
  equal(turn.sockets.open_.size, 0);
});

Deno.test("nobody else's credentials change an allocation", () => {
  const turn = new MemoryTurn();
  const client = new MemoryClient(turn);
  allocated(client);
  client.username = String(Number(client.username) + 5);
  for (
    const [method, attributes] of [
      [METHODS.refresh, []],
      [METHODS.createPermission, [peer(PEER)]],
      [METHODS.channelBind, [channelNumber(0x4000), peer(PEER)]],
    ] as const
  ) equal(client.request(method, attributes).error, 441);
});

const PERMISSIONS: readonly {
  readonly name: string;
  readonly peers: readonly Attribute[];
  readonly error: number;
}[] = [
  { name: "no peer", peers: [], error: 400 },
  { name: "a peer", peers: [peer(PEER)], error: 0 },
  {
    name: "a forbidden peer among others",
    peers: [peer(PEER), peer({ hostname: "10.0.0.1", port: 5000 })],
    error: 403,
  },
  {
    name: "a peer of the other family",
    peers: [peer({ hostname: "2a00::1", port: 5000 })],
    error: 443,
  },
  {
    name: "half an address",
    peers: [octet(ATTRIBUTES.xorPeerAddress, 0, 1, 2)],
    error: 400,
  },
  {
    name: "more peers than there may be",
    peers: Array.from(
      { length: 60 },
      (_, at) => peer({ hostname: `1.1.2.${at}`, port: 5000 }),
    ),
    error: 0,
  },
];

for (const { name, peers, error } of PERMISSIONS) {
  Deno.test(`CreatePermission with ${name} gets ${error || "success"}`, () => {
    const turn = new MemoryTurn();
    const client = new MemoryClient(turn);
    const relayed = allocated(client);
    equal(client.request(METHODS.createPermission, peers).error, error);
    client.got.length = 0;
    turn.arrive(relayed, PEER, DATA);
    const isPermitted = error === 0 && peers.length === 1;
    equal(client.got.length, isPermitted ? 1 : 0);
  });
}

Deno.test("CreatePermission gets 508 when there are too many", () => {
  const client = new MemoryClient(new MemoryTurn());
  allocated(client);
  for (let at = 0; at < 64; at++) {
    const host = { hostname: `1.1.3.${at}`, port: 5000 };
    equal(client.request(METHODS.createPermission, [peer(host)]).error, 0);
  }
  equal(client.request(METHODS.createPermission, [peer(PEER)]).error, 508);
});

Deno.test("data of a peer comes as an indication, and none five minutes later", () => {
  const turn = new MemoryTurn();
  const client = new MemoryClient(turn);
  const relayed = allocated(client);
  client.request(METHODS.createPermission, [peer(PEER)]);
  turn.arrive(relayed, PEER, DATA);
  const message = decodeMessage(client.got.at(-1)!)!;
  equal(message.class, "indication");
  equal(message.method, METHODS.data);
  const from = attributeOf(message, ATTRIBUTES.xorPeerAddress)!;
  deepEqual(decodeXorAddress(from, message.transactionId), PEER);
  deepEqual(attributeOf(message, ATTRIBUTES.data)!.slice(), DATA);
  turn.nowMs = 300_000;
  const before = client.got.length;
  turn.arrive(relayed, PEER, DATA);
  equal(client.got.length, before);
  equal(turn.server.counters().dropped.no_permission, 1);
});

Deno.test("data goes to a peer by indication and by channel, and comes by channel", () => {
  const turn = new MemoryTurn();
  const client = new MemoryClient(turn);
  const relayed = allocated(client);
  const data = { type: ATTRIBUTES.data, value: DATA };
  client.indicate(METHODS.send, [peer(PEER), data]);
  equal(turn.sockets.sent.length, 0, "nobody has permitted it");
  client.request(METHODS.createPermission, [peer(PEER)]);
  client.indicate(METHODS.send, [peer(PEER), data]);
  equal(
    client.request(METHODS.channelBind, [channelNumber(0x4001), peer(PEER)])
      .error,
    0,
  );
  turn.server.receive(client, encodeChannelData(0x4001, DATA));
  turn.server.receive(client, encodeChannelData(0x4002, DATA));
  turn.server.receive(client, encodeChannelData(0x4001, DATA).subarray(0, 6));
  deepEqual(
    turn.sockets.sent.map((
      { from, to, octets },
    ) => [from, to.hostname, to.port, octets]),
    Array(2).fill([relayed.port, PEER.hostname, PEER.port, DATA]),
  );
  turn.arrive(relayed, PEER, DATA);
  equal(channelOf(client.got.at(-1)!), 0x4001);
  deepEqual(channelPayload(client.got.at(-1)!)!.slice(), DATA);
  equal(client.got.at(-1)!.length, 9);
});

Deno.test("over a stream ChannelData is padded", () => {
  const turn = new MemoryTurn();
  const client = new MemoryClient(turn, { isStream: true });
  const relayed = allocated(client);
  client.request(METHODS.channelBind, [channelNumber(0x4001), peer(PEER)]);
  turn.arrive(relayed, PEER, DATA);
  equal(client.got.at(-1)!.length, 12);
});

const OTHER_PEER = { hostname: "1.1.1.2", port: 4000 };
const BINDS: readonly (readonly [string, number, TransportAddress, number])[] =
  [
    ["again the same", 0x4001, PEER, 0],
    ["the number for another peer", 0x4001, OTHER_PEER, 400],
    ["the peer by another number", 0x4002, PEER, 400],
    ["another number and peer", 0x4002, OTHER_PEER, 0],
    ["a number too low", 0x3fff, OTHER_PEER, 400],
    ["a number too high", 0x8000, OTHER_PEER, 400],
    ["a number that RFC 5766 allows", 0x7fff, OTHER_PEER, 0],
    ["a forbidden peer", 0x4002, { hostname: "127.0.0.1", port: 4000 }, 403],
    ["a port of services", 0x4002, { hostname: "1.1.1.2", port: 53 }, 403],
    ["our own address", 0x4002, { hostname: "203.0.113.5", port: 3478 }, 403],
  ];

for (const [name, number, address, error] of BINDS) {
  Deno.test(`ChannelBind of ${name} gets ${error || "success"}`, () => {
    const client = new MemoryClient(new MemoryTurn());
    allocated(client);
    client.request(METHODS.channelBind, [channelNumber(0x4001), peer(PEER)]);
    const attributes = [channelNumber(number), peer(address)];
    equal(client.request(METHODS.channelBind, attributes).error, error);
  });
}

Deno.test("between two clients of ours data stays inside, if both permit it", () => {
  const turn = new MemoryTurn();
  const [ann, bob] = [new MemoryClient(turn), new MemoryClient(turn)];
  const [annAt, bobAt] = [allocated(ann), allocated(bob)];
  const bind = [channelNumber(0x4001), peer(bobAt)];
  equal(ann.request(METHODS.channelBind, bind).error, 0);
  const before = bob.got.length;
  turn.server.receive(ann, encodeChannelData(0x4001, DATA));
  equal(bob.got.length, before, "he has not permitted it");
  bob.request(METHODS.createPermission, [peer(annAt)]);
  turn.server.receive(ann, encodeChannelData(0x4001, DATA));
  const message = decodeMessage(bob.got.at(-1)!)!;
  const from = attributeOf(message, ATTRIBUTES.xorPeerAddress)!;
  deepEqual(decodeXorAddress(from, message.transactionId), annAt);
  deepEqual(attributeOf(message, ATTRIBUTES.data)!.slice(), DATA);
  deepEqual(turn.sockets.sent, []);
});

Deno.test("one more than a user may have takes the place of the oldest", () => {
  const turn = new MemoryTurn();
  const clients = Array.from({ length: 4 }, () => new MemoryClient(turn));
  for (const client of clients) {
    client.username = clients[0]!.username;
    allocated(client);
  }
  equal(turn.server.counters().allocations, 3);
  equal(clients[0]!.request(METHODS.refresh).error, 437);
  equal(clients[1]!.request(METHODS.refresh).error, 0);
});

Deno.test("an address gets 486 beyond its limit, and all get 508 beyond theirs", () => {
  const limits = {
    ...OPTIONS.limits,
    allocations: 3,
    allocationsPerAddress: 2,
  };
  const turn = new MemoryTurn({ limits });
  const from = (hostname: string) =>
    new MemoryClient(turn, { hostname }).request(METHODS.allocate, [UDP]).error;
  equal(from("198.51.100.1"), 0);
  equal(from("198.51.100.1"), 0);
  equal(from("198.51.100.1"), 486);
  equal(from("198.51.100.2"), 0);
  equal(from("198.51.100.3"), 508);
  equal(turn.server.counters().notAllocated, 2);
});

Deno.test("Allocate gets 508 when all ports are taken, and leaves nothing behind", () => {
  const turn = new MemoryTurn();
  for (let port = 50_000; port < 51_000; port++) turn.sockets.taken.add(port);
  const client = new MemoryClient(turn);
  equal(client.request(METHODS.allocate, [UDP]).error, 508);
  equal(turn.server.counters().allocations, 0);
});

Deno.test("an allocation moves no more than it may in either direction", () => {
  const limits = { ...OPTIONS.limits, octetsPerSecond: 1000 };
  const turn = new MemoryTurn({ limits });
  const client = new MemoryClient(turn);
  const relayed = allocated(client);
  client.request(METHODS.channelBind, [channelNumber(0x4001), peer(PEER)]);
  client.got.length = 0;
  const data = new Uint8Array(400);
  for (let sent = 0; sent < 5; sent++) {
    turn.server.receive(client, encodeChannelData(0x4001, data));
    turn.arrive(relayed, PEER, data);
  }
  equal(turn.sockets.sent.length, 2);
  equal(client.got.length, 2);
  equal(turn.server.counters().dropped.bandwidth, 6);
  turn.nowMs = 1000;
  turn.server.receive(client, encodeChannelData(0x4001, data));
  equal(turn.sockets.sent.length, 3);
});

Deno.test("who floods is answered a while, others are answered all the time", () => {
  const turn = new MemoryTurn();
  const flooding = new MemoryClient(turn);
  for (let sent = 0; sent < 10_000; sent++) flooding.ask(METHODS.binding);
  ok(flooding.got.length <= 100);
  for (let sent = 0; sent < 10_000; sent++) flooding.ask(METHODS.allocate);
  ok(flooding.got.length <= 200);
  const neighbour = new MemoryClient(turn);
  ok(neighbour.ask(METHODS.binding));
  equal(neighbour.request(METHODS.allocate, [UDP]).error, 0);
});

Deno.test("who floods with signed requests is not looked at, what was allocated is", () => {
  const turn = new MemoryTurn();
  const calling = new MemoryClient(turn);
  allocated(calling);
  const flooding = new MemoryClient(turn);
  flooding.nonce = "AAAAAAAAAAAAAAAA";
  const signed = flooding.signed(METHODS.allocate, [UDP]);
  for (let sent = 0; sent < 10_000; sent++) flooding.exchange(signed);
  ok(flooding.got.length <= 40);
  equal(turn.server.counters().dropped.too_many, 10_000 - flooding.got.length);
  flooding.nonce = calling.nonce; // a right one does not help
  equal(flooding.exchange(flooding.signed(METHODS.allocate, [UDP])), undefined);
  equal(calling.request(METHODS.refresh).error, 0);
  const neighbour = new MemoryClient(turn);
  equal(neighbour.request(METHODS.allocate, [UDP]).error, 0);
  turn.nowMs = 1000;
  equal(flooding.request(METHODS.allocate, [UDP]).error, 0);
});

Deno.test("signatures of a flood from everywhere are not all checked", () => {
  const turn = new MemoryTurn();
  const calling = new MemoryClient(turn);
  allocated(calling);
  const { nonce } = calling;
  const flooding = Array.from(
    { length: 5000 },
    (_, at) =>
      new MemoryClient(turn, {
        hostname: `198.18.${at >> 8}.${at & 255}`,
      }),
  );
  for (const one of flooding) {
    one.nonce = nonce; // of another address
    one.exchange(one.signed(METHODS.allocate, [UDP]));
  }
  const looked = flooding.filter(({ got }) => got.length > 0).length;
  ok(looked <= 4000 && looked > 3900, `${looked}`);
  equal(calling.request(METHODS.refresh).error, 0);
  turn.nowMs = 1000;
  equal(new MemoryClient(turn).request(METHODS.allocate, [UDP]).error, 0);
});

Deno.test("one who has an allocation cannot flood with signatures either", () => {
  const turn = new MemoryTurn();
  const flooding = new MemoryClient(turn);
  allocated(flooding);
  const right = flooding.signed(METHODS.refresh, []);
  flooding.got.length = 0;
  for (let sent = 0; sent < 1000; sent++) flooding.exchange(right);
  ok(flooding.got.length <= 200 && flooding.got.length > 190);
  const neighbour = new MemoryClient(turn);
  equal(neighbour.request(METHODS.allocate, [UDP]).error, 0);
});

Deno.test("after ten wrong passwords an address is not heard, but what it has goes on", () => {
  const turn = new MemoryTurn();
  const calling = new MemoryClient(turn);
  allocated(calling);
  const guessing = new MemoryClient(turn);
  guessing.password = "wrong";
  for (let tries = 0; tries < 11; tries++) {
    equal(guessing.request(METHODS.allocate, [UDP]).error, 401);
  }
  const signed = guessing.signed(METHODS.allocate, [UDP]);
  equal(guessing.exchange(signed), undefined);
  equal(calling.request(METHODS.refresh).error, 0);
  turn.nowMs = 60_000;
  notEqual(guessing.exchange(signed), undefined);
});

Deno.test("what is no request and no data of a client is dropped and counted", () => {
  const turn = new MemoryTurn();
  const client = new MemoryClient(turn);
  const garbage = [
    new Uint8Array(),
    new Uint8Array(20),
    Uint8Array.of(0x80, 0, 0, 0),
    encodeChannelData(0x4000, DATA),
    encodeMessage({
      method: METHODS.binding,
      class: "success",
      transactionId: client.transaction(),
      attributes: [],
    }),
  ];
  for (const octets of garbage) turn.server.receive(client, octets);
  client.indicate(METHODS.send, []);
  client.indicate(METHODS.binding, []);
  equal(client.got.length, 0);
  const { malformed, unknown } = turn.server.counters().dropped;
  deepEqual({ malformed, unknown }, { malformed: 4, unknown: 2 });
});

Deno.test("new options are in force for what is asked from now on", () => {
  const turn = new MemoryTurn();
  const client = new MemoryClient(turn);
  equal(allocated(client).hostname, "203.0.113.5");
  turn.server.use({ ...OPTIONS, relayAddresses: { 4: "203.0.113.99" } });
  equal(client.request(METHODS.refresh).error, 0);
  equal(allocated(new MemoryClient(turn)).hostname, "203.0.113.99");
});

Deno.test("what was allocated over a stream ends with it", () => {
  const turn = new MemoryTurn();
  const client = new MemoryClient(turn, { isStream: true });
  allocated(client);
  turn.server.gone(client);
  equal(turn.sockets.open_.size, 0);
  equal(turn.server.clientOf(client.key), undefined);
});
