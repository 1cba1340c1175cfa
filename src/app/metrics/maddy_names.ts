/** Some numbers under the names that madmail has for them, for boards that are there already. @module */
import type { ForeignFamily } from "../../observe/metrics/exposition.ts";
import type { CollectedFamily } from "../../observe/metrics/metrics.ts";

const MODULES = ["smtp", "submission"];
/** Enhanced codes of too much mail, and of too many requests. */
const TOO_MUCH: ReadonlySet<string> = new Set(["4.7.0", "4.7.1"]);

export function maddyFamilies(
  families: readonly CollectedFamily[],
): ForeignFamily[] {
  const of = (name: CollectedFamily["name"]) =>
    families.find((family) => family.name === name)?.samples ?? [];
  const sum = (name: CollectedFamily["name"], ...start: string[]) =>
    of(name).filter(({ labels }) => start.every((one, i) => labels[i] === one))
      .reduce((total, { value }) => total + value, 0);
  const perModule = (value: (module: string) => number) =>
    MODULES.map((module) => ({ labels: { module }, value: value(module) }));
  const transactions = (result: string) =>
    perModule((module) => sum("smtp_transactions_total", module, result));
  return [
    counter(
      "maddy_smtp_started_transactions",
      "Mail transactions that began",
      transactions("started"),
    ),
    counter(
      "maddy_smtp_smtp_completed_transactions",
      "Mail transactions that were accepted",
      transactions("completed"),
    ),
    counter(
      "maddy_smtp_aborted_transactions",
      "Mail transactions that were not",
      transactions("aborted"),
    ),
    counter(
      "maddy_smtp_ratelimit_deferred",
      "Replies that ask to come again later, since it was too much",
      perModule((module) =>
        of("smtp_errors_total").filter(({ labels: [name, , code, enhanced] }) =>
          name === module && code === "450" && TOO_MUCH.has(enhanced ?? "")
        ).reduce((total, { value }) => total + value, 0)
      ),
    ),
    counter(
      "maddy_smtp_failed_logins",
      "Logins that failed",
      perModule((module) =>
        sum("auth_total", module) - sum("auth_total", module, "ok")
      ),
    ),
    counter(
      "maddy_smtp_failed_commands",
      "Replies that say no",
      of("smtp_errors_total").map(({ labels, value }) => {
        const [module = "", command = "", code = "", enhanced = ""] = labels;
        return {
          labels: {
            module,
            command,
            smtp_code: code,
            smtp_enchcode: enhanced,
          },
          value,
        };
      }),
    ),
    {
      name: "maddy_queue_length",
      type: "gauge",
      help: "Messages that wait for other servers",
      samples: of("queue_length").map(({ value }) => ({
        labels: { module: "remote_queue", location: "queue" },
        value,
      })),
    },
  ];
}

function counter(
  name: string,
  help: string,
  samples: ForeignFamily["samples"],
): ForeignFamily {
  return { name, type: "counter", help, samples };
}
