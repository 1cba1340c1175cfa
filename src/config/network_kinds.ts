/** Kinds of values that name hosts, domains, networks and listeners. @module */
import { isIP } from "node:net";
import { parseDomain } from "../mail/address.ts";
import { type Kind, quote, textual, wrongType } from "./kinds.ts";

/** A mail domain: a DNS name, `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3). */
export const mailDomain: Kind<string> = textual(
  "domain, or address literal in brackets",
  (text) => {
    try {
      return parseDomain(text.trim());
    } catch {
      throw new SyntaxError(
        `must be a DNS name, "[192.0.2.1]" or "[IPv6:2001:db8::1]" (got ${
          quote(text)
        })`,
      );
    }
  },
);

/** A mail domain of this relay's own. */
export const ownDomain: Kind<string> = {
  ...mailDomain,
  hosts: (domain) => [domain],
};

/** A domain, all below one (`*.example.org`), or all there are (`*`); as canonical as a domain. */
export const domainPattern: Kind<string> = textual(
  "domain, *.domain or *",
  (text) => {
    const pattern = text.trim();
    if (pattern === "*") return pattern;
    if (!pattern.startsWith("*.")) return mailDomain.parse(pattern);
    const domain = mailDomain.parse(pattern.slice(2));
    if (!domain.startsWith("[")) return `*.${domain}`;
    throw new SyntaxError(
      `must be a domain, *.domain or * (got ${quote(text)})`,
    );
  },
);

/** What clients connect to: a DNS name or an IP address without brackets. */
export const hostName: Kind<string> = {
  ...textual("host name", (text) => {
    const name = text.trim();
    if (isIP(name) !== 0) return name.toLowerCase();
    try {
      const read = parseDomain(name);
      if (!read.startsWith("[")) return read;
    } catch {
      // the message below says what is wanted
    }
    throw new SyntaxError(
      `must be a DNS name or an IP address without brackets (got ${
        quote(text)
      })`,
    );
  }),
  hosts: (name) => [name],
};

/** An address of one host, without brackets. */
export const ipAddress: Kind<string> = textual("IP address", (text) => {
  const address = text.trim().toLowerCase();
  if (isIP(address) !== 0) return address;
  throw new SyntaxError(`must be an IP address (got ${quote(text)})`);
});

/** One label (RFC 6376 §3.1); what new keys of another kind add to it still fits. */
export const dkimSelector: Kind<string> = textual("DNS label", (text) => {
  const label = text.trim().toLowerCase();
  if (/^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$/.test(label)) return label;
  throw new SyntaxError(
    `must be up to 50 letters, digits and hyphens (got ${quote(text)})`,
  );
});

/** Of one family, without brackets. */
export function ipAddressOf(family: 4 | 6): Kind<string> {
  return textual(`IPv${family} address`, (text) => {
    const address = text.trim().toLowerCase();
    if (isIP(address) === family) return address;
    throw new SyntaxError(
      `must be an IPv${family} address without brackets (got ${quote(text)})`,
    );
  });
}

/** Short enough for an answer to somebody unknown. */
export const turnRealm: Kind<string> = textual(
  "up to 32 characters of ASCII",
  (text) => {
    const realm = text.trim();
    if (/^[\x21\x23-\x5b\x5d-\x7e]{0,32}$/.test(realm)) return realm;
    throw new SyntaxError(
      `must be up to 32 characters of ASCII, without spaces (got ${
        quote(text)
      })`,
    );
  },
);

/** An IP network, `192.0.2.0/24` or `2001:db8::/32`; an address alone is itself. */
export const network: Kind<string> = textual("network", (text) => {
  const [address = "", prefix, ...rest] = text.trim().split("/");
  const family = isIP(address);
  const bits = prefix === undefined ? 0 : Number(prefix);
  const wellFormed = family !== 0 && rest.length === 0 &&
    (prefix === undefined || /^\d{1,3}$/.test(prefix)) &&
    bits <= (family === 4 ? 32 : 128);
  if (wellFormed) return text.trim().toLowerCase();
  throw new SyntaxError(
    `must be a network such as 192.0.2.0/24 (got ${quote(text)})`,
  );
});

export interface ListenAddress {
  /** IP address without brackets; undefined is every address of both families. */
  readonly host?: string;
  readonly port: number;
  /** The machine may lack the address, as one without IPv6 lacks ::1. */
  readonly optional?: true;
}

/** `25`, `":25"`, `"192.0.2.1:25"` or `"[::1]:25"`. */
export const listenAddress: Kind<ListenAddress> = {
  name: "port, or address and port",
  parse(text) {
    const match = /^(?:(?:\[([0-9a-f:.]+)\]|([0-9.]*)):)?(\d{1,5})$/i.exec(
      text.trim(),
    );
    const host = match?.[1] ?? match?.[2] ?? "";
    const family = match?.[1] === undefined ? 4 : 6;
    const port = Number(match?.[3] ?? 0);
    if (!match || (host !== "" && isIP(host) !== family)) {
      throw new SyntaxError(
        `must be ":25", "192.0.2.1:25" or "[::1]:25" (got ${quote(text)})`,
      );
    }
    if (port < 1 || port > 65_535) {
      throw new RangeError(`must have a port from 1 to 65535 (got ${port})`);
    }
    return host === "" ? { port } : { host: host.toLowerCase(), port };
  },
  format({ host, port }) {
    return `${host?.includes(":") ? `[${host}]` : host ?? ""}:${port}`;
  },
  fromToml(value) {
    if (typeof value === "number") return this.parse(String(value));
    if (typeof value === "string") return this.parse(value);
    throw wrongType(this.name, value);
  },
  toToml(value) {
    return JSON.stringify(this.format(value));
  },
};

/** A TOML table of alias = "domain". */
export const domainAliases: Kind<Readonly<Record<string, string>>> = {
  name: "table of alias = domain",
  parse(text) {
    const pairs = text.split(",").filter((pair) => pair.trim() !== "");
    return this.fromToml(
      Object.fromEntries(pairs.map((pair) => pair.trim().split("="))),
    );
  },
  format(value) {
    return Object.entries(value).map((pair) => pair.join("=")).join(",");
  },
  fromToml(value) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw wrongType('a table such as { "[192.0.2.1]" = "a.example" }', value);
    }
    return Object.fromEntries(
      Object.entries(value).map((
        [alias, target],
      ) => [mailDomain.parse(alias), mailDomain.fromToml(target)]),
    );
  },
  toToml(value) {
    const pairs = Object.entries(value).map((pair) =>
      pair.map((side) => JSON.stringify(side)).join(" = ")
    );
    return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
  },
  hosts: Object.keys,
};

export interface ServerAddress {
  /** IP address without brackets. */
  readonly address: string;
  readonly port: number;
}

const DNS_PORT = 53; // RFC 1035 §4.2

/** `192.0.2.53`, `2001:db8::53`, `192.0.2.53:5353` or `[2001:db8::53]:5353`. */
export const dnsServer: Kind<ServerAddress> = {
  name: "IP address, with a port or without",
  parse(text) {
    const written = text.trim();
    if (isIP(written) !== 0) return { address: written, port: DNS_PORT };
    const whole = written.endsWith("]") ? `${written}:${DNS_PORT}` : written;
    if (/:\d+$/.test(whole)) {
      const { host, port } = listenAddress.parse(whole);
      if (host !== undefined) return { address: host, port };
    }
    throw new SyntaxError(
      `must be as "192.0.2.53", "192.0.2.53:5353" or "[2001:db8::53]:5353" (got ${
        quote(text)
      })`,
    );
  },
  format({ address, port }) {
    if (port === DNS_PORT) return address;
    return `${address.includes(":") ? `[${address}]` : address}:${port}`;
  },
  fromToml(value) {
    if (typeof value === "string") return this.parse(value);
    throw wrongType(`${this.name}, quoted`, value);
  },
  toToml(value) {
    return JSON.stringify(this.format(value));
  },
};
