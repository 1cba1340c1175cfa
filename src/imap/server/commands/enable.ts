/** ENABLE (RFC 5161 §3.1). @module */
import type { ImapCommand } from "../command.ts";
import type { ImapSession } from "../session.ts";
import { LOGGED_IN } from "./any_state.ts";

export const enable: ImapCommand<ReadonlySet<string>, ImapSession> = {
  states: LOGGED_IN,
  parse(args) {
    const names = new Set<string>();
    do {
      args.space();
      names.add(args.keyword());
    } while (!args.atEnd());
    return names;
  },
  async *run(session, names) {
    const condstore = names.has("CONDSTORE");
    if (condstore) session.enableCondstore();
    yield { text: condstore ? "* ENABLED CONDSTORE\r\n" : "* ENABLED\r\n" };
    return "ENABLE completed";
  },
};
