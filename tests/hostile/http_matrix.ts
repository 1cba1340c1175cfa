/** What somebody may say to the ports of HTTP, and what a whole relay answers. @module */

/** One connection. */
export interface Attack {
  readonly name: string;
  /** One character an octet; several are sent one after the other. */
  readonly said: string | readonly string[];
  /** Statuses, in order. */
  readonly answers: readonly number[];
  /** Each part waits for something to come back. */
  readonly asks?: true;
  /** Of the requests, where one of them is not GET. */
  readonly methods?: readonly string[];
  /** Afterwards the connection is there for another request. */
  readonly stays?: true;
  /** What the last answer must say. */
  readonly fields?: Readonly<Record<string, string | RegExp>>;
}

const HOST = "Host: chat.example\r\n";
const LAST = "Connection: close\r\n";
/** Would be seen as a second answer if it were ever taken for a request. */
const SMUGGLED = `GET /robots.txt HTTP/1.1\r\n${HOST}\r\n`;
const ALLOW = { allow: "GET, HEAD" };
const ALL = { allow: "GET, HEAD, POST, OPTIONS" };

function get(target: string, fields = ""): string {
  return `GET ${target} HTTP/1.1\r\n${HOST}${fields}\r\n`;
}

function said(
  method: string,
  target: string,
  fields = "",
  body = "",
): string {
  return `${method} ${target} HTTP/1.1\r\n${HOST}${fields}\r\n${body}`;
}

/** To the path of other relays, whose bodies are read. */
function mail(fields: string, body: string): string {
  return said("POST", "/mxdeliv", fields, body);
}

const CHUNKED = "Transfer-Encoding: chunked\r\n";

/** A request that ends in two ways, depending on who reads it: one answer, and the end. */
const SMUGGLING: readonly Attack[] = [
  ["a length before chunks", `Content-Length: 6\r\n${CHUNKED}`, "0\r\n\r\n"],
  ["a length behind chunks", `${CHUNKED}Content-Length: 4\r\n`, "0\r\n\r\n"],
  ["two lengths", "Content-Length: 0\r\nContent-Length: 60\r\n", ""],
  ["the same length twice", "Content-Length: 0\r\nContent-Length: 0\r\n", ""],
  ["a list of lengths", "Content-Length: 0, 60\r\n", ""],
  ["a length with a sign", "Content-Length: +0\r\n", ""],
  ["a length with a blank in it", "Content-Length: 0 0\r\n", ""],
  ["a length in hex", "Content-Length: 0x3c\r\n", ""],
  ["a length with an underscore", "Content-Length: 6_0\r\n", ""],
  ["a length beyond 2^64", `Content-Length: ${"9".repeat(30)}\r\n`, ""],
  ["a negative length", "Content-Length: -1\r\n", ""],
  ["a length of other digits", "Content-Length: \xb2\r\n", ""],
  ["a blank before a colon", "Content-Length : 60\r\n", ""],
  ["a tab before a colon", "Transfer-Encoding\t: chunked\r\n", ""],
  ["a coding behind a folded line", "Transfer-Encoding:\r\n chunked\r\n", ""],
  ["a folded line", "X: y\r\n Content-Length: 60\r\n", ""],
  ["a line that begins with a tab", "\tContent-Length: 60\r\n", ""],
  ["a bare LF before a field", "X: y\nContent-Length: 60\r\n", ""],
  ["a bare CR before a field", "X: y\rContent-Length: 60\r\n", ""],
  ["a NUL in a field", "Content-Length: 0\0\r\n", ""],
  [
    "a field of another name",
    "Content_Length: 60\r\nContent-Length: x\r\n",
    "",
  ],
].map(([name, fields, body]) => ({
  name: name!,
  said: mail(fields!, `${body}${SMUGGLED}`),
  methods: ["POST"],
  answers: [400],
}));

const CODINGS: readonly Attack[] = [
  ["another coding", "Transfer-Encoding: gzip"],
  ["chunked in quotes", 'Transfer-Encoding: "chunked"'],
  ["chunked behind another", "Transfer-Encoding: gzip, chunked"],
  ["chunked before another", "Transfer-Encoding: chunked, identity"],
  ["chunked twice", "Transfer-Encoding: chunked, chunked"],
  ["an empty coding", "Transfer-Encoding:"],
  ["chunked and a comma", "Transfer-Encoding: chunked,"],
  ["chunked with a parameter", "Transfer-Encoding: chunked;q=1"],
  [
    "codings in two fields",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
  ],
  ["a coding of another name", "Transfer-Encoding: xchunked"],
].map(([name, field]) => ({
  name: name!,
  said: mail(`${field}\r\n`, `0\r\n\r\n${SMUGGLED}`),
  methods: ["POST"],
  answers: [501],
}));

const CHUNKS: readonly Attack[] = [
  ["no size", "\r\n"],
  ["a size that is none", "zz\r\n"],
  ["a size in C's way", "0x0\r\n\r\n"],
  ["a size with a sign", "+0\r\n\r\n"],
  ["a size behind a blank", " 0\r\n\r\n"],
  ["a size before a blank", "0 \r\n\r\n"],
  ["a size beyond 2^32", "100000000\r\n"],
  ["a size beyond 2^64", "fffffffffffffffff\r\n"],
  ["a size of many zeros", `${"0".repeat(40)}\r\n\r\n`],
  ["a size that ends in LF", "0\n\r\n"],
  ["an extension with LF", "0;a\nb\r\n\r\n"],
  ["an extension with CR", "0;a\rb\r\n\r\n"],
  ["an extension of two KiB", `0;${"a".repeat(2048)}\r\n\r\n`],
  ["extensions of twenty KiB", `1;${"a".repeat(1000)}\r\nx\r\n`.repeat(20)],
  ["a chunk longer than it says", "1\r\nxy\r\n0\r\n\r\n"],
  ["a chunk that ends in LF", "1\r\nx\n0\r\n\r\n"],
  ["a trailer that is no field", "0\r\nfoo\r\n\r\n"],
  ["a folded trailer", "0\r\nA: b\r\n c\r\n\r\n"],
  [
    "trailers of twenty KiB",
    `0\r\n${`A: ${"b".repeat(1000)}\r\n`.repeat(20)}\r\n`,
  ],
].map(([name, body]) => ({
  name: `chunks with ${name}`,
  said: said(
    "POST",
    "/new",
    `Content-Type: application/json\r\n${CHUNKED}`,
    `${body}${SMUGGLED}`,
  ),
  methods: ["POST"],
  answers: [400],
}));

/** Whose trailers change nothing of what was said. */
const TRAILERS: readonly Attack[] = [{
  name: "trailers that would be fields",
  said: said(
    "POST",
    "/new",
    `Content-Type: application/json\r\n${CHUNKED}`,
    "2\r\n{}\r\n0\r\nContent-Length: 60\r\nHost: evil.example\r\n\r\n",
  ) + get("/robots.txt", LAST),
  methods: ["POST", "GET"],
  answers: [200, 200],
}, {
  name: "a chunk extension",
  said: said(
    "POST",
    "/new",
    `Content-Type: application/json\r\n${CHUNKED}`,
    '2;a="b"\r\n{}\r\n0\r\n\r\n',
  ) + get("/robots.txt", LAST),
  methods: ["POST", "GET"],
  answers: [200, 200],
}];

/** RFC 9112 §3.2 */
const TARGETS: readonly Attack[] = [
  ["absolute-form", "http://chat.example/robots.txt", 200],
  ["absolute-form of the other scheme", "HTTPS://chat.example/robots.txt", 200],
  ["absolute-form of another host", "http://evil.example/robots.txt", 200],
  ["absolute-form without a path", "http://chat.example", 200],
  ["absolute-form with a user", "http://a:b@chat.example/", 400],
  ["absolute-form of another kind", "ftp://chat.example/", 400],
  ["absolute-form without a host", "http:///robots.txt", 400],
  ["absolute-form of a file", "file:///etc/passwd", 400],
  ["authority-form", "chat.example:443", 400],
  ["asterisk-form", "*", 400],
  ["no path", "robots.txt", 400],
  ["a query alone", "?a=b", 400],
  ["a fragment alone", "#a", 400],
  ["a script", "javascript:alert(1)", 400],
].map(([name, target, status]) => ({
  name: `GET with ${name}`,
  said: get(target as string, LAST),
  answers: [status as number],
}));

const HOSTS: readonly Attack[] = [
  ["no host", "", 400],
  ["two hosts", `${HOST}Host: evil.example\r\n`, 400],
  ["the same host twice", HOST + HOST, 400],
  ["an empty host", "Host:\r\n", 400],
  ["a host with a path", "Host: chat.example/evil\r\n", 400],
  ["a host with a user", "Host: a@chat.example\r\n", 400],
  ["a host with a blank", "Host: chat.example evil.example\r\n", 400],
  ["a list of hosts", "Host: chat.example, evil.example\r\n", 400],
  ["a host with a quote", 'Host: chat.example"><script>\r\n', 400],
  ["a host of other octets", "Host: ch\xe4t.example\r\n", 400],
  ["a port that is none", "Host: chat.example:99999\r\n", 400],
  ["a port of letters", "Host: chat.example:https\r\n", 400],
  ["an IPv6 address without its end", "Host: [::1\r\n", 400],
  ["a long host", `Host: ${"a".repeat(300)}\r\n`, 400],
  ["another host", "Host: evil.example\r\n", 200],
  ["an IPv6 address", "Host: [::1]:8080\r\n", 200],
].map(([name, field, status]) => ({
  name: name as string,
  said: `GET /robots.txt HTTP/1.1\r\n${field}${LAST}\r\n`,
  answers: [status as number],
}));

/** None of them is a file of the machine, nor of the operator beside what is shown. */
export const TRAVERSALS: readonly string[] = [
  "/../../../../etc/passwd",
  "/static/../../../../etc/passwd",
  "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
  "/%2E%2E/%2e%2e/etc/passwd",
  "/.%2e/.%2e/etc/passwd",
  "/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
  "/..%2f..%2f..%2fetc%2fpasswd",
  "/..%5c..%5cetc%5cpasswd",
  "/%5c%5c..%5c..%5cetc",
  "/..%c0%af..%c0%afetc%c0%afpasswd",
  "/%c0%ae%c0%ae/etc/passwd",
  "/%e0%80%ae%e0%80%ae/etc/passwd",
  "/..%ef%bc%8f..%ef%bc%8fetc",
  "/%252e%252e/%252e%252e/etc/passwd",
  "/..%00/etc/passwd",
  "/page.txt%00.html",
  "/page.txt%0a",
  "/page.txt%2500",
  "//etc/passwd",
  "/%2fetc%2fpasswd",
  "///etc/passwd",
  "/./././etc/passwd",
  "/.git/config",
  "/%2egit/config",
  "/.hidden.txt",
  "/%2ehidden.txt",
  "/secret.key",
  "/secret%2ekey",
  "/page.txt.bak",
  "/page.txt~",
  "/out.txt",
  "/out/passwd",
  "/docs/..%2f..%2fetc%2fpasswd",
  "/static/..%2f..%2f..%2fchat.db",
  "/inv/..%2f..%2fadmin_token",
  "/qr/inv/..%2f..%2fadmin_token.svg",
  "/app/..%2f..%2fadmin_token",
  "/..;/admin_token",
  "/page.txt/../../admin_token",
  "/file:///etc/passwd",
  "/%",
  "/%zz",
  "/%u002e%u002e/etc/passwd",
  `/${"../".repeat(500)}etc/passwd`,
  `/${"%2e%2e/".repeat(500)}etc/passwd`,
  `/${"a/".repeat(3000)}`,
];

/** RFC 9110 §9 */
const METHODS: readonly Attack[] = [
  ...["PUT", "DELETE", "PATCH", "PROPFIND", "POST"].map((method) => ({
    name: `${method} of a page`,
    said: said(method, "/info", LAST),
    methods: [method],
    answers: [405],
    fields: ALLOW,
  })),
  ...["FOO", "X".repeat(32), "M-SEARCH", "PRI", "GET'"].map((method) => ({
    name: `${method} of a page`,
    said: said(method, "/info", LAST),
    methods: [method],
    answers: [405],
    fields: ALLOW,
  })),
  ...["get", "Get", "head", "post", "trace", "TRACK"].map((method) => ({
    name: `${method} of a page`,
    said: said(method, "/info"),
    methods: [method],
    answers: [405],
    fields: ALL,
  })),
  {
    name: "a method of 33 letters",
    said: said("X".repeat(33), "/info"),
    answers: [400],
  },
  {
    name: "a method with a quote",
    said: said('G"T', "/info"),
    answers: [400],
  },
  {
    name: "TRACE, which would show cookies",
    said: said("TRACE", "/info", "Cookie: secret\r\n"),
    answers: [405],
    fields: ALL,
  },
  {
    name: "CONNECT",
    said: `CONNECT evil.example:25 HTTP/1.1\r\n${HOST}\r\n`,
    answers: [405],
    fields: ALL,
  },
  {
    name: "OPTIONS *",
    said: said("OPTIONS", "*", LAST),
    answers: [204],
    fields: ALL,
  },
  {
    name: "OPTIONS of a page",
    said: said("OPTIONS", "/info", LAST),
    answers: [405],
    fields: ALLOW,
  },
  {
    name: "GET where other relays bring mail",
    said: get("/mxdeliv", LAST),
    answers: [405],
    fields: { allow: /POST/ },
  },
];

const PAGES = ["/", "/new", "/info", "/privacy", "/docs/", "/robots.txt"];
/** An answer to HEAD has no body, or the next one would begin with it. */
const HEADS: readonly Attack[] = [
  ...[...PAGES, "/none", "/mxdeliv", "/new/x", "/api/admin", "/qr?data=x"].map((
    path,
  ) => ({
    name: `HEAD ${path}`,
    said: said("HEAD", path) + get("/robots.txt", LAST),
    methods: ["HEAD", "GET"],
    answers: [
      { "/none": 404, "/mxdeliv": 405, "/new/x": 404, "/api/admin": 405 }[
        path
      ] ?? (path.startsWith("/qr?") ? 410 : 200),
      200,
    ],
  })),
];

const VERSIONS: readonly Attack[] = [
  { name: "HTTP/0.9", said: "GET /robots.txt\r\n\r\n", answers: [400] },
  {
    name: "HTTP/1.0",
    said: "GET /robots.txt HTTP/1.0\r\n\r\n",
    answers: [200],
  },
  {
    name: "HTTP/1.0 that wants to stay",
    said: "GET /robots.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    answers: [200],
  },
  {
    name: "chunks in HTTP/1.0",
    said: `POST /new HTTP/1.0\r\n${HOST}${CHUNKED}\r\n0\r\n\r\n`,
    methods: ["POST"],
    answers: [400],
  },
  {
    name: "HTTP/1.9",
    said: `GET /robots.txt HTTP/1.9\r\n${HOST}${LAST}\r\n`,
    answers: [200],
  },
  { name: "HTTP/2.0", said: `GET / HTTP/2.0\r\n${HOST}\r\n`, answers: [505] },
  {
    name: "HTTP/2",
    said: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    answers: [505],
  },
  { name: "HTTP/11.1", said: `GET / HTTP/11.1\r\n${HOST}\r\n`, answers: [400] },
  { name: "http/1.1", said: `GET / http/1.1\r\n${HOST}\r\n`, answers: [400] },
  { name: "SMTP", said: "EHLO evil.example\r\n\r\n", answers: [400] },
  { name: "IMAP", said: "a1 LOGIN a b\r\n\r\n", answers: [400] },
  {
    name: "TLS in TLS, or in clear",
    said: "\x16\x03\x01\x02\0",
    answers: [400],
  },
  { name: "NUL octets", said: "\0".repeat(100), answers: [400] },
];

const SIZES: readonly Attack[] = [
  {
    name: "a target of 9 000 octets",
    said: get(`/${"a".repeat(9000)}`),
    answers: [414],
  },
  {
    name: "a target of a mebibyte",
    said: get(`/${"a".repeat(1024 * 1024)}`),
    answers: [414],
  },
  {
    name: "a target of 8 000 octets",
    said: get(`/${"a".repeat(8000)}`, LAST),
    answers: [404],
  },
  {
    name: "a field of 20 000 octets",
    said: get("/", `A: ${"b".repeat(20_000)}\r\n`),
    answers: [431],
  },
  {
    name: "a name of 20 000 octets",
    said: get("/", `${"a".repeat(20_000)}: b\r\n`),
    answers: [431],
  },
  {
    name: "a head of a mebibyte",
    said: get("/", "A: b\r\n".repeat(180_000)),
    answers: [431],
  },
  {
    name: "two hundred fields",
    said: get("/", "A: b\r\n".repeat(200)),
    answers: [431],
  },
  {
    name: "a body that is announced too large",
    said: said("POST", "/new", "Content-Length: 5000\r\n", "x".repeat(5000)),
    methods: ["POST"],
    answers: [413],
  },
  {
    name: "a body that turns out too large",
    said: said(
      "POST",
      "/new",
      `Content-Type: application/json\r\n${CHUNKED}`,
      `${"1000\r\n" + "x".repeat(4096) + "\r\n"}`.repeat(4) + "0\r\n\r\n",
    ),
    methods: ["POST"],
    answers: [413],
  },
  {
    name: "a body of a tebibyte",
    said: said("POST", "/new", "Content-Length: 1099511627776\r\n", "x"),
    methods: ["POST"],
    answers: [413],
  },
];

const EXPECTATIONS: readonly Attack[] = [
  {
    name: "a body that waits to be asked for",
    said: [
      said(
        "POST",
        "/new",
        `Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n${LAST}`,
      ),
      "{}",
    ],
    methods: ["POST"],
    asks: true,
    answers: [100, 200],
  },
  {
    name: "a body that nobody will ask for",
    said: said(
      "POST",
      "/new",
      "Content-Length: 99999\r\nExpect: 100-continue\r\n",
    ),
    methods: ["POST"],
    answers: [413],
  },
  {
    name: "GET that waits for nothing",
    said: get("/robots.txt", `Expect: 100-continue\r\n${LAST}`),
    answers: [200],
  },
  {
    name: "another expectation",
    said: get("/", "Expect: 200-ok\r\n"),
    answers: [417],
  },
];

/** One connection, many requests. */
const CONNECTIONS: readonly Attack[] = [
  {
    name: "fifty requests at once",
    said: get("/robots.txt").repeat(49) + get("/robots.txt", LAST),
    answers: Array(50).fill(200),
  },
  {
    name: "empty lines before a request",
    said: `\r\n\r\n${get("/robots.txt", LAST)}`,
    answers: [200],
  },
  {
    name: "close, and a request behind it",
    said: get("/robots.txt", LAST) + SMUGGLED,
    answers: [200],
  },
  {
    name: "GET with a body, and a request behind it",
    said: said("GET", "/robots.txt", "Content-Length: 5\r\n", "hello") +
      get("/robots.txt", LAST),
    answers: [200, 200],
  },
  {
    name: "a request in single octets",
    said: [...get("/robots.txt", LAST)],
    answers: [200],
  },
  {
    name: "an upgrade that there is none of",
    said: get("/robots.txt", `Connection: Upgrade, close\r\nUpgrade: h2c\r\n`),
    answers: [200],
  },
  {
    name: "connection options that would take fields away",
    said: get("/robots.txt", "Connection: close, Host, X-Forwarded-For\r\n"),
    answers: [200],
  },
  {
    name: "a connection that stays",
    said: get("/robots.txt"),
    answers: [200],
    stays: true,
  },
];

const CONDITIONS: readonly Attack[] = [
  ["If-None-Match: *", 304],
  ['If-None-Match: "x"', 200],
  ['If-None-Match: "x', 200],
  [`If-None-Match: ${'"x",'.repeat(1000)}`, 200],
  ['If-Match: "x"', 412],
  ["If-Match: *", 200],
  ["If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT", 200],
  ["If-Modified-Since: x", 200],
  ["Range: bytes=0-0", 200],
  ["Range: bytes=999999-", 200],
  [`Range: bytes=${"0-0,".repeat(1000)}`, 200],
].map(([field, status]) => ({
  name: `a page with ${String(field).slice(0, 40)}`,
  said: get("/info", `${field}\r\n${LAST}`),
  answers: [status as number],
}));

/** Of a file of the operator, with five letters (RFC 9110 §14). */
const RANGES: readonly Attack[] = [
  ["Range: bytes=1-2", 206, "bytes 1-2/5"],
  ["Range: bytes=-1", 206, "bytes 4-4/5"],
  ["Range: bytes=4-99", 206, "bytes 4-4/5"],
  ["Range: bytes=5-", 416, "bytes */5"],
  ["Range: bytes=-0", 416, "bytes */5"],
  ["Range: bytes=0-0,2-2", 200, ""],
  [`Range: bytes=${"0-,".repeat(2000)}`, 200, ""],
  ["Range: bytes=2-1", 200, ""],
  ["Range: bytes=99999999999999999999-", 200, ""],
  ["Range: lines=0-1", 200, ""],
  ['Range: bytes=1-2\r\nIf-Range: "other"', 200, ""],
  ["Range: bytes=1-2\r\nIf-None-Match: *", 304, ""],
  ['Range: bytes=1-2\r\nIf-Match: "other"', 412, ""],
].map(([field, status, range]) => ({
  name: `a file with ${String(field).slice(0, 40)}`,
  said: get("/page.txt", `${field}\r\n${LAST}`),
  answers: [status as number],
  fields: { "content-range": range as string },
}));

const CODED: readonly Attack[] = [
  ["gzip", "gzip"],
  ["br, gzip", "br"],
  ["identity;q=0, gzip", "gzip"],
  ["br;q=0, gzip;q=0.1", "gzip"],
  ["*", "br"],
  ["gzip;q=nan", ""],
  ["x,".repeat(3000), ""],
].map(([accepted, coding]) => ({
  name: `a page with Accept-Encoding: ${accepted!.slice(0, 30)}`,
  said: get("/info", `Accept-Encoding: ${accepted}\r\n${LAST}`),
  answers: [200],
  fields: { "content-encoding": coding!, vary: /accept-encoding/ },
}));

export const MATRIX: readonly Attack[] = [
  ...SMUGGLING,
  ...CODINGS,
  ...CHUNKS,
  ...TRAILERS,
  ...TARGETS,
  ...HOSTS,
  ...METHODS,
  ...HEADS,
  ...VERSIONS,
  ...SIZES,
  ...EXPECTATIONS,
  ...CONNECTIONS,
  ...CONDITIONS,
  ...RANGES,
  ...CODED,
];
