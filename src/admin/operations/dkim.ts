/** Keys that sign our mail, and whether the DNS shows them. @module */
import { optional } from "valibot";
import { Refusal } from "../../base/refusal.ts";
import { readKey } from "../../federation/dkim/key_material.ts";
import {
  type DkimKeyRow,
  isSelector,
  recordName,
  recordText,
} from "../../federation/dkim/key_rows.ts";
import type { KeyCheck } from "../../federation/dkim/key_watch.ts";
import type { RsaEngine } from "../../federation/dkim/signatures.ts";
import type { PublishedRecord } from "../../federation/published/record.ts";
import type { AdminContext } from "../context.ts";
import { line, secretText } from "../fields.ts";
import { invalidField, operation } from "../operation.ts";
import { recordShape } from "./record_shape.ts";

const DOMAIN = line("of ours; without it all of them");

/** Those that are named, or all. @throws {Refusal} `not_found` */
function domainsOf(
  { dkim: { keys } }: AdminContext,
  domain: string | undefined,
): readonly string[] {
  if (domain === undefined) return keys.domains;
  const folded = domain.trim().toLowerCase();
  if (keys.domains.includes(folded)) return [folded];
  throw new Refusal("not_found", {
    field: "domain",
    explanation: `${folded} is no domain of this server that has keys`,
  });
}

function recordOf(row: DkimKeyRow): PublishedRecord {
  return {
    domain: row.domain,
    name: recordName(row),
    type: "TXT",
    value: recordText(row),
    need: row.algorithm === "rsa-sha256" ? "required" : "recommended",
    purpose: "signatures",
  };
}

function keyShape(row: DkimKeyRow) {
  const { name, value, zone, form } = recordShape(recordOf(row));
  return {
    domain: row.domain,
    selector: row.selector,
    algorithm: row.algorithm,
    state: row.state,
    created_at: row.createdAt,
    name,
    value,
    zone,
    form,
  };
}

function checkShape({ row, state, problem, found }: KeyCheck) {
  return {
    ...keyShape(row),
    record: state,
    problem: problem ?? null,
    found,
  };
}

function engineShape({ library, fault }: RsaEngine) {
  return { library: library ?? null, fault: fault ?? null };
}

async function importKey(
  context: AdminContext,
  { selector, key, domain }: {
    readonly selector: string;
    readonly key: string;
    readonly domain?: string | undefined;
  },
) {
  const { keys, watch } = context.dkim;
  const [chosen] = domainsOf(context, domain);
  if (chosen === undefined) throw withoutDomain();
  if (!isSelector(selector)) {
    throw invalidField("selector", "must be letters, digits and hyphens");
  }
  await keys.ready();
  const row = await keys.import(chosen, selector, material(key));
  await watch.check();
  return keyShape(keys.current(row));
}

function material(pem: string) {
  try {
    return readKey(pem);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalidField("key", error.message);
  }
}

function withoutDomain(): Refusal {
  return new Refusal("invalid_value", {
    explanation: "This server has no domain but addresses, which have no keys",
  });
}

export const DKIM_OPERATIONS = {
  "dkim.list": operation({
    summary: "DKIM keys on record, those to come and those before too",
    scope: "read",
    changes: false,
    input: { domain: optional(DOMAIN) },
    run(context, { domain }) {
      const domains = domainsOf(context, domain);
      const rows = context.dkim.keys.list();
      return {
        keys: rows.filter((row) => domains.includes(row.domain)).map(keyShape),
      };
    },
  }),
  "dkim.show": operation({
    summary: "DKIM records to publish; makes keys that are missing",
    scope: "full",
    changes: true,
    input: { domain: optional(DOMAIN) },
    async run(context, { domain }) {
      const domains = domainsOf(context, domain);
      const { keys } = context.dkim;
      await keys.ready();
      const rows = keys.published();
      return {
        keys: rows.filter((row) => domains.includes(row.domain)).map(keyShape),
      };
    },
  }),
  "dkim.check": operation({
    summary:
      "Ask the DNS for the DKIM records; new keys that are there sign from now on",
    scope: "full",
    changes: true,
    input: { domain: optional(DOMAIN) },
    async run(context, { domain }) {
      const domains = domainsOf(context, domain);
      const checks = await context.dkim.watch.check();
      const lost = await context.dkim.keys.lost();
      const shown = checks.filter(({ row }) => domains.includes(row.domain))
        .map(checkShape);
      return {
        keys: shown,
        lost: lost.map(({ row, why }) => ({ name: recordName(row), why })),
        rsa: engineShape(context.dkim.engine()),
        ok: lost.length === 0 && shown.every(({ record }) => record === "ok"),
      };
    },
  }),
  "dkim.rotate": operation({
    summary: "Make new DKIM keys, which sign once the DNS shows them",
    scope: "full",
    changes: true,
    input: { domain: optional(DOMAIN) },
    async run(context, { domain }) {
      const domains = domainsOf(context, domain);
      if (domains.length === 0) throw withoutDomain();
      const { keys } = context.dkim;
      await keys.ready();
      const made: DkimKeyRow[] = [];
      for (const one of domains) made.push(...await keys.rotate(one));
      return { keys: made.map(keyShape) };
    },
  }),
  "dkim.import": operation({
    summary:
      "Take a DKIM key from elsewhere, which signs once the DNS shows it",
    scope: "full",
    changes: true,
    input: {
      selector: line("under which it is published"),
      key: secretText("private key in PEM: RSA or Ed25519"),
      domain: optional(line("of ours; without it the first")),
    },
    run: importKey,
  }),
} as const;
