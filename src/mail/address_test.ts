import assert from "node:assert/strict";
import {
  domain,
  findAddress,
  findMailbox,
  hostNameProblem,
  literalIp,
  localPart,
  lowerCase,
  parseAddress,
  parseDomain,
  parseMailbox,
  parseRecipient,
} from "./address.ts";

for (
  const [text, want] of [
    ["ann@relay.example", "ann@relay.example"],
    ["  <Ann.B+c@Relay.Example.>\r\n", "ann.b+c@relay.example"],
    ["ann@1.2.3.4", "ann@[1.2.3.4]"],
    ["ann@[1.2.3.4]", "ann@[1.2.3.4]"],
    ["ann@[IPv6:2001:DB8:0:0::1]", "ann@[IPv6:2001:db8::1]"],
    ["ann@[ipv6:::1]", "ann@[IPv6:::1]"],
    ["ann@2001:db8::0:1", "ann@[IPv6:2001:db8::1]"],
    ["ann@[::FFFF:1.2.3.4]", "ann@[IPv6:::ffff:1.2.3.4]"],
    ["ann@bücher.example", "ann@xn--bcher-kva.example"],
    ["ann@_test.example", "ann@_test.example"],
    ["ann@localhost", "ann@localhost"],
    ["Ünn@relay.example", "Ünn@relay.example"],
    ["a!#$&'*=?^`{|}~@relay.example", "a!#$&'*=?^`{|}~@relay.example"],
    [`${"a".repeat(64)}@b.example`, `${"a".repeat(64)}@b.example`],
    [`a@${"b".repeat(63)}.example`, `a@${"b".repeat(63)}.example`],
  ] as const
) {
  Deno.test(`parseAddress() reads ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.equal(parseAddress(text), want);
    assert.equal(parseAddress(want), want);
  });
}

for (
  const text of [
    "",
    "ann",
    "@relay.example",
    "ann@",
    "a b@relay.example",
    '"ann"@relay.example',
    "a@b@relay.example",
    "a%b@relay.example",
    "a/b@relay.example",
    "a\\b@relay.example",
    "a(b)@relay.example",
    "a,b@relay.example",
    "a\u0000@relay.example",
    "a\u200b@relay.example",
    "a\ufffd@relay.example",
    "<<ann@relay.example>>",
    "ann@relay example",
    "ann@relay..example",
    "ann@.example",
    "ann@relay.example..",
    "ann@256.1.1.1",
    "ann@1.2.3",
    "ann@01.2.3.4",
    "ann@[01.2.3.4]",
    "ann@[relay.example]",
    "ann@[IPv6:1.2.3.4]",
    "ann@[1::2::3]",
    "ann@[fe80::1%25a]",
    "ann@１.２.３.４.５",
    "ann@ü%.example",
    `${"a".repeat(65)}@b.example`,
    `a@${"b".repeat(64)}.example`,
    `a@${"b.".repeat(127)}example`,
    `${"a".repeat(64)}@${"b.".repeat(95)}bb`,
  ]
) {
  Deno.test(`parseAddress() refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.throws(() => parseAddress(text), SyntaxError);
    assert.equal(findAddress(text), undefined);
  });
}

Deno.test("localPart() and domain() split an address", () => {
  const address = parseAddress("Ann@[IPv6:2001:db8::1]");
  assert.equal(localPart(address), "ann");
  assert.equal(domain(address), "[IPv6:2001:db8::1]");
  assert.equal(literalIp(domain(address)), "2001:db8::1");
  assert.equal(literalIp("relay.example"), undefined);
});

Deno.test("parseDomain() folds full-width digits into an address literal", () => {
  assert.throws(() => parseDomain("１.２.３.４"), SyntaxError);
});

Deno.test("parseAddress() throws nothing but SyntaxError", () => {
  let seed = 7;
  const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
  const alphabet = 'aA1.-_+@[]<>:%"\\ ü\u0000\ud800IPv6:';
  for (let i = 0; i < 30_000; i++) {
    const text = Array.from(
      { length: random(24) },
      () => alphabet[random(alphabet.length)],
    ).join("");
    const address = findAddress(text);
    if (address !== undefined) assert.equal(parseAddress(address), address);
  }
});

const LONG_LOCAL = `SRS0=${"x".repeat(200)}=other.example=Ann`;
for (
  const [text, want] of [
    ["Ann.B@Relay.Example", "Ann.B@relay.example"],
    ["SRS0=aB/c+d=Q5=a.example=Ann@b.example", undefined],
    [`${LONG_LOCAL}@b.example`, undefined],
    ["a%b!c@d.example", undefined],
    ["a/b@d.example", undefined],
    ["a..b.@d.example", undefined],
    ["\u00dcnn@b\u00fccher.example", "\u00dcnn@xn--bcher-kva.example"],
    ['"Ann"@b.example', "Ann@b.example"],
    ['"\\A\\n\\n"@b.example', "Ann@b.example"],
    ['"a b"@c.example', undefined],
    ['"a@b>c,d"@c.example', undefined],
    ['"a\\"b\\\\c"@c.example', undefined],
    ['".a"@c.example', undefined],
    ["a@[IPv6:2001:DB8::1]", "a@[IPv6:2001:db8::1]"],
  ] as const
) {
  Deno.test(`parseMailbox() reads ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.equal(parseMailbox(text), want ?? text);
    assert.equal(parseMailbox(want ?? text), want ?? text);
  });
}

for (
  const text of [
    ...["", "a", "@b.example", "a@", '""@b.example', "a b@c.example"],
    ...['a"b@c.example', '"a"b"@c.example', '"a\\"@c.example', "a@b@c.example"],
    ...["<a@b.example>", " a@b.example", "a(b)@c.example", "a[b@c.example"],
    ...["a\0@b.example", '"a\r\nb"@c.example', '"a\t"@b.example'],
    ...["a\u200b@b.example", '"a\u3000b"@c.example', "a\ufffd@b.example"],
    ...["a@b c.example", "a@b..example", "a@[1.2.3]"],
    ...[`${"a".repeat(310)}@b.example`, `a@${"b.".repeat(127)}example`],
    ...['"' + "a".repeat(65_536) + '"@b.example', "@".repeat(65_536)],
  ]
) {
  Deno.test(`parseMailbox() refuses ${JSON.stringify(text.slice(0, 30))}`, () => {
    assert.throws(() => parseMailbox(text), SyntaxError);
    assert.equal(findMailbox(text), undefined);
  });
}

Deno.test("lowerCase() changes ASCII letters of both halves only", () => {
  const address = parseMailbox("A\u00dcN\u212a@Relay.Example");
  assert.equal(lowerCase(address), "a\u00dcn\u212a@relay.example");
});

Deno.test("parseAddress() and parseDomain() look at nothing longer than an address", () => {
  for (const char of [":", " ", "@", "1.", "\u00e9"]) {
    const text = char.repeat(65_536);
    for (const around of [`a@${text}`, `a@${text}x`, `${text}a@b.example`]) {
      assert.throws(() => parseAddress(around), /longer than 320 octets/);
    }
    assert.throws(() => parseDomain(text), /longer than 253 octets/);
  }
});

for (
  const text of [
    ...[
      '"a b"@c.example',
      '"a,b"@c.example',
      '"a>b"@c.example',
      "a,b@c.example",
    ],
    ...[
      '"<a"@c.example',
      '"a\\,b"@c.example',
      '"\\ "@c.example',
      "a@b c.example",
    ],
  ]
) {
  Deno.test(`parseRecipient() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseRecipient(text), SyntaxError);
  });
}

Deno.test("parseRecipient() reads what nobody takes for several", () => {
  for (
    const text of ["Ann.B@c.example", '"a:b;c@d"@e.example', "a@[1.2.3.4]"]
  ) {
    assert.equal(parseRecipient(text), text);
  }
});

Deno.test("parseAddress() and parseMailbox() say that a name is missing", () => {
  for (const parse of [parseAddress, parseMailbox]) {
    assert.throws(() => parse("@chat.example"), /nothing before the @/);
  }
});

Deno.test("hostNameProblem() takes what a host may be called", () => {
  const right = [
    "chat.example",
    "localhost",
    "a-b.x1",
    "1.example",
    "xn--a",
    "_a.b",
  ];
  const literals = ["[192.0.2.1]", "[IPv6:2001:db8::1]", "192.0.2.1", "::1"];
  for (const name of [...right, ...literals]) {
    assert.equal(hostNameProblem(name), undefined, name);
  }
  for (
    const name of ["my_chat.example", "a._b", "__a.b", "-a.b", "a-.b", "a.b-"]
  ) {
    assert.match(hostNameProblem(name) ?? "", /cannot be the name of a host/);
  }
});
