/**
 * The grammar of where mail is rewritten to, as an admin writes it:
 * `host`, `host:8443`, `https://host/path`, `smtp://host`, `smtps://host`,
 * `exchanger:NAME`. Each target has one text, in which it is kept and shown.
 *
 * @module
 */
import { invalidTarget } from "./refusals.ts";
import { literalIp, parseDomain } from "../../mail/address.ts";
import { urlHost } from "../destination.ts";

export type OverrideTarget =
  /** All ways that are allowed; HTTPS at this port alone where one is named. */
  | { readonly kind: "host"; readonly host: string; readonly port?: number }
  | { readonly kind: "url"; readonly url: URL }
  | {
    readonly kind: "smtp";
    readonly host: string;
    readonly port: number;
    readonly implicitTls: boolean;
  }
  | { readonly kind: "exchanger"; readonly name: string };

export const EXCHANGER_NAME = /^[a-z0-9._-]{1,64}$/;
/** Where `/mxdeliv` is, unless the target says otherwise. */
export const DELIVERY_PATH = "/mxdeliv";

const MAX_LENGTH = 512;
const HTTPS_PORT = 443;
const SMTP_PORTS = { smtp: 25, smtps: 465 } as const;
const SCHEME = /^([a-z]+):\/\/(.*)$/i;
const SPLIT_PORT = /^(.*?)(?::([0-9]{1,5}))?$/;
const BRACKETED = /^(\[[^\]]*\])(?::([0-9]{1,5}))?$/;
const VISIBLE = /^[!-~]+$/;

interface HostAndPort {
  /** A host name, or an IP address without brackets. */
  readonly host: string;
  readonly port?: number;
}

/** @throws {Refusal} `invalid_value` */
export function parseTarget(text: string): OverrideTarget {
  const written = text.slice(0, MAX_LENGTH + 1).trim();
  if (written.length > MAX_LENGTH || !VISIBLE.test(written)) {
    throw invalidTarget("write a host, a URL or exchanger:NAME");
  }
  if (/^exchanger:/i.test(written)) return exchanger(written);
  const [, scheme, rest] = SCHEME.exec(written) ?? [];
  if (scheme === undefined) return { kind: "host", ...hostAndPort(written) };
  switch (scheme.toLowerCase()) {
    case "https":
    case "http":
      return { kind: "url", url: resource(written) };
    case "smtp":
    case "smtps":
      return mailServer(scheme.toLowerCase() as "smtp" | "smtps", rest!);
    default:
      throw invalidTarget(
        "a URL begins with https://, http://, smtp:// or smtps://",
      );
  }
}

/** The one text of a target. */
export function targetText(target: OverrideTarget): string {
  switch (target.kind) {
    case "host":
      return withPort(target.host, target.port);
    case "url":
      return target.url.href;
    case "smtp":
      return `smtp${target.implicitTls ? "s" : ""}://${
        withPort(target.host, target.port)
      }`;
    case "exchanger":
      return `exchanger:${target.name}`;
  }
}

/** The host that it leads to, in the canonical form of domains; undefined for an exchanger. */
export function targetDomain(target: OverrideTarget): string | undefined {
  if (target.kind === "exchanger") return undefined;
  return parseDomain(target.kind === "url" ? target.url.hostname : target.host);
}

/** The resource of a URL, `/mxdeliv` where it names none. @throws {Refusal} `invalid_value` */
function resource(text: string): URL {
  const url = httpUrl(text);
  if (url === undefined) throw invalidTarget("this is no URL that can be used");
  if (url.pathname === "/" && url.search === "") url.pathname = DELIVERY_PATH;
  return url;
}

/** A URL of HTTP without a name, a password or a fragment; undefined if it is none. */
export function httpUrl(text: string): URL | undefined {
  const url = text.length > MAX_LENGTH ? null : URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.username !== "" || url.password !== "" || url.hash !== "") {
    return undefined;
  }
  try {
    parseDomain(url.hostname);
    return url;
  } catch {
    return undefined;
  }
}

function exchanger(text: string): OverrideTarget {
  const name = text.slice("exchanger:".length).toLowerCase();
  if (EXCHANGER_NAME.test(name)) return { kind: "exchanger", name };
  throw invalidTarget(
    "the name of an exchanger has a-z, 0-9, dots, dashes and underscores",
  );
}

function mailServer(scheme: "smtp" | "smtps", rest: string): OverrideTarget {
  const { host, port = SMTP_PORTS[scheme] } = hostAndPort(
    rest.replace(/\/$/, ""),
  );
  return { kind: "smtp", host, port, implicitTls: scheme === "smtps" };
}

function hostAndPort(text: string): HostAndPort {
  const isBareIpv6 = /^[^[].*:.*:/.test(text);
  const [, name = "", digits] = isBareIpv6
    ? [text, text]
    : BRACKETED.exec(text) ?? SPLIT_PORT.exec(text) ?? [];
  let domain: string;
  try {
    domain = parseDomain(name);
  } catch {
    throw invalidTarget("this is neither a host name nor an IP address");
  }
  const host = literalIp(domain) ?? domain;
  if (digits === undefined) return { host };
  const port = Number(digits);
  if (port < 1 || port > 65_535) {
    throw invalidTarget("a port is from 1 to 65535");
  }
  return port === HTTPS_PORT ? { host } : { host, port };
}

function withPort(host: string, port: number | undefined): string {
  return port === undefined ? urlHost(host) : `${urlHost(host)}:${port}`;
}
