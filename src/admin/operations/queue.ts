/** Mail that waits to be sent to other servers: look, hold, try again, remove. @module */
import { optional } from "valibot";
import { nowSeconds } from "../../base/clock.ts";
import type { QueueId } from "../../base/ids.ts";
import { Refusal } from "../../base/refusal.ts";
import {
  attemptsWithin,
  type QueueOptions,
} from "../../federation/queue/options.ts";
import type {
  DeliveryNote,
  QueueCursor,
  QueuedRecipient,
  QueueSelection,
  QueueState,
} from "../../store/queue.ts";
import type { AdminContext } from "../context.ts";
import { choice, flag, integer, line, queueEntry, text } from "../fields.ts";
import { domainIn } from "../names.ts";
import { invalidField, operation } from "../operation.ts";
import {
  type DestinationShape,
  destinationShape,
} from "./queue_destinations.ts";

export const QUEUE_STATES = ["waiting", "leased", "held", "failed"] as const;

export interface QueueEntry {
  /** Of one recipient, as long as it is there. */
  readonly id: string;
  readonly mail_from: string;
  readonly rcpt_to: string;
  readonly dest: string;
  readonly state: QueueState;
  readonly origin: string;
  readonly size: number;
  readonly tries_count: number;
  readonly queued_at_unix: number;
  readonly last_attempt_unix: number | null;
  readonly next_attempt_unix: number | null;
  readonly expires_after_secs: number;
  readonly last_code: number | null;
  readonly last_status: string | null;
  readonly last_error: string | null;
  readonly last_transport: string | null;
  readonly last_host: string | null;
}

export interface QueueStatus {
  /** Of the database, which the queue is a part of. */
  readonly path: string;
  /** Recipients; other programs call them entries. */
  readonly count: number;
  readonly messages: number;
  readonly recipients: number;
  readonly bytes: number;
  readonly waiting: number;
  readonly held: number;
  /** Of which the sender is not told yet. */
  readonly failed: number;
  readonly oldest_age_secs: number | null;
  readonly unreached_destinations: number;
  readonly held_destinations: number;
  /** By name, as many as were asked for. */
  readonly by_dest: readonly DestinationShape[];
  readonly expires_after_secs: number;
  readonly max_tries: number;
  readonly max_parallelism: number;
  readonly per_destination: number;
  readonly initial_retry_secs: number;
  /** Steps are listed in place of a factor. */
  readonly retry_time_scale: null;
  readonly retry_secs: readonly number[];
  readonly max_delivery_secs: number;
  readonly post_init_delay_secs: number;
}

const PAGE = 1000;
const ID = queueEntry("one recipient, or a message with all its recipients");
const DESTINATION = text("a domain or an IP address");

async function queueStatus(
  { store, federation, clock }: AdminContext,
  limit: number,
): Promise<QueueStatus> {
  const options = federation.queueOptions();
  const summary = await store.queue.summary();
  const destinations = await store.queue.destinations(undefined, limit);
  const { waiting, held, failed, firstExpiryInSeconds } = summary;
  const recipients = waiting + held + failed;
  const now = nowSeconds(clock);
  return {
    path: store.place,
    count: recipients,
    messages: summary.messages,
    recipients,
    bytes: summary.octets,
    waiting,
    held,
    failed,
    oldest_age_secs: ageOf(firstExpiryInSeconds, options),
    unreached_destinations: summary.unreached,
    held_destinations: summary.heldDestinations,
    by_dest: destinations.map((one) => destinationShape(one, now)),
    ...optionShapes(options),
  };
}

/** Counted back from its end, which no jump of a date moves. */
function ageOf(
  expiryInSeconds: number | undefined,
  { lifetimeSeconds }: QueueOptions,
): number | null {
  if (expiryInSeconds === undefined) return null;
  return Math.max(0, lifetimeSeconds - expiryInSeconds);
}

function optionShapes(options: QueueOptions) {
  const { lifetimeSeconds, retrySeconds, maxParallel } = options;
  return {
    expires_after_secs: lifetimeSeconds,
    max_tries: attemptsWithin(options),
    max_parallelism: maxParallel,
    per_destination: options.perDestination,
    initial_retry_secs: retrySeconds[0] ?? lifetimeSeconds,
    retry_time_scale: null,
    retry_secs: retrySeconds,
    max_delivery_secs: lifetimeSeconds,
    post_init_delay_secs: options.startDelaySeconds,
  };
}

interface Listing {
  readonly dest?: string | undefined;
  readonly from?: string | undefined;
  readonly state?: QueueState | undefined;
  readonly after?: QueueCursor | undefined;
  readonly limit: number;
}

async function list(
  context: AdminContext,
  { dest, from, state, after, limit }: Listing,
): Promise<{ entries: QueueEntry[]; next: string | null }> {
  const query = {
    ...(dest !== undefined && { destination: domainIn("dest", dest) }),
    ...(from !== undefined && { reversePath: from }),
    ...(state !== undefined && { state }),
  };
  const entries: QueueEntry[] = [];
  let cursor = after;
  do {
    const page = await context.store.queue.list({
      ...query,
      limit: limit - entries.length,
      ...(cursor && { after: cursor }),
    });
    entries.push(...page.recipients.map((one) => entryShape(one, context)));
    cursor = page.next;
  } while (cursor && entries.length < limit);
  return { entries, next: cursor ? idOf(cursor) : null };
}

async function show(
  context: AdminContext,
  { id, headers }: { readonly id: string; readonly headers: boolean },
) {
  const { message, n } = numbersIn(id);
  const { entries } = await list(context, {
    after: { message, n: (n ?? 0) - 1 },
    limit: n === undefined ? PAGE : 1,
  });
  const found = entries.filter((entry) =>
    n === undefined ? entry.id.startsWith(`${message}/`) : entry.id === id
  );
  const [first] = found;
  if (!first) throw notThere(id);
  const header = headers ? await context.store.queue.header(message) : null;
  return {
    id,
    entries: found,
    body_bytes: first.size,
    headers: header ? new TextDecoder().decode(header) : null,
  };
}

function entryShape(
  recipient: QueuedRecipient,
  { clock }: AdminContext,
): QueueEntry {
  const { note, dueInSeconds, lastAttemptAt } = recipient;
  return {
    id: idOf(recipient),
    mail_from: recipient.reversePath,
    rcpt_to: recipient.address,
    dest: recipient.destination,
    state: recipient.state,
    origin: recipient.origin,
    size: recipient.sizeOctets,
    tries_count: recipient.attempts,
    queued_at_unix: recipient.queuedAt,
    last_attempt_unix: lastAttemptAt ?? null,
    next_attempt_unix: dueInSeconds === undefined
      ? null
      : nowSeconds(clock) + dueInSeconds,
    expires_after_secs: recipient.expiresInSeconds,
    last_code: note?.code ?? null,
    last_status: note?.status ?? null,
    last_error: note?.text ?? null,
    last_transport: note?.transport ?? null,
    last_host: note?.host ?? null,
  };
}

function idOf({ message, n }: QueueCursor): string {
  return `${message}/${n}`;
}

function numbersIn(id: string): { message: QueueId; n?: number } {
  const [message, n] = id.split("/");
  return {
    message: Number(message) as QueueId,
    ...(n !== undefined && { n: Number(n) }),
  };
}

/** After a message alone come those behind all its recipients. */
function cursorIn(id: string): QueueCursor {
  return { n: Number.MAX_SAFE_INTEGER, ...numbersIn(id) };
}

interface Selected {
  readonly id?: string | undefined;
  readonly dest?: string | undefined;
  readonly all?: boolean | undefined;
}

/** @throws {Refusal} `invalid_value` unless exactly one is named */
function selectionOf({ id, dest, all = false }: Selected): QueueSelection {
  const named = [id !== undefined, dest !== undefined, all];
  if (named.filter(Boolean).length !== 1) {
    throw invalidField("id", "name either an entry, a dest, or all");
  }
  if (id !== undefined) return { kind: "message", ...numbersIn(id) };
  if (dest === undefined) return { kind: "all" };
  return { kind: "destination", destination: domainIn("dest", dest) };
}

const SELECTED = {
  id: optional(ID),
  dest: optional(DESTINATION),
  all: optional(flag("all that is queued")),
};

/** An operation on what is selected; of an entry that is not there it is refused. */
function changing(
  summary: string,
  change: (context: AdminContext, of: QueueSelection) => Promise<number>,
) {
  return operation({
    summary,
    scope: "full",
    changes: true,
    input: SELECTED,
    async run(context, selected) {
      const selection = selectionOf(selected);
      if (selection.kind === "message") await mustExist(context, selected.id!);
      return { changed: await change(context, selection) };
    },
  });
}

async function mustExist(context: AdminContext, id: string): Promise<void> {
  await show(context, { id, headers: false });
}

async function remove(
  context: AdminContext,
  { id, bounce }: { readonly id: string; readonly bounce: boolean },
) {
  const { entries } = await show(context, { id, headers: false });
  const [{ mail_from, rcpt_to }] = entries as [QueueEntry];
  const selection = { kind: "message", ...numbersIn(id) } as const;
  const deleted = await context.store.queue.remove(
    selection,
    bounce ? REMOVED : undefined,
  );
  return { id, mail_from, rcpt_to, deleted };
}

/** What the sender reads in the report, where there is to be one. */
const REMOVED: DeliveryNote = {
  status: "5.7.0", // RFC 3463 §3.8
  text: "the operator of this server has removed the message",
};

function notThere(id: string): Refusal {
  return new Refusal("not_found", {
    explanation: `Nothing in the queue has the id ${id}`,
  });
}

export const QUEUE_OPERATIONS = {
  "queue.status": operation({
    summary: "How much waits to be sent, and for whom",
    scope: "read",
    changes: false,
    input: {
      limit: optional(
        integer("destinations to list", { min: 0, max: 10_000 }),
        100,
      ),
    },
    run: (context, { limit }) => queueStatus(context, limit),
  }),
  "queue.list": operation({
    summary: "What waits, a row for each recipient",
    scope: "full",
    changes: false,
    input: {
      dest: optional(DESTINATION),
      from: optional(line("only of this sender; empty: without a sender")),
      state: optional(choice("only in this state", QUEUE_STATES)),
      after: optional(queueEntry("the next of the page before")),
      limit: optional(integer("rows at most", { min: 1, max: 10_000 }), 100),
    },
    run: (context, { after, ...query }) =>
      list(context, {
        ...query,
        ...(after !== undefined && { after: cursorIn(after) }),
      }),
  }),
  "queue.show": operation({
    summary: "One entry, or all recipients of a message; never its body",
    scope: "full",
    changes: false,
    input: {
      id: ID,
      headers: optional(flag("with the header of the message"), false),
    },
    run: show,
  }),
  "queue.remove": operation({
    summary: "Remove an entry, or a message with all its recipients",
    scope: "full",
    changes: true,
    input: {
      id: ID,
      bounce: optional(flag("its sender gets a report"), false),
    },
    run: remove,
  }),
  "queue.purge": operation({
    summary: "Remove all, or all for one destination; nobody gets a report",
    scope: "full",
    changes: true,
    input: { dest: optional(DESTINATION) },
    async run({ store }, { dest }) {
      const selection = selectionOf({ dest, all: dest === undefined });
      return {
        path: store.place,
        deleted: await store.queue.remove(selection),
      };
    },
  }),
  "queue.retry": changing(
    "Try now, whatever was learned of the destination",
    ({ store }, selection) => store.queue.retry(selection),
  ),
  "queue.hold": changing(
    "Keep from being sent; of a destination, also what is still to come",
    ({ store }, selection) => store.queue.hold(selection),
  ),
  "queue.release": changing(
    "Let what was held be sent",
    ({ store }, selection) => store.queue.release(selection),
  ),
} as const;
