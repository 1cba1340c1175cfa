/** Looking a relay over, and saying in a word whether it works. @module */
import { optional } from "valibot";
import { flag, line, texts } from "../../fields.ts";
import { invalidField, operation, serverOperation } from "../../operation.ts";
import { domainIn } from "../../names.ts";

/** A chat relay that many know. */
export const USUAL_PEER = "nine.testrun.org";
const MAX_CHECKS = 100;

export const DOCTOR_OPERATIONS = {
  "doctor": operation({
    summary:
      "Walk the whole way of a message and look at all it needs; makes an account for that, which is gone afterwards",
    scope: "full",
    changes: true,
    input: {
      only: optional(texts("names of checks; all when absent", MAX_CHECKS)),
      peer: optional(
        line("another server, to which connections are tried"),
        USUAL_PEER,
      ),
      outside: optional(
        flag("ask that server to connect back, to see which ports are open"),
        false,
      ),
    },
    async run({ doctor }, { only, peer, outside }) {
      const unknown = only?.find((id) => !doctor.ids.includes(id));
      if (unknown !== undefined) {
        throw invalidField("only", `one of ${doctor.ids.join(", ")}`);
      }
      const findings = await doctor.run({
        peer: domainIn("peer", peer),
        outside,
        ...(only === undefined ? {} : { only }),
      });
      return { findings };
    },
  }),
  "health": serverOperation({
    summary: "Whether mail is taken and given: for what watches a container",
    scope: "read",
    changes: false,
    input: {},
    run(live, _, { store, listeners }) {
      const bound = new Set(live.listeners().map(({ name }) => name));
      const closed = Object.entries(listeners())
        .filter(([name, addresses]) =>
          addresses.some(({ optional }) => !optional) && !bound.has(name)
        ).map(([name]) => name);
      const broken = live.parts()
        .filter(({ optional, state }) => !optional && state === "failed")
        .map(({ name }) => name);
      const checks = {
        store: store.health().state,
        listeners: closed.length === 0 ? "ok" : `closed: ${closed.join(", ")}`,
        parts: broken.length === 0 ? "ok" : `failed: ${broken.join(", ")}`,
      };
      const ok = Object.values(checks).every((state) => state === "ok");
      return { ok, checks };
    },
  }),
} as const;
