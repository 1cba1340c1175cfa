/** The ways in which exchangers are asked, as values. @module */
import { type Exchanger, resourceOf } from "../exchanger.ts";
import type { Protocol } from "../exchanger.ts";
import type { AnswerShape } from "./answer_index.ts";

/** What became of a message that an exchanger has brought. */
export type Taken =
  | { readonly kind: "taken" }
  /** A reply code: from 500 it is for good. */
  | { readonly kind: "refused"; readonly code: number; readonly text: string };

/** A message by the id that JSON has for it, and what became of it. */
export type Fate = readonly [id: string, taken: Taken];

export interface PollProtocol {
  readonly name: Exclude<Protocol, "auto">;
  readonly shape: AnswerShape;
  /** Statuses by which it shows that it is not spoken there. */
  readonly unknown: readonly number[];
  /** A status by which it says that there is nothing. */
  readonly nothing?: number;
  /** What it has given it never gives again. */
  readonly givesOnce: boolean;
  /** A poll asks for one of them after the other. @param domains Ours. */
  urls(
    exchanger: Exchanger,
    domains: readonly string[],
    waitSeconds: number,
  ): URL[];
  readonly waits: boolean;
  /** Where and what it is told of messages; undefined: nothing. */
  acknowledgement?(
    exchanger: Exchanger,
    fates: readonly Fate[],
  ): { readonly url: URL; readonly json: string } | undefined;
}

const V1: PollProtocol = {
  name: "v1",
  shape: {
    from: "mail_from",
    to: "mail_to",
    body: "body_b64",
    encoding: "base64",
  },
  unknown: [404, 405, 410, 501],
  givesOnce: false,
  waits: true,
  urls(exchanger, domains, waitSeconds) {
    const url = resourceOf(exchanger, "/exchanger/pull");
    for (const one of domains) url.searchParams.append("domain", one);
    if (waitSeconds > 0) url.searchParams.set("wait", String(waitSeconds));
    return [url];
  },
  acknowledgement(exchanger, fates) {
    const ids = fates.flatMap(([id, { kind }]) => kind === "taken" ? [id] : []);
    const rejected = fates.flatMap(([id, taken]) =>
      taken.kind === "taken" ? [] : [
        `{"id":${id},"code":${taken.code},"text":${
          JSON.stringify(taken.text)
        }}`,
      ]
    );
    return {
      url: resourceOf(exchanger, "/exchanger/pull/ack"),
      json: `{"ids":[${ids.join()}],"rejected":[${rejected.join()}]}`,
    };
  },
};

const PULL: PollProtocol = {
  name: "pull",
  shape: { from: "mail_from", to: "mail_to", body: "body", encoding: "text" },
  unknown: [404, 405, 410, 501],
  givesOnce: false,
  waits: false,
  urls: (exchanger, domains) =>
    domains.map((domain) => {
      const url = resourceOf(exchanger, "/pull");
      url.searchParams.set("domain", domain);
      return url;
    }),
  /** It knows no refusal: what is refused for good is acknowledged, or it would come for ever. */
  acknowledgement(exchanger, fates) {
    const ids = fates.flatMap(([id, taken]) => isOver(taken) ? [id] : []);
    if (ids.length === 0) return undefined;
    const url = resourceOf(exchanger, "/pull/ack");
    return { url, json: `{"ids":[${ids.join()}]}` };
  },
};

const ME: PollProtocol = {
  name: "me",
  shape: { from: "from", to: "to", body: "body", encoding: "base64" },
  unknown: [405, 410, 501],
  nothing: 404,
  givesOnce: true,
  waits: false,
  urls: (exchanger) => [resourceOf(exchanger, "/me/full")],
};

export const POLL_PROTOCOLS: Readonly<
  Record<PollProtocol["name"], PollProtocol>
> = { v1: V1, pull: PULL, me: ME };

/** Nothing more will become of it. */
export function isOver(taken: Taken): boolean {
  return taken.kind === "taken" || taken.code >= 500;
}
