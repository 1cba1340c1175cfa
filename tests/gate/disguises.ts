/**
 * Messages that one reader takes for encrypted and another may not: each holds the
 * marker as text, HTML or an attachment for somebody who finds other boundaries,
 * another type or another encoding than the gate.
 *
 * @module
 */
import { concat } from "../../src/base/octets.ts";
import { armor, octets, pkesk3, seipd1 } from "./messages.ts";

/** No armor can hold it, for its blanks. */
export const MARKER = "this is the clear marker text";

const VERSION = "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n";
const DATA = armor(concat([pkesk3, seipd1(300)]));
const EVIL = `--evil\r\nContent-Type: text/plain\r\n\r\n${MARKER}\r\n` +
  `--evil\r\nContent-Type: text/html\r\n\r\n<b>${MARKER}</b>\r\n` +
  "--evil\r\nContent-Type: application/x-sh\r\n" +
  `Content-Disposition: attachment; filename=a.sh\r\n\r\n${MARKER}\r\n--evil--\r\n`;
const EVIL_BASE64 = btoa(EVIL).replace(/.{76}/g, "$&\r\n");

interface Shape {
  readonly type?: string;
  /** Before or after Content-Type. */
  readonly before?: string;
  readonly after?: string;
  readonly preamble?: string;
  readonly versionPart?: string;
  readonly dataFields?: string;
  readonly data?: string;
  readonly epilogue?: string;
  readonly boundary?: string;
}

function disguise(shape: Shape): string {
  const boundary = shape.boundary ?? "good";
  return "From: <ann@relay.example>\r\nTo: <bob@relay.example>\r\n" +
    "Message-ID: <1@relay.example>\r\nSubject: [...]\r\nMIME-Version: 1.0\r\n" +
    `${shape.before ?? ""}Content-Type: multipart/encrypted; ${
      shape.type ?? `boundary="${boundary}"`
    }\r\n${shape.after ?? ""}\r\n${shape.preamble ?? ""}--${boundary}\r\n${
      shape.versionPart ?? VERSION
    }\r\n--${boundary}\r\n${
      shape.dataFields ?? "Content-Type: application/octet-stream\r\n"
    }\r\n${shape.data ?? DATA}\r\n--${boundary}--\r\n${shape.epilogue ?? ""}`;
}

/** Content-Types in which readers find `good`, or `evil`, or nothing. */
const TYPES = [
  "boundary=good",
  "boundary=good (; boundary=evil; x=)",
  "(; boundary=evil; x=) boundary=good",
  "boundary=(evil)good",
  'boundary="good" (evil)',
  "boundary=good; boundary=evil",
  "boundary=evil; boundary=good",
  "boundary=good; Boundary=evil",
  "boundary=good; boundary*=us-ascii''evil",
  "boundary*=us-ascii''evil; boundary=good",
  "boundary*0=ev; boundary*1=il; boundary=good",
  "boundary=good; boundary*0=evil",
  'x="=?us-ascii?q?a=22=3B_boundary=3D=22evil?="; boundary=good',
  'protocol="=?us-ascii?q?application/pgp-encrypted?="; boundary=good',
  'boundary=good; x="boundary=evil"',
  'x="; boundary=evil; y="; boundary=good',
  'charset="; boundary=evil; y="; boundary=good',
  "charset='; boundary=evil; y='; boundary=good",
  "boundary = good",
  "boundary= good",
  "boundary =evil; boundary=good",
  "boundary=good,boundary=evil",
  "boundary=good boundary=evil",
  ";boundary=evil; boundary=good",
  "boundary=good;;boundary=evil",
  "\r\n boundary=good;\r\n\tcharset=utf-8",
  "boundary=good;\r\n \r\n boundary=evil",
  "boundary=good;",
  'boundary="good',
  "boundary=<good>",
  "boundary=good; charset=evil",
  "b\u00f6undary=evil; boundary=good",
];

/** Boundaries, as they stand in the body, and how they are written. */
const BOUNDARIES: readonly (readonly [string, string])[] = [
  ["=?us-ascii?q?evil?=", '"=?us-ascii?q?evil?="'],
  ["=?utf-8?b?ZXZpbA==?=", '"=?utf-8?b?ZXZpbA==?="'],
  ["good", '"go\\od"'],
  ["go\\od", '"go\\od"'],
  ["'evil'", "'evil'"],
  ["evil good", '"evil good"'],
  ["evil ", '"evil "'],
  [" evil", '" evil"'],
  ["evil(good)", '"evil(good)"'],
  ["evil(good", '"evil(good"'],
  ["evil,good", '"evil,good"'],
  ["evil;good", '"evil;good"'],
  ["evil?=", '"evil?="'],
  ["=?evil", '"=?evil"'],
  ["evil--", '"evil--"'],
  ["--evil", '"--evil"'],
  ["-", "-"],
  ["evil\tgood", '"evil\tgood"'],
  ["evil%20good", '"evil%20good"'],
  ["us-ascii''evil", "us-ascii''evil"],
  ["0'()+_,-./:=?", '"0\'()+_,-./:=?"'],
  ["x".repeat(70), "x".repeat(70)],
  ["x".repeat(71), "x".repeat(71)],
  ["\u00e9vil", '"\u00e9vil"'],
];

const FIELDS = [
  `Content-Type : text/html\r\n`,
  "Content-Type: text/html\r\n",
  "content-type\t: text/html\r\n",
  "Content-Transfer-Encoding: 7bit (base64)\r\n",
  "Content-Transfer-Encoding: (7bit) base64\r\n",
  "Content-Transfer-Encoding: base64\r\n",
  "Content-Transfer-Encoding: =?us-ascii?q?base64?=\r\n",
  "Content-Transfer-Encoding: 7bit; base64\r\n",
  "Content-Transfer-Encoding: 8bit\r\nContent-Transfer-Encoding: base64\r\n",
  "Content-Disposition: attachment; filename=a.sh\r\n",
  `X-A: y\r\n \r\nContent-Type: text/html\r\n\r\n${MARKER}\r\n`,
  `X-A: y\r\n\t\r\n ${MARKER}\r\n`,
  `X-A: ${MARKER}\r\n`,
  `X-A: y\rContent-Type: text/html\r\r${MARKER}\r\n`,
  `X-A: y\0Content-Type: text/html\r\n`,
  `: x\r\n`,
  `${MARKER}\r\n`,
  `>From x\r\n`,
  `MIME-Version: 0.9\r\n`,
  `MIME-Version: 1.0 (${MARKER})\r\n`,
];

const DATA_FIELDS = [
  `Content-Type: application/octet-stream\r\nSubject: ${MARKER}\r\n`,
  `Content-Type: application/octet-stream; name="${MARKER}"\r\n`,
  `Content-Type: application/octet-stream\r\nContent-Description: ${MARKER}\r\n`,
  "Content-Type: application/octet-stream\r\nContent-Type: text/html\r\n",
  "Content-Type: application/octet-stream (text/html)\r\n",
  "Content-Type: application/octet-stream; x=text/html\r\n",
  "Content-Type: application/octet-stream\r\nContent-Disposition: inline; filename=a.html\r\n",
  "Content-Type: application/octet-stream\r\n--evil: x\r\n",
  "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n",
  "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: x-uuencode\r\n",
  "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: 7bit (base64)\r\n",
];

const BASE64 = "Content-Type: application/octet-stream\r\n" +
  "Content-Transfer-Encoding: base64\r\n";
const PRINTABLE = "Content-Type: application/octet-stream\r\n" +
  "Content-Transfer-Encoding: quoted-printable\r\n";
const encoded = encode(DATA);

function encode(text: string): string {
  return btoa(text).replace(/.{76}/g, "$&\r\n");
}

/** Seeds of all kinds; a few pass the gate, and stay harmless. */
export const DISGUISES: readonly Uint8Array[] = [
  {},
  ...TYPES.flatMap((type) => [
    { type },
    { type, preamble: EVIL },
    { type, epilogue: EVIL },
    { type, data: DATA.replace("\r\n\r\n", `\r\nComment: x\r\n\r\n`) },
  ]),
  ...BOUNDARIES.flatMap(([boundary, written]) => [
    { boundary, type: `boundary=${written}` },
    { boundary, type: `boundary=${written}`, preamble: EVIL },
    { boundary, type: `boundary=${written}`, epilogue: `\r\n${EVIL}` },
  ]),
  ...FIELDS.flatMap((field) => [
    { before: field },
    { after: field },
    { after: field, preamble: EVIL_BASE64 },
    { versionPart: field + VERSION },
    { dataFields: `Content-Type: application/octet-stream\r\n${field}` },
  ]),
  ...DATA_FIELDS.map((dataFields) => ({ dataFields })),
  { preamble: `${MARKER}\r\n` },
  { preamble: `\r--evil\r\n\r\n${MARKER}\r\n` },
  { preamble: `-\r\n --evil\r\n\r\n${MARKER}\r\n` },
  { preamble: `x\r\n--good \t\r\n\r\n${MARKER}\r\n` },
  { epilogue: `${MARKER}\r\n` },
  { epilogue: `--good\r\n\r\n${MARKER}\r\n` },
  { versionPart: VERSION.replace("Version: 1", `Version: 1\r\n${MARKER}`) },
  {
    versionPart: VERSION.replace(
      "\r\n\r\n",
      "\r\nContent-Transfer-Encoding: base64\r\n\r\n",
    )
      .replace("Version: 1", btoa("Version: 1\n")),
  },
  { data: DATA.replace("\r\n\r\n", `\r\nComment: ${MARKER}\r\n\r\n`) },
  {
    data: DATA.replace(
      "\r\n\r\n",
      `\r\nComment: x\r--good\rContent-Type: text/html\r\r${MARKER}\r\n\r\n`,
    ),
  },
  { data: `${DATA}\r\n${MARKER}\r\n` },
  { data: `${MARKER}\r\n${DATA}` },
  { data: DATA.replaceAll("\r\n", "\n") },
  { dataFields: BASE64, data: encoded },
  { dataFields: BASE64, data: encode(DATA.replaceAll("\r\n", "\n")) },
  {
    dataFields: BASE64,
    data: encode(DATA.replace("\r\n\r\n", `\r\nComment: ${MARKER}\r\n\r\n`)),
  },
  {
    data: DATA.replace("\r\n\r\n", `\r\nVersion: ${MARKER}\r\n`),
  },
  { dataFields: BASE64, data: `${encoded}\r\n====\r\n${EVIL_BASE64}` },
  { dataFields: BASE64, data: `${EVIL}${encoded}` },
  { dataFields: PRINTABLE, data: DATA.replaceAll("=", "=3D") },
  {
    dataFields: PRINTABLE,
    data: DATA.replaceAll("=", "=3D").replace("-----BEGIN", "--=\r\n---BEGIN"),
  },
  { dataFields: PRINTABLE, data: `=\r\n--evil\r\n\r\n${MARKER}\r\n${DATA}` },
].map((shape) => octets(disguise(shape)));
