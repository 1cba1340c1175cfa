/** DNS answers and errors in the form of `node:dns`, which `npm:mailauth` expects. @module */
import { type Dns, DnsFailure, type DnsProblem } from "../dns/answers.ts";

const NODE_CODES: Record<DnsProblem, string> = {
  no_such_name: "ENOTFOUND",
  no_data: "ENODATA",
  temporary: "ETIMEOUT",
};

/** A `DnsFailure` with the code that `node:dns` would give; anything else as it is. */
function asNodeError(error: unknown): unknown {
  if (!(error instanceof DnsFailure)) return error;
  return Object.assign(new Error(error.message), {
    code: NODE_CODES[error.problem],
  });
}

/** `node:dns`'s `resolve(name, type)` over our look-ups; the package's types know of texts alone. */
export function nodeResolver(dns: Dns) {
  return async (name: string, type: string): Promise<string[]> => {
    try {
      return await resolve(dns, name, type) as string[];
    } catch (error) {
      throw asNodeError(error);
    }
  };
}

async function resolve(
  dns: Dns,
  name: string,
  type: string,
): Promise<unknown[]> {
  switch (type) {
    case "TXT":
      return (await dns.texts(name)).values.map((text) => [text]);
    case "A":
      return [...(await dns.ipv4(name)).values];
    case "AAAA":
      return [...(await dns.ipv6(name)).values];
    case "MX":
      return (await dns.mailExchangers(name)).values.map((
        { preference, host },
      ) => ({ priority: preference, exchange: host }));
    default:
      throw new DnsFailure("no_data", name);
  }
}
