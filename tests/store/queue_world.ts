/** What tests of the queue share: messages for elsewhere, and who sends them. @module */
import type { QueueId } from "../../src/base/ids.ts";
import type { Address } from "../../src/mail/address.ts";
import type { Acceptance, Accepted } from "../../src/store/mail.ts";
import type {
  Claim,
  DeliveryNote,
  LeasedUnit,
  OutboundMessage,
  OutboundRecipient,
  RecipientOutcome,
} from "../../src/store/queue.ts";
import type { Store } from "../../src/store/store.ts";
import { HEADER, QUOTA, stage, START_SECONDS } from "./store_world.ts";

export const DAY = 86_400;

export function note(text: string, status = "4.4.1"): DeliveryNote {
  return { status, text };
}

export const REFUSED: DeliveryNote = {
  status: "5.1.1",
  text: "no such user",
  code: 550,
  transport: "smtp",
  host: "mx.far.example",
};

export function recipient(
  address: string,
  failure?: DeliveryNote,
): OutboundRecipient {
  return {
    address: address as Address,
    destination: address.slice(address.indexOf("@") + 1),
    ...(failure && { failure }),
  };
}

export function outboundTo(
  recipients: readonly (string | OutboundRecipient)[],
  options: Partial<OutboundMessage> = {},
): OutboundMessage {
  return {
    reversePath: "ann@relay.example",
    recipients: recipients.map((one) =>
      typeof one === "string" ? recipient(one) : one
    ),
    origin: "submission",
    messageId: "<1@localhost>",
    lifetimeSeconds: 2 * DAY,
    eightBit: false,
    utf8: false,
    ...options,
  };
}

export async function acceptFor(
  store: Store,
  message: Partial<Acceptance>,
  body = "hello",
): Promise<Accepted> {
  return await store.mail.accept({
    content: await stage(store, body),
    headerOctets: HEADER.length,
    recipients: [],
    arrivedAt: START_SECONDS,
    quota: QUOTA,
    ...message,
  });
}

/** Puts one message into the queue. */
export async function queueTo(
  store: Store,
  recipients: readonly (string | OutboundRecipient)[],
  options: Partial<OutboundMessage> = {},
  body?: string,
): Promise<QueueId> {
  const outbound = outboundTo(recipients, options);
  const { queued } = await acceptFor(store, { outbound }, body);
  if (queued === undefined) throw new Error("Nothing was queued");
  return queued;
}

export interface ClaimOptions extends Partial<Claim> {
  readonly perDestination?: number;
  readonly busy?: Record<string, number>;
}

export function claim(
  store: Store,
  { perDestination = 100, busy = {}, ...options }: ClaimOptions = {},
): Promise<LeasedUnit[]> {
  return store.queue.claim({
    holder: "sender",
    leaseSeconds: 600,
    units: 100,
    recipientsPerUnit: 50,
    of: {
      kind: "due",
      perDestination,
      busy: new Map(Object.entries(busy)),
    },
    ...options,
  });
}

/** All recipients of a unit end the same way. */
export function settle(
  store: Store,
  unit: LeasedUnit,
  outcome: RecipientOutcome,
  holder = "sender",
): Promise<number> {
  const { message, destination, recipients } = unit;
  return store.queue.settle([{
    holder,
    message,
    destination,
    recipients: recipients.map(({ n }) => ({ n, outcome })),
    ...(outcome.kind === "unreached" && {
      reach: {
        kind: "unreached",
        afterSeconds: 60,
        text: outcome.note.text,
      },
    }),
    ...(outcome.kind === "delivered" && { reach: { kind: "reached" } }),
  }]);
}

export function namesIn(units: readonly LeasedUnit[]): string[][] {
  return units.map(({ recipients }) => recipients.map((one) => one.address));
}

export async function states(
  store: Store,
): Promise<Record<string, string>> {
  const { recipients } = await store.queue.list({ limit: 1000 });
  return Object.fromEntries(
    recipients.map(({ address, state }) => [address, state]),
  );
}
