/** How often and for how long it is tried to send a message. @module */
import { days, hours } from "../../../base/durations.ts";
import { duration, integer, list, milliseconds } from "../../kinds.ts";
import { atStart, key, type Keys, MINUTES } from "../key.ts";

const RETRY_STEPS = [
  15,
  60,
  2 * MINUTES,
  5 * MINUTES,
  10 * MINUTES,
  15 * MINUTES,
  30 * MINUTES,
  hours(1),
  hours(2),
  hours(4),
];

export const QUEUE = {
  "queue.lifetime": key(
    duration({ min: 300, max: days(14) }),
    hours(48),
    "How long it is tried to send a message",
  ),
  "queue.max_parallel": key(integer(1, 1000), 64, "Attempts at once"),
  "queue.per_destination": key(
    integer(1, 1000),
    2,
    "… at one destination; 1 while it cannot be reached",
  ),
  "queue.startup_delay": atStart(
    duration({ max: 3600 }),
    10,
    "After a start, time until mail that was due before is tried, over a minute",
  ),
  "queue.retry": key(
    list(duration({ min: 1, max: days(14) }), { max: 32 }),
    RETRY_STEPS,
    "Time until the next attempt after the first failure, the second, …; the last one repeats",
  ),
  "queue.delay_warning": key(
    duration({ max: days(14) }),
    0,
    "After how long the sender of a message that still waits is told so; 0: never, since Delta Chat shows no such report",
  ),
  "queue.connect_timeout": key(
    milliseconds({ min: 1000, max: 300_000 }),
    30_000,
    "Until a connection to another server is there",
  ),
  "queue.http_timeout": key(
    milliseconds({ min: 1000, max: 600_000 }),
    60_000,
    "Until another server has answered over HTTP",
  ),
  "queue.smtp_data_timeout": key(
    milliseconds({ min: 10_000, max: 3_600_000 }),
    600_000,
    "Until another server has said over SMTP whether it takes a message",
  ),
} as const satisfies Keys<"queue">;
