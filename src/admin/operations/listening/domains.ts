/** Domains that accounts are at. @module */
import { operation } from "../../operation.ts";

export const DOMAIN_OPERATIONS = {
  "domains.list": operation({
    summary: "Domains that this server has accounts of, and how many",
    scope: "read",
    changes: false,
    input: {},
    async run({ domains, store }) {
      const all = await Promise.all(
        domains.domains.map(async (name) => ({
          name,
          primary: name === domains.primary,
          accounts: await store.accounts.countCovered(`*@${name}`),
        })),
      );
      return { domains: all };
    },
  }),
} as const;
