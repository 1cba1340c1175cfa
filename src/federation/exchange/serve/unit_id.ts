/**
 * Names of messages that an exchanger has been given, by which it acknowledges
 * them: message, recipients and destination, so that nothing has to be
 * remembered. Whether they are really its own is what the lease says.
 *
 * @module
 */
import type { QueueId } from "../../../base/ids.ts";
import type { LeasedUnit } from "../../../store/queue.ts";

export interface NamedUnit {
  readonly message: QueueId;
  readonly destination: string;
  /** Numbers of recipients. */
  readonly recipients: readonly number[];
}

const MAX_LENGTH = 1024;
const FORM =
  /^([0-9]{1,15})-([0-9]{1,6}(?:\.[0-9]{1,6}){0,99})@([!-~]{1,260})$/;

export function unitId(
  { message, destination, recipients }: LeasedUnit,
): string {
  return `${message}-${recipients.map(({ n }) => n).join(".")}@${destination}`;
}

/** Undefined if it is none of ours. */
export function parseUnitId(text: string): NamedUnit | undefined {
  const [, message, numbers, destination] = text.length > MAX_LENGTH
    ? []
    : FORM.exec(text) ?? [];
  if (message === undefined) return undefined;
  return {
    message: Number(message) as QueueId,
    destination: destination!,
    recipients: numbers!.split(".").map(Number),
  };
}
