/** Whether strangers find the web site, and the link for those who may. @module */
import { Refusal } from "../../../base/refusal.ts";
import { STEALTH_MODES, type StealthMode } from "../../../config/web_kinds.ts";
import type { AdminContext } from "../../context.ts";
import { choice } from "../../fields.ts";
import { operation } from "../../operation.ts";

export interface StealthStatus {
  readonly mode: StealthMode;
  /** Whether there is a link by which the site is found; what it is, only `stealth.url` tells. */
  readonly gate: boolean;
}

const KEY_OCTETS = 12;

function status({ settings }: AdminContext): StealthStatus {
  return {
    mode: settings.get("web_stealth"),
    gate: settings.get("web_gate_key") !== "",
  };
}

/** @throws {Refusal} */
function url({ settings, publicUrl }: AdminContext): string {
  const key = settings.get("web_gate_key");
  const at = publicUrl();
  if (key !== "" && at !== undefined) return `${at}/?k=${key}`;
  throw new Refusal("invalid_value", {
    explanation: key === ""
      ? 'There is no key; "stealth rotate" makes one'
      : "There is no web site: neither HTTP nor HTTPS is listened for",
  });
}

export const STEALTH_OPERATIONS = {
  "stealth.status": operation({
    summary: "What strangers see of the web site",
    scope: "read",
    changes: false,
    input: {},
    run: status,
  }),
  "stealth.set": operation({
    summary: "Show the web site to all, or hide it behind nothing or a decoy",
    scope: "full",
    changes: true,
    input: { mode: choice("what strangers see from now on", STEALTH_MODES) },
    async run(context, { mode }) {
      await context.settings.set("web_stealth", mode);
      return status(context);
    },
  }),
  "stealth.rotate": operation({
    summary: "Make a new key for the link; who came by the old one is out",
    scope: "full",
    changes: true,
    input: {},
    async run(context) {
      const key = context.random(KEY_OCTETS).toHex();
      await context.settings.set("web_gate_key", key);
      return status(context);
    },
  }),
  "stealth.url": operation({
    summary: "The link by which the hidden web site is found",
    scope: "full",
    changes: false,
    input: {},
    secretOutputs: ["url"],
    run: (context) => ({ url: url(context) }),
  }),
} as const;
