/** With whom and by which ways mail is exchanged, taken out of one relay and into another. @module */
import { optional } from "valibot";
import { Refusal } from "../../../base/refusal.ts";
import type { AdminContext } from "../../context.ts";
import { list, secretList } from "../../fields.ts";
import { type Operation, operation, parseInput } from "../../operation.ts";
import { federationSwitch } from "../federation.ts";
import { FEDERATION_RULE_OPERATIONS } from "../federation_rules.ts";
import { ENDPOINT_CACHE_OPERATIONS } from "./endpoint_cache.ts";
import { EXCHANGER_OPERATIONS } from "./exchangers.ts";

/** In the order in which they are taken: an override may lead to an exchanger. */
const LISTS = ["rules", "dismissed", "exchangers", "overrides"] as const;
type ListName = (typeof LISTS)[number];

type Entry = Readonly<Record<string, unknown>>;
type Taken = { readonly token?: string | null } | undefined;

export interface ImportError {
  readonly list: ListName;
  /** Of the entry in its list, from 0. */
  readonly index: number;
  readonly error: string;
}

const MAX_ENTRIES = 10_000;
const MAX_ERRORS = 100;

/** How an entry of each list is taken. @throws {Refusal} */
const TAKE: Readonly<
  Record<ListName, (context: AdminContext, entry: Entry) => Promise<Taken>>
> = {
  rules: takeRule,
  async dismissed(context, entry) {
    const dismiss = FEDERATION_RULE_OPERATIONS["federation.dismiss"];
    await done(dismiss, context, entry);
    return undefined;
  },
  exchangers: (context, entry) =>
    done(EXCHANGER_OPERATIONS["exchangers.add"], context, entry),
  async overrides(context, entry) {
    const set = ENDPOINT_CACHE_OPERATIONS["endpoint_cache.set"];
    await done(set, context, entry);
    return undefined;
  },
};

/** A rule may say something of channels alone. */
async function takeRule(context: AdminContext, entry: Entry): Promise<Taken> {
  const { http, smtp, action } = entry;
  const hasChannels = Boolean(http ?? smtp);
  if (action || !hasChannels) {
    await done(
      FEDERATION_RULE_OPERATIONS["federation.set_rule"],
      context,
      entry,
    );
  }
  if (hasChannels) {
    const set = FEDERATION_RULE_OPERATIONS["federation.set_channels"];
    await done(set, context, entry);
  }
  return undefined;
}

/** What lists show besides is left out. */
function done<Output>(
  // deno-lint-ignore no-explicit-any -- each has input of its own, which is read here
  { input, run }: Operation<any, Output>,
  context: AdminContext,
  entry: Entry,
): Promise<Output> {
  const known = Object.entries(entry).filter(([name, value]) =>
    Object.hasOwn(input.entries, name) && value !== null
  );
  const read = parseInput(input, Object.fromEntries(known));
  return Promise.try(() => run(context, read));
}

/** A name alone is enough of what is dismissed. @throws {Refusal} */
function entryOf(written: unknown): Entry {
  if (typeof written === "string") return { domain: written };
  if (typeof written === "object" && written && !Array.isArray(written)) {
    return { ...written };
  }
  throw new Refusal("invalid_value", { explanation: "It must be an object" });
}

async function take(
  context: AdminContext,
  given: Readonly<Partial<Record<ListName, readonly unknown[] | undefined>>>,
) {
  const errors: ImportError[] = [];
  const tokens: { readonly name: string; readonly token: string }[] = [];
  let imported = 0;
  let failed = 0;
  for (const list of LISTS) {
    for (const [index, written] of (given[list] ?? []).entries()) {
      try {
        const entry = entryOf(written);
        const taken = await TAKE[list](context, entry);
        if (taken?.token) {
          tokens.push({ name: String(entry.name), token: taken.token });
        }
        imported++;
      } catch (error) {
        if (!isAboutEntry(error)) throw error;
        failed++;
        if (errors.length < MAX_ERRORS) {
          errors.push({ list, index, error: error.message });
        }
      }
    }
  }
  const { policy } = federationSwitch(context);
  return { policy, imported, failed, errors, tokens };
}

/** What is wrong with one entry is no reason to leave out the others. */
function isAboutEntry(error: unknown): error is Refusal {
  return error instanceof Refusal && error.code === "invalid_value";
}

function entries(meaning: string) {
  return optional(list(meaning, MAX_ENTRIES));
}

export const FEDERATION_TRANSFER_OPERATIONS = {
  "federation.export": operation({
    summary:
      "Rules, dismissed domains, entries of the endpoint cache and exchangers, as federation.import takes them; without tokens",
    scope: "read",
    changes: false,
    input: {},
    async run(context) {
      const { rules } = await FEDERATION_RULE_OPERATIONS["federation.rules"]
        .run(context, {});
      const { exchangers } = await EXCHANGER_OPERATIONS["exchangers.list"].run(
        context,
        {},
      );
      const { overrides } =
        await ENDPOINT_CACHE_OPERATIONS["endpoint_cache.list"].run(context, {});
      return {
        rules: rules.map((one) => chosen({ ...one }, RULE_FIELDS)),
        dismissed: context.federation.rules.dismissed().map(({ pattern }) =>
          pattern
        ),
        exchangers: exchangers.map((one) =>
          chosen({ ...one }, EXCHANGER_FIELDS)
        ),
        overrides: overrides.map((one) => chosen({ ...one }, OVERRIDE_FIELDS)),
      };
    },
  }),
  "federation.import": operation({
    summary:
      "Take what federation.export gave; what is there of the same name is changed, all else stays",
    scope: "full",
    changes: true,
    input: {
      rules: entries("domain, action, http, smtp, comment of each"),
      dismissed: entries("domains"),
      exchangers: optional(
        secretList("name and fields as exchangers.add has them"),
      ),
      overrides: entries("lookup_key, target_host and what goes with them"),
    },
    secretOutputs: ["tokens"],
    run: take,
  }),
} as const;

const RULE_FIELDS = [
  "domain",
  ...namesOf(FEDERATION_RULE_OPERATIONS["federation.set_channels"]),
  ...namesOf(FEDERATION_RULE_OPERATIONS["federation.set_rule"]),
];
const EXCHANGER_FIELDS = namesOf(EXCHANGER_OPERATIONS["exchangers.add"]);
const OVERRIDE_FIELDS = namesOf(
  ENDPOINT_CACHE_OPERATIONS["endpoint_cache.set"],
);

// deno-lint-ignore no-explicit-any -- of any operation
function namesOf({ input }: Operation<any>): string[] {
  return Object.keys(input.entries);
}

function chosen(entry: Entry, names: readonly string[]): Entry {
  return Object.fromEntries(
    [...new Set(names)].filter((name) => Object.hasOwn(entry, name))
      .map((name) => [name, entry[name]]),
  );
}
